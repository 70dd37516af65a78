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
        for base in (self.url, self.root):
            try:
                request = urllib.request.Request(base + "/__control/" + what, data=data,
                                                 headers={"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as e:
                if e.code != 404:
                    raise
        raise AssertionError("the stand-in does not know " + what)

    def assets(self):
        return self._ask("assets")

    def log(self):
        return self._ask("log")

    def faults(self, *faults):
        return self._ask("faults", list(faults))

    def clear(self):
        return self._ask("clear", {})

    def stop(self):
        end(self.child)
