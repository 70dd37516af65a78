#!/usr/bin/python3
"""The main job on real servers: ranges in, hosts found and scanned over SSH,
one asset per computer in Asset Tracker, one line per host on standard output."""
import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, SLACK, case, done, end, equal, folder, ok, spawn, until      # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402
from jira import Tracker                                                         # noqa: E402

MAC = "3c:ec:ef:20:00:%02x"
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    machines = {
        "pc1": recorded.linux("pc1", MAC % 1),
        "pc2": recorded.linux("pc2", MAC % 2, serial="SN-0002", uuid="4c4c4544-0031-3510-8052-b7c04f4a0002"),
        # The same computer at a second address, and another with a copied address.
        "pc2b": recorded.linux("pc2", MAC % 2, serial="SN-0002", uuid="4c4c4544-0031-3510-8052-b7c04f4a0002"),
        "thief": recorded.linux("thief", MAC % 1, serial="SN-9999", uuid="4c4c4544-0031-3510-8052-b7c04f4a9999"),
        "docks": recorded.linux("docks", "", nics=[
            ("docker0", ["address=02:42:ac:11:00:01", "addr_assign_type=3", "type=1", "is=bridge"]),
            ("enx00e04c68019a", ["address=00:e0:4c:68:01:9a", "addr_assign_type=0", "type=1", "device=1", "driver=r8152", "usb=usb_interface"]),
            ("wg0", ["type=65534", "devtype=wireguard"]),
            ("eno1", ["address=" + MAC % 5, "addr_assign_type=0", "type=1", "device=1", "driver=e1000e", "alias=pci:v00008086"])]),
    }
    played = ",".join("%s=%s" % (n, recorded.play(os.path.join(top, n), text)) for n, text in machines.items())
    broken = recorded.play(os.path.join(top, "flood"), recorded.linux("flood", MAC % 9),
                           before="exec head -c 40000000 /dev/zero | tr '\\0' x")
    hung = recorded.play(os.path.join(top, "hung"), recorded.linux("hung", MAC % 10), before="exec sleep 100")
    with_farm(__file__, "--only", "plain,keyonly", "--played", "%s,flood=%s,hung=%s" % (played, broken, hung))

AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = open(farm["keys"]["ed25519"]["path"], encoding="utf-8").read()
CREDENTIALS = [{"id": "key", "protocol": "ssh", "user": "alice", "privateKey": KEY}]


def profile(**more):
    return dict({"name": "lab", "protocols": ["ssh"], "sshTimeout": 60, "connectTimeout": 1}, **more)


def params(*names, jira=None, credentials=None, **more):
    p = {"profile": profile(**more), "ranges": [AT.get(n, n) for n in names],
         "credentials": CREDENTIALS if credentials is None else credentials}
    if jira:
        p["jira"] = jira
    return p


def field(host, name):
    return [f["values"] for f in host["fields"] if f["typeName"] == name]


def lines_are_valid(helper, what):
    problems = helper.problems()
    ok(not problems, "every line of %s keeps its schema" % what, "\n".join(problems[:10]))


def totals_add_up(finished, addresses, what):
    equal(sum(finished["hosts"].values()), addresses, "the totals of %s add up" % what)


def a_scan_creates_then_leaves_alone():
    tracker, h = Tracker(), Helper(folder())
    finished, hosts, assets = h.scan(params("pc1", "pc2", "docks", jira=tracker.params()))
    equal({h_["state"] for h_ in hosts.values()}, {"scanned"}, "all three are scanned")
    equal(finished["assets"]["created"], 3, "three assets are created")
    equal(tracker.titles(), ["docks", "pc1", "pc2"], "with their names as titles")
    pc1 = hosts[AT["pc1"]]
    equal(pc1["identity"]["macs"], [MAC % 1], "a host's MAC identifies it")
    equal(field(pc1, "spartez.cpucores"), [["2"]], "cores are counted")
    ok(any(m["field"] == "spartez.serialnumber" and "root" in m["why"] for m in pc1["missing"]),
       "a missing serial number says that it needs root", pc1["missing"])
    equal(field(hosts[AT["pc2"]], "spartez.serialnumber"), [["SN-0002"]], "a readable serial number is there")
    docks = hosts[AT["docks"]]["identity"]
    equal(docks["macs"], [MAC % 5], "only the built-in adapter counts")
    equal({i["mac"] for i in docks["ignoredMacs"]}, {"02:42:ac:11:00:01", "00:e0:4c:68:01:9a"}, "the others are named")
    ok(assets[AT["pc1"]]["url"].startswith(tracker.url), "an asset's address is told")
    finished, _, _ = h.scan(params("pc1", "pc2", "docks", jira=tracker.params()))
    equal(finished["assets"]["unchanged"], 3, "a second scan writes nothing")
    writes = [e for e in tracker.log() if e["method"] == "POST"]
    equal(len(writes), 3, "and Jira saw three writes in all")
    lines_are_valid(h, "two scans")
    equal(h.close(), 0, "the helper ends with 0")
    tracker.stop()


def the_same_computer_and_a_copied_address():
    tracker, h = Tracker(), Helper(folder())
    finished, hosts, assets = h.scan(params("pc2", "pc2b", jira=tracker.params(), concurrency=1))
    equal(sorted(x["state"] for x in hosts.values()), ["scanned", "skipped"], "a computer at a second address is skipped")
    equal(len(tracker.assets()), 1, "and has one asset")
    totals_add_up(finished, 2, "that scan")
    finished, hosts, assets = h.scan(params("pc1", "thief", jira=tracker.params(), concurrency=1))
    equal(sorted(a["outcome"] for a in assets.values()), ["ambiguous", "created"], "a copied MAC is reported, not merged")
    ok(any("3c:ec:ef:20:00:01" in json.dumps(h_["warnings"]) + json.dumps(a) for h_ in hosts.values() for a in assets.values()),
       "the shared address is named", json.dumps(assets))
    lines_are_valid(h, "these scans")
    h.close()
    tracker.stop()


def what_does_not_answer_is_told_apart():
    subprocess.run("nft add table inet t; nft add chain inet t out '{ type filter hook output priority 0; }';"
                   "nft add rule inet t out ip daddr 127.0.60.1 drop;"
                   "nft add rule inet t out ip daddr 127.0.60.2 reject with icmp type host-unreachable", shell=True, check=True)
    h = Helper(folder())
    finished, hosts, _ = h.scan(params("127.0.60.1", "127.0.60.2", "127.0.60.3", "pc1", reportSilent=True))
    equal({a: x["state"] for a, x in hosts.items()},
          {"127.0.60.1": "silent", "127.0.60.2": "unreachable", "127.0.60.3": "refused", AT["pc1"]: "scanned"},
          "silent, unreachable, refused and scanned")
    totals_add_up(finished, 4, "it")
    finished, hosts, _ = h.scan(params("127.0.60.1", "127.0.60.2", "127.0.60.3"))
    equal(sorted(hosts), ["127.0.60.3"], "a silent address has no line unless asked for")
    totals_add_up(finished, 3, "it")
    lines_are_valid(h, "it")
    h.close()
    subprocess.run("nft delete table inet t", shell=True, check=True)


def refusals(name, least):
    """Wrong passwords that a server's log tells of; it is written after the answer."""
    def count():
        with open(farm["hosts"][name]["log"], encoding="utf-8", errors="replace") as f:
            return f.read().count("Failed password")
    until(lambda: count() >= least)
    return count()


def credentials_stay_in_their_ranges():
    state = folder()
    h = Helper(state)
    credentials = [{"id": "wrong", "protocol": "ssh", "user": "alice", "password": "not it"},
                   {"id": "right", "protocol": "ssh", "user": "alice", "password": farm["users"]["alice"]["password"]}]
    p = params(credentials=credentials)
    p["ranges"] = [{"from": AT["pc1"], "to": AT["pc1"], "credentials": ["right"]},
                   {"from": AT["pc2"], "to": AT["pc2"], "credentials": ["wrong"]},
                   {"from": AT["keyonly"], "to": AT["keyonly"], "credentials": ["right"], "disabled": True}]
    finished, hosts, _ = h.scan(p)
    equal({a: x["state"] for a, x in hosts.items()}, {AT["pc1"]: "scanned", AT["pc2"]: "auth_failed"},
          "each range has its own credential; a disabled one is left out")
    equal(hosts[AT["pc1"]]["credential"], "right", "the one that worked is named")
    equal(hosts[AT["pc2"]]["error"]["code"], "auth_failed", "a wrong password is said so")
    equal(refusals("pc2", 1), 1, "it was tried once")
    h.scan(p)
    finished, hosts, _ = h.scan(p)
    equal(refusals("pc2", 2), 2, "after two refusals in a row it is not tried again, in later scans neither")
    ok(hosts[AT["pc2"]]["error"]["code"] in ("credential_suspended", "auth_failed"), "and that is said", hosts[AT["pc2"]]["error"])
    lines_are_valid(h, "it")
    h.close()
    stored = b"".join(open(os.path.join(d, f), "rb").read() for d, _, fs in os.walk(state) for f in fs)
    ok(b"not it" not in stored and farm["users"]["alice"]["password"].encode() not in stored, "no password is stored")


def what_worked_is_tried_first():
    state = folder()
    credentials = [{"id": "wrong", "protocol": "ssh", "user": "alice", "password": "not it"},
                   {"id": "right", "protocol": "ssh", "user": "alice", "password": farm["users"]["alice"]["password"]}]
    before = refusals("docks", 0)
    for scan in (1, 2):
        h = Helper(state)
        _, hosts, _ = h.scan(params("docks", credentials=credentials))
        equal(hosts[AT["docks"]]["credential"], "right", "scan %d: the second credential works" % scan)
        h.close()
    equal(refusals("docks", before + 1) - before, 1, "the first one is not tried again by the next scan")


def bad_hosts_cost_only_themselves():
    h = Helper(folder())
    began = time.monotonic()
    finished, hosts, _ = h.scan(params("flood", "hung", "pc1", sshTimeout=4 + SLACK))
    equal(hosts[AT["pc1"]]["state"], "scanned", "a good host beside bad ones is scanned")
    ok(hosts[AT["hung"]]["state"] in ("error", "partial"), "a host that hangs ends", hosts[AT["hung"]])
    ok(hosts[AT["flood"]]["state"] in ("error", "partial"), "a host that floods ends", hosts[AT["flood"]])
    ok(time.monotonic() - began < 15 + 2 * SLACK, "in its time")
    totals_add_up(finished, 3, "it")
    lines_are_valid(h, "it")
    h.close()


def dry_run_and_update_only_create_nothing():
    tracker, h = Tracker(), Helper(folder())
    finished, _, assets = h.scan(params("pc1", jira=tracker.params(dryRun=True)))
    equal(finished["assets"]["dry_run"], 1, "a dry run says what it would do")
    equal(tracker.assets(), [], "and posts nothing")
    finished, _, assets = h.scan(params("pc1", jira=tracker.params(), updateOnly=True))
    equal(finished["assets"]["skipped"], 1, "updateOnly skips what is not there")
    equal(tracker.assets(), [], "and creates nothing")
    lines_are_valid(h, "it")
    h.close()
    tracker.stop()


def what_jira_does_not_take_waits():
    tracker, state = Tracker(), folder()
    h = Helper(state)
    port = tracker.port
    tracker.stop()
    finished, _, assets = h.scan(params("pc1", "pc2", jira=tracker.params()), 120)
    equal(finished["assets"]["queued"], 2, "with Jira down both are queued")
    records = h.call("outbox.list")["result"]["records"]
    equal(len(records), 2, "outbox.list names them")
    second = Tracker(port=port)
    got = h.call("outbox.flush", {"jira": second.params()}, 120)
    equal(got.get("result", got).get("posted"), 2, "outbox.flush posts them")
    equal(second.titles(), ["pc1", "pc2"], "and they are there once")
    second.faults({"do": "status", "status": 401, "times": 1000, "path": ".*"})
    finished, _, assets = h.scan(params("docks", "pc1", "pc2", jira=second.params()), 120)
    ok(finished["assets"]["queued"] == 3, "a refused log-in queues everything", finished)
    asked = [e for e in second.log() if e.get("status") == 401]
    ok(len(asked) <= 2, "and Jira is not asked again and again", len(asked))
    lines_are_valid(h, "it")
    h.close()
    second.stop()


def one_scan_at_a_time():
    tracker, state = Tracker(), folder()
    a, b = Helper(state), Helper(state)
    start = a.call("scan.start", params("hung", "hung", jira=tracker.params()))
    ok("result" in start, "the first scan starts", start)
    got = b.call("scan.start", params("pc1", jira=tracker.params()))
    equal(got.get("error", {}).get("data", {}).get("code"), "scan_in_progress", "a second process is refused")
    got = b.call("scan.start", dict(params("pc1", jira=tracker.params()), profile=profile(name="another")))
    ok("result" in got, "another profile is not", got)
    a.call("scan.cancel", {"scanId": start["result"]["scanId"]})
    b.finished(got["result"]["scanId"])
    finished, _, _ = b.scan(params("pc1", jira=tracker.params()))
    equal(finished["reason"], "completed", "and once it is free it may go on")
    lines_are_valid(b, "it")
    a.close()
    b.close()
    tracker.stop()


class Crowd:
    """Many addresses that accept and say nothing."""

    def __init__(self, count):
        self.sockets, self.peers, self.spoken = [], [], set()
        for i in range(count):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.61.%d" % (i + 1), 22))
            s.listen(8)
            self.sockets.append(s)

    def spoken_to(self):
        """How many of them a scanner said its name to: their hosts are being scanned."""
        for i, s in enumerate(self.sockets):
            s.setblocking(False)
            try:
                while True:
                    self.peers.append((i, s.accept()[0]))
            except BlockingIOError:
                pass
        for i, peer in self.peers:
            peer.setblocking(False)
            try:
                if peer.recv(4, socket.MSG_PEEK) == b"SSH-":
                    self.spoken.add(i)
            except OSError:
                pass
        return len(self.spoken)

    def close(self):
        for s in self.sockets + [p for _, p in self.peers]:
            s.close()


def a_cancel_takes_effect_at_once():
    crowd, h = Crowd(200), Helper(folder())
    scan = h.call("scan.start", params("127.0.61.1-127.0.61.200", concurrency=256, sshTimeout=60))["result"]["scanId"]
    until(lambda: [p for p in h.notes("scan.progress") if p["found"] >= 200])
    began = time.monotonic()
    got = h.call("scan.cancel", {"scanId": scan})
    took = time.monotonic() - began
    ok(took < 1 + SLACK, "a scan with 200 open hosts is cancelled in %.2f s" % took)
    equal(got["result"]["state"], "cancelled", "the answer says so")
    finished = h.finished(scan)
    hosts = h.notes("scan.host", scanId=scan)
    equal(len({x["address"] for x in hosts}), len(hosts), "each host has one line")
    equal(len(hosts), 200, "and every started host has one")
    equal(finished["reason"], "cancelled", "scan.finished gives the reason")
    totals_add_up(finished, 200, "it")
    lines_are_valid(h, "it")
    h.close()
    crowd.close()


def a_closed_output_ends_everything():
    crowd = Crowd(20)
    h = Helper(folder(), read=False)
    h.send({"jsonrpc": "2.0", "id": 1, "method": "scan.start", "params": params("127.0.61.1-127.0.61.20")})
    h.child.stdout.readline()
    h.child.stdout.close()
    try:
        status = h.child.wait(1 + SLACK)
    except subprocess.TimeoutExpired:
        status = "still running"
    equal(status, 0, "a helper whose plugin is gone ends")
    crowd.close()


def end_of_input_lets_the_scan_finish():
    tracker = Tracker()
    request = {"jsonrpc": "2.0", "id": 1, "method": "scan.start", "params": params("pc1", "pc2", jira=tracker.params())}
    done_ = subprocess.run([ASSETSCAN, "rpc", "--state-dir", folder()], input=json.dumps(request).encode() + b"\n",
                           stdout=subprocess.PIPE, timeout=60)
    lines = [json.loads(x) for x in done_.stdout.splitlines()]
    equal(done_.returncode, 0, "a canned request from a pipe ends with 0")
    equal(lines[-1]["method"], "scan.finished", "and its last line is scan.finished")
    equal(len(tracker.assets()), 2, "with both assets there")
    tracker.stop()


def command(*args, env=None, **kw):
    return subprocess.run([ASSETSCAN, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                          env=dict(os.environ, **(env or {})), **kw)


def the_command_line_scans():
    tracker, state = Tracker(), folder()
    key = farm["keys"]["ed25519"]["path"]
    common = ["--ssh-user=alice", "--ssh-key-file=" + key, "--state-dir=" + state, "--connect-timeout=1"]
    to_jira = ["--jira-url=" + tracker.url, "--jira-user=scanner", "--folder=Electronics/Computers", "--asset-type=type.computer"]
    secret = {"ASSETSCAN_JIRA_PASSWORD": "secret"}
    got = command("scan", "--range=%s,%s" % (AT["pc1"], AT["pc2"]), *common, *to_jira, env=secret)
    equal(got.returncode, 0, "scan ends with 0")
    text = got.stdout.decode()
    ok("Created asset #" in text and "pc1" in text and "pc2" in text, "the log and the table are there", text)
    ok(b"secret" not in got.stdout + got.stderr, "no secret is printed")
    got = command("scan", "--range=" + AT["pc1"], *common, "--format=csv")
    rows = list(csv.DictReader(io.StringIO(got.stdout.decode())))
    equal([(r["address"], r["name"], r["state"]) for r in rows], [(AT["pc1"], "pc1", "scanned")], "CSV has a row per host")
    ok(b"Scanned host" in got.stderr, "its log is on standard error", got.stderr)
    got = command("scan", "--range=" + AT["pc1"], *common, "--format=jsonl")
    methods = [json.loads(x)["method"] for x in got.stdout.splitlines()]
    ok(methods[0] == "scan.started" and methods[-1] == "scan.finished" and "scan.host" in methods, "JSON lines are the notifications", methods)
    equal(command("scan", *common).returncode, 1, "no range: exit code 1")
    equal(command("scan", "--range=10.0.0.300", *common).returncode, 1, "a wrong range: 1")
    equal(command("scan", "--range=127.0.60.9", *common).returncode, 2, "no host could be scanned: 2")
    wrong = command("scan", "--range=" + AT["docks"], "--ssh-user=frank", "--ssh-password=oops", "--state-dir=" + folder(), "--connect-timeout=1")
    equal(wrong.returncode, 4, "every host refused the log-on: 4")
    ok(b"--ssh-password" in wrong.stderr and b"oops" not in wrong.stderr, "a password on the command line is warned about")
    equal(command("scan", "--range=" + AT["pc1"], *common, *to_jira, env={"ASSETSCAN_JIRA_PASSWORD": "no"}).returncode, 4,
          "Jira refuses the log-in: 4")
    tracker.stop()
    equal(command("scan", "--range=" + AT["pc2"], *common, *to_jira, env=secret).returncode, 3, "results wait in the outbox: 3")
    got = command("outbox", "list", "--state-dir=" + state, "--format=json")
    ok(len(json.loads(got.stdout)) >= 1, "outbox list names them", got.stdout)


def a_signal_cancels():
    crowd = Crowd(5)
    child = spawn([ASSETSCAN, "scan", "--range=127.0.61.1-5", "--ssh-user=alice", "--ssh-key-file=" + farm["keys"]["ed25519"]["path"],
                   "--state-dir=" + folder(), "--format=jsonl"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    until(lambda: crowd.spoken_to() == 5)
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=40)
    equal(child.returncode, 130, "an interrupted scan ends with 130")
    states = [json.loads(x)["params"]["state"] for x in out.splitlines() if b'"scan.host"' in x]
    equal(states, ["cancelled"] * 5, "and every started host has its line")
    crowd.close()


def the_process_title_holds_no_secret():
    crowd = Crowd(1)
    child = spawn([ASSETSCAN, "scan", "--range=127.0.61.1", "--ssh-user=alice", "--ssh-password=geheim-77", "--state-dir=" + folder()],
                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    def title():
        with open("/proc/%d/cmdline" % child.pid, "rb") as f:
            return f.read()
    until(crowd.spoken_to)
    ok(b"geheim-77" not in title() and b"--ssh-password" in title(), "ps does not show the password", title())
    end(child)
    crowd.close()


def one_host_is_checked():
    key = farm["keys"]["ed25519"]["path"]
    got = command("check", AT["pc1"], "--ssh-user=alice", "--ssh-key-file=" + key, "--state-dir=" + folder())
    equal(got.returncode, 0, "check of a good host ends with 0")
    for stage in (b"connect", b"handshake", b"hostkey", b"logon", b"facts"):
        ok(stage in got.stdout, "it names the stage " + stage.decode(), got.stdout.decode())
    got = command("check", AT["pc1"], "--state-dir=" + folder())
    ok(got.returncode == 2 and b"port 22" in got.stdout and b"SSH-2.0" in got.stdout and b"no ssh credential" in got.stdout and b"135" not in got.stdout,
       "check without a log-on walks the way of what answers", got.stdout)
    got = command("check", "127.0.60.9", "--ssh-user=alice", "--ssh-key-file=" + key, "--state-dir=" + folder())
    ok(got.returncode != 0 and b"->" in got.stdout, "check of a dead one says what to do", got.stdout.decode())
    got = command("ssh", AT["plain"], "--ssh-user=alice", "--ssh-key-file=" + key, "--state-dir=" + folder(), "--", "echo", "hello; exit 7")
    equal((got.stdout, got.returncode), (b"hello\n", 7), "ssh runs a command and gives its status")


def jira_is_checked():
    tracker, h = Tracker(), Helper(folder())
    got = h.call("jira.check", {"jira": tracker.params(), "profile": profile()})["result"]
    ok(got["ok"], "jira.check is content with a good Jira", got)
    got = h.call("jira.check", {"jira": tracker.params(), "profile": profile(folder="/No/Such")})["result"]
    ok(not got["ok"] and "No/Such" in json.dumps(got), "and names a missing folder", got)
    got = h.call("jira.check", {"jira": dict(tracker.params(), auth={"type": "basic", "user": "scanner", "password": "x"})})["result"]
    ok(not got["ok"] and got["stages"][-1]["error"]["code"] == "jira_login", "and a refused log-in", got)
    lines_are_valid(h, "it")
    h.close()
    tracker.stop()


TESTS = [a_scan_creates_then_leaves_alone, the_same_computer_and_a_copied_address, what_does_not_answer_is_told_apart,
         credentials_stay_in_their_ranges, what_worked_is_tried_first, bad_hosts_cost_only_themselves, dry_run_and_update_only_create_nothing,
         what_jira_does_not_take_waits, one_scan_at_a_time, a_cancel_takes_effect_at_once, a_closed_output_ends_everything,
         end_of_input_lets_the_scan_finish, the_command_line_scans, a_signal_cancels, the_process_title_holds_no_secret,
         one_host_is_checked, jira_is_checked]
for test in TESTS:
    if len(sys.argv) < 2 or sys.argv[1] in test.__name__:
        case(test)
done()
