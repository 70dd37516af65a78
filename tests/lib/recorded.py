"""recorded.py: computers that are played: what the scan's script would print there.

A recording is the text with "@" for the marker.  play() writes an executable
that a server runs instead of what it was asked: it takes the marker from the
script on its standard input and prints the recording with it.
"""
import os

PLAYER = """#!/bin/sh
%(before)s
m=$(sed -n 's/.*\\(assetscan-[0-9a-f]\\{32\\}\\).*/\\1/p' | head -n 1)
sed "s/^@/$m/" <<'END-OF-RECORDING'
%(text)s
END-OF-RECORDING
%(after)s
"""


def linux(name, mac, nics=(), os_name="Debian GNU/Linux 12 (bookworm)", os_id="debian", version="12", serial=None, uuid=None,
          model="KVM Virtual Machine", cores=2):
    """A small Linux computer with one adapter eth0, or those given as (name, lines)."""
    dmi = ["sys_vendor=QEMU", "product_name=" + model, "chassis_type=1"]
    dmi += ["product_serial=" + serial] if serial else ["denied=product_serial"]
    dmi += ["product_uuid=" + uuid] if uuid else ["denied=product_uuid"]
    adapters = list(nics) or [("eth0", ["ifindex=2", "address=" + mac, "addr_assign_type=0", "type=1", "operstate=up",
                                        "carrier=1", "mtu=1500", "device=1", "driver=e1000e",
                                        "alias=pci:v00008086d000015BBsv"])]
    sections = [
        ("kernel", ["node=" + name, "release=6.1.0-18-amd64", "version=#1 SMP", "sys=Linux", "machine=x86_64", "uid=1000"]),
        ("release", ["@ part /etc/os-release", 'PRETTY_NAME="%s"' % os_name, "ID=" + os_id, 'VERSION_ID="%s"' % version,
                     'NAME="%s"' % os_name.split()[0]]),
        ("dmi", dmi),
        ("cpu", ["@ part cpuinfo"] + [line for i in range(cores) for line in (
            "processor\t: %d" % i, "vendor_id\t: GenuineIntel", "model name\t: Intel(R) Xeon(R) Gold 6346 CPU @ 3.10GHz",
            "physical id\t: 0", "core id\t\t: %d" % i, "cpu cores\t: %d" % cores, "")]),
        ("memory", ["MemTotal:        8148028 kB", "MemFree:         1234567 kB", "MemAvailable:    5234567 kB"]),
        ("nics", [line for nic, lines in adapters for line in ["@ part " + nic] + lines]),
    ]
    out = ["@ start 1"]
    for section, lines in sections:
        out += ["@ begin " + section] + lines + ["@ end %s 0" % section]
    return "\n".join(out + ["@ done"])


def play(path, text, before="", after=""):
    with open(path, "w", encoding="utf-8") as f:
        f.write(PLAYER % {"text": text, "before": before, "after": after})
    os.chmod(path, 0o755)
    return path
