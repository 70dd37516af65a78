#!/usr/bin/python3
"""Monitoring as the product's guide describes it: a mapping with one value and
updateOnly, by a timer.  Assets that are there get their uptime, nothing else of
them changes, and none is created: Windows, Linux and macOS."""
import os
import re
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok, spawn      # noqa: E402
import recorded                                                                   # noqa: E402
import winhosts                                                                   # noqa: E402
from farm import with_farm                                                        # noqa: E402
from helper import Helper                                                         # noqa: E402
from jira import Tracker                                                          # noqa: E402

LINUX_MAC, STRANGER_MAC, MAC_MAC = "3c:ec:ef:51:00:02", "3c:ec:ef:51:00:03", "9c:58:84:22:10:3a"
BOOTED = 1789400000

# As the guide has them: the quotes of the command with a backslash, one system an <os>.
SSH_XML = """<?xml version="1.0" encoding="UTF-8" ?>

<fields>
    <os type="linux" path="%s:/bin:/sbin:/usr/bin:/usr/sbin">
        <matcher
                field="spartez.network"
                updateOnly="true"
                command="ip link list | grep \\'link/ether\\' | awk \\'{print $2}\\'"
        />
        <field type="single" assetField="custom.system.uptime"  scanner="proc" path="/proc/uptime" />
    </os>
    <os type="darwin"  path="/sbin:/bin:/usr/bin:/usr/sbin">
        <matcher
                field="spartez.network"
                updateOnly="true"
                command="ifconfig -a | awk \\'/ether/ {print $2}\\'"
        />

        <field type="single" assetField="custom.system.uptime"  scanner="sysctl" prop="kern.boottime" />
     </os>
</fields>
"""
WMI_XML = """<?xml version="1.0" encoding="utf-8"?>
<fields>
    <matcher field="spartez.network" updateOnly="true"
        filter="NOT ServiceName=&quot;vwifimp&quot; AND NOT ServiceName=&quot;vpnva&quot;"
    />
    <field type="single"
        objectClass="Win32_PerfFormattedData_PerfOS_System"
        propertyName="SystemUpTime" mod="3600" assetField="custom.system.uptime"
    >{0}</field>
</fields>
"""


def answered(text, number, lines, command=True):
    """A recording with the answer to one of the mapping's own questions."""
    status = ["", "@ part status", "0"] if command else []
    return text.replace("@ done", "\n".join(["@ begin need.%d" % number, *lines, *status, "@ end need.%d 0" % number, "", "@ done"]))


def recordings(top):
    """The macOS computer and a Linux one that no asset knows.  The questions of
    SSH_XML are numbered as they stand there."""
    os.chmod(top, 0o755)
    with open(ROOT + "/tests/unix/recorded/macbook-silicon.out", encoding="utf-8") as f:
        mac = f.read()
    mac = answered(mac, 2, [MAC_MAC])
    mac = answered(mac, 3, ["{ sec = %d, usec = 123456 } Mon Sep 14 06:00:00 2026" % BOOTED], False)
    stranger = answered(answered(recorded.linux("stranger", STRANGER_MAC), 0, [STRANGER_MAC]), 1, ["350735.47 234388.90"], False)
    return [recorded.play(top + "/mac", mac), recorded.play(top + "/stranger", stranger)]


if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    with_farm(__file__, "--only", "plain", "--played", "mac=%s,stranger=%s" % tuple(recordings(folder())))
AT = {name: host["address"] for name, host in farm["hosts"].items()}


def a_network_card():
    """A folder with an `ip` that shows one: the farm's own network has none."""
    top = folder()
    os.chmod(top, 0o755)
    with open(top + "/ip", "w", encoding="ascii") as f:
        f.write("#!/bin/sh\n[ \"$*\" = 'link list' ] || exit 1\ncat <<'E'\n"
                "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n"
                "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
                "2: enp1s0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP mode DEFAULT group default qlen 1000\n"
                "    link/ether " + LINUX_MAC + " brd ff:ff:ff:ff:ff:ff\nE\n")
    os.chmod(top + "/ip", 0o755)
    return top


def file(text, name):
    path = os.path.join(folder(), name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def scan(tracker, *args, state=None):
    return subprocess.run([ASSETSCAN, "scan", "--jira-user=scanner", "--jira-password-file=" + file("secret\n", "jira"), "--jira-url=" + tracker.url,
                           "--folder=Electronics/Computers", "--asset-type=type.computer", *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": state or folder()}, timeout=120)


def add(tracker, title, mac):
    return tracker._ask("add", {"fields": {"system.title": [title], "spartez.network": [mac], "system.description": ["by hand"]}})["id"]


def fields(tracker):
    """{asset: {field: values}}"""
    return {a["id"]: {f["def"]["type"]["name"]: f["values"] for f in a["fields"]} for a in tracker.assets()}


def macs_of(*addresses):
    """What the scanner itself says of the Windows hosts, without writing."""
    h = Helper(folder())
    _, hosts, _ = h.scan({"profile": {"name": "who", "protocols": ["wmi"]}, "ranges": list(addresses), "credentials": [winhosts.credential()]})
    h.close()
    return {a: hosts[a]["identity"]["macs"][0] for a in addresses}


def windows():
    tracker, state = Tracker(), folder()
    known, stranger = winhosts.address("win11"), winhosts.address("win7")
    macs = macs_of(known, stranger)
    asset = add(tracker, "kept by hand", macs[known].upper())
    before = fields(tracker)[asset]
    args = ["--wmi-user=" + winhosts.USER, "--wmi-password-file=" + file(winhosts.PASSWORD, "wmi"), "--range=%s,%s" % (known, stranger),
            "--wmi-config=" + file(WMI_XML, "wmi-uptime.xml")]
    got = scan(tracker, *args, state=state)
    text = got.stdout.decode()
    equal(got.returncode, 0, "WMI: a monitoring scan ends well")
    after = fields(tracker)
    equal(list(after), [asset], "WMI: nothing is created")
    equal(after[asset].pop("custom.system.uptime", None), ["51"], "WMI: the asset has its uptime in whole hours: 184500 s / 3600")
    equal(after[asset], before, "WMI: and nothing else of it changed")
    ok("Updated 1 assets" in text and "Created 0 assets" in text, "WMI: the log counts it", text)
    ok(re.search("%s.*(no asset|skipped)" % re.escape(stranger), text), "WMI: the computer without an asset is named", text)
    got = scan(tracker, *args, state=state)
    ok(got.returncode == 0 and "Updated 0 assets" in got.stdout.decode(), "WMI: the same uptime again is not written again", got.stdout.decode())
    tracker.stop()


def unix():
    tracker, state = Tracker(), folder()
    linux, mac = add(tracker, "a server", LINUX_MAC), add(tracker, "a laptop", MAC_MAC.replace(":", "-"))
    before = fields(tracker)
    args = ["--ssh-user=alice", "--ssh-password-file=" + file(farm["users"]["alice"]["password"], "ssh"), "--range=" + ",".join(AT.values()),
            "--xml-config=" + file(SSH_XML % a_network_card(), "ssh-uptime.xml")]
    with open("/proc/uptime", encoding="ascii") as f:
        now = float(f.read().split()[0])
    got = scan(tracker, *args, state=state)
    equal(got.returncode, 0, "SSH: a monitoring scan ends well")
    after = fields(tracker)
    equal(sorted(after), sorted([linux, mac]), "SSH: nothing is created")
    uptime = after[linux].pop("custom.system.uptime", ["0"])
    ok(now <= float(uptime[0]) < now + 60, "SSH: the real server's asset has the first number of /proc/uptime", (uptime, now, got.stdout, got.stderr))
    equal(after[mac].pop("custom.system.uptime", None), [str(BOOTED)], "SSH: the Mac's has the seconds of kern.boottime")
    equal(after, before, "SSH: and nothing else of them changed")
    ok("Updated 2 assets" in got.stdout.decode() and "Created 0 assets" in got.stdout.decode(), "SSH: the log counts them", got.stdout.decode())
    again = scan(tracker, *args, state=state)
    ok(b"Updated 1 assets" in again.stdout and float(fields(tracker)[linux]["custom.system.uptime"][0]) > float(uptime[0]),
       "SSH: later, the uptime that grew is written and the Mac's left alone", again.stdout.decode())
    tracker.stop()


def by_the_profile_alone():
    """updateOnly of the profile holds with a mapping that does not say it."""
    tracker, h = Tracker(), Helper(folder())
    mac = add(tracker, "a laptop", MAC_MAC)
    p = {"profile": {"name": "monitor", "updateOnly": True, "config": (SSH_XML % "/bin").replace('updateOnly="true"', 'updateOnly="false"')},
         "ranges": [AT["mac"], AT["stranger"]], "jira": tracker.params(),
         "credentials": [{"id": "ssh", "protocol": "ssh", "user": "alice", "password": farm["users"]["alice"]["password"]}]}
    finished, _, assets = h.scan(p)
    equal((finished["assets"]["updated"], finished["assets"]["skipped"], finished["assets"]["created"]), (1, 1, 0), "updateOnly in the profile")
    equal(assets[AT["stranger"]]["outcome"], "skipped", "the stranger is skipped")
    equal((list(fields(tracker)), fields(tracker)[mac]["custom.system.uptime"]), ([mac], [str(BOOTED)]), "the laptop's asset is updated")
    del p["profile"]["updateOnly"]
    finished, _, _ = h.scan(p)
    equal(finished["assets"]["created"], 1, "without it the stranger gets an asset")
    equal(h.problems(), [], "every line fits the schemas")
    h.close()
    tracker.stop()


def two_timers_at_once():
    """Two processes, one profile: the second is refused and says so; when the
    first is killed, the kernel frees the profile."""
    tracker, state = Tracker(), folder()
    password = file(farm["users"]["alice"]["password"], "ssh")
    trap = socket.socket()
    trap.bind(("127.0.63.1", 22))
    trap.listen(8)
    args = ["--jira-user=scanner", "--jira-password-file=" + file("secret", "jira"), "--jira-url=" + tracker.url, "--profile=nightly",
            "--ssh-user=alice", "--ssh-password-file=" + password, "--xml-config=" + file(SSH_XML % "/bin", "ssh.xml")]
    env = {"PATH": os.environ["PATH"], "HOME": state}
    first = spawn([ASSETSCAN, "scan", "--range=127.0.63.1", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    first.stdout.readline()             # "Scanning using profile": it has the lock
    second = subprocess.run([ASSETSCAN, "scan", "--range=" + AT["mac"], *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=60)
    ok(second.returncode == 1 and b"nightly" in second.stderr and b"Wait for the running scan" in second.stderr,
       "a second process with that profile is refused, and says why", second)
    other = subprocess.run([ASSETSCAN, "scan", "--range=" + AT["mac"], *args, "--profile=other"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                           timeout=60)
    equal(other.returncode, 0, "another profile runs beside it")
    first.send_signal(signal.SIGKILL)
    first.wait()
    third = subprocess.run([ASSETSCAN, "scan", "--range=" + AT["mac"], *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=60)
    equal(third.returncode, 0, "once the first was killed the profile is free")
    trap.close()
    tracker.stop()


for test in (windows, unix, by_the_profile_alone, two_timers_at_once):
    case(test)
done()
