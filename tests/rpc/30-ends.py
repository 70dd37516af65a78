#!/usr/bin/python3
"""How a session ends, and what it costs: the reader goes, stops, or sends bits."""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, "tests")
import validate_lines

PROGRAM = os.path.join(os.environ.get("BUILD", "build/release"), "assetscan")
SLOW = os.environ.get("MODE", "release") in ("sanitize", "tsan")
SLACK = 12 if SLOW else 4      # a busy machine's; what it is to find takes longer
count = failed = 0
state = tempfile.TemporaryDirectory(prefix="assetscan-rpc-")


def ok(good, what, why=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    if not good:
        print("# " + str(why)[:2000].replace("\n", "\n# "), flush=True)


def start(**kw):
    return subprocess.Popen([PROGRAM, "rpc", "--state-dir", state.name],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **kw)


def line(number, method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method,
                       "params": params}).encode() + b"\n"


def ends(child, seconds=120):
    """The exit status, or None when it did not end by itself."""
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return None


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for row in f:
            if row.startswith("VmRSS:"):
                return int(row.split()[1]) * 1024
    return 0


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def settled(pid):
    """Waits until the process does nothing any more."""
    quiet, last = 0, cpu(pid)
    for _ in range(600):
        time.sleep(0.1)
        now = cpu(pid)
        quiet, last = (quiet + 1 if now == last else 0), now
        if quiet == 5:
            return


# --- the answer comes soon ---
best = 9.0
for _ in range(5):
    began = time.monotonic()
    c = start()
    c.stdin.write(line(1, "helper.info"))
    c.stdin.flush()
    got = c.stdout.readline()
    best = min(best, time.monotonic() - began)
    c.stdin.close()
    ok(ends(c) == 0 and b'"assetscan"' in got, "the end of input ends it with 0")
print(f"# spawn to the answer of helper.info: {best * 1000:.1f} ms at best")
ok(best < (2.0 if SLOW else 0.5), "from spawn to helper.info takes no time", best)

# --- the reader goes ---
c = start()
c.stdin.write(line(1, "scan.list"))
c.stdin.flush()
c.stdout.readline()
c.stdout.close()
began = time.monotonic()
status = ends(c)
ok(status == 0 and time.monotonic() - began < 5 + SLACK,
   "a closed output ends an idle helper although its input stays open", status)
c.stdin.close()

c = start()
c.stdout.close()
try:
    c.stdin.write(line(1, "helper.info") * 100)
    c.stdin.flush()
except BrokenPipeError:
    pass
ok(ends(c) == 0, "so does one that was closed from the start")
try:
    c.stdin.close()
except BrokenPipeError:
    pass

# --- the link goes ---
def linked(seconds):
    return subprocess.Popen([PROGRAM, "rpc", "--state-dir", state.name, "--link-timeout", seconds],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


c = linked("3")
began = time.monotonic()
for i in range(9):
    c.stdin.write(line(i, "scan.list"))
    c.stdin.flush()
    time.sleep(0.5)
ok(c.poll() is None, "a helper behind a link stays while it hears something")
status = ends(c)
took = time.monotonic() - began
ok(status == 0 and 6.5 < took < 12 + SLACK, "and ends when nothing comes any more, with both ends open", (status, took))
c.stdin.close()
c = linked("1.5")
for i in range(20):
    c.stdin.write(line(i, "rpc.discover"))
c.stdin.flush()
ok(ends(c) == 0, "also with answers that nobody takes")
c.stdin.close()
for word in "0", "x", "1e9", "-1":
    c = subprocess.run([PROGRAM, "rpc", "--link-timeout=" + word], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, check=False)
    ok(c.returncode == 1 and b"--link-timeout takes seconds" in c.stderr, f"--link-timeout={word} is refused", c.stderr)

# --- shutdown ---
for mode in "finish", "cancel":
    c = start()
    c.stdin.write(line(1, "helper.shutdown", mode=mode))
    c.stdin.flush()
    c.stdout.readline()
    ok(ends(c) == 0, f"helper.shutdown {mode} ends it although its input stays open")
    c.stdin.close()

# --- the reader stops ---
REQUESTS = 3000         # 90 KiB of answer each: 270 MB in all
c = start()
validator = validate_lines.Validator()


def pour():
    for i in range(1, REQUESTS + 1):
        c.stdin.write(line(i, "rpc.discover"))
    c.stdin.close()


writer = threading.Thread(target=pour)
writer.start()
settled(c.pid)
held = memory(c.pid)
print(f"# memory with a reader that stopped: {held / 1048576:.0f} MiB")
ok(held < (1024 if SLOW else 128) << 20, "memory stays bounded when nobody reads", held)
ids, wrong = [], []
for raw in c.stdout:
    m = json.loads(raw)
    ids.append(m.get("id"))
    if "result" not in m or not raw.endswith(b"\n"):
        wrong.append(raw[:200])
writer.join()
ok(ids == list(range(1, REQUESTS + 1)) and not wrong,
   "and then every answer comes, whole and in order", wrong[:3])
ok(ends(c) == 0, "and it ends with 0")

# --- the writer sends bits ---
c = start()
for octet in line(1, "scan.list") + line(2, "no.such") + b"\xff\n":
    c.stdin.write(bytes([octet]))
    c.stdin.flush()
c.stdin.close()
lines = c.stdout.read().splitlines(keepends=True)
ends(c)
wrong = [w for raw in lines for w in validator.line(raw)]
ok([json.loads(x).get("error", {}).get("code") for x in lines] ==
   [None, -32601, -32700] and not wrong,
   "lines that come octet by octet are answered", lines)
# --- what was secret is gone ---
def copies(pid, what):
    """How often the octets stand in the memory of a process; None: not allowed."""
    n = 0
    try:
        with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
                open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for row in maps:
                span, rights = row.split()[:2]
                if "r" not in rights or "[v" in row:
                    continue
                low, high = (int(x, 16) for x in span.split("-"))
                if high - low > 1 << 30:    # a sanitizer's shadow
                    continue
                try:
                    mem.seek(low)
                    n += mem.read(high - low).count(what)
                except (OSError, ValueError, OverflowError):
                    continue
    except PermissionError:
        return None
    return n


PASSWORD = "Zq8kPw" + "XyTt77secretA"
c = start()
held = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "profile.validate", "params": {
    "profile": {"name": "a", "folder": "/" + "x" * 300000},
    "credentials": [{"id": "l", "protocol": "ssh", "user": "u", "password": PASSWORD}],
    "jira": {"url": "http://jira.example",
             "auth": {"type": "bearer", "token": PASSWORD}}}}).encode()
c.stdin.write(held)
c.stdin.flush()
seen = None
for _ in range(100):
    seen = copies(c.pid, PASSWORD.encode())
    if seen != 0:
        break
    time.sleep(0.1)
if seen is None:
    ok(True, "no password stays in memory # skip only root may look")
else:
    ok(seen > 0, "a password is in memory while its line is held", seen)
    c.stdin.write(b"\n{\"password\": \"" + PASSWORD.encode() + b"\",}\n")
    c.stdin.flush()
    answers = [json.loads(c.stdout.readline()) for _ in range(2)]
    for _ in range(100):
        seen = copies(c.pid, PASSWORD.encode())
        if seen == 0:
            break
        time.sleep(0.2)
    ok(seen == 0 and "result" in answers[0] and "error" in answers[1],
       "and gone once it was answered, rightly or wrongly", seen)
c.stdin.close()
ends(c)
print(f"1..{count}")
sys.exit(failed != 0)
