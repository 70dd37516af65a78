#!/usr/bin/python3
"""The inventory sections of this very machine through real OpenSSH servers, in
every log-in shell, as root, in a BusyBox root and as `--self`: held against
what independent commands say, valid by schema, and gone without a trace."""
import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok, spawn, until      # noqa: E402
from farm import with_farm                                                  # noqa: E402
from helper import Helper                                                   # noqa: E402

RECORDINGS = sorted(glob.glob(os.path.join(ROOT, "tests/unix/recorded/*-inventory.out")))
HANGS = """#!/bin/sh
PATH=%s:$PATH; export PATH
exec sh -s
"""
BUSYBOX = """#!/bin/sh
exec unshare -m sh -c 'mount --rbind /proc %(at)s/proc && mount --rbind /sys %(at)s/sys && exec chroot %(at)s /bin/sh -s'
"""
# The same as an ordinary user, with a /sys of our own and a sudo that notes what it is asked.
ORDINARY = """#!/bin/sh
exec unshare -m sh -c 'mount --rbind /proc %(at)s/proc && exec chroot --userspec=40077:40077 %(at)s /bin/sh -s'
"""
SUDO = """#!/bin/sh
echo "$*" >>/asked
case $* in
*product_serial) echo SN-BY-SUDO;;
*/pvs*) echo "  vg0 1000000 250000 /dev/sda2";;
*/lvs*) echo "  vg0 root 750000 linear";;
esac
"""


def executable(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o755)
    return path


def busybox_root(at):
    """A root that holds nothing but BusyBox and what it is linked with."""
    box = shutil.which("busybox")
    for sub in ("bin", "proc", "sys", "etc", "dev", "lib/apk/db"):
        os.makedirs(os.path.join(at, sub))
    shutil.copy(box, at + "/bin/busybox")
    for lib in re.findall(r"(/\S+)", subprocess.run(["ldd", box], stdout=subprocess.PIPE, text=True).stdout):
        os.makedirs(at + os.path.dirname(lib), exist_ok=True)
        shutil.copy(lib, at + lib)
    for applet in subprocess.run([box, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
        if applet != "busybox":
            os.symlink("busybox", at + "/bin/" + applet)
    subprocess.run(["mknod", "-m", "666", at + "/dev/null", "c", "1", "3"], check=True)
    for path, text in (("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", "root:x:0:\n"),
                       ("lib/apk/db/installed", "C:Q1x\nP:musl\nV:1.2.5-r0\nA:x86_64\nI:100\nF:lib\nR:ld.so\n\nP:busybox\nV:1.36-r1\n\n")):
        with open(os.path.join(at, path), "w", encoding="utf-8") as f:
            f.write(text)


if "FARM" not in os.environ:
    top = folder()
    os.chmod(top, 0o755)
    os.makedirs(top + "/slow")
    for name in ("dpkg-query", "ss", "lpstat"):
        executable(os.path.join(top, "slow", name), "#!/bin/sh\nexec sleep 600\n")
    os.makedirs(top + "/bb")
    busybox_root(top + "/bb")
    os.makedirs(top + "/ordinary")
    busybox_root(top + "/ordinary")
    for name, text in (("sys/class/dmi/id/sys_vendor", "Dell Inc.\n"), ("sys/class/dmi/id/product_name", "PowerEdge\n"),
                       ("sys/class/dmi/id/product_serial", "SN\n"), ("sys/class/dmi/id/product_uuid", "U\n"),
                       ("sys/class/dmi/id/board_serial", "B\n"), ("sys/class/dmi/id/chassis_serial", "C\n"),
                       ("sys/firmware/dmi/tables/DMI", "\0"), ("asked", "")):
        path = os.path.join(top, "ordinary", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        executable(path, text)
        os.chmod(path, 0o666 if name == "asked" else 0o644 if name.endswith(("vendor", "name")) else 0o400)
    for name in ("usr/bin/sudo", "usr/sbin/pvs", "usr/sbin/lvs", "usr/bin/cat"):
        os.makedirs(os.path.join(top, "ordinary", os.path.dirname(name)), exist_ok=True)
        executable(os.path.join(top, "ordinary", name), SUDO if name.endswith("sudo") else "#!/bin/sh\n")
    played = {os.path.basename(p)[:-len("-inventory.out")]: p for p in RECORDINGS}
    played["slow"] = executable(top + "/slow-host", HANGS % (top + "/slow"))
    played["busybox"] = executable(top + "/busybox-host", BUSYBOX % {"at": top + "/bb"})
    played["ordinary"] = executable(top + "/ordinary-host", ORDINARY % {"at": top + "/ordinary"})
    os.environ["ASKED"] = top + "/ordinary/asked"
    with_farm(__file__, "--only", "plain", "--played", ",".join("%s=%s" % x for x in played.items()))

farm = with_farm(__file__)
AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = open(farm["keys"]["ed25519"]["path"], encoding="utf-8").read()
SECTIONS = [m for m in re.findall(r"^SECTION\((\w+),", open(os.path.join(ROOT, "helper/map/sections.def"), encoding="utf-8").read(), re.M)]


def scan(h, host, user="alice", **more):
    return h.scan({"profile": dict({"name": "lab", "protocols": ["ssh"], "sshTimeout": 120, "connectTimeout": 5}, **more),
                   "ranges": [AT[host]], "credentials": [{"id": "key", "protocol": "ssh", "user": user, "privateKey": KEY}]},
                  300)[1][AT[host]]


def command(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def lines(*argv):
    return command(*argv).splitlines()


def why(section, what):
    return [m["why"] for m in section["missing"] if m["what"] == what]


def valid(h, what):
    problems = h.problems()
    ok(not problems, "every line of %s keeps its schema" % what, "\n".join(problems[:10]))
    status = h.close()
    ok(status == 0, "and the helper ends with 0", "status %d\n%s" % (status, "".join(h.errors)))


def software(s):
    want = {}
    for line in lines("dpkg-query", "-W", "-f=${Package}:${Architecture}\\t${Version}\\t${Status}\\n"):
        name, version, status = line.split("\t")
        if status.endswith(" ok installed"):
            want[name] = version
    got = {"%s:%s" % (r["name"], r["arch"]): r["version"] for r in s["software"] if r["source"] == "dpkg"}
    equal(got, want, "every package with its version, as dpkg-query tells them")
    ok(all(re.match(r"\d{4}-", r.get("installed", "")) for r in s["software"] if r["source"] == "dpkg"), "and when it was unpacked")


def connections(s, root):
    rows = {}
    for line in lines("ss", "-tlnpH"):
        f = line.split()
        rows[re.sub(r"%[^:\]]+", "", f[3]).replace("*:", "[::]:")] = re.search(r'\(\("([^"]+)",pid=(\d+)', line)
    got = {r["local"]: r for r in s["connection"] if r["state"] == "listen" and r["protocol"].startswith("tcp")}
    equal(sorted(r["local"] for r in s["connection"] if r["protocol"] == "udp" and r["state"] == "listen"),
          sorted(re.sub(r"%[^:]+", "", x.split()[3]) for x in lines("ss", "-4", "-uanH") if x.startswith("UNCONN")), "and where UDP waits")
    equal(sorted(got), sorted(rows), "the ports where somebody listens, as ss tells them")
    if root:
        named = {a: (r.get("process"), r.get("pid")) for a, r in got.items()}
        equal(named, {a: (m[1], int(m[2])) if m else (None, None) for a, m in rows.items()}, "and who it is")
    else:
        ok(why(s, "connection.process") and "root" in why(s, "connection.process")[0], "that others' names take root is said", s["missing"])
    ok(any(r["state"] == "established" and r["local"] == AT["plain"] + ":22" for r in s["connection"]),
       "the scan's own connection among them")


def processes(s, before, after):
    got = {r["pid"]: r for r in s["process"]}
    lasting = {p: n for p, n in before.items() if after.get(p) == n}
    ok(lasting and all(got.get(p, {}).get("name") == n for p, n in lasting.items()), "every process that lasted, by its name",
       [(p, n, got.get(p)) for p, n in lasting.items() if got.get(p, {}).get("name") != n][:5])
    me = got[os.getpid()]
    equal((me["parent"], me["user"]), (os.getppid(), "root"), "its parent and its owner")
    ok(me["memoryBytes"] > 1 << 20 and me["threads"] >= 1 and me["cpuPercent"] >= 0 and me["virtualBytes"] > me["memoryBytes"],
       "its memory, threads and processor time", me)
    ok(not any(r["name"] in ("kthreadd", "ksoftirqd/0") for r in s["process"]), "threads of the kernel are no programs")


def running():
    """{pid: name} of the programs that run."""
    all_ = {}
    for path in glob.glob("/proc/[0-9]*"):
        try:
            with open(path + "/stat", encoding="utf-8", errors="replace") as f:
                text = f.read()
        except OSError:
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if not int(rest[6]) & 0x200000:
            all_[int(path[6:])] = name
    return all_


def traces(user):
    """Files that belong to a user, and his processes; but not those of another
    farm on this machine, whose users have the same numbers."""
    uid = [x.split(":")[2] for x in open("/etc/passwd", encoding="utf-8") if x.startswith(user + ":")][0]
    files = [x for x in lines("find", "/tmp", "/var/tmp", "/run", "/dev/shm", "-xdev", "-user", uid)
             if x.startswith(os.environ["FARM"]) or not x.startswith("/tmp/assetscan-")]
    mine = []
    for p in running():
        try:
            if os.stat("/proc/%d" % p).st_uid == int(uid) and os.readlink("/proc/%d/ns/net" % p) == os.readlink("/proc/self/ns/net"):
                mine.append(p)
        except OSError:
            pass
    return sorted(files), mine


def this_machine(user):
    secret = spawn(["sleep", "86399.125"], stdin=subprocess.DEVNULL)
    server = socket.create_server(("127.0.0.1", 0))
    waits = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    waits.bind(("127.0.0.1", 0))
    was, before = traces("alice"), running()
    h = Helper(folder())
    host = scan(h, "plain", user, sections=["all"])
    after = running()
    s = host["sections"]
    equal((host["state"], host["error"], host["warnings"]), ("scanned", None, []), "%s: all sections come, without a warning" % user)
    equal(list(s), SECTIONS, "each section there is")
    software(s["software"])
    connections(s["connections"], user == "root")
    processes(s["processes"], before, after)
    names = {x.split(":")[0]: x.split(":") for x in open("/etc/passwd", encoding="utf-8")}
    got = {r["name"]: r for r in s["users"]["account"]}
    ok({"root", "alice", "bob", "carol", "frank"} <= set(got) and "daemon" not in got, "people and root, no daemons", sorted(got))
    equal((got["alice"]["home"], got["nina"].get("disabled"), got["root"]["admin"], got["alice"]["admin"]),
          (names["alice"][5], True, True, False), "homes, who has no shell, who administrates")
    equal(sorted(r["name"] for r in s["users"]["group"]), sorted(x.split(":")[0] for x in open("/etc/group", encoding="utf-8")), "all groups")
    routes = {(r["dst"], r["dev"]) for r in json.loads(command("ip", "-j", "-4", "route") or "[]")}
    ok(all(any(r["destination"] in (d, "0.0.0.0/0" if d == "default" else d + "/32") and r["nic"] == dev for r in s["routes"]["route"])
           for d, dev in routes), "the routes that ip tells", [routes, s["routes"]["route"]])
    equal(len(s["cpu"]["core"]), os.cpu_count(), "each processor with its load")
    ok(0 < s["cpu"]["cpu"]["loadPercent"] <= 100, "and that of all")
    total = {x.split(":")[0]: int(x.split()[1]) * 1024 for x in open("/proc/meminfo", encoding="utf-8")}
    memory = s["memory"]["memory"]
    equal((memory["totalBytes"], memory["commitLimitBytes"]), (total["MemTotal"], total["CommitLimit"]), "memory, as /proc tells it")
    ok(abs(memory["availableBytes"] - total["MemAvailable"]) < total["MemTotal"] // 5, "and what is free of it")
    nics = [x.split(":")[0].strip() for x in open("/proc/net/dev", encoding="utf-8") if ":" in x]
    equal(sorted(r["name"] for r in s["network"]["nicLoad"]), sorted(n for n in nics if n != "lo"), "each adapter with its counters")
    equal([r["protocol"] for r in s["network"]["transport"]], ["tcp", "udp4", "udp6"], "TCP and UDP with theirs")
    ok(s["updates"]["patch"]["lastInstalled"] >= max(r["installed"] for r in s["software"]["software"] if "installed" in r)[:10],
       "the newest update is as new as the newest package")
    text = json.dumps(host)
    ok("86399.125" not in text, "arguments of processes are not read")
    ok("$6$" not in text and "BEGIN OPENSSH" not in text, "nor password hashes and keys")
    ok(all(m["why"] and (m.get("fix") or "no such thing" in m["why"]) for x in s.values() for m in x["missing"]), "what is missing says why and what helps",
       [m for x in s.values() for m in x["missing"] if not m["fix"]])
    until(lambda: traces("alice") == was, 20)
    equal(traces("alice"), was, "no file and no process of it is left on the host")
    server.close()
    waits.close()
    secret.kill()
    valid(h, "a scan as %s" % user)
    return host


def as_alice():
    this_machine("alice")


def as_root():
    this_machine("root")


def in_any_shell():
    h = Helper(folder())
    counts = {}
    for user in ("alice", "bob", "carol", "frank"):
        s = scan(h, "plain", user, sections=["software", "services", "users", "processes", "updates", "security", "cpu"])["sections"]
        counts[user] = {n: len(s[x][c]) for n, x, c in (("software", "software", "software"), ("services", "services", "service"),
                        ("accounts", "users", "account"), ("updates", "updates", "update"), ("cores", "cpu", "core"))}
    ok(len({json.dumps(c) for c in counts.values()}) == 1, "sh, bash, csh and a shell like fish give the same", counts)
    valid(h, "the shells")


def sections_cost_nothing_unless_asked():
    h = Helper(folder())
    bare = scan(h, "plain")
    equal(bare["sections"], {}, "no section unless asked")
    cheap = [scan(h, "plain") for _ in range(2)]
    dear = scan(h, "plain", sections=["processes"])
    ok(min(c["timings"]["total"] for c in [bare] + cheap) < dear["timings"]["total"], "a scan without is the faster one",
       [c["timings"] for c in [bare] + cheap + [dear]])
    trips = [c["roundTrips"] for c in [bare] + cheap + [dear]]
    # one script in one channel; a longer answer arrives in more pieces
    ok(max(trips) <= min(trips) + 4, "and a section costs no round trip of its own", trips)
    valid(h, "bare scans")


def one_that_hangs_sinks_nothing():
    h = Helper(folder())
    host = scan(h, "slow", sections=["all"])
    s = host["sections"]
    equal((host["state"], host["error"]), ("scanned", None), "a host where dpkg-query, ss and lpstat hang is scanned")
    ok(s["software"]["software"] == [] and "dpkg-query was stopped" in why(s["software"], "software")[0],
       "that software did not come is said, and why", s["software"]["missing"])
    ok(any(r["state"] == "listen" for r in s["connections"]["connection"]), "connections come from /proc instead")
    ok(len(s["processes"]["process"]) > 5 and s["updates"]["patch"], "and what is asked later comes")
    valid(h, "a host with programs that hang")


def busybox():
    h = Helper(folder())
    host = scan(h, "busybox", "root", sections=["all"])
    s = host["sections"]
    equal((host["state"], host["error"]), ("scanned", None), "a root of nothing but BusyBox is scanned")
    equal([(r["name"], r["version"], r["source"]) for r in s["software"]["software"]],
          [("musl", "1.2.5-r0", "apk"), ("busybox", "1.36-r1", "apk")], "its packages")
    ok(os.getpid() in {r["pid"] for r in s["processes"]["process"]}, "its processes")
    ok(any(r["state"] == "listen" for r in s["connections"]["connection"]), "who listens, from /proc")
    equal([r["name"] for r in s["users"]["account"]], ["root"], "its accounts")
    equal(len(s["cpu"]["core"]), os.cpu_count(), "its load")
    ok(why(s["services"], "service"), "that there are no services is said", s["services"])
    valid(h, "BusyBox")


def sudo_only_as_the_table_says():
    table = open(os.path.join(ROOT, "helper/unix/unix_sudo.def"), encoding="utf-8").read()
    allowed = {"-n %s %s" % (path, arguments) for first, second, arguments in
               re.findall(r'^SUDO\(\w+, "([^"]+)", "([^"]+)", "([^"]+)"', table, re.M) for path in (first, second)}
    h = Helper(folder())
    host = scan(h, "ordinary", "root", sections=["all"])
    equal(open(os.environ["ASKED"], encoding="utf-8").read(), "", "sudo is not asked unless the scan says so")
    equal(host["identity"]["serial"], None, "and what takes root is missing")
    host = scan(h, "ordinary", "root", sections=["all"], sudo=True)
    asked = set(open(os.environ["ASKED"], encoding="utf-8").read().splitlines())
    equal(asked - allowed, set(), "with sudo only rows of the table are run, word for word")
    equal(len(asked), len(re.findall("^SUDO", table, re.M)), "and each of them")
    equal(host["identity"]["serial"], "SN-BY-SUDO", "the serial number comes")
    disk = host["sections"]["disk"]
    equal((disk["volumeGroup"], disk["logicalVolume"]),
          ([{"name": "vg0", "kind": "lvm", "sizeBytes": 1000000, "freeBytes": 250000, "disks": ["/dev/sda2"]}],
           [{"name": "root", "group": "vg0", "sizeBytes": 750000, "kind": "linear"}]), "LVM's sizes too")
    valid(h, "sudo")


def itself():
    p = subprocess.run([ASSETSCAN, "scan", "--self", "--sections=all", "--format=jsonl", "--state-dir", folder()],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    hosts = [json.loads(x)["params"] for x in p.stdout.splitlines() if '"scan.host"' in x]
    equal((p.returncode, len(hosts)), (0, 1), "--self asks the same")
    equal(list(hosts[0]["sections"]), SECTIONS, "all sections")
    software(hosts[0]["sections"]["software"])


def recordings():
    h = Helper(folder())
    for path in RECORDINGS:
        name = os.path.basename(path)[:-len("-inventory.out")]
        host = scan(h, name, sections=["all"])
        want = json.load(open(path[:-len("out")] + "json", encoding="utf-8"))["facts"]
        got = {c: len(v) for s in host["sections"].values() for c, v in s.items() if c != "missing" and isinstance(v, list)}
        equal({c: n for c, n in got.items() if n and c != "nic"}, {c: len(v) for c, v in want.items() if c in got and v and c != "nic"},
              "%s, played by a server, gives its rows" % name)
    valid(h, "the recordings")


for test in (as_alice, as_root, in_any_shell, sections_cost_nothing_unless_asked, one_that_hangs_sinks_nothing, busybox, sudo_only_as_the_table_says, itself, recordings):
    case(test)
done()
