"""helper.py: the program as the plugin spawns it, every line of it validated."""
import json
import os
import queue
import subprocess
import sys
import threading
import time

from tap import ASSETSCAN, ROOT, spawn

sys.path.insert(0, os.path.join(ROOT, "tests"))
import validate_lines                                   # noqa: E402


class Helper:
    """One running `assetscan rpc`.  Lines are read by a thread of their own."""

    def __init__(self, state, *args, env=None, read=True, **kw):
        self.child = spawn([ASSETSCAN, "rpc", "--state-dir", state, *args],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, env=env, **kw)
        self.sent, self.lines, self.errors = [], [], []
        self.queue = queue.Queue()
        self.id = 0
        threading.Thread(target=self._diagnostics, daemon=True).start()
        if read:
            self.start_reading()

    def start_reading(self):
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _diagnostics(self):
        for line in self.child.stderr:
            self.errors.append(line.decode("utf-8", "replace"))

    def _read(self):
        for raw in self.child.stdout:
            message = json.loads(raw)
            self.lines.append((time.monotonic(), message))
            self.queue.put(message)
        self.queue.put(None)

    def send(self, message):
        """One message (or raw bytes) as a line."""
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        if not isinstance(message, bytes):
            self.sent.append(message)
        self.child.stdin.write(raw + b"\n")
        self.child.stdin.flush()

    def request(self, method, params=None):
        self.id += 1
        message = {"jsonrpc": "2.0", "id": self.id, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message)
        return self.id

    def answer(self, number, seconds=300):
        """The answer with that id; what comes before it stays in lines."""
        stop = time.monotonic() + seconds
        seen = 0
        while time.monotonic() < stop:
            for _, message in self.lines[seen:]:
                seen += 1
                if isinstance(message, dict) and message.get("id") == number and "method" not in message:
                    return message
            if self.child.poll() is not None and not self.reader.is_alive() and seen == len(self.lines):
                break
            time.sleep(0.005)
        raise AssertionError("no answer to %r: %s" % (number, "".join(self.errors[-20:])))

    def call(self, method, params=None, seconds=300):
        return self.answer(self.request(method, params), seconds)

    def notes(self, method, **members):
        """Notifications of that name so far whose params hold these members."""
        return [m["params"] for _, m in list(self.lines)
                if isinstance(m, dict) and m.get("method") == method
                and all(m["params"].get(k) == v for k, v in members.items())]

    def finished(self, scan, seconds=300):
        stop = time.monotonic() + seconds
        while time.monotonic() < stop:
            got = self.notes("scan.finished", scanId=scan)
            if got:
                return got[0]
            if self.child.poll() is not None and not self.reader.is_alive():
                break
            time.sleep(0.01)
        raise AssertionError("no scan.finished of %s: %s" % (scan, "".join(self.errors[-20:])))

    def scan(self, params, seconds=300):
        """A whole scan; gives (finished, hosts by address, assets by address)."""
        got = self.call("scan.start", params, seconds)
        if "result" not in got:
            raise AssertionError("scan.start was refused: %r" % got)
        scan = got["result"]["scanId"]
        finished = self.finished(scan, seconds)
        return (finished,
                {h["address"]: h for h in self.notes("scan.host", scanId=scan)},
                {a["address"]: a for a in self.notes("scan.asset", scanId=scan)})

    def close(self, seconds=120):
        """End of input; gives the exit status."""
        self.child.stdin.close()
        status = self.child.wait(seconds)
        self.reader.join(60)
        return status

    def problems(self):
        """What the independent validator says of every line so far."""
        validator = validate_lines.Validator()
        for request in self.sent:
            validator.request(request)
        return [w for _, m in list(self.lines) for w in validator.line(m)]
