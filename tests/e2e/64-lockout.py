#!/usr/bin/python3
"""Fifty Windows hosts that ask one account database with a threshold of 3: a wrong
password locks nobody, with 64 workers and scans started one after the other."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import case, done, equal, folder, ok           # noqa: E402
import winhosts                                         # noqa: E402
from helper import Helper                               # noqa: E402
from winhosts import USER, credential                   # noqa: E402

MANY, THRESHOLD = 50, 3
DATABASE = os.path.join(folder(), "accounts")
HOSTS = [winhosts.address("win11", "--lockout", "%s:%d" % (DATABASE, THRESHOLD)) for _ in range(MANY)]
WRONG, ALSO_WRONG = credential(password="wrong"), credential(password="wrong too")


def params(*credentials, **more):
    return {"profile": dict({"name": "lab", "protocols": ["wmi"], "wmiTimeout": 120, "connectTimeout": 5,
                             "concurrency": 64}, **more), "ranges": HOSTS, "credentials": list(credentials)}


def tries():
    """Wrong passwords that the database counts of the account."""
    with open(DATABASE, encoding="utf-8") as f:
        return max([int(x.rsplit("\t", 1)[1]) for x in f if x.lower().startswith(USER.lower() + "\t")], default=0)


def codes(hosts):
    return sorted({(x["error"] or {}).get("code") for x in hosts.values()}, key=str)


def forget():
    os.path.exists(DATABASE) and os.truncate(DATABASE, 0)


def one_scan_after_the_other():
    state = folder()
    for number in (1, 2):
        h = Helper(state)
        finished, hosts, _ = h.scan(params(WRONG))
        equal(finished["hosts"]["auth_failed"], MANY, "scan %d tells of every host that the log-on failed" % number)
        ok(tries() < THRESHOLD, "and the account is not locked", tries())
        ok(codes(hosts) == (["auth_failed", "credential_suspended"] if number == 1 else ["credential_suspended"]),
           "for what reason", codes(hosts))
        equal(h.close(), 0, "and the helper ends with 0")
    equal(tries(), 2, "the account was tried twice in all")
    h = Helper(state)
    _, hosts, _ = h.scan(params(credential()))
    # one machine at all addresses: the others are seen to be the first
    ok(all(x["state"] in ("scanned", "skipped") for x in hosts.values()), "the right password scans every host",
       codes(hosts))
    equal(tries(), 0, "and the database forgets the wrong ones")
    h.close()


def two_scans_in_one_helper():
    """Two timers, the second while the first runs or right behind it."""
    forget()
    h = Helper(folder())
    first = h.request("scan.start", params(WRONG))
    second = h.request("scan.start", params(WRONG, name="another"))
    ids = [a["result"]["scanId"] for a in (h.answer(first), h.answer(second)) if "result" in a]
    equal(len(ids), 2, "two profiles are scanned at once")
    for i in ids:
        h.finished(i)
    ok(tries() < THRESHOLD, "the account is not locked", tries())
    ok(not h.problems(), "every line keeps its schema", h.problems())
    h.close()


def two_helpers_of_one_state():
    """Two timers that start a program each, at once."""
    forget()
    state = folder()
    pair = [Helper(state), Helper(state)]
    started = [h.request("scan.start", params(WRONG, name="timer %d" % i)) for i, h in enumerate(pair)]
    for h, number in zip(pair, started):
        h.finished(h.answer(number)["result"]["scanId"])
    for h in pair:
        h.close()
    ok(tries() < THRESHOLD, "two helpers: the account is not locked", tries())


def seven_shards_of_one_state():
    """As the pods of an Indexed Job that share a volume."""
    forget()
    state = folder()
    shards = [Helper(state) for _ in range(7)]
    started = [h.request("scan.start", dict(params(WRONG), shard={"index": i, "count": 7})) for i, h in enumerate(shards)]
    failed = sum(h.finished(h.answer(n)["result"]["scanId"])["hosts"]["auth_failed"] for h, n in zip(shards, started))
    for h in shards:
        h.close()
    equal(failed, MANY, "seven shards tell of every host that the log-on failed")
    ok(tries() < THRESHOLD, "and the account is not locked", tries())


def one_account_under_two_credentials():
    forget()
    h = Helper(folder())
    _, hosts, _ = h.scan(params(WRONG, dict(ALSO_WRONG, id="again")))
    ok(tries() < THRESHOLD, "two wrong passwords of one account do not lock it either", [tries(), codes(hosts)])
    h.close()


def a_right_password_goes_on_at_full_width():
    forget()
    h = Helper(folder())
    _, hosts, _ = h.scan(params(credential("other", "CORP\\nobody", "x"), credential()))
    ok(all(x["state"] in ("scanned", "skipped") for x in hosts.values()),
       "an account that is suspended does not stop the next one", json.dumps(codes(hosts)))
    ok(tries() == 0, "whose passwords are right", tries())
    h.close()


for test in (one_scan_after_the_other, two_scans_in_one_helper, two_helpers_of_one_state, seven_shards_of_one_state,
             one_account_under_two_credentials, a_right_password_goes_on_at_full_width):
    case(test)
done()
