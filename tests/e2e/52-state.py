#!/usr/bin/python3
"""Where state cannot be written, scanning goes on with a warning; posting and
accept-new refuse.  Full, read-only and missing folders, on file systems of the
test's own."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import case, done, equal, folder, ok, tmpfs                                    # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402
from jira import Tracker                                                         # noqa: E402
import recorded                                                                  # noqa: E402

if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    pc = recorded.play(os.path.join(top, "pc"), recorded.linux("pc", "3c:ec:ef:52:00:01"))
    with_farm(__file__, "--only", "plain", "--played", "pc=" + pc)
HOST = farm["hosts"]["pc"]["address"]
KEY = open(farm["keys"]["ed25519"]["path"], encoding="utf-8").read()


def params(tracker=None, **jira):
    p = {"profile": {"name": "lab", "protocols": ["ssh"]}, "ranges": [HOST],
         "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKey": KEY}]}
    if tracker:
        p["jira"] = tracker.params(**jira)
    return p


def fill(path):
    with open(os.path.join(path, "filler"), "wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            pass


def full():
    path = tmpfs("size=64k")
    fill(path)
    return path


def state_is_unusable(what, state):
    tracker, h = Tracker(), Helper(state)
    pins = {"pins": [{"address": HOST, "sha256": farm["hosts"]["pc"]["fingerprints"]["ed25519"]}]}
    p = params()
    _, hosts, _ = h.scan(p)
    ok(hosts[HOST]["state"] == "error" and hosts[HOST]["error"]["code"] in ("host_key_unknown", "state_dir"),
       what + ": accept-new refuses a new key", hosts[HOST])
    ok([n for n in h.notes("scan.log") if n["level"] == "warning" and state in n["message"]], what + ": a warning names the folder",
       json.dumps(h.notes("scan.log")))
    p["profile"]["hostKeys"] = pins
    _, hosts, _ = h.scan(p)
    equal(hosts[HOST]["state"], "scanned", what + ": a pinned host is scanned")
    p = params(tracker)
    p["profile"]["hostKeys"] = pins
    finished, hosts, assets = h.scan(p)
    equal((finished["reason"], hosts[HOST]["state"]), ("completed", "scanned"), what + ": with Jira the scan goes on, too")
    equal((assets[HOST]["outcome"], assets[HOST]["error"]["code"]), ("failed", "state_dir"), what + ": but posting refuses, and says why")
    equal(tracker.assets(), [], what + ": nothing was posted")
    p["jira"]["dryRun"] = True
    finished, _, _ = h.scan(p)
    equal(finished["assets"]["dry_run"], 1, what + ": a dry run needs no state")
    problems = h.problems()
    ok(not problems, what + ": every line keeps its schema", "\n".join(problems[:5]))
    h.close()
    tracker.stop()


def a_disk_that_fills_up_later():
    state = tmpfs("size=100k")
    tracker, h = Tracker(), Helper(state)
    h.scan(params())                        # the host's key is known now
    fill(state)
    finished, hosts, assets = h.scan(params(tracker))
    equal(hosts[HOST]["state"], "scanned", "a disk that filled up: the scan goes on")
    equal((assets[HOST]["outcome"], assets[HOST]["error"]["code"]), ("failed", "state_dir"), "and no asset is made that cannot be written down first")
    equal(tracker.assets(), [], "none")
    os.unlink(os.path.join(state, "filler"))
    finished, _, _ = h.scan(params(tracker))
    equal(finished["assets"]["created"], 1, "with room again it is made")
    h.close()
    tracker.stop()


for name, make in (("a full disk", full), ("a read-only folder", lambda: tmpfs("ro,size=64k")),
                   ("no folder", lambda: "/dev/null/state")):
    case(lambda: state_is_unusable(name, make()))
case(a_disk_that_fills_up_later)
done()
