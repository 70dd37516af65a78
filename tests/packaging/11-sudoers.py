"""The sudoers drop-in for scanned hosts allows what `--sudo` runs there, all of it
and nothing else; the real sudo and the real script agree."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import BUILD, ROOT, case, done, equal, folder, ok  # noqa: E402

DROP_IN = os.path.join(ROOT, "packaging/sudoers/assetscan")


def run(*argv, **kw):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=60, **kw)


def sections():
    """name -> script, from the table itself."""
    with open(os.path.join(ROOT, "helper/scan/unix_sections.def"), encoding="utf-8") as f:
        text = f.read()
    found = {}
    for m in re.finditer(r'^SECTION\((\w+),\s*"[^"]*",\s*"[^"]*",\s*\w+,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)', text, re.M):
        body = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', m.group(2)))
        found[m.group(1)] = body.encode().decode("unicode_escape")
    return found


def values_before(script, at, name):
    """What the variable may be there: the last assignment or `for` before it."""
    last = None
    for m in re.finditer(r"(?:^|[\s;{(])(?:for %s in ([^;]*);|%s=(\S+?)(?=[;\s]|$))" % (name, name), script[:at]):
        last = m
    if last is None:
        raise AssertionError("where is $%s set, for: %s" % (name, script[at:at + 60]))
    return last.group(1).split() if last.group(1) is not None else [last.group(2)]


def commands():
    """Every command that the script runs as root, variables filled in."""
    found = set()
    for name, script in sections().items():
        for m in re.finditer(r"\$S (?!\")([^|;)&]+)", script):
            if script[:m.start()].endswith('"'):
                continue
            lines = [m.group(1).strip()]
            while any("$" in x for x in lines):
                more = []
                for line in lines:
                    v = re.search(r"\$\{?(\w+)\}?", line)
                    if v is None:
                        more.append(line)
                        continue
                    for value in values_before(script, m.start(), v.group(1)):
                        more.append(line[:v.start()] + value + line[v.end():])
                lines = more
            found.update(lines)
            ok(lines, "%s: %s" % (name, m.group(1).strip()))
    return found


def allowed():
    with open(DROP_IN, encoding="utf-8") as f:
        text = f.read().replace("\\\n", " ")
    alias = re.search(r"^Cmnd_Alias ASSETSCAN_READ = (.*)$", text, re.M).group(1)
    return [c.strip() for c in re.sub(r"\\([,:=\\])", r"\1", re.sub(r"(?<!\\),", "\n", alias)).split("\n")]


def fits():
    asked = commands()
    ok(len(asked) >= 5, "the script has commands for root", asked)
    have = allowed()
    for line in have:
        ok(line.startswith("/") and len(line.split()) > 1 and not re.search(r"[*?\[]", line),
           "fixed: " + line, "a full path, arguments, and no pattern")
    equal(sorted({os.path.basename(c.split()[0]) + " " + " ".join(c.split()[1:]) for c in have}), sorted(asked),
          "the drop-in allows what the script runs, all of it and nothing else")
    got = run("visudo", "-c", "-f", DROP_IN)
    ok(got.returncode == 0, "visudo takes it", got.stdout + got.stderr)


# In mount and user databases of its own: the machine's stay as they are.
INSIDE = r"""
set -eu
top=$1 drop=$2
mount --make-rprivate /
mount -t tmpfs none "$top"
mkdir "$top/etc"
cp -a /etc/. "$top/etc/"
rm -rf "$top"/etc/sudoers.d/*
printf 'root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\nDefaults secure_path=/usr/sbin:/usr/bin:/sbin:/bin\n' >"$top/etc/sudoers"
chmod 440 "$top/etc/sudoers"
install -m 440 -o root -g root "$drop" "$top/etc/sudoers.d/assetscan"
printf 'inventory:x:4711:4711::/nonexistent:/bin/sh\n' >>"$top/etc/passwd"
printf 'inventory:x:4711:\n' >>"$top/etc/group"
printf 'inventory:*:19000:0:99999:7:::\n' >>"$top/etc/shadow"
mount --bind "$top/etc" /etc
mount -t tmpfs none /sys
mkdir -p /sys/class/dmi/id /sys/firmware/dmi/tables
for x in product_serial product_uuid board_serial chassis_serial; do
	echo "root-only-$x" >/sys/class/dmi/id/$x
	chmod 400 /sys/class/dmi/id/$x
done
printf '\177root-only-tables' >/sys/firmware/dmi/tables/DMI
chmod 400 /sys/firmware/dmi/tables/DMI
echo secret >/sys/other
chmod 400 /sys/other
shift 2
exec setpriv --reuid 4711 --regid 4711 --clear-groups "$@"
"""


def as_inventory(*argv):
    top = folder()
    got = run("unshare", "-m", "sh", "-c", INSIDE, "sh", top, DROP_IN, *argv, stdin=subprocess.DEVNULL)
    return got


def real():
    for command in sorted({c for c in allowed() if os.path.exists(c.split()[0])}):
        got = as_inventory("sudo", "-n", *command.split())
        ok(got.returncode == 0 and "root-only" in got.stdout, "sudo runs: " + command, got.stdout + got.stderr)
    for wrong in ("/usr/bin/cat /sys/other", "/usr/bin/cat", "/usr/bin/cat /sys/class/dmi/id/product_serial /sys/other",
                  "/usr/bin/cat /sys/class/dmi/id/../../../other", "/bin/sh -c true", "/usr/bin/id"):
        got = as_inventory("sudo", "-n", *wrong.split())
        ok(got.returncode != 0 and "secret" not in got.stdout, "sudo refuses: " + wrong, got.stdout + got.stderr)
    # The script of a scan, as a scan sends it.
    script = run(os.path.join(BUILD, "tests/scan/script_tool"), "sudo").stdout
    ok(len(script) > 5000, "the whole script of a scan", script[:200])
    path = os.path.join(folder(), "script")
    os.chmod(os.path.dirname(path), 0o755)
    with open(path, "w", encoding="utf-8") as f:
        f.write(script)
    os.chmod(path, 0o644)
    got = as_inventory("sh", "-c", "sh < " + path)
    for x in ("product_serial", "product_uuid", "board_serial", "chassis_serial"):
        ok("%s=root-only-%s" % (x, x) in got.stdout, "the scan reads %s with it" % x, got.stdout[:3000])
    ok("72 6f 6f 74 2d 6f 6e 6c 79 2d 74 61 62 6c 65 73" in " ".join(got.stdout.split()), "and the firmware's tables",
       got.stdout[:3000])
    denied = re.findall(r"^denied=(?:product_|board_|chassis_|1$).*", got.stdout, re.M)
    equal(denied, [], "none of it is denied")


for test in (fits, real):
    case(test)
done()
