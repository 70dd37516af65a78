"""winhost.py: starts fake Windows hosts for the scripts that ask them."""
import json
import os

from tap import BUILD, ROOT, end, folder, spawn, until

WINHOST = os.path.join(BUILD, "tests", "fake", "winhost", "winhost")
MACHINES = ("win11", "server2022", "win7")
USER, PASSWORD, DOMAIN = "scanner", "Passw0rd!", "CORP"


def machine(name):
    """The JSON that the host of that name plays."""
    with open(os.path.join(ROOT, "tests", "fake", "machines", name + ".json"), encoding="utf-8") as f:
        return json.load(f)


class Host:
    """One fake Windows host; port 0 lets the kernel choose, 135 needs the right to."""

    def __init__(self, name, address, port=0, *args):
        self.name, self.address = name, address
        self.folder = folder()
        self.log = os.path.join(self.folder, "log")
        ready = os.path.join(self.folder, "ready")
        path = name if os.path.sep in name else os.path.join(
            ROOT, "tests", "fake", "machines", name + ".json")
        with open(self.log, "wb") as log:
            self.child = spawn([WINHOST, "--machine", path, "--address", address,
                                "--port", str(port), "--ready", ready, *args], stderr=log)
        if not until(lambda: os.path.exists(ready) and os.path.getsize(ready) or
                     self.child.poll() is not None) or self.child.poll() is not None:
            raise AssertionError("winhost did not start: " + self.said())
        with open(ready, encoding="ascii") as f:
            self.port, self.dynamic_port = map(int, f.read().split())

    def said(self):
        """What it wrote so far: log-ons, and whatever a sanitizer had to say."""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        """Ends it; True when nothing but log-ons was written and nothing broke before."""
        alive = self.child.poll() is None
        end(self.child)
        strange = [line for line in self.said().splitlines() if not line.startswith("winhost: log-on")]
        return alive and not strange
