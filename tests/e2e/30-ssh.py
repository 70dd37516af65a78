#!/usr/bin/python3
"""tests/e2e/30-ssh.py: the ssh room against real servers and hostile peers."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import SLACK, folder           # noqa: E402

FARM = "tests/fake/sshd-farm"
TOOL = os.environ["BUILD"] + "/tests/ssh/ssh_tool"
count = bad = 0


def say(ok, what, detail=None):
    global count, bad
    count += 1
    bad += not ok
    print("%s %d - %s" % ("ok" if ok else "not ok", count, what))
    if not ok:
        print("#", json.dumps(detail)[:1500])
    sys.stdout.flush()


class Farm:
    def __init__(self, top):
        self.top = top
        self.known = top + "/known_hosts"
        subprocess.run([FARM, "start", top], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(top + "/hosts.json") as f:
            made = json.load(f)
        self.hosts, self.users, self.keys = made["hosts"], made["users"], made["keys"]

    def run(self, *argv, **more):
        return subprocess.run([FARM, "run", self.top, "--", *argv], stdout=subprocess.PIPE, text=True, **more)

    def tool(self, host, command="echo hi", **options):
        """One run of ssh_tool; the answer with its exit status and wall time."""
        address, port = (self.hosts[host]["address"], 22) if host in self.hosts else host
        options.setdefault("known", self.known)
        argv = [TOOL] + ["--%s=%s" % x for x in options.items()] + [address, str(port), command]
        began = time.monotonic()
        p = self.run(*argv)
        try:
            answer = json.loads(p.stdout)
        except ValueError:
            answer = {"ok": False, "code": "", "text": "status %d: %s" % (p.returncode, p.stdout)}
        answer["wall"] = time.monotonic() - began
        answer["exit"] = p.returncode
        return answer

    def log_count(self, host, *texts, least=1):
        """How often the server's log says one of them; it writes after it has answered."""
        for _ in range(600 if least else 1):
            with open(self.hosts[host]["log"]) as f:
                log = f.read()
            n = sum(log.count(text) for text in texts)
            if n > 0:
                break
            time.sleep(0.05)
        return n


def check_keys(farm):
    for name, key in farm.keys.items():
        a = farm.tool("plain", user="alice", key=key["path"], passphrase=key["passphrase"])
        say(a["ok"] and a["out"] == "hi\n", "log-on with the key %s" % name, a)
        trips = a.get("round_trips", 0)
    say(9 <= trips <= 11, "a host costs at most 11 round trips with a key (%d)" % trips, a)
    a = farm.tool("plain", user="alice", key=farm.keys["ed25519_locked"]["path"], passphrase="wrong")
    say(a["code"] == "key_invalid", "a wrong passphrase is told before any packet", a)
    a = farm.tool("plain", user="alice", key="tests/vectors/ssh/ed25519")
    say(a["code"] == "auth_failed" and a["stage"] == "logon", "a key that is not authorised is refused", a)


def check_agent(farm):
    sock = farm.top + "/agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.DEVNULL)
    while not os.path.exists(sock):
        time.sleep(0.02)
    try:
        env = dict(os.environ, SSH_AUTH_SOCK=sock)
        a = farm.tool("plain", user="alice", agent=sock)
        say(a["code"] == "key_invalid", "an empty agent is named", a)
        for names in (["rsa"], ["ecdsa521"], ["ed25519"]):
            subprocess.run(["ssh-add", "-q", "-D"], env=env, check=True, stderr=subprocess.DEVNULL)
            # A key of somebody else first: it is refused, then the right one.
            subprocess.run(["ssh-add", "-q", farm.top + "/stranger"] + [farm.keys[n]["path"] for n in names],
                           env=env, check=True)
            a = farm.tool("plain", user="alice", agent=sock)
            say(a["ok"], "log-on by an agent that holds a stranger's key and %s" % names[0], a)
        a = farm.tool("plain", user="alice", agent=farm.top + "/nothing")
        say(a["code"] == "key_invalid", "an agent that is not there is named", a)
    finally:
        agent.terminate()
        agent.wait()


def check_servers(farm):
    for name, algorithm in (("chacha", "chacha20"), ("gcm", "gcm"), ("etm", "etm"), ("rsahost", ""),
                            ("ecdsahost", ""), ("kbdint", ""), ("both", ""), ("banner", ""), ("six", ""), ("dropbear", "")):
        if name not in farm.hosts:
            say(True, "log-on at %s # SKIP not to be had on this machine" % name)
            continue
        a = farm.tool(name, user="alice", password="alice-pw")
        say(a["ok"] and algorithm in a["algorithms"], "log-on with a password: %s" % farm.hosts[name]["what"], a)
        a = farm.tool(name, user="alice", key=farm.keys["rsa"]["path"])
        if name != "dropbear":
            say(a["ok"], "log-on with an RSA key: %s" % farm.hosts[name]["what"], a)
    a = farm.tool("rsahost", user="alice", password="alice-pw")
    say(a["type"] == "ssh-rsa", "an RSA host key is taken", a)
    for name in ("legacy", "sntrup"):
        a = farm.tool(name, user="alice", password="alice-pw")
        say(a["code"] == "unsupported" and a["stage"] == "handshake", "refused with a reason: %s"
            % farm.hosts[name]["what"], a)


def check_passwords(farm):
    for name in ("second", "both", "tries1"):
        a = farm.tool(name, user="alice", password="wrong")
        say(a["code"] == "auth_failed", "a wrong password is refused: %s" % name, a)
        n = farm.log_count(name, "Failed password", "Failed keyboard-interactive")
        say(n == 1, "and counts once there: %s" % name, n)
    a = farm.tool("kbdint", user="alice", password="wrong")
    say(a["code"] == "auth_failed", "a wrong password at a prompt is refused", a)
    n = farm.log_count("kbdint", "Failed keyboard-interactive")
    say(n == 1, "and counts once", n)
    a = farm.tool("tries2", user="alice", password="wrong", second="alice-pw")
    say(a["ok"], "the second credential goes over the same session", a)
    a = farm.tool("tries1", user="alice", password="wrong", second="alice-pw")
    say(a["code"] == "connection_closed", "where the host ends the session, that is what is said", a)
    a = farm.tool("keyonly", user="alice", password="alice-pw")
    say(a["code"] == "auth_method" and a["offered"] == "publickey", "a host that wants keys is told apart", a)
    say(farm.log_count("keyonly", "Failed", least=0) == 0, "and no attempt was counted there")


def check_hostkeys(farm):
    prints = farm.hosts["second"]["fingerprints"]
    login = {"user": "alice", "password": "alice-pw"}
    empty = farm.top + "/kh_empty"
    a = farm.tool("second", policy="strict", known=empty, **login)
    say(a["code"] == "host_key_unknown" and a["stage"] == "hostkey", "strict refuses an unknown host", a)
    mine = farm.top + "/kh_mine"
    a = farm.tool("second", known=mine, **login)
    say(a["ok"] and a["is_new"] and a["fingerprint"] == prints["ed25519"], "accept-new accepts and says so", a)
    a = farm.tool("second", known=mine, policy="strict", **login)
    say(a["ok"] and not a["is_new"], "then strict knows it", a)
    with open(mine) as f:
        line = f.read().split()
    with open(farm.top + "/host/plain_ed25519.pub") as f:
        other = f.read().split()
    with open(mine, "w") as f:
        f.write("%s %s %s\n" % (line[0], other[0], other[1]))
    a = farm.tool("second", known=mine, **login)
    say(a["code"] == "host_key_changed" and prints["ed25519"] in a["text"] and "line 1" in a["text"] and
        farm.hosts["plain"]["fingerprints"]["ed25519"] in a["text"], "a changed key is refused, both named", a)
    with open(farm.top + "/host/second_rsa.pub") as f:
        rsa = f.read().split()
    with open(mine, "w") as f:
        f.write("%s %s %s\n" % (line[0], rsa[0], rsa[1]))
    a = farm.tool("second", known=mine, **login)
    say(a["ok"] and a["type"] == "ssh-rsa", "the stored key's type is asked for", a)
    for kind in prints:
        a = farm.tool("second", pin=prints[kind], **login)
        say(a["ok"] and a["fingerprint"] == prints[kind], "a pinned %s key is found" % kind, a)
    a = farm.tool("second", pin=farm.hosts["plain"]["fingerprints"]["ed25519"], **login)
    say(a["code"] == "host_key_changed", "another key than the pinned one is refused", a)
    p = farm.run("ssh-keygen", "-F", line[0], "-f", mine)
    say("found: line 1" in p.stdout, "ssh-keygen reads our file", p.stdout)


def check_shells(farm):
    script = farm.top + "/script"
    with open(script, "w") as f:
        f.write('x=$(id -un) 2>/dev/null; if [ -n "$x" ]; then echo "user=$x"; fi\n')
    for user in farm.users:
        if user == "nina":
            continue
        a = farm.tool("plain", "exec /bin/sh", user=user, password=farm.users[user]["password"], input=script)
        say(a["ok"] and "user=%s\n" % user in a["out"], "a script through %s (%s)"
            % (farm.users[user]["shell"].split("/")[-1], farm.users[user]["what"]), a)
    a = farm.tool("plain", "exec /bin/sh", user="nina", password="nina-pw", input=script)
    say(a["ok"] and a["status"] == 1 and "not available" in a["out"], "nologin's words are kept", a)


def check_streams(farm):
    login = {"user": "alice", "key": farm.keys["ed25519"]["path"]}
    big = farm.top + "/big"
    with open(big, "wb") as f:
        f.write(b"0123456789abcde\n" * 65536)
    a = farm.tool("plain", "cat", input=big, show="no", **login)
    say(a["ok"] and a["out_len"] == 1 << 20 and a["status"] == 0, "1 MiB goes in and comes out", a)
    a = farm.tool("plain", "exit 3", input=big, **login)
    say(a["ok"] and a["status"] == 3, "a command that reads nothing of its input ends well", a)
    a = farm.tool("plain", "echo a; echo b >&2; kill -9 $$", **login)
    say(a["ok"] and a["status"] == -1 and a["out"] == "a\n" and a["err"] == "b\n", "a signal is no exit status", a)
    # as fast as the host can: what the library holds meanwhile stays below its bound
    for n in (3 << 20, 7 << 20):
        a = farm.tool("plain", "head -c %d /dev/zero" % n, show="no", timeout=60, **login)
        say(a["ok"] and a["out_len"] == n and a["status"] == 0 and not a["truncated"], "%d MiB come out whole" % (n >> 20), a)
    a = farm.tool("plain", "head -c 9000000 /dev/zero", show="no", timeout=60, **login)
    say(a["ok"] and a["truncated"] and a["out_len"] == 8 << 20, "and 8 MiB of more", a)
    a = farm.tool("plain", "cat /dev/zero", show="no", out_limit=100000, **login)
    say(a["ok"] and a["truncated"] and a["out_len"] == 100000, "endless output is cut at the limit", a)
    a = farm.tool("plain", "head -c 1000000 /dev/zero >&2; echo done", err_limit=1000, **login)
    say(a["ok"] and a["truncated"] and a["out"] == "done\n" and a["err_len"] == 1000,
        "too much on standard error does not cost the output", a)
    a = farm.tool("plain", "head -c 5000 /dev/zero", show="no", out_limit=5000, **login)
    say(a["ok"] and not a["truncated"] and a["out_len"] == 5000, "output of just the limit is not cut", a)
    a = farm.tool("plain", "echo part; sleep 60", timeout=4, **login)
    say(a["code"] == "timeout" and a["out"] == "part\n" and a["seconds"] < 4 + SLACK, "a stall ends at the deadline, "
        "what came is kept", a)
    a = farm.tool("plain", "echo part; sleep 60", cancel_after=0.7, **login)
    say(a["code"] == "cancelled" and a["seconds"] < 0.9 + SLACK and a["close_seconds"] < 0.2 + SLACK, "cancel ends it at once", a)


# What a peer of that kind may be called.
HOSTILE = {
    "silent": "timeout", "drop": "connection_closed", "reset": "connection_closed",
    "http": "protocol_error", "half_hello": "timeout", "hello_drop": "connection_closed",
    "hello_silent": "timeout", "hello_drip": "timeout", "lines_flood": "protocol_error timeout",
    "line_flood": "too_big protocol_error connection_closed timeout", "zeroes_flood": "protocol_error too_big",
    "huge_length": "protocol_error", "no_length": "protocol_error timeout", "bad_kexinit": "protocol_error unsupported",
    "kexinit_drop": "connection_closed", "kexinit_silent": "timeout", "bad_reply": "protocol_error unsupported",
    "ignore_flood": "too_big timeout protocol_error unsupported", "disconnect": "connection_closed",
    "auth_drop": "auth_failed", "auth_silent": "timeout", "auth_banner_flood": "", "prompts_for_ever": "auth_failed",
    "channel_refused": "no_shell", "channel_drop": "connection_closed", "channel_silent": "timeout",
    "exec_refused": "no_shell", "exec_drop": "connection_closed", "exec_silent": "timeout",
    "output_drop": "connection_closed", "output_flood": "", "output_drip": "timeout",
    "error_flood": "too_big timeout", "no_status": "", "ignore_after_exec": "timeout too_big",
}


def check_hostile(farm):
    peer = subprocess.Popen([FARM, "run", farm.top, "--", sys.executable, "tests/fake/ssh_hostile.py", "127.0.66.1"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        ports = json.loads(peer.stdout.readline())
        say(set(ports) == set(HOSTILE), "every hostile kind is tried", sorted(ports))
        for kind, port in ports.items():
            codes = HOSTILE[kind].split() or [""]
            # Who ends by himself has the time that he needs.
            limit = 2 if "timeout" in codes else 20
            a = farm.tool(("127.0.66.1", port), user="u", password="right", timeout=limit, show="no", out_limit=200000)
            say(a.get("code") in codes and a["exit"] in (0, 1) and a["seconds"] < limit + 0.4 + SLACK,
                "hostile %s: %s after %.1f s" % (kind, a.get("code") or "ok", a.get("seconds", -1)), a)
            if kind == "disconnect":
                say("\\x1b" in a["text"] and "\x1b" not in a["text"], "a host's words are escaped", a)
            if kind == "http":
                say("no SSH server" in a["text"] and "HTTP/1.1 400" in a["text"], "another service is named", a)
            if kind == "silent":
                a = farm.tool(("127.0.66.1", port), user="u", password="right", cancel_after=0.3)
                say(a["code"] == "cancelled" and a["seconds"] < 0.5 + SLACK, "cancel reaches a hanging handshake", a)
    finally:
        peer.stdin.close()
        peer.wait()
    a = farm.tool(("127.0.66.2", 22), user="u", password="x")
    say(a["code"] == "refused" and a["stage"] == "connect", "a closed port is refused", a)


def main():
    if os.geteuid() != 0:
        print("ok 1 - the ssh room against real servers # SKIP needs root for namespaces and users of its own")
        return 0
    top = folder()
    farm = None
    try:
        farm = Farm(top)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", top + "/stranger"], check=True)
        for check in (check_keys, check_agent, check_servers, check_passwords, check_hostkeys, check_shells,
                      check_streams, check_hostile):
            check(farm)
    finally:
        if farm is not None:
            subprocess.run([FARM, "stop", top], check=True)
    print("1..%d" % count)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
