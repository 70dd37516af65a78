#!/usr/bin/python3
"""Bad days of Jira through whole scans: what each answer makes of the assets,
what the administrator reads, and that nothing scanned is lost when the program
is killed while it posts."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, SLACK, case, done, equal, folder, ok, spawn, until                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402
from jira import Tracker                                                         # noqa: E402
import recorded                                                                  # noqa: E402

COUNT = 6
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    played = ["pc%d=%s" % (i, recorded.play(os.path.join(top, "pc%d" % i), recorded.linux("pc%d" % i, "3c:ec:ef:53:00:%02x" % i)))
              for i in range(COUNT)]
    with_farm(__file__, "--only", "plain", "--played", ",".join(played))
HOSTS = [farm["hosts"]["pc%d" % i]["address"] for i in range(COUNT)]
NAMES = ["pc%d" % i for i in range(COUNT)]
KEY = open(farm["keys"]["ed25519"]["path"], encoding="utf-8").read()


def params(tracker, hosts=None, **jira):
    return {"profile": {"name": "lab", "protocols": ["ssh"]}, "ranges": hosts or HOSTS,
            "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKey": KEY}], "jira": tracker.params(**jira)}


def status(code, times=1000, method="POST", **more):
    return dict({"do": "status", "status": code, "times": times, "method": method, "path": "/item"}, **more)


LOGIN = "<html><head><title>Log in</title></head><body>Please log in</body></html>"
ANSWERS = [
    # what, fault, outcome, error code, exit code, a word of the sentence or hint
    ("400", status(400, body='{"errorMessages":["no such value"],"errors":{}}', type="application/json"), "failed", "jira_rejected", "no such value"),
    ("403", status(403), "failed", "jira_denied", "right"),
    ("404", status(404), "failed", "jira_not_found", "404"),
    ("413", status(413), "failed", "jira_rejected", "413"),
    ("a redirect to a log-in page", status(302, headers={"Location": "http://sso.example/login"}), None, "jira_redirect", "sso.example"),
    ("a page instead of an answer", {"do": "status", "status": 200, "body": LOGIN, "times": 1000, "method": "POST", "path": "/item"},
     None, "jira_not_json", "log-in page"),
    ("503", status(503), "queued", "jira_", "outbox"),
    ("500", status(500), "queued", "jira_", "outbox"),
]


def an_answer(what, fault, outcome, code, word):
    tracker, state = Tracker(), folder()
    h = Helper(state)
    tracker.faults(fault)
    finished, hosts, assets = h.scan(params(tracker, HOSTS[:2]), 120)
    equal({x["state"] for x in hosts.values()}, {"scanned"}, what + ": the hosts are scanned all the same")
    got = {a["outcome"] for a in assets.values()}
    ok(got == {outcome} if outcome else len(got) == 1 and got < {"failed", "queued"}, "%s: both assets are %s" % (what, got), assets)
    ok(all(a["error"]["code"].startswith(code) for a in assets.values()), what + ": the error is %s" % code, assets)
    said = " ".join(a["error"]["message"] + " " + a["error"]["hint"] for a in assets.values())
    ok(word in said, "%s: the administrator reads \"%s\"" % (what, word), said)
    ok(all(any(w in n["message"] for n in h.notes("scan.log")) for w in HOSTS[:2]), what + ": the log names both hosts")
    records = h.call("outbox.list")["result"]["records"]
    equal(len(records), 2, what + ": both results are kept")
    if what == "500":                       # as the page before, whose minute of looking twice is enough
        h.close()
        tracker.stop()
        return
    tracker.faults()
    answer = h.call("outbox.flush", {"jira": tracker.params(), "includeRejected": True}, 120)
    equal(tracker.titles(), NAMES[:2], what + ": once it is over both are posted")
    equal(h.call("outbox.list")["result"]["records"], [], what + ": and the outbox is empty")
    problems = h.problems()
    ok(not problems, what + ": every line keeps its schema", "\n".join(problems[:5]) + repr(answer))
    h.close()
    tracker.stop()


def it_waits_as_told():
    for code in (429, 503):
        tracker, h = Tracker(), Helper(folder())
        tracker.faults(status(code, times=1, headers={"Retry-After": "2"}))
        began = time.monotonic()
        finished, _, _ = h.scan(params(tracker, HOSTS[:1]), 60)
        took = time.monotonic() - began
        equal(finished["assets"]["created"], 1, "after a %d with Retry-After the asset is created" % code)
        ok(2 <= took < 15 + SLACK, "and not before the two seconds were over: %.1f s" % took)
        h.close()
        tracker.stop()


def killed_while_posting():
    for round_ in range(6):
        tracker, state = Tracker(), folder()
        # Slow answers, so that the kill meets each step of a create.
        tracker.faults({"do": "stall-after" if round_ % 2 else "stall", "seconds": 0.15, "times": 1000, "method": "POST", "path": "/item"})
        request = {"jsonrpc": "2.0", "id": 1, "method": "scan.start", "params": params(tracker)}
        child = spawn([ASSETSCAN, "rpc", "--state-dir", state], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        for line in child.stdout:
            if b'"scan.host"' in line:
                break
        time.sleep(0.07 + 0.13 * round_)
        child.send_signal(signal.SIGKILL)
        child.wait()
        # what had reached Jira is done there now
        until(lambda: all("end" in e for e in tracker.log()))
        before = len(tracker.assets())
        tracker.faults()
        h = Helper(state)
        h.scan(params(tracker), 400)
        # Killed before its create was on the way: it is looked for twice, a minute apart.
        if {r["state"] for r in h.call("outbox.list")["result"]["records"]} == {"intent"}:
            h.call("outbox.flush", {"jira": tracker.params()}, 400)
        equal(tracker.titles(), NAMES, "killed with %d of %d there: after a second run each is there once" % (before, COUNT))
        equal(h.call("outbox.list")["result"]["records"], [], "and nothing is left in the outbox")
        h.close()
        tracker.stop()


def cancelled_while_posting():
    for do in ("stall", "stall-after", "slow"):
        tracker, h = Tracker(), Helper(folder())
        tracker.faults({"do": do, "seconds": 20, "times": 1000, "method": "POST", "path": "/item"})
        scan = h.call("scan.start", params(tracker))["result"]["scanId"]
        until(lambda: [e for e in tracker.log() if e["method"] == "POST"])
        began = time.monotonic()
        got = h.call("scan.cancel", {"scanId": scan})
        took = time.monotonic() - began
        ok(took < 1 + SLACK, "a scan whose post hangs (%s) is cancelled in %.2f s" % (do, took))
        equal(got["result"]["state"], "cancelled", "and says so")
        finished = h.finished(scan)
        scanned = finished["hosts"]["scanned"]
        outcomes = [a["outcome"] for a in h.notes("scan.asset", scanId=scan)]
        equal(len(outcomes), scanned, "each host that was scanned has its asset line")
        records = h.call("outbox.list")["result"]["records"]
        equal(len(records), outcomes.count("queued"), "what was not posted waits in the outbox")
        problems = h.problems()
        ok(not problems, "every line keeps its schema", "\n".join(problems[:5]))
        asked = len(tracker.log())
        h.request("outbox.flush", {"jira": tracker.params()})
        until(lambda: len(tracker.log()) > asked)
        began = time.monotonic()
        h.call("helper.shutdown", {"mode": "cancel"})
        equal(h.child.wait(60), 0, "a shutdown ends a flush that hangs")
        ok(time.monotonic() - began < 1 + SLACK, "at once")
        tracker.stop()


def secrets_stay_inside():
    words = {"jira": "sekret-J1ra", "ssh": farm["users"]["alice"]["password"], "key": KEY.splitlines()[2]}
    tracker, state = Tracker("--password", words["jira"]), folder()
    env = dict(os.environ, ASSETSCAN_JIRA_PASSWORD=words["jira"])
    read, write = os.pipe()
    os.write(write, words["ssh"].encode() + b"\n")
    os.close(write)
    tracker.faults({"do": "stall", "seconds": 3, "times": 1, "method": "POST", "path": "/item"},
                   {"do": "status", "status": 503, "times": 1000, "method": "POST", "path": "/item"})
    child = spawn([ASSETSCAN, "scan", "--range=" + ",".join(HOSTS[:2]), "--ssh-user=alice", "--ssh-password-fd=%d" % read, "--verbose",
                   "--state-dir=" + state, "--jira-user=scanner", "--jira-url=" + tracker.url], pass_fds=[read], env=env,
                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: any(e["fault"] == "stall" for e in tracker.log()))
    shown = b""
    for name in ("cmdline", "environ"):
        with open("/proc/%d/%s" % (child.pid, name), "rb") as f:
            shown += f.read()
    out, err = child.communicate(timeout=240)
    equal(child.returncode, 3, "a scan whose results wait in the outbox ends with 3")
    stored = b"".join(open(os.path.join(d, f), "rb").read() for d, _, fs in os.walk(state) for f in fs)
    ok(b"pc0" in stored or b"pc1" in stored, "the outbox holds what Jira did not take")
    for where, text in (("/proc", shown), ("standard output", out), ("standard error", err), ("the state folder", stored)):
        for name, word in words.items():
            ok(word.encode() not in text, "%s holds no %s secret" % (where, name))
    loose = [os.path.join(d, n) for d, ds, fs in os.walk(state) for n in ds + fs
             if os.lstat(os.path.join(d, n)).st_mode & 0o077]
    equal(loose, [], "nobody else may read what is stored")
    tracker.stop()


def records_are_dropped_as_the_table_shows_them():
    tracker, state = Tracker(), folder()
    tracker.faults(status(400))
    h = Helper(state)
    h.scan(params(tracker, HOSTS[:3]))
    h.close()
    tracker.stop()

    def outbox(*args):
        return subprocess.run([ASSETSCAN, "outbox", *args, "--state-dir=" + state], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    rows = outbox("list").stdout.decode().splitlines()[1:]
    equal(len(rows), 3, "outbox list has a row for each record")
    got = outbox("drop", rows[0].split()[0])
    equal((got.returncode, got.stdout), (0, b"1 dropped\n"), "an id drops its record, even as the table cut it")
    got = outbox("drop", rows[1].split()[0][:4])
    ok(got.returncode == 1 and b"several records begin with" in got.stderr, "a beginning of two ids drops neither", got)
    equal(outbox("drop", "nothing").returncode, 1, "an unknown id is an error")
    equal(outbox("drop", "--all").stdout, b"2 dropped\n", "--all drops the rest")


for answer_ in ANSWERS:
    if len(sys.argv) < 2 or sys.argv[1] in answer_[0]:
        case(lambda: an_answer(*answer_))
for test in (it_waits_as_told, killed_while_posting, cancelled_while_posting, records_are_dropped_as_the_table_shows_them,
             secrets_stay_inside):
    if len(sys.argv) < 2 or sys.argv[1] in test.__name__:
        case(test)
done()
