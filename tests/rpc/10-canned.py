#!/usr/bin/python3
"""The canned suite: each tests/rpc/*.jsonl is a session with `assetscan rpc`.

  # text          a comment
  > TEXT          sends the line
  >long N         sends a line of N octets that is no JSON
  >deep N         sends a line of N opening and N closing brackets
  >hex HH HH ...  sends these octets and a newline
  >cut TEXT       sends the text without a newline, then ends the input
  < JSON          the next line that comes must match
  $ N             the exit status at the end (0 unless said)

At the end of a file the input is ended; nothing more may come.  Matching is
exact but for these, wherever they stand in the expected JSON:

  "*"             anything
  "*string"       any value of that type (also integer, number, boolean, array,
                  object, null)
  "*~REGEX"       a string in which the regular expression is found
  "...": true     as a member of an object: others may be there too
  "..."           as the last element of an array: more may follow

Every line that comes is also validated against the schemas.
"""
import glob
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, "tests")
import validate_lines

BUILD = os.environ.get("BUILD", "build/release")
SECONDS = 120
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool,
         "array": list, "object": dict, "null": type(None)}
count = failed = 0


def ok(good, what, why=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    if not good:
        print("# " + str(why)[:4000].replace("\n", "\n# "), flush=True)


def differs(want, got, at=""):
    """None, or where and how got is not what was expected."""
    if isinstance(want, str) and want.startswith("*"):
        if want == "*":
            return None
        if want.startswith("*~"):
            good = isinstance(got, str) and re.search(want[2:], got)
        else:
            good = isinstance(got, TYPES[want[1:]]) and \
                (want == "*boolean" or not isinstance(got, bool))
        return None if good else f"{at or '/'}: {got!r} is no {want}"
    if isinstance(want, dict) and isinstance(got, dict):
        more = want.get("...") is True
        for k in want:
            if k == "..." and more:
                continue
            if k not in got:
                return f"{at}/{k} is missing"
            wrong = differs(want[k], got[k], f"{at}/{k}")
            if wrong:
                return wrong
        extra = set(got) - set(want)
        return None if more or not extra else f"{at or '/'}: also {sorted(extra)}"
    if isinstance(want, list) and isinstance(got, list):
        more = want[-1:] == ["..."]
        if more:
            want = want[:-1]
        if len(got) < len(want) or (len(got) > len(want) and not more):
            return f"{at or '/'}: {len(got)} elements, not {len(want)}"
        for i, (w, g) in enumerate(zip(want, got)):
            wrong = differs(w, g, f"{at}/{i}")
            if wrong:
                return wrong
        return None
    same = want == got and isinstance(want, bool) == isinstance(got, bool)
    return None if same else f"{at or '/'}: {got!r}, not {want!r}"


class Session:
    def __init__(self, state):
        self.child = subprocess.Popen(
            [os.path.join(BUILD, "assetscan"), "rpc", "--state-dir", state],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.came, self.told = queue.Queue(), []
        for stream, sink in ((self.child.stdout, self.came.put),
                             (self.child.stderr, self.told.append)):
            threading.Thread(target=self.pump, args=(stream, sink),
                             daemon=True).start()
        self.validator = validate_lines.Validator()
        self.invalid = []

    @staticmethod
    def pump(stream, sink):
        for line in stream:
            sink(line)
        sink(None)

    def send(self, octets, newline=b"\n"):
        self.validator.request(octets)
        self.child.stdin.write(octets + newline)
        self.child.stdin.flush()

    def hear(self):
        line = self.came.get(timeout=SECONDS)
        if line is not None:
            if not line.endswith(b"\n"):
                self.invalid.append(f"a torn line: {line[:200]!r}")
            self.invalid += [f"{w} in {line[:300]!r}"
                             for w in self.validator.line(line)]
        return line


def step(s, line):
    """Does one line of a session file; None or what was wrong."""
    what, _, rest = line.partition(" ")
    if what == ">":
        s.send(rest.encode())
    elif what == ">long":
        s.send(b"x" * int(rest))
    elif what == ">deep":
        s.send(b"[" * int(rest) + b"]" * int(rest))
    elif what == ">hex":
        s.send(bytes.fromhex(rest))
    elif what == ">cut":
        s.send(rest.encode(), b"")
        s.child.stdin.close()
    elif what == "<":
        got = s.hear()
        if got is None:
            return f"the end came instead of {rest}"
        wrong = differs(json.loads(rest), json.loads(got))
        return f"{wrong}\nwanted {rest}\ngot    {got.decode()[:1500]}" if wrong else None
    else:
        return f"not understood: {line}"
    return None


def session(path):
    name = os.path.basename(path)
    wanted_status = 0
    with tempfile.TemporaryDirectory(prefix="assetscan-rpc-") as state:
        s = Session(state)
        number, wrong = 0, None
        try:
            with open(path, encoding="utf-8") as f:
                for number, line in enumerate(f, 1):
                    line = line.rstrip("\n")
                    if not line or line.startswith("#"):
                        continue
                    if line.startswith("$ "):
                        wanted_status = int(line[2:])
                        continue
                    wrong = step(s, line)
                    if wrong:
                        break
            if not s.child.stdin.closed:
                s.child.stdin.close()
            after = s.hear() if not wrong else None
            if after is not None:
                wrong = f"after the end came {after[:1000]!r}"
            status = s.child.wait(SECONDS)
            if not wrong and status != wanted_status:
                wrong = f"it ended with {status}, not {wanted_status}"
        except (queue.Empty, BrokenPipeError, subprocess.TimeoutExpired) as e:
            wrong = wrong or f"{type(e).__name__}: {e}"
            s.child.kill()
            s.child.wait()
        told = b"".join(x for x in s.told if x).decode("utf-8", "replace")
        ok(not wrong, f"{name} goes as written", f"{path}:{number}: {wrong}\n{told}")
        ok(not s.invalid, f"{name}: every line has its schema", "\n".join(s.invalid))


for one in sorted(glob.glob("tests/rpc/*.jsonl")):
    session(one)
print(f"1..{count}")
sys.exit(failed != 0 or count == 0)
