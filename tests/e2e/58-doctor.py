#!/usr/bin/python3
"""assetscan doctor: on a machine that is well, and on ones where something is
wrong on purpose: each finding is a failure or a warning and says the fix."""
import ctypes
import json
import os
import pwd
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from email.utils import formatdate

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, BUILD, ROOT, case, done, equal, folder, ok                    # noqa: E402
from jira import Tracker                                                          # noqa: E402

NOBODY = pwd.getpwnam("nobody")
NO_RIGHTS = ["setpriv", "--reuid", str(NOBODY.pw_uid), "--regid", str(NOBODY.pw_gid), "--clear-groups", "--no-new-privs",
             "--bounding-set=-all", "--inh-caps=-all", "--"]


def reachable():
    """The program where every user may run it."""
    top = folder()
    os.chmod(top, 0o755)
    return shutil.copy2(ASSETSCAN, top)


def doctor(*args, env=None, before=(), program=ASSETSCAN, state=None):
    """(exit code, {check: finding}, everything that was written)"""
    state = state if state is not None else os.path.join(folder(), "state")
    got = subprocess.run([*before, program, "doctor", "--format=json", "--state-dir=" + state, *args], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                         env=dict({"PATH": os.environ["PATH"], "KRB5_CONFIG": "/none"}, **(env or {})))
    try:
        answer = json.loads(got.stdout)
    except ValueError:
        return got.returncode, {}, got
    found = {f["check"]: f for f in answer["findings"]}
    if answer["ok"] != (got.returncode == 0):
        ok(False, "the answer's ok and the exit code agree", got)
    return got.returncode, found, got


def judged(found, check, state, part, fix=None):
    """One finding as it should be, its fix included."""
    f = found.get(check, {})
    good = f.get("state") == state and re.search(part, f.get("detail", "")) and (state == "ok") == (f.get("fix") is None) \
        and (fix is None or re.search(fix, f["fix"]))
    ok(good, "%s is %s: %s" % (check, state, part), (f, part, fix))


def a_machine_that_is_well():
    code, found, got = doctor()
    equal(code, 0, "a machine that is well: exit code 0")
    bad = {c: f for c, f in found.items() if f["state"] == "failure"}
    equal(bad, {}, "and no failure")
    for check, part in (("library.libssh2", r"^1\.1[1-9]"), ("library.jansson", r"^2\."), ("library.libcurl", r"^[78]\..*OpenSSL"),
                        ("library.openssl", r"^OpenSSL 3\."), ("library.expat", r"expat_2\."), ("library.krb5", r"^1\.|does not say"),
                        ("library.certificates", "^/etc/ssl/certs/"), ("limit.threads", "96 at once"), ("clock.time", r"^20\d\d-"), ("clock.zone", "UTC"), ("state.folder", "not there yet"),
                        ("state.space", "MiB free"), ("kerberos.config", "not set up, and not needed")):
        judged(found, check, "ok", part)
    equal(got.stderr, b"", "nothing on standard error")
    text = subprocess.run([ASSETSCAN, "doctor", "--state-dir=" + folder()], stdout=subprocess.PIPE, check=False).stdout.decode()
    ok(re.search(r"^ok +library.openssl +OpenSSL", text, re.M) and re.search(r"^\d+ ok, (1 warning|\d+ warnings), 0 failures$", text, re.M), "as text, too", text)
    for args in (["extra"], ["--format=xml"], ["--range=10.0.0.1"]):
        equal(subprocess.run([ASSETSCAN, "doctor", *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode, 1,
              "doctor %s is wrong usage" % args[0])
    with open(os.path.join(ROOT, "helper/cmd/doctor.def"), encoding="utf-8") as f:
        rows = re.findall(r'^CHECK\("([^"]+)"', f.read(), re.M)
    ok(len(rows) > 20 and all(any(c.startswith(r) for r in rows) for c in found), "every finding belongs to a row of the table", (rows, list(found)))


def limits():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    code, found, _ = doctor(before=["prlimit", "--nofile=100:100"])
    judged(found, "limit.descriptors", "failure", "only 100 open files: at most 8 hosts", r"LimitNOFILE=65536.*hard limit: 100\)")
    equal(code, 2, "a failure: exit code 2")
    code, found, _ = doctor(before=["prlimit", "--nofile=500:"])
    judged(found, "limit.descriptors", "warning", "at most 125 hosts",
           "ulimit -n 65536" if hard < 0 or hard >= 65536 else r"hard limit: %d\)" % hard)
    equal(code, 0, "a warning alone: exit code 0")
    program = reachable()
    # The limit counts all processes of the user, so it is one that has no others;
    # root is not bound by it.
    alone = [str(61000 + os.getpid() % 4000) if w in (str(NOBODY.pw_uid), str(NOBODY.pw_gid)) else w for w in NO_RIGHTS]
    code, found, _ = doctor(before=["prlimit", "--nproc=12:12", *alone], program=program)
    judged(found, "limit.threads", "failure", "threads, then: Resource temporarily unavailable", "TasksMax=.*--concurrency")
    inside = ["unshare", "-n", "sh", "-c", 'echo "$P" >/proc/sys/net/ipv4/ip_local_port_range; echo "$G" >/proc/sys/net/ipv4/ping_group_range; exec "$@"', "-"]
    code, found, _ = doctor(before=inside, env={"P": "32768 33000", "G": "1 0"})
    judged(found, "limit.ports", "failure", "only 233 ephemeral ports, 32768 to 33000", "ip_local_port_range")
    judged(found, "limit.ping", "ok", "CAP_NET_RAW")
    code, found, _ = doctor(before=inside + NO_RIGHTS, env={"P": "32768 37767", "G": "1 0"}, program=program)
    judged(found, "limit.ports", "warning", "only 5000 ephemeral ports", "ip_local_port_range")
    judged(found, "limit.ping", "warning", "not allowed .*1 0.*ping-first", 'ping_group_range="0 2147483647"')
    code, found, _ = doctor(before=inside + NO_RIGHTS, env={"P": "32768 60999", "G": "0 2147483647"}, program=program)
    judged(found, "limit.ping", "ok", "ping_group_range .0 2147483647")


def certificates():
    inside = ["unshare", "-m", "--propagation", "private", "sh", "-ec",
              'cp -a /etc "$D/etc"; mount --bind "$D/etc" /etc; rm -rf /etc/ssl /etc/pki; exec "$@"', "-"]
    code, found, _ = doctor(before=inside, env={"D": folder()})
    judged(found, "library.certificates", "warning", "no list of CAs", "ca-certificates.*--ca-file")
    equal(code, 0, "which is a warning: Jira may be http://")
    judged(doctor("--jira-url=https://127.0.0.1:1/", "--ca-file=/etc/hosts")[1], "library.certificates", "ok", "by /etc/hosts")


def state_folders():
    program = reachable()
    top = folder()
    os.chmod(top, 0o755)
    closed = os.path.join(top, "closed")
    os.mkdir(closed, 0o755)
    code, found, _ = doctor(before=NO_RIGHTS, program=program, state=closed + "/new")
    judged(found, "state.folder", "failure", "nobody may not write to " + closed, "install -d -m 0700 -o 'nobody'")
    equal(code, 2, "a state folder that cannot be made: exit code 2")
    ok(not os.path.exists(closed + "/new"), "and nothing was made")
    code, found, _ = doctor(before=NO_RIGHTS, program=program, state=closed)
    judged(found, "state.folder", "failure", "belongs to root, mode 0755: nobody may not write there", "chown -R 'nobody'")
    own = os.path.join(top, "nobodys")
    os.mkdir(own, 0o700)
    os.chown(own, NOBODY.pw_uid, NOBODY.pw_gid)
    code, found, _ = doctor(state=own)
    judged(found, "state.folder", "warning", "belongs to nobody, not to root", "Run as nobody")
    equal(os.listdir(own), [], "root leaves nothing in another user's folder")
    code, found, _ = doctor(before=NO_RIGHTS, program=program, state=own)
    judged(found, "state.folder", "ok", "of nobody")
    judged(found, "state.lock", "ok", "locks work")
    os.chmod(own, 0o755)
    code, found, _ = doctor(before=NO_RIGHTS, program=program, state=own)
    judged(found, "state.folder", "warning", "mode 0755: others may look", "chmod 0700")
    plain = os.path.join(top, "file")
    with open(plain, "w", encoding="ascii"):
        pass
    judged(doctor(state=plain)[1], "state.folder", "failure", "is no folder", "--state-dir")
    judged(doctor(state=plain + "/below")[1], "state.folder", "failure", "file is no folder", "--state-dir")
    got = subprocess.run([ASSETSCAN, "doctor", "--format=json"], stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]}, check=False)
    judged({f["check"]: f for f in json.loads(got.stdout)["findings"]}, "state.folder", "failure", "no home folder", "Set HOME")
    locked = folder()
    with open(os.path.join(locked, "locks"), "w", encoding="ascii"):
        pass
    judged(doctor(state=locked)[1], "state.lock", "failure", "locks", "is a folder of this user")
    small = folder()
    mount = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=%s,mode=0700 none "$D" && exec "$@"', "-"]
    for size, state in (("1m", "failure"), ("50m", "warning"), ("200m", "ok")):
        found = doctor(before=[w % size if "%s" in w else w for w in mount], env={"D": small}, state=small)[1]
        judged(found, "state.space", state, "MiB free", None if state == "ok" else "Free space")
    found = doctor(before=[w % "200m,nr_inodes=20" if "%s" in w else w for w in mount], env={"D": small}, state=small)[1]
    judged(found, "state.space", "failure", "no more files may be made", "Free space")


def outbox():
    state, tracker = folder(), Tracker()

    def put(url, first, count):
        subprocess.run([os.path.join(BUILD, "tests/jira/poster_tool"), url, state, "put", str(first), str(count), "first=0.01", "away=0.1"],
                       stdout=subprocess.DEVNULL, check=False)
        return doctor(state=state)[1]
    judged(doctor(state=state)[1], "state.outbox", "ok", "nothing waits")
    judged(put("http://127.0.0.1:1/jira", 1, 1), "state.outbox", "warning", "^1 result could not be posted yet$", "outbox flush --jira")
    judged(put("http://127.0.0.1:1/jira", 2, 1), "state.outbox", "warning", "^2 results could not be posted yet$", "outbox flush --jira")
    tracker.faults({"do": "status", "status": 400, "times": -1, "method": "POST", "path": "/item"})
    judged(put(tracker.url, 3, 1), "state.outbox", "warning", "^3 results could not be posted, 1 of them refused by Jira$", "outbox list.*drop")
    tracker.stop()
    broken = folder()
    with open(os.path.join(broken, "outbox"), "w", encoding="ascii"):
        pass
    judged(doctor(state=broken)[1], "state.outbox", "failure", "outbox", "writable")


def kerberos():
    top = folder()

    def conf(text):
        path = os.path.join(top, "krb5.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return {"KRB5_CONFIG": path}

    code, found, _ = doctor(env=conf("[libdefaults\n default_realm = X\n"))
    judged(found, "kerberos.config", "failure", "krb5.conf cannot be used: .*Improper format", "Correct .*krb5.conf")
    equal(code, 2, "a broken krb5.conf: exit code 2")
    if os.geteuid() == 0:
        env = conf("[libdefaults]\n")
        os.chmod(top, 0o755)
        os.chmod(env["KRB5_CONFIG"], 0o600)
        judged(doctor(env=env, before=NO_RIGHTS, program=reachable())[1], "kerberos.config", "failure", "Permission denied", "chmod a.r ")
        os.unlink(env["KRB5_CONFIG"])
    kdc = socket.socket()
    kdc.bind(("127.0.64.1", 0))
    kdc.listen(4)
    port = kdc.getsockname()[1]
    realm = "[libdefaults]\n default_realm = CORP.EXAMPLE\n dns_lookup_kdc = false\n[realms]\n CORP.EXAMPLE = {\n%s }\n"
    found = doctor(env=conf(realm % ("  kdc = 127.0.64.1:%d\n" % port)))[1]
    judged(found, "kerberos.config", "ok", "default realm is CORP.EXAMPLE")
    judged(found, "kerberos.kdc", "ok", r"127.0.64.1:%d answers \(by krb5.conf\)" % port)
    found = doctor(env=conf(realm % ("  kdc = 127.0.64.2\n  kdc = 127.0.64.1:%d\n" % port)))[1]
    judged(found, "kerberos.kdc", "ok", "answers")
    judged(found, "kerberos.kdc.others", "warning", "127.0.64.2: .*refused", "take it out of DNS or krb5.conf")
    found = doctor(env=conf(realm % "  kdc = 127.0.64.2\n  kdc = no-such-kdc.invalid\n"))[1]
    judged(found, "kerberos.kdc", "failure", "no KDC of CORP.EXAMPLE answers.*refused.*no-such-kdc.invalid", "TCP port 88")
    judged(doctor("--kdc=127.0.64.1:%d" % port)[1], "kerberos.kdc", "ok", "answers .by --kdc")
    judged(doctor("--kdc=127.0.64.1:1")[1], "kerberos.kdc", "failure", "refused", "TCP port 88")
    judged(doctor("--realm=NO-SUCH.INVALID")[1], "kerberos.kdc", "failure", "NO-SUCH.INVALID", "TCP port 88")
    kdc.close()
    judged(doctor("--keytab=/no/such.keytab")[1], "kerberos.keytab", "failure", "/no/such.keytab", "ktutil")
    judged(doctor("--ccache=FILE:/no/such")[1], "kerberos.tickets", "failure", "/no/such", "kinit")
    path = keytab(top)
    judged(doctor("--keytab=" + path)[1], "kerberos.keytab", "ok", "scanner@CORP.EXAMPLE, 1 key$")
    os.chmod(path, 0o644)
    judged(doctor("--keytab=" + path)[1], "kerberos.keytab", "warning", "mode 0644", "chmod 0600")
    with open(path, "wb") as f:
        f.write(b"\x05\x02")
    judged(doctor("--keytab=" + path)[1], "kerberos.keytab", "failure", "entry not found|not found", "ktutil")
    for ends, state, part in ((7200, "ok", r"tickets of scanner@CORP.EXAMPLE, for 1(1\d|20) minutes"), (-60, "failure", "no ticket in .* is valid")):
        cache = ccache(top, int(time.time()) + ends)
        judged(doctor(env={"KRB5CCNAME": cache})[1], "kerberos.tickets", state, part)


def counted(data, size=4):
    return len(data).to_bytes(size, "big") + data


def keytab(top):
    """A keytab file of version 2 with one key, as the format's description has it."""
    entry = (1).to_bytes(2, "big") + counted(b"CORP.EXAMPLE", 2) + counted(b"scanner", 2) + (1).to_bytes(4, "big") + \
        int(time.time()).to_bytes(4, "big") + b"\x01" + (18).to_bytes(2, "big") + counted(b"k" * 32, 2)
    path = os.path.join(top, "scanner.keytab")
    with open(path, "wb") as f:
        f.write(b"\x05\x02" + counted(entry))
    os.chmod(path, 0o600)
    return path


def ccache(top, ends):
    """A ticket cache file of version 4 with a ticket-granting ticket."""
    def principal(*names):
        return (1).to_bytes(4, "big") + len(names).to_bytes(4, "big") + counted(b"CORP.EXAMPLE") + b"".join(counted(n) for n in names)
    times = b"".join(t.to_bytes(4, "big") for t in (ends - 36000, ends - 36000, ends, 0))
    cred = principal(b"scanner") + principal(b"krbtgt", b"CORP.EXAMPLE") + (18).to_bytes(2, "big") + counted(b"k" * 32) + times + \
        b"\0" + bytes(4) + bytes(4) + bytes(4) + counted(b"ticket") + counted(b"")
    path = os.path.join(top, "ccache")
    with open(path, "wb") as f:
        f.write(b"\x05\x04\x00\x00" + principal(b"scanner") + cred)
    os.chmod(path, 0o600)
    return path


def jira():
    tracker = Tracker()
    secret = os.path.join(folder(), "secret")
    with open(secret, "w", encoding="ascii") as f:
        f.write("secret\n")
    login = ["--jira-url=" + tracker.url, "--jira-user=scanner", "--jira-password-file=" + secret, "--folder=Electronics/Computers"]
    code, found, got = doctor(*login)
    judged(found, "jira.clock", "ok", "agree")
    for stage in ("url", "login", "type", "folder"):
        ok(any(c.startswith("jira.") and stage in c and f["state"] == "ok" for c, f in found.items()), "Jira's %s is looked at" % stage, list(found))
    ok(b"secret" not in got.stdout + got.stderr, "no password is shown", got)
    found = doctor("--jira-url=" + tracker.url)[1]
    judged(found, "jira.clock", "ok", "agree")
    ok("jira.login" not in found, "without a log-in nobody is logged in", list(found))
    equal([e for e in tracker.log() if e.get("status") == 401 and "Authorization" in str(e)], [], "and no log-in was tried")
    found = doctor(*login[:2], login[2], "--folder=/no/such")[1]
    judged(found, "jira.folder", "failure", "no/such", None)
    judged(doctor(*login, "--asset-type=type.none")[1], "jira.type", "failure", "type.none", None)
    with open(secret, "w", encoding="ascii") as f:
        f.write("wrong\n")
    code, found, _ = doctor(*login)
    judged(found, "jira.login", "failure", ".", "password")
    equal(code, 2, "a refused log-in: exit code 2")
    code, found, _ = doctor("--jira-url=" + tracker.url, "--jira-user=scanner")
    judged(found, "jira", "failure", "Jira needs a log-in", ".")
    # a server's Date that is not ours
    for ahead, state, part in ((3600, "failure", r"this clock is 3[56]\d\d s behind Jira's"), (-120, "warning", r"1[0-3]\d s ahead of Jira's"),
                               (5, "ok", "agree")):
        tracker.clear()
        tracker.faults({"do": "extra", "method": "GET", "path": ".*", "times": 1, "headers": {"Date": formatdate(time.time() + ahead, usegmt=True)}})
        judged(doctor("--jira-url=" + tracker.url)[1], "jira.clock", state, part, None if state == "ok" else "NTP")
    url = tracker.url
    tracker.stop()
    code, found, _ = doctor("--jira-url=" + url)
    judged(found, "jira.clock", "failure", "Couldn't connect|refused", "URL")
    equal(code, 2, "a dead Jira: exit code 2")
    judged(doctor("--jira-url=http://no-such-jira.invalid/jira")[1], "jira.clock", "failure", "no-such-jira.invalid", ".")


def a_services_request():
    """What a timer would start is looked at as its user would see it."""
    tracker, credentials = Tracker(), folder()
    r = {"profile": {"name": "branch", "folder": "Electronics/Computers"}, "ranges": ["10.0.0.0/24"],
         "credentials": [{"id": "c", "protocol": "wmi", "user": "CORP\\s", "keytab": "keytab"},
                         {"id": "s", "protocol": "ssh", "user": "root", "passwordFile": "ssh-password"}],
         "jira": {"url": tracker.url, "auth": {"type": "basic", "user": "scanner", "passwordFile": "jira"}}}
    path = os.path.join(folder(), "branch.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(r, f)
    for name, text in (("ssh-password", "x"), ("jira", "secret\n")):
        with open(os.path.join(credentials, name), "w", encoding="ascii") as f:
            f.write(text)
    shutil.move(keytab(folder()), os.path.join(credentials, "keytab"))
    env = {"CREDENTIALS_DIRECTORY": credentials}
    code, found, got = doctor("--request=" + path, env=env)
    equal(code, 0, "a request that is right")
    judged(found, "request", "ok", "branch.json is right: profile branch")
    judged(found, "kerberos.keytab", "ok", "keytab: scanner@CORP.EXAMPLE")
    judged(found, "jira.login", "ok", "scanner")
    judged(found, "jira.folder", "ok", "Electronics/Computers")
    ok(b"secret" not in got.stdout + got.stderr, "its secrets are not shown", got)
    found = doctor("--request=" + path, "--folder=/no/such", env=env)[1]
    judged(found, "jira.folder", "failure", "no/such")
    os.unlink(os.path.join(credentials, "ssh-password"))
    os.unlink(os.path.join(credentials, "keytab"))
    code, found, _ = doctor("--request=" + path, env=env)
    judged(found, "request", "failure", "/credentials/1/passwordFile ssh-password: No such file", "CREDENTIALS_DIRECTORY")
    judged(found, "kerberos.keytab", "failure", "not found", "ktutil")
    equal(code, 2, "a request whose files are missing: exit code 2")
    with open(path, "w", encoding="utf-8") as f:
        f.write('{"profile": {')
    judged(doctor("--request=" + path, env=env)[1], "request", "failure", "line 1", "Correct that file")
    judged(doctor("--request=/no/such")[1], "request", "failure", "/no/such", "let this user read it")
    tracker.stop()


def clock():
    # struct timex, as <sys/timex.h> has it: modes, offset, freq, maxerror, esterror, status
    timex = ctypes.create_string_buffer(512)
    state = ctypes.CDLL(None).adjtimex(timex)
    kept = state < 0 or not (state == 5 or int.from_bytes(timex.raw[40:44], sys.byteorder) & 0x40)
    judged(doctor()[1], "clock.synchronised", "ok" if kept else "warning", "kept by|does not tell" if kept else "no time service")
    judged(doctor(env={"TZ": "No/Where"})[1], "clock.zone", "warning", "TZ=No/Where is no time zone here", "tzdata")
    judged(doctor(env={"TZ": "CET-1CEST"})[1], "clock.zone", "ok", r"CES?T \(UTC")


for test in (a_machine_that_is_well, limits, certificates, state_folders, outbox, kerberos, jira, a_services_request, clock):
    case(test)
done()
