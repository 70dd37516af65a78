"""memory.py: what is in the memory of a running program; needs root."""
import os
import re

# A sanitizer keeps what was freed, and maps terabytes.
READABLE = os.environ.get("MODE", "release") == "release"


def memory(pid):
    """Everything that the process has, region by region."""
    with open("/proc/%d/maps" % pid, encoding="utf-8") as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for line in maps:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \S+\s*(.*)", line)
            if m is None or m[3] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            begin, end = int(m[1], 16), int(m[2], 16)
            try:
                mem.seek(begin)
                data = b""
                while len(data) < end - begin:
                    more = mem.read(end - begin - len(data))
                    if not more:
                        break
                    data += more
                yield line.strip(), data
            except OSError:
                continue


def places(pid, secrets):
    """secrets: {name: [forms, octets]}; gives {name: [region, offset, neighbourhood]}."""
    found = {}
    for region, data in memory(pid):
        for name, forms in secrets.items():
            for x in forms:
                at = data.find(x)
                if at >= 0:
                    found.setdefault(name, []).append("%s +%x %r" % (region, at, data[max(0, at - 60):at + 80]))
    return found
