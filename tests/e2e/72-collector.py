#!/usr/bin/python3
"""`ssh collector assetscan rpc` as the way to a helper on another machine: the
protocol comes through as it is, and when the link goes, the near side is told
and the far side keeps what it scanned."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, SLACK, case, done, end, equal, folder, ok, spawn, until    # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402
from jira import Tracker                                                         # noqa: E402

QUICK, SLOW = 5, 3
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    played = ["pc%d=%s" % (i, recorded.play(os.path.join(top, "pc%d" % i), recorded.linux("pc%d" % i, "3c:ec:ef:72:00:%02x" % i)))
              for i in range(QUICK)]
    played += ["slow%d=%s" % (i, recorded.play(os.path.join(top, "slow%d" % i), recorded.linux("slow%d" % i, "3c:ec:ef:72:01:%02x" % i),
                                               before="exec sleep 90")) for i in range(SLOW)]
    with_farm(__file__, "--only", "plain,banner", "--played", ",".join(played))

AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = farm["keys"]["ed25519"]["path"]
# The program where everybody may run it, as an installed one is.
BIN = folder()
os.chmod(BIN, 0o755)
PROGRAM = shutil.copy(ASSETSCAN, os.path.join(BIN, "assetscan"))
# What the guide says: no terminal, nobody to ask, and a dead link is noticed.
OPTIONS = ["-T", "-o", "BatchMode=yes", "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3", "-o", "ConnectTimeout=60"]


def ssh(host, user, *command, port=22, options=OPTIONS):
    return ["ssh", "-F", "/dev/null", "-i", KEY, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", *options, "-p", str(port), user + "@" + AT.get(host, host), *command]


class Far(Helper):
    """A helper behind a link."""

    def __init__(self, argv):                           # pylint: disable=super-init-not-called
        import queue
        import threading
        self.child = spawn(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.sent, self.lines, self.errors, self.queue, self.id = [], [], [], queue.Queue(), 0
        self.talk = threading.Thread(target=self._diagnostics, daemon=True)
        self.talk.start()
        self.start_reading()

    def keep_alive(self):
        """As one does who asked for --link-timeout."""
        import threading

        def ask():
            try:
                while self.child.poll() is None:
                    self.request("helper.info")
                    time.sleep(1)
            except OSError:
                pass
        threading.Thread(target=ask, daemon=True).start()

    def gone(self, seconds):
        """The exit status once the output has ended; None: it does not."""
        self.reader.join(seconds)
        try:
            return None if self.reader.is_alive() else self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def far_pids(state):
    """Helpers that run with that state folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if words[0] == PROGRAM.encode() and state.encode() in words:
            found.append(int(pid))
    return found


def parent(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        return int(f.read().rsplit(")", 1)[1].split()[1])


def name_of(pid):
    with open("/proc/%d/comm" % pid, encoding="ascii") as f:
        return f.read().strip()


def a_collector(*options):
    """An sshd of our own at the plain server's address, port 2222."""
    conf = os.path.join(os.environ["FARM"], "host/plain.conf")
    log = os.path.join(folder(), "log")
    child = spawn(["/usr/sbin/sshd", "-D", "-e", "-f", conf, "-p", "2222", *options], stdin=subprocess.DEVNULL,
                  stdout=subprocess.DEVNULL, stderr=open(log, "wb"))

    def listens():
        try:
            socket.create_connection((AT["plain"], 2222), 1).close()
            return True
        except OSError:
            return False
    ok(until(listens), "a collector's sshd runs", open(log, encoding="utf-8").read())
    return child


# --- clean ------------------------------------------------------------------------------

def session():
    lines = [{"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"},
             {"jsonrpc": "2.0", "id": 2, "method": "ranges.parse", "params": {"ranges": ["10.0.0.0/24", "grüße-ÿ-\u2028-😀.example"]}},
             {"jsonrpc": "2.0", "id": "\u0001\u007f\u00ff€", "method": "no.such"},
             {"jsonrpc": "2.0", "id": 3, "method": "ranges.parse", "params": {"ranges": ["10.%d.%d.0/25" % (i // 200, i % 200) for i in range(40000)]}}]
    raw = [json.dumps(x, ensure_ascii=False).encode() for x in lines]
    raw += [b'{"bad \xff\xfe\x00\x1b[31m ~. \x04\x11\x13 octets"', b"~.", b"\x03\x1a\x1c"]      # what terminals and escapes would eat
    return b"\n".join(raw) + b"\n"


def answers(argv):
    got = subprocess.run(argv, input=session(), check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=240)
    # Answers to different requests may change places.
    return got.returncode, sorted(got.stdout.split(b"\n")), got.stdout, got.stderr


def the_protocol_comes_through_as_it_is():
    wanted = answers([PROGRAM, "rpc", "--state-dir", folder()])
    ok(wanted[0] == 0 and len(wanted[2]) > 100000, "a session on this machine", wanted[0])
    for user, host, what in (("alice", "plain", "a user's"), ("root", "banner", "a server's with a banner"), ("carol", "plain", "one with csh")):
        state = folder()
        os.chmod(state, 0o777)
        got = answers(ssh(host, user, "%s rpc --state-dir %s" % (PROGRAM, state)))
        equal((got[0], got[1]), (0, wanted[1]), "the same through %s connection, octet for octet" % what)
    german = ["env", "LC_ALL=de_DE.UTF-8", "LANG=tr_TR.UTF-8", "LANGUAGE=tr", "TERM=dumb"]
    got = answers(ssh("plain", "root", *german, "%s rpc --state-dir %s" % (PROGRAM, folder())))
    equal((got[0], got[1]), (0, wanted[1]), "and in any locale")
    got = answers(ssh("plain", "bob", "%s rpc --state-dir %s" % (PROGRAM, "/nonexistent/x")))
    ok(got[2].startswith(b"*** Welcome") and sorted(got[2].split(b"\n", 1)[1].split(b"\n")) == wanted[1],
       "what a shell's rc file prints stands before the protocol and tears no line of it", got[2][:200])


# --- cut ----------------------------------------------------------------------------------

def request(tracker):
    return {"profile": {"name": "far", "protocols": ["ssh"], "sshTimeout": 120, "connectTimeout": 1},
            "ranges": [AT["pc%d" % i] for i in range(QUICK)] + [AT["slow%d" % i] for i in range(SLOW)],
            "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKeyFile": KEY}], "jira": tracker.params()}


def under_way(tracker, *options, **link):
    """A scan beyond the link, with hosts that were scanned and not posted."""
    state = folder()
    tracker.faults({"do": "stall", "seconds": 60, "times": -1, "path": "/search"})
    h = Far(ssh("plain", "root", "%s rpc --state-dir %s %s" % (PROGRAM, state, " ".join(options)), **link))
    scan = h.call("scan.start", request(tracker))["result"]["scanId"]
    ok(until(lambda: len(h.notes("scan.host", scanId=scan)) == QUICK), "the scan beyond the link is under way",
       h.notes("scan.host") or h.errors)
    return state, h


def the_far_side_ended(state, what, seconds):
    ok(until(lambda: not far_pids(state), seconds), what + ": the far side notices, cancels and ends", far_pids(state))
    got = subprocess.run([PROGRAM, "outbox", "list", "--format=json", "--state-dir", state], check=False, stdout=subprocess.PIPE)
    equal(sorted(r["address"] for r in json.loads(got.stdout)), sorted(AT["pc%d" % i] for i in range(QUICK)),
          what + ": what was scanned and not posted is in its outbox")


def the_next_session_posts_it(tracker, state, what, **link):
    tracker.faults()
    h = Far(ssh("plain", "root", "%s rpc --state-dir %s" % (PROGRAM, state), **link))
    got = h.call("outbox.flush", {"jira": tracker.params()})
    equal((got.get("result", got).get("posted"), tracker.titles()), (QUICK, ["pc%d" % i for i in range(QUICK)]),
          what + ": the next session posts it")
    problems = h.problems()
    ok(not problems, what + ": every line keeps its schema", problems[:5])
    equal(h.close(), 0, what + ": and ends in order")


def kill_session(state):
    """The session's own process at the server, not the server."""
    server = parent(far_pids(state)[0])
    while not name_of(server).startswith("sshd"):
        server = parent(server)
    os.kill(server, signal.SIGKILL)


def a_scan_outlives_its_link():
    """What assetscan-fanout starts: a collector that posts for itself."""
    tracker, state = Tracker(), folder()
    params = request(tracker)
    params["profile"]["sshTimeout"] = 6                 # what hangs is given up then
    child = spawn(ssh("plain", "root", "%s scan --request=- --format=jsonl --state-dir %s" % (PROGRAM, state)), stdin=subprocess.PIPE,
                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdin.write(json.dumps(params).encode())
    child.stdin.close()
    ok(until(lambda: far_pids(state)), "a scan on a collector is under way")
    time.sleep(1)
    kill_session(state)
    equal(child.wait(60), 255, "when its link is cut the near side is told")
    ok(until(lambda: not far_pids(state)), "the scan goes on to its end", far_pids(state))
    equal(tracker.titles(), ["pc%d" % i for i in range(QUICK)], "and posts what it found")
    tracker.stop()


def a_killed_session():
    tracker = Tracker()
    state, h = under_way(tracker)
    began = time.monotonic()
    kill_session(state)
    status = h.gone(60)
    h.talk.join(60)
    equal(status, 255, "a session that is killed: the near side sees the end of the output and ssh's 255")
    ok(any("closed" in e or "reset" in e for e in h.errors), "and ssh says why", h.errors)
    the_far_side_ended(state, "a killed session", 60)
    ok(time.monotonic() - began < 10 + 2 * SLACK, "all that within seconds")
    the_next_session_posts_it(tracker, state, "a killed session")
    tracker.stop()


def a_link_that_goes_silent():
    # sshd's own ClientAliveInterval does not notice while the helper has things to say.
    tracker, server = Tracker(), a_collector()
    state, h = under_way(tracker, "--link-timeout=6", port=2222)
    h.keep_alive()
    time.sleep(9)
    equal(len(far_pids(state)), 1, "a helper that hears something now and then stays")
    subprocess.run("nft add table ip cut; nft add chain ip cut out '{ type filter hook output priority 0; }';"
                   "nft add rule ip cut out tcp dport 2222 drop; nft add rule ip cut out tcp sport 2222 drop", shell=True, check=True)
    status = h.gone(60)
    h.talk.join(60)
    equal(status, 255, "a link that goes silent: the near side gives up")
    ok(any("not responding" in e for e in h.errors), "and ssh says that nobody answers", h.errors)
    the_far_side_ended(state, "a silent link", 60)
    subprocess.run(["nft", "delete", "table", "ip", "cut"], check=True)
    the_next_session_posts_it(tracker, state, "a silent link", port=2222)
    end(server)
    tracker.stop()


def the_near_side_goes():
    tracker = Tracker()
    state, h = under_way(tracker)
    h.child.kill()
    the_far_side_ended(state, "a near side that is killed", 60)
    the_next_session_posts_it(tracker, state, "a near side that is killed")
    tracker.stop()


def a_key_that_may_do_one_thing():
    forced = os.path.join(ROOT, "packaging/fanout/assetscan-collector")
    server = a_collector("-o", "ForceCommand=" + forced, "-o", "SetEnv=PATH=%s:/usr/bin:/bin ASSETSCAN_STATE_DIR=%s" % (BIN, folder()))
    h = Far(ssh("plain", "root", "assetscan rpc --link-timeout=60", port=2222))
    equal(h.call("helper.info")["result"]["name"], "assetscan", "a key that may run assetscan only runs it")
    equal(h.close(), 0, "in order")
    got = subprocess.run(ssh("plain", "root", "id", port=2222), check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ok(got.returncode == 1 and got.stdout == "" and "only assetscan" in got.stderr, "and nothing else", got)
    end(server)


for f in (the_protocol_comes_through_as_it_is, a_scan_outlives_its_link, a_killed_session, a_link_that_goes_silent, the_near_side_goes, a_key_that_may_do_one_thing):
    case(f)
done()
