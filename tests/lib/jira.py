"""jira.py: the Asset Tracker stand-in, started and asked."""
import json
import os
import urllib.request

from tap import ROOT, end, folder, spawn, until

PYTHON = "/usr/bin/python3"


class Tracker:
    def __init__(self, *options, port=0, state=None):
        self.top = folder()
        self.port_file = os.path.join(self.top, "port")
        argv = [PYTHON, os.path.join(ROOT, "tests/fake/tracker.py"), "--port", str(port), "--port-file", self.port_file, *options]
        if state:
            argv += ["--state", state]
        self.child = spawn(argv, stdout=open(os.path.join(self.top, "log"), "wb"), stderr=-2)
        until(lambda: os.path.exists(self.port_file) and os.path.getsize(self.port_file))
        with open(self.port_file, encoding="utf-8") as f:
            self.port = int(f.read())
        self.root = "http://127.0.0.1:%d" % self.port
        self.url = self.root + "/jira"

    def params(self, **more):
        return dict({"url": self.url, "auth": {"type": "basic", "user": "scanner", "password": "secret"}}, **more)

    def _ask(self, what, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.root + "/__control/" + what, data=data, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def assets(self):
        return self._ask("assets")

    def log(self):
        return self._ask("log")

    def faults(self, *faults):
        return self._ask("faults", list(faults))

    def clear(self):
        return self._ask("clear", {})

    def titles(self):
        """Titles of all assets, sorted."""
        return sorted(f["values"][0] for a in self.assets() for f in a["fields"]
                      if f["def"]["type"]["name"] == "system.title")

    def add(self, **fields):
        """An asset that somebody entered an hour ago; "_" in names stands for "."; gives its number."""
        named = {k.replace("_", "."): v if isinstance(v, list) else [v] for k, v in fields.items()}
        named.setdefault("system.title", ["by hand"])
        return self._ask("add", {"fields": named})["id"]

    def change(self, asset, **fields):
        """What a person changes in an asset."""
        for name, value in fields.items():
            self._ask("change", {"id": asset, "fields": {name.replace("_", "."): [value] if value else []}})

    def values(self, asset, name):
        """A field's values in one asset; None: it has none."""
        for a in self.assets():
            for f in a["fields"] if a["id"] == asset else []:
                if f["def"]["type"]["name"] == name:
                    return f["values"]
        return None

    def writes(self):
        """How many requests changed something so far."""
        return len([e for e in self.log() if e["method"] != "GET"])

    def stop(self):
        end(self.child)
