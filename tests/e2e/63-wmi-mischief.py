"""`assetscan scan` against a fake Windows host that is odd or breaks, at each of its
answers: the same asset or a named error, in time."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, SLACK, case, done, equal, folder, ok        # noqa: E402
import winhost                                                  # noqa: E402

SLOW = 8 if os.environ.get("MODE", "release") in ("sanitize", "tsan") else 1
STATE = folder()


def scan(host, seconds=60):
    """A scan of one host: (what scan.host said, seconds)."""
    began = time.monotonic()
    got = subprocess.run([ASSETSCAN, "scan", "--state-dir", STATE, "--range", host.address, "--protocols", "wmi",
                          "--wmi-user", "CORP\\scanner", "--wmi-port", str(host.port), "--wmi-timeout", str(seconds),
                          "--format", "jsonl"], capture_output=True, text=True, check=False, timeout=240,
                         env=dict(os.environ, ASSETSCAN_WMI_PASSWORD=winhost.PASSWORD))
    lines = [json.loads(line) for line in got.stdout.splitlines() if line.startswith("{")]
    hosts = [m["params"] for m in lines if m.get("method") == "scan.host"]
    return (hosts or [{}])[0], time.monotonic() - began


def fields(host):
    return {f["typeName"]: f["values"] for f in host.get("fields") or []}


def the_same_asset_whatever_the_host_is_like():
    host = winhost.Host("win11", "127.0.77.84")
    good, _ = scan(host)
    for name in ("tiny_fragments", "no_smart", "no_multiplex", "dead_bindings", "orpcthat_extensions", "old_com",
                 "no_activator", "timed_out_rows"):
        host = winhost.Host("win11", "127.0.77.85", 0, "--mischief", name)
        mine, _ = scan(host)
        equal((mine.get("state"), fields(mine), mine.get("identity")), ("scanned", fields(good), good["identity"]),
              "%s: the same asset (%s round trips)" % (name, mine.get("roundTrips")))
        ok(name == "no_multiplex" or mine.get("roundTrips", 99) <= 14, name + ": at most 14 round trips")
        ok(host.stop(), name + ": the host is content", host.said())


def hosts_that_break():
    for kind, numbers in (("drop_at", range(1, 9)), ("truncate_at", range(1, 9)), ("bad_length", (1, 2, 4, 6, 8)),
                          ("bad_signature", (2, 4, 6, 8)), ("fault_at", range(1, 9)), ("stall_at", (1, 2, 4, 6, 8)),
                          ("garbage_object", (1,)), ("bind_nak", (1,)), ("many_rows", (3000,)), ("slow_rows", (300,))):
        wrong, worst, states = [], 0, []
        for number in numbers:
            host = winhost.Host("win11", "127.0.77.88", 0, "--mischief", "%s:%d" % (kind, number))
            mine, took = scan(host, 2 * SLOW)
            worst = max(worst, took)
            states.append(mine.get("state"))
            if not mine or (mine["state"] not in ("scanned", "partial") and not (mine.get("error") or {}).get("code")):
                wrong.append("%d: %r" % (number, mine))
            if host.child.poll() is not None:
                wrong.append("%d: the host ended" % number)
            host.stop()
        ok(not wrong, "%s: an asset or a named error (%s)" % (kind, " ".join(map(str, states))), "\n".join(wrong))
        ok(worst < 6 * SLOW + SLACK, "%s: within the host's budget (%.1f s)" % (kind, worst))


for each in (the_same_asset_whatever_the_host_is_like, hosts_that_break):
    case(each)
done()
