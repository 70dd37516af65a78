#!/usr/bin/python3
"""No secret stays: after scans with each kind of them none is in a file of the
state folder, in the output, in the log, or in the memory of the program."""
import base64
import fcntl
import os
import pty
import shutil
import subprocess
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, case, done, equal, folder, ok, until  # noqa: E402
import winhosts                                         # noqa: E402
from farm import with_farm                              # noqa: E402
from helper import Helper                               # noqa: E402
from jira import Tracker                                # noqa: E402
import memory                                           # noqa: E402

farm = with_farm(__file__, "--only", "plain,keyonly")
AT = {name: host["address"] for name, host in farm["hosts"].items()}
ALICE = farm["users"]["alice"]["password"]
NT_HASH = "fc525c9683e8fe067095ba2ddc971889"            # of the fake hosts' "Passw0rd!": MD4 of its UTF-16LE
JIRA = "Jira-s3cret-of-the-test"


def key(name):
    with open(farm["keys"][name]["path"], encoding="utf-8") as f:
        return f.read()


def seed(name):
    """The 32 octets that are the private key of an Ed25519 key file."""
    path = os.path.join(folder(), "key")
    shutil.copy(farm["keys"][name]["path"], path)
    os.chmod(path, 0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", farm["keys"][name]["passphrase"] or "", "-N", "", "-f", path],
                   check=True, stdout=subprocess.DEVNULL)
    with open(path, encoding="ascii") as f:
        blob = base64.b64decode("".join(f.read().split("\n")[1:-2]))
    at = blob.index(b"\0\0\0\x40") + 4
    return blob[at:at + 32]


def lines_of(text):
    """What base64 of a key file says; its first lines tell nothing secret."""
    return [x.encode() for x in text.split("\n")[3:-2] if len(x) > 30]


def both(text):
    return [text.encode(), text.encode("utf-16-le")]


LOCKED = farm["keys"]["ed25519_locked"]["passphrase"]
SECRETS = {
    "the WMI password": both(winhosts.PASSWORD),
    "its NT hash": [bytes.fromhex(NT_HASH), NT_HASH.encode(), NT_HASH.upper().encode()],
    "the SSH password": both(ALICE),
    "the SSH key's file": lines_of(key("ed25519")),
    "the SSH key": [seed("ed25519")],
    "the locked SSH key": [seed("ed25519_locked")],
    "its passphrase": both(LOCKED),
    "Jira's password": both(JIRA) + [base64.b64encode(("scanner:" + JIRA).encode())],
}


def wmi(**more):
    return dict({"id": "wmi", "protocol": "wmi", "user": winhosts.USER}, **more)


def ssh(**more):
    return dict({"id": "ssh", "protocol": "ssh", "user": "alice"}, **more)


def found(data):
    return [name for name, forms in SECRETS.items() if any(x in data for x in forms)]


def memory_is_clean(h, state):
    if not memory.READABLE:
        return
    # The scan's threads end behind its last line.
    until(lambda: not memory.places(h.child.pid, SECRETS), step=0.2)
    everything = b"".join(data for _, data in memory.memory(h.child.pid))
    ok(state.encode() in everything, "the memory of the program is read (%d MiB)" % (len(everything) >> 20))
    places = memory.places(h.child.pid, SECRETS)
    for name in SECRETS:
        ok(name not in places, "memory: " + name + " is gone", "\n".join(places.get(name, [])[:6]))


def whole_folder(top):
    for path, _, files in os.walk(top):
        for name in files:
            full = os.path.join(path, name)
            with open(full, "rb") as f:
                yield full, f.read()


def nothing_is_kept():
    tracker = Tracker()
    jira = tracker.params()
    jira["auth"] = {"type": "basic", "user": "scanner", "password": JIRA}
    state = folder()
    h = Helper(state, "--verbose")
    jobs = [("a WMI password", [winhosts.address("win11")], wmi(password=winhosts.PASSWORD), jira),
            ("an NT hash", [winhosts.address("server2022")], wmi(ntHash=NT_HASH), None),
            ("a WMI password that is refused", [winhosts.address("win7")], wmi(user="CORP\\x", password=winhosts.PASSWORD), None),
            ("an SSH password", [AT["plain"]], ssh(password=ALICE), jira),
            ("an SSH key", [AT["keyonly"]], ssh(privateKey=key("ed25519")), None),
            ("a locked SSH key", [AT["keyonly"]], ssh(privateKey=key("ed25519_locked"), passphrase=LOCKED), None),
            ("a refused SSH password", [AT["keyonly"]], ssh(password=ALICE), None)]
    for what, hosts, credential, to in jobs:
        p = {"profile": {"name": what, "protocols": [credential["protocol"]], "connectTimeout": 2}, "ranges": hosts,
             "credentials": [credential]}
        if to:
            p["jira"] = to
        _, got, _ = h.scan(p)
        states = sorted(x["state"] for x in got.values())
        equal(states, ["auth_failed"] if "refused" in what else ["scanned"], "a scan with %s" % what)
        if to is None:
            check = h.call("host.check", {"address": hosts[0], "protocol": credential["protocol"],
                                          "credentials": [credential]})
            ok("result" in check and check["result"]["ok"] is ("refused" not in what), "and a check", check)
    bad = h.call("scan.start", {"profile": {"name": "bad"}, "ranges": [], "credentials": [wmi(password=winhosts.PASSWORD)],
                                "surprise": JIRA})
    ok("error" in bad and not found(str(bad).encode()), "a request with mistakes is refused without its secrets", bad)
    memory_is_clean(h, state)
    with open("/proc/%d/limits" % h.child.pid, encoding="ascii") as f:
        core = next(x for x in f if x.startswith("Max core"))
    ok(core.split()[4:6] == ["0", "0"], "no core is written", core)
    files = dict(whole_folder(state))
    ok(files, "the state folder has files", files)
    equal({path: found(data) for path, data in files.items() if found(data)}, {}, "no file has a secret")
    equal(h.close(), 0, "the helper ends with 0")
    equal(found(str(h.lines).encode()), [], "standard output tells no secret")
    equal(found("".join(h.errors).encode()), [], "standard error tells no secret")


def a_shell_of_ours_inherits_none():
    """--self asks through a shell, and what that starts may be asked for its environment by anybody of the user."""
    mapping = os.path.join(folder(), "mapping.xml")
    with open(mapping, "w", encoding="utf-8") as f:
        f.write('<fields><os type="linux" path="/bin:/usr/bin"><matcher field="spartez.network"/><field assetField="x.environ" '
                'scanner="command" command="env | tr \'\\n\' \' \'"/></os></fields>')
    p = subprocess.run([ASSETSCAN, "scan", "--self", "--config=" + mapping, "--format=jsonl", "--state-dir", folder()],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                       env=dict(os.environ, ASSETSCAN_SSH_PASSWORD=ALICE, ASSETSCAN_JIRA_TOKEN=JIRA, OF_THE_USER="stays"))
    ok(b"x.environ" in p.stdout and b"OF_THE_USER=stays" in p.stdout, "the shell tells its environment", p.stdout + p.stderr)
    equal((b"ASSETSCAN_" in p.stdout, found(p.stdout)), (False, []), "which has none of our variables")


def prompted(answer):
    """What a terminal shows around a prompt, how the program ended, and whether the terminal echoes again."""
    master, slave = pty.openpty()
    child = subprocess.Popen([ASSETSCAN, "ssh", "127.0.0.1", "--ssh-user=alice", "--ssh-port=1", "--state-dir", folder(), "--", "true"],
                             stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                             preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    def echoes():
        return bool(termios.tcgetattr(slave)[3] & termios.ECHO)
    until(lambda: not echoes())
    os.write(master, answer)
    status = child.wait(20)
    shown = os.read(master, 65536)
    again = echoes()
    os.close(master)
    os.close(slave)
    return shown, status, again


def a_prompt_gives_the_echo_back():
    shown, status, again = prompted(b"typed-s3cret\n")
    ok(b"SSH password: " in shown and b"typed" not in shown, "what is typed at a prompt is not shown", shown)
    equal((status > 0, again), (True, True), "the terminal echoes behind it")
    shown, status, again = prompted(b"half\x03")
    equal((status, again), (-2, True), "an interrupt ends the program there, and the terminal echoes again")


case(nothing_is_kept)
case(a_prompt_gives_the_echo_back)
case(a_shell_of_ours_inherits_none)
done()
