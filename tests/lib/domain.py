"""domain.py: a Samba domain for the length of a test, and our RPC tool in it."""
import json
import os
import subprocess

import tap

DC = os.path.join(tap.ROOT, "tests/fake/samba-dc")
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
                              stderr=subprocess.PIPE, text=True, check=False, timeout=90, **kw)

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
