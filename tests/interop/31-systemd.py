#!/usr/bin/python3
"""A real systemd judges our reading of services, and rpm that of its packages:
booted over a copy-on-write root in namespaces of its own, scanned from inside by
--self, and asked themselves."""
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, case, done, equal, folder, ok, spawn, until      # noqa: E402

UNITS = {
    "runs.service": "[Unit]\nDescription=one that runs\nDefaultDependencies=no\n[Service]\nUser=nobody\nExecStart=/bin/sleep 1000.125\n",
    "fails.service": "[Unit]\nDescription=one that fails\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sh -c 'exit 7' --password=hunter2\n",
    "ends.service": "[Unit]\nDescription=one that has ended\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n",
    "rests.service": "[Unit]\nDescription=one that rests\n[Service]\nUser=daemon\nExecStart=/bin/sleep 5\n[Install]\nWantedBy=multi-user.target\n",
    "many@.service": "[Unit]\nDescription=one of many: %i\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 1000\n",
    "scan.service": "[Unit]\nDescription=the scan\nDefaultDependencies=no\nWants=runs.service fails.service ends.service many@one.service dbus.service\n"
                    "After=runs.service fails.service ends.service many@one.service dbus.service\n[Service]\nType=oneshot\nExecStart=/bin/sh /out/run\n",
}
SPEC = """Name: made-up
Epoch: 3
Version: 1.2
Release: 4
Summary: nothing
License: none
Vendor: Norrland Works
BuildArch: noarch
%description
nothing
%files
"""
RUN = """cd /
sleep 1
export HOME=/root
mkdir -p /etc/rpm /var/lib/rpm
echo '%%_dbpath /var/lib/rpm' >/etc/rpm/macros	# Debian's own is in a home
rpmbuild -bb --define '_topdir /tmp/rpm' /out/made-up.spec >/out/rpm.log 2>&1
rpm -i --nodeps --force-debian /tmp/rpm/RPMS/noarch/*.rpm >>/out/rpm.log 2>&1
rpm -qa --qf '%%{NAME} %%{EPOCHNUM}:%%{VERSION}-%%{RELEASE} %%{ARCH} %%{VENDOR}\\n' >/out/rpms
find /var/lib/rpm /usr/lib/sysimage -type f 2>/dev/null | sort >/out/rpm.before
list() { systemctl list-units --type=service --all --full --plain --no-legend --no-pager; }
list >/out/before
%s scan --self --sections=all --format=jsonl --state-dir=/run/state >/out/result 2>/out/errors
list >/out/after
find /var/lib/rpm /usr/lib/sysimage -type f 2>/dev/null | sort >/out/rpm.after
for u in runs fails ends rests many@one; do
  systemctl show --all -p Id,Description,ActiveState,SubState,User,MainPID,ExecMainStatus $u.service; echo; done >/out/shown
systemctl is-enabled rests.service runs.service >/out/enabled
: >/out/done
"""
BOOT = """set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 none sys/fs/cgroup
mount -t tmpfs tmpfs run
mount --rbind /dev dev
mkdir -p out
mount --bind "$OUT" out
cp out/units/* etc/systemd/system/
ln -sf ../rests.service etc/systemd/system/multi-user.target.wants/rests.service
echo 0123456789abcdef0123456789abcdef >etc/machine-id
export container=lxc
exec chroot /mnt/root /lib/systemd/systemd --system --unit=scan.service --log-target=null
"""


def boot():
    """Gives the folder that systemd wrote to."""
    out = folder()
    os.mkdir(out + "/units")
    for name, text in UNITS.items():
        with open(os.path.join(out, "units", name), "w", encoding="utf-8") as f:
            f.write(text)
    with open(out + "/run", "w", encoding="utf-8") as f:
        f.write(RUN % ASSETSCAN)
    with open(out + "/made-up.spec", "w", encoding="utf-8") as f:
        f.write(SPEC)
    with open(out + "/boot", "w", encoding="utf-8") as f:
        f.write(BOOT)
    # The first process of its namespace takes all others with it.
    child = spawn(["unshare", "-p", "-f", "--kill-child", "-m", "-C", "-n", "-u", "-i", "sh", out + "/boot"], env=dict(os.environ, OUT=out),
                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ok(until(lambda: os.path.exists(out + "/done") or child.poll() is not None, 300) and os.path.exists(out + "/done"),
       "systemd boots in namespaces and runs the scan",
       child.stderr.read().decode() if child.poll() is not None else read(out, "errors"))
    if child.poll() is None:
        child.send_signal(signal.SIGKILL)
    child.wait()
    return out


def read(out, name):
    try:
        with open(os.path.join(out, name), encoding="utf-8") as f:
            return f.read()
    except OSError:
        return ""


def judged():
    out = boot()
    hosts = [json.loads(x)["params"] for x in read(out, "result").splitlines() if '"scan.host"' in x]
    ok(hosts and hosts[0]["state"] == "scanned", "the scan from inside comes to its end", read(out, "errors") + read(out, "result")[-500:])
    got = {r["name"]: r for r in hosts[0]["sections"]["services"]["service"]}
    shown = [dict(x.split("=", 1) for x in block.splitlines()) for block in read(out, "shown").strip().split("\n\n")]
    states = {("active", "running"): "running", ("active", "exited"): "exited", ("failed", "failed"): "failed", ("inactive", "dead"): "stopped"}
    for s in shown:
        r = got[s["Id"].removesuffix(".service")]
        equal((r["displayName"], r["state"]), (s["Description"], states[s["ActiveState"], s["SubState"]]), "%s: %s" % (s["Id"], r["state"]))
        equal((r.get("account"), r.get("pid", 0)), (s["User"] or "root", int(s["MainPID"])), "with its account and its process")
    equal(got["fails"].get("exitCode"), 7, "how a failed one ended")
    equal(got["runs"]["path"], "/bin/sleep", "the program of one")
    modes = {"enabled": "auto", "static": "manual", "disabled": "disabled"}
    equal([got[n]["startMode"] for n in ("rests", "runs")], [modes[x] for x in read(out, "enabled").split()], "who starts at boot")
    wrong = []
    for line in read(out, "before").splitlines():
        unit, load, active, sub, about = line.split(None, 4)
        name = unit.removesuffix(".service")
        if name == "scan" or load == "not-found":
            continue
        if name not in got or got[name]["state"] != states.get((active, sub)) or got[name]["displayName"] != about.strip():
            wrong.append((line, got.get(name)))
    ok(not wrong and len(got) > 30, "every unit in the state that systemctl lists", wrong)
    ok(not any(line.split()[0].removesuffix(".service") in got for line in read(out, "before").splitlines() if line.split()[1] == "not-found"),
       "none that is only a name")
    running = [{x.split()[0] for x in read(out, n).splitlines() if x.split()[2:4] == ["active", "running"]} for n in ("before", "after")]
    equal(running[1] - running[0], set(), "the scan started no daemon")
    rpms = [r for r in hosts[0]["sections"]["software"]["software"] if r["source"] == "rpm"]
    equal(["%(name)s %(version)s %(arch)s %(publisher)s" % r for r in rpms], read(out, "rpms").splitlines(), "what rpm has installed")
    ok(len(rpms) == 1 and rpms[0]["version"] == "3:1.2-4" and "installed" in rpms[0], "with epoch and date", [rpms, read(out, "rpm.log")[-800:]])
    equal(read(out, "rpm.after"), read(out, "rpm.before"), "and its database has no file more")
    text = read(out, "result")
    ok("hunter2" not in text and "1000.125" not in text, "arguments of services and processes are not read")


case(judged)
done()
