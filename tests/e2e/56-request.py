#!/usr/bin/python3
"""A request file for a timer: its secrets stand in files of their own, which a
service finds in $CREDENTIALS_DIRECTORY, and options change what it holds."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, case, done, equal, folder, ok, until                        # noqa: E402
import memory                                                                     # noqa: E402
import winhosts                                                                   # noqa: E402
from farm import with_farm                                                        # noqa: E402
from helper import Helper                                                         # noqa: E402
from jira import Tracker                                                          # noqa: E402

farm = with_farm(__file__, "--only", "plain,keyonly")
AT = {name: host["address"] for name, host in farm["hosts"].items()}
ALICE = farm["users"]["alice"]["password"]
LOCKED = farm["keys"]["ed25519_locked"]


def write(top, name, text):
    path = os.path.join(top, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text if isinstance(text, str) else json.dumps(text))
    return path


def run(*args, credentials=None, env=None):
    more = dict(env or {}, **({"CREDENTIALS_DIRECTORY": credentials} if credentials else {}))
    got = subprocess.run([ASSETSCAN, "scan", "--format=jsonl", *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env=dict({"PATH": os.environ["PATH"], "HOME": folder()}, **more), cwd=folder(), timeout=120)
    hosts = {}
    for line in got.stdout.decode().splitlines():
        m = json.loads(line)
        if m["method"] == "scan.host":
            hosts[m["params"]["address"]] = (m["params"]["state"], m["params"]["credential"])
    return got, hosts


def ssh(**more):
    return dict({"id": "ssh", "protocol": "ssh", "user": "alice"}, **more)


def wmi(**more):
    return dict({"id": "wmi", "protocol": "wmi", "user": winhosts.USER}, **more)


def request(ranges, credentials, jira=None, **profile):
    r = {"profile": dict({"name": "timer"}, **profile), "ranges": ranges, "credentials": credentials}
    if jira:
        r["jira"] = jira
    return r


def secrets_in_files():
    tracker, win, top = Tracker(), winhosts.address("win11"), folder()
    credentials = folder()
    write(credentials, "wmi", winhosts.PASSWORD + "\n")
    write(credentials, "ssh", ALICE + "\r\n")
    write(credentials, "passphrase", LOCKED["passphrase"])
    write(credentials, "jira", "secret\n")
    with open(LOCKED["path"], encoding="ascii") as f:
        write(credentials, "key", f.read())
    jira = {"url": tracker.url, "auth": {"type": "basic", "user": "scanner", "passwordFile": "jira"}}
    path = write(top, "r.json", request([win, AT["plain"]], [wmi(passwordFile="wmi"), ssh(passwordFile="ssh")], jira))
    got, hosts = run("--request", path, credentials=credentials)
    equal((got.returncode, hosts), (0, {win: ("scanned", "wmi"), AT["plain"]: ("scanned", "ssh")}),
          "passwords of hosts and of Jira come from $CREDENTIALS_DIRECTORY")
    equal(len(tracker.assets()), 2, "and the assets are there")
    ok(not any(s.encode() in got.stdout + got.stderr for s in (winhosts.PASSWORD, ALICE)), "no password is shown", got)
    path = write(top, "k.json", request([AT["keyonly"]], [ssh(privateKeyFile="key", passphraseFile="passphrase")]))
    equal(run("--request", path, credentials=credentials)[1], {AT["keyonly"]: ("scanned", "ssh")}, "a key and its passphrase, too")
    path = write(top, "t.json", request([AT["keyonly"]], [ssh(privateKey=open(LOCKED["path"], encoding="ascii").read(), passphraseFile="passphrase")]))
    equal(run("--request", path, credentials=credentials)[1], {AT["keyonly"]: ("scanned", "ssh")}, "a key as text with its passphrase in a file")
    path = write(top, "a.json", request([AT["plain"]], [ssh(passwordFile=os.path.join(credentials, "ssh"))]))
    equal(run("--request", path)[1], {AT["plain"]: ("scanned", "ssh")}, "a whole path works without $CREDENTIALS_DIRECTORY")
    equal(run("--request", path, credentials="/no/such")[1], {AT["plain"]: ("scanned", "ssh")}, "and with one that is not there")
    tracker.stop()


def files_leave_nothing_in_memory():
    if not memory.READABLE:
        return
    tracker, win, credentials = Tracker(), winhosts.address("win7"), folder()
    write(credentials, "wmi", winhosts.PASSWORD + "\n")
    write(credentials, "jira", "secret-of-jira\n")
    h = Helper(folder(), env=dict(os.environ, CREDENTIALS_DIRECTORY=credentials))
    auth = {"type": "basic", "user": "scanner", "passwordFile": "jira"}
    _, hosts, _ = h.scan(request([win], [wmi(passwordFile="wmi")], {"url": tracker.url, "auth": auth}))
    equal(hosts[win]["state"], "scanned", "over JSON-RPC, too")
    got = h.call("host.check", {"address": win, "protocol": "wmi", "credentials": [wmi(passwordFile="wmi")]})
    equal(got["result"]["ok"], True, "host.check reads them as well")
    def found():
        return memory.places(h.child.pid, {"WMI": [winhosts.PASSWORD.encode()], "Jira": [b"secret-of-jira"]})
    until(lambda: not found(), step=0.2)
    equal(found(), {},
          "and when the scan is over neither is in memory")
    h.close()
    tracker.stop()


def jira_by_token_file():
    credentials = folder()
    write(credentials, "token", "tok-1\n")
    for auth, options in (({"type": "bearer", "tokenFile": "token"}, ["--token", "tok-1"]),
                          ({"type": "header", "name": "X-Token", "valueFile": "token"}, ["--header", "X-Token=tok-1"])):
        tracker = Tracker(*options)
        path = write(folder(), "r.json", request([AT["plain"]], [ssh(password=ALICE)], {"url": tracker.url, "auth": auth}))
        got, _ = run("--request", path, credentials=credentials)
        equal((got.returncode, len(tracker.assets())), (0, 1), "Jira by %s, its secret in a file" % auth["type"])
        h = Helper(folder(), env=dict(os.environ, CREDENTIALS_DIRECTORY=credentials))
        equal(h.call("jira.check", {"jira": {"url": tracker.url, "auth": auth}})["result"]["ok"], True, "jira.check, too")
        equal(h.problems(), [], "every line fits the schemas")
        h.close()
        tracker.stop()


def what_is_wrong_with_files():
    top = folder()
    empty, binary = write(top, "empty", "\n"), os.path.join(top, "binary")
    with open(binary, "wb") as f:
        f.write(b"\xff\xfe\0a")
    h = Helper(folder())
    bad = request([AT["plain"]], [ssh(id="a", passwordFile="/no/such"), ssh(id="b", passwordFile=empty), ssh(id="c", passwordFile=binary),
                                  ssh(id="d", privateKeyFile=LOCKED["path"], passphraseFile="/no/phrase")],
                  {"url": "http://127.0.0.1:1/jira", "auth": {"type": "bearer", "tokenFile": "/no/token"}})
    got = {p["pointer"]: p["message"] for p in h.call("scan.start", bad)["error"]["data"]["problems"]}
    equal(sorted(got), ["/credentials/0/passwordFile", "/credentials/1/passwordFile", "/credentials/2/passwordFile",
                        "/credentials/3/passphraseFile", "/jira/auth/tokenFile"], "each wrong file is named by its member")
    ok("/no/such" in got["/credentials/0/passwordFile"] and "empty" in got["/credentials/1/passwordFile"]
       and "UTF-8" in got["/credentials/2/passwordFile"], "and says what is wrong with it", got)
    for members in ({"password": "x", "passwordFile": "y"}, {"privateKeyFile": "k", "passphrase": "x", "passphraseFile": "y"},
                    {"password": "x", "passphraseFile": "y"}):
        r = h.call("scan.start", request([AT["plain"]], [ssh(**members)]))
        ok("error" in r, "%s do not go together" % " and ".join(members), r)
    for auth in ({"type": "basic", "user": "u"}, {"type": "basic", "user": "u", "password": "x", "passwordFile": "y"}):
        r = h.call("scan.start", request([AT["plain"]], [], {"url": "http://127.0.0.1:1", "auth": auth}))
        ok(r["error"]["data"]["problems"][0]["pointer"].startswith("/jira/auth"), "a log-in with %s is refused" % "+".join(auth), r)
    h.close()


def options_change_a_request():
    tracker, top = Tracker(), folder()
    secret = write(top, "secret", "secret\n")
    alice = write(top, "alice", ALICE)
    jira = {"url": "http://127.0.0.1:1/jira", "auth": {"type": "basic", "user": "scanner", "password": "old"}}
    r = request([AT["plain"]], [{"id": "ssh", "protocol": "ssh", "user": "alice"}], jira, ports={"ssh": [22], "wmi": [1135]}, folder="/no/such")
    path = write(top, "r.json", r)
    got, hosts = run("--request", path)
    ok(got.returncode == 1 and b"/credentials/0 holds nothing to log on with" in got.stderr.replace(b": ", b" "), "without options it is wrong", got)
    got, hosts = run("--request", path, "--ssh-password-file=" + alice, "--jira-url=" + tracker.url, "--jira-password-file=" + secret,
                     "--folder=Electronics/Computers", "--wmi-port=135")
    equal((got.returncode, hosts), (0, {AT["plain"]: ("scanned", "ssh")}), "a password for the request's user, another Jira, its password and folder")
    equal([a["folder"] for a in tracker.assets()], ["Electronics/Computers"], "and the asset is there")
    got, _ = run("--request", path, "--ssh-password-file=" + alice, tracker.url, "--folder=Electronics/Computers", "--dry-run",
                 env={"ASSETSCAN_JIRA_PASSWORD": "secret"})
    ok(got.returncode == 0 and b'"dry_run"' in got.stdout and len(tracker.assets()) == 1, "--dry-run, the URL alone, the password in the environment", got)
    got, hosts = run("--request", path, "--range=" + AT["keyonly"], "--ssh-user=alice", "--ssh-key-file=" + farm["keys"]["ed25519"]["path"],
                     "--jira-url=" + tracker.url, "--jira-password-file=" + secret, "--folder=Electronics/Computers", "--profile=other")
    ok(got.returncode == 1 and b"/credentials/0" in got.stderr, "a credential of the request that stays incomplete is named", got)
    r["credentials"] = [ssh(password=ALICE)]
    path = write(top, "r.json", {"jsonrpc": "2.0", "id": 1, "method": "scan.start", "params": r})
    got, hosts = run("--request", path, "--range=" + AT["keyonly"], "--ssh-user=alice", "--ssh-key-file=" + farm["keys"]["ed25519"]["path"],
                     "--jira-url=" + tracker.url, "--jira-password-file=" + secret, "--folder=Electronics/Computers", "--profile=other")
    equal((got.returncode, hosts), (0, {AT["keyonly"]: ("scanned", "ssh-key")}), "ranges take the place of the request's, a credential joins")
    rows = write(top, "rows.csv", "FROM,USER,PASSWORD,PROTOCOL\n%s,bob,%s,ssh\n%s,,,\n" % (AT["plain"], farm["users"]["bob"]["password"], AT["keyonly"]))
    got, hosts = run("--request", path, "--ranges-file", rows, "--dry-run", "--jira-url=" + tracker.url, "--jira-password-file=" + secret,
                     "--folder=Electronics/Computers")
    equal(hosts, {AT["plain"]: ("scanned", "row-2"), AT["keyonly"]: ("auth_failed", None)},
          "a range file beside a request: its row's own log-on, and the request's for a row without")
    tracker.stop()


for test in (secrets_in_files, files_leave_nothing_in_memory, jira_by_token_file, what_is_wrong_with_files, options_change_a_request):
    case(test)
done()
