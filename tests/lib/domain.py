"""domain.py: a Samba domain for the length of a test, our RPC tool and fake
Windows hosts in it."""
import json
import os
import subprocess

import tap

DC = os.path.join(tap.ROOT, "tests/fake/samba-dc")
WINHOST = os.path.join(tap.BUILD, "tests/fake/winhost/winhost")
TOOL = os.path.join(tap.BUILD, "tests/wmi/rpc_tool")


class Domain:
    """Started at once, stopped by the end of the test (stop())."""

    def __init__(self):
        self.folder = tap.folder()
        subprocess.run([DC, "start", self.folder], check=True)
        with open(self.folder + "/domain.json", encoding="utf-8") as f:
            self.__dict__.update(json.load(f))
        self.samr = self.rpc(135, "eptmap").get("port", 0)
        # The management interface lives where LSA does.
        self.mgmt = 49153

    def stop(self):
        subprocess.run([DC, "stop", self.folder], check=False)

    def kdc(self, what):
        subprocess.run([DC, "kdc", self.folder, what], check=True)

    def reset(self):
        subprocess.run([DC, "reset", self.folder], check=True)

    def run(self, *argv, **kw):
        return subprocess.run([DC, "run", self.folder, "--", *argv], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=300, **kw)

    def rpc(self, port, call, *more, user=None, prefix=(), env=None, **options):
        """One run of rpc_tool: its JSON.  user: a name of domain.json, logged on
        with its own password unless another secret is given, or any other form."""
        if user in self.users and not {"password", "hash", "keytab", "ccache"} & options.keys():
            options["password"] = self.users[user]["password"]
        if user is not None:
            options["user"] = user if "\\" in user or "@" in user else self.domain + "\\" + user
        argv = [*prefix, TOOL, self.ip, str(port), call, *map(str, more)]
        argv += ["%s=%s" % pair for pair in options.items() if pair[1] is not None]
        got = self.run("env", *["%s=%s" % x for x in (env or {}).items()], *argv)
        try:
            return json.loads(got.stdout)
        except ValueError:
            return {"error": "no JSON", "text": got.stdout + got.stderr}


def unnamed(folder, name="winhost.lab.test"):
    """From now on the domain's resolver does not know that name: whichever host says
    that it is its own is believed."""
    path = folder + "/etc/hosts"
    with open(path, encoding="utf-8") as f:
        lines = [x for x in f if name not in x.split()]
    with open(path, "w", encoding="utf-8") as f:        # in place: it is mounted over /etc/hosts
        f.writelines(lines)


class Windows:
    """A fake host in the domain's network; log is what it says of log-ons."""

    def __init__(self, dc, keytab, address="127.0.51.1", **names):
        with open(tap.ROOT + "/tests/fake/machines/win11.json", encoding="utf-8") as f:
            machine = json.load(f)
        machine.update(names)
        self.folder = tap.folder()
        self.log = self.folder + "/log"
        with open(self.folder + "/machine.json", "w", encoding="utf-8") as f:
            json.dump(machine, f)
        with open(self.log, "wb") as log:
            self.child = tap.spawn([DC, "run", dc.folder, "--", "env", "KRB5_KTNAME=" + keytab, WINHOST, "--machine",
                                    self.folder + "/machine.json", "--address", address, "--ready", self.folder + "/up"],
                                   stdin=-3, stdout=log, stderr=log)
        tap.until(lambda: os.path.exists(self.folder + "/up"))

    def said(self):
        with open(self.log, encoding="utf-8") as f:
            return f.read()

    def stop(self):
        tap.end(self.child)
