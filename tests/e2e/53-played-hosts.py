#!/usr/bin/python3
"""Recorded computers behind real OpenSSH servers: what their owners' machines
would print comes out as facts, fields and identity."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok                    # noqa: E402
from farm import with_farm                                                       # noqa: E402

RECORDINGS = ("macbook-silicon", "imac-intel", "alpine-busybox", "laptop-dock", "lxc-container", "cloud-arm", "rhel8-root")
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    with_farm(__file__, "--only", "plain", "--played", ",".join(
        "%s=%s/tests/unix/recorded/%s.out" % (n, ROOT, n) for n in RECORDINGS))

AT = {host["address"]: name for name, host in farm["hosts"].items()}
hosts = {}


def scan():
    top = folder()
    r = subprocess.run([ASSETSCAN, "scan", "--range=" + ",".join(AT), "--ssh-user=alice", "--protocols=ssh",
                        "--ssh-key-file=" + farm["keys"]["ed25519"]["path"], "--dry-run", "--format=jsonl", "--state-dir=" + top],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90, check=False)
    for line in r.stdout.decode().splitlines():
        m = json.loads(line)
        if m.get("method") == "scan.host":
            hosts[AT[m["params"]["address"]]] = m["params"]
    ok(len(hosts) == len(AT), "every host has its line", r.stdout.decode()[-2000:] + r.stderr.decode()[-2000:])


def facts_arrive():
    for name in RECORDINGS:
        with open("%s/tests/unix/recorded/%s.json" % (ROOT, name), encoding="utf-8") as f:
            wanted = json.load(f)
        host = hosts[name]
        equal(host["state"], "scanned", name + " is scanned")
        equal(host["os"]["name"], wanted["facts"]["os"][0]["name"], name + ": its system")
        equal(host["identity"]["macs"], wanted["identity"]["macs"], name + ": its addresses")
        equal({i["mac"]: i["why"] for i in host["identity"]["ignoredMacs"]}, wanted["identity"]["ignored"],
              name + ": the addresses left out, and why")
        equal(host["identity"]["serial"], wanted["identity"].get("serial"), name + ": its serial number")
        # connect, log-on and script: no question needs a wait of its own
        ok(host["roundTrips"] <= 16, name + ": few round trips", host["roundTrips"])


def reasons_arrive():
    why = {m["field"]: m for m in hosts["alpine-busybox"]["missing"]}
    ok(any("needs root" in m["why"] and "sudoers" in m["fix"] for m in why.values()),
       "a serial number that only root may read says so, with the fix", why)
    why = {m["field"]: m for m in hosts["lxc-container"]["missing"]}
    ok(any("container" in m["why"] for m in why.values()), "a container does not show its host's serial number", why)


def the_real_one_too():
    equal(hosts["plain"]["state"], "scanned", "a real shell runs the script")
    equal(hosts["plain"]["os"]["family"], "linux", "and this machine's facts come back")


for test in (scan, facts_arrive, reasons_arrive, the_real_one_too):
    case(test)
done()
