"""winhosts.py: fake Windows hosts on loopback addresses of one's own."""
import os

from tap import BUILD, ROOT, folder, spawn, until

WINHOST = os.path.join(BUILD, "tests/fake/winhost/winhost")
MACHINES = os.path.join(ROOT, "tests/fake/machines")
USER, PASSWORD = "CORP\\scanner", "Passw0rd!"

_top = None
_last = 0
# Nobody else's while this test runs: port 135 is the same for all.
NET = "127.%d.%d" % (os.getpid() // 256 % 128 + 120, os.getpid() % 256)


def start(machine, *options, port=135):
    """Starts one; gives (address, process, dynamic port)."""
    global _top, _last
    _top = _top or folder()
    _last += 1
    address = "%s.%d" % (NET, _last)
    ready = os.path.join(_top, "ready%d" % _last)
    with open(os.path.join(_top, "log%d" % _last), "wb") as log:
        child = spawn([WINHOST, "--machine", os.path.join(MACHINES, machine + ".json"), "--address", address,
                       "--port", str(port), "--ready", ready, *options], stderr=log)
    if not until(lambda: os.path.exists(ready) and open(ready).read().count(" ")):
        raise AssertionError("the host at %s does not start" % address)
    return address, child, int(open(ready).read().split()[1])


def address(machine, *options, **more):
    return start(machine, *options, **more)[0]


def logons(host):
    """What a host's log says of log-ons."""
    number = host.rsplit(".", 1)[1]
    with open(os.path.join(_top, "log" + number), encoding="utf-8", errors="replace") as f:
        return [line for line in f if "log-on" in line]


def credential(name="corp", user=USER, password=PASSWORD):
    return {"id": name, "protocol": "wmi", "user": user, "password": password}
