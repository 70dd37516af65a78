#!/usr/bin/python3
"""Ranges as files: CSV in and out on the command line and over JSON-RPC, read
by Python's csv, and whole scans in which no row's log-on leaves its row."""
import csv
import io
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok, until                         # noqa: E402
import memory                                                                    # noqa: E402
import winhosts                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402

farm = with_farm(__file__, "--only", "keyonly", "--played", ",".join(
    "%s=%s/tests/unix/recorded/%s.out" % (n, ROOT, r) for n, r in (("plain", "alpine-busybox"), ("second", "laptop-dock"))))
AT = {name: host["address"] for name, host in farm["hosts"].items()}
SECRET = {name: user["password"] for name, user in farm["users"].items()}
HEAD = ["FROM", "TO", "USER", "PASSWORD", "DISABLE"]


def run(*args, text=b""):
    return subprocess.run([ASSETSCAN, *args], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={"PATH": os.environ["PATH"], "HOME": folder()}, timeout=120)


def write(rows, head=None, **more):
    """As an independent writer makes it."""
    f = io.StringIO()
    out = csv.writer(f, **more)
    out.writerow(head or HEAD)
    out.writerows(rows)
    return f.getvalue()


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def file(text, name="ranges.csv"):
    path = os.path.join(folder(), name)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


ODD = ['a,b', 'semi;colon', 'quo"te', ' blanks ', "two\nlines", "tab\there", "=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''=1",
       "\t=1", "  =1", "ünïcödé", "＝1", "\r\n", "x" * 5000, "'", '"', '""', ";", ",", "\\", "%s", "$(id)", "=cmd|'/c calc'!A1"]


def round_trips():
    h = Helper(folder())
    rows = [["10.0.%d.1" % i, "10.0.%d.9" % i, "CORP\\u%d" % i, p, "FALSE"] for i, p in enumerate(ODD)]
    rows += [["10.1.%d.0/24" % i, "", u.strip(), "pw", "TRUE"] for i, u in enumerate(ODD) if u.strip()]
    rows += [["10.2.0.0/16, files.example; !10.2.0.7", "", "", "", ""], ["2001:db8::1", "2001:db8::ff", "CORP\\u0", ODD[0], ""]]
    for delimiter in ",;\t":
        got = h.call("ranges.import", {"csv": write(rows, delimiter=delimiter)})["result"]
        equal([(r["from"], r["to"] or "") for r in got["ranges"]], [(r[0], r[1]) for r in rows],
              "every row, separated by %r, is a range" % delimiter)
    by_id = {c["id"]: c for c in got["credentials"]}
    seen = [by_id[r["credentials"][0]] if r["credentials"] else {"user": "", "password": ""} for r in got["ranges"]]
    equal([(c["user"], c["password"]) for c in seen], [(r[2], r[3]) for r in rows], "with the user and password that were written")
    equal([r["disabled"] for r in got["ranges"]], [r[4] == "TRUE" for r in rows], "and whether it is disabled")
    equal(got["ranges"][-1]["credentials"], got["ranges"][0]["credentials"], "rows with one user and password share a credential")
    for passwords in (True, False):
        out = h.call("ranges.export", dict(got, withPasswords=passwords))["result"]["csv"]
        back = h.call("ranges.import", {"csv": out})["result"]
        wanted = got if passwords else None
        if passwords:
            equal(back, wanted, "the import of an export is what was exported")
        else:
            equal([r["from"] for r in back["ranges"]], [r["from"] for r in got["ranges"]], "without passwords: the same ranges")
            ok(all("password" not in c for c in back["credentials"]), "and no password", back["credentials"])
            equal({x["PASSWORD"] for x in read(out)}, {""}, "the column is empty for Python, too")
        for row in read(out):
            bad = [v for v in row.values() if v.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))]
            if bad:
                ok(False, "nothing in it is a formula for a spreadsheet", bad)
                break
        else:
            ok(True, "nothing in it is a formula for a spreadsheet")
    plain = [r for r in rows if not set(r[2][:1] + r[3][:1]) & set("=+-@'\t\r ＝")][:5]
    given = h.call("ranges.import", {"csv": write(plain)})["result"]
    out = h.call("ranges.export", dict(given, withPasswords=True))["result"]["csv"]
    equal([list(r.values()) for r in read(out)], plain, "a file without such values is a sensor's file, column for column")
    equal(list(read(out)[0]), HEAD, "with a sensor's heading")
    equal(h.problems(), [], "every line fits the schemas")
    h.close()


def several_credentials():
    h = Helper(folder())
    creds = [{"id": "a", "protocol": "wmi", "user": "CORP\\a", "password": "pa"}, {"id": "b", "protocol": "ssh", "user": "root", "password": "pb"},
             {"id": "k", "protocol": "ssh", "user": "key", "privateKeyFile": "/k"}]
    ranges = ["10.0.0.0/24", "!10.0.0.7", {"from": "10.1.0.1", "to": "10.1.0.9", "credentials": ["b", "a"]}, {"from": "10.2.0.1", "credentials": []}]
    out = read(h.call("ranges.export", {"ranges": ranges, "credentials": creds})["result"]["csv"])
    equal([(r["FROM"], r["TO"], r["USER"], r["PROTOCOL"]) for r in out],
          [("10.0.0.0", "10.0.0.255", "CORP\\a", "wmi"), ("10.0.0.0", "10.0.0.255", "root", "ssh"), ("10.0.0.0", "10.0.0.255", "key", "ssh"),
           ("!10.0.0.7", "", "", "wmi"), ("10.1.0.1", "10.1.0.9", "root", "ssh"), ("10.1.0.1", "10.1.0.9", "CORP\\a", "wmi"),
           ("10.2.0.1", "", "", "wmi")], "a range that may use several log-ons is a row for each")
    got = h.call("ranges.export", {"ranges": ranges, "credentials": creds, "withPasswords": True})
    equal([p["pointer"] for p in got["error"]["data"]["problems"]], ["/credentials/2"], "a key is not lost silently: refused")
    got = h.call("ranges.export", {"ranges": ["10.0.0.300", {"from": "10.0.0.1", "credentials": ["zz"]}], "credentials": creds})
    equal([p["pointer"] for p in got["error"]["data"]["problems"]], ["/ranges/0", "/ranges/1/credentials/0"], "mistakes are all named")
    equal(h.problems(), [], "every line fits the schemas")
    h.close()


def mistakes():
    h = Helper(folder())
    bad = "FROM,TO,USER,PASSWORD,DISABLE\n10.0.0.1,,a,hunter2,FALSE\n10.0.0.300,,a,hunter2,\n10.0.0.9,10.0.0.1,a,hunter2,\n10.0.0.5,,a,hunter2,perhaps\n"
    got = h.call("ranges.import", {"csv": bad})
    equal([p["message"][:17].rstrip(":") for p in got["error"]["data"]["problems"]], ["line 3, column 1", "line 4, column 1", "line 5, column 21"],
          "every mistake with its line and column")
    ok("hunter2" not in json.dumps(got), "and without a password", got)
    h.close()
    path = file(bad)
    for args in (["ranges", "import", path], ["scan", "--ranges-file", path], ["ranges", "expand", "--ranges-file", path]):
        r = run(*args)
        ok(r.returncode == 1 and r.stdout == b"" and r.stderr.count(path.encode() + b": line ") == 3 and b"hunter2" not in r.stderr,
           args[0] + " " + args[1] + ": all are named, nothing is taken", r)
    for what, text in (("a NUL in the middle", b"FROM\n10.0.0.1\n\0\n10.0.0.2\n"), ("UTF-16", "FROM\n10.0.0.1\n".encode("utf-16")),
                       ("nothing", b""), ("no heading", b"10.0.0.1,10.0.0.2,u,p,FALSE\n")):
        r = run("ranges", "import", file(text))
        ok(r.returncode == 1 and r.stdout == b"" and (b"line" in r.stderr), what + " is refused whole", r)


def command_line():
    rows = [["10.0.0.1", "10.0.0.9", "CORP\\a", "s3cret-a", "FALSE"], ["10.1.0.0/30", "", "CORP\\b", "=s3cret-b", "TRUE"]]
    path = file("\ufeff" + write(rows))
    r = run("ranges", "import", path)
    got = json.loads(r.stdout)
    ok(r.returncode == 0 and b"s3cret" not in r.stdout + r.stderr and len(got["ranges"]) == 2, "import prints no password", r)
    r = run("ranges", "import", "--with-passwords", "-", text=open(path, "rb").read())
    equal([c["password"] for c in json.loads(r.stdout)["credentials"]], ["s3cret-a", "=s3cret-b"], "but when asked; - is standard input")
    printed = file(r.stdout, "ranges.json")
    r = run("ranges", "export", printed)
    ok(r.returncode == 0 and b"s3cret" not in r.stdout, "export writes none either", r)
    equal([x["FROM"] for x in read(r.stdout.decode())], ["10.0.0.1", "10.1.0.0/30"], "but the ranges")
    r = run("ranges", "export", "--with-passwords", printed)
    equal([x["PASSWORD"] for x in read(r.stdout.decode())], ["s3cret-a", "'=s3cret-b"], "and the passwords when asked, fit for a spreadsheet")
    again = run("ranges", "import", "--with-passwords", "-", text=r.stdout)
    equal(json.loads(again.stdout), json.load(open(printed, encoding="utf-8")), "which come back as they were")
    request = file(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "scan.start", "params": {"profile": {"name": "x"}, "ranges": ["10.0.0.0/24"],
                   "credentials": [{"id": "k", "protocol": "ssh", "user": "root", "privateKeyFile": "/k"}]}}), "request.json")
    r = run("ranges", "export", request)
    equal(r.stdout.decode().splitlines()[1], "10.0.0.0,10.0.0.255,root,,FALSE,ssh", "a whole request is exported, too")
    r = run("ranges", "export", "--range=10.0.0.0/24,!10.0.0.7", "--range", "files.example")
    equal([x["FROM"] for x in read(r.stdout.decode())], ["10.0.0.0/24,!10.0.0.7", "files.example"], "and ranges of the command line")
    r = run("ranges", "export", "--range=10.0.0.0/24,!10.0.0.7", "--range", "10.1.0.5, 2001:db8::/126")
    equal([(x["FROM"], x["TO"]) for x in read(r.stdout.decode())], [("10.0.0.0", "10.0.0.6"), ("10.0.0.8", "10.0.0.255"), ("10.1.0.5", "10.1.0.5"),
                                                                    ("2001:db8::", "2001:db8::3")], "as FROM and TO, which is all that a sensor reads")
    r = run("ranges", "show", "--format=json", "10.0.0.0/24,10.0.0.128-10.0.1.5", "files.example")
    equal(json.loads(r.stdout), {"ranges": [{"range": "10.0.0.0-10.0.1.5", "addresses": 262}, {"range": "files.example", "addresses": 1}],
                                 "addresses": 263, "overlap": 128}, "what ranges mean, as JSON")
    for args, says in ((["ranges", "show", "10.0.0.1", "--format=csv"], b"--format is table or json"),
                       (["ranges", "expand", "10.0.0.1", "--format=json"], b"ranges expand has one form"),
                       (["check", "10.0.0.1", "--format=csv"], b'--format is text or json, not "csv"'),
                       (["outbox", "list", "--format=xml"], b"--format is table, json or csv"),
                       (["import", "x", "--format="], b"--format is text, jsonl, json, csv or html"),
                       (["ssh", "10.0.0.1", "--format=json", "--", "id"], b"printed as it is")):
        r = run(*args)
        ok(r.returncode == 1 and r.stdout == b"" and says in r.stderr, "a form that there is not is refused: " + " ".join(args), r)
    ok(run("ranges", "export").returncode == 1 and run("ranges", "export", "--range=10.0.0.300").returncode == 1, "nothing or a wrong one is refused")
    r = run("ranges", "expand", "--ranges-file", path)
    equal(r.stdout.decode().split(), ["10.0.0.%d" % i for i in range(1, 10)], "expand leaves disabled rows out")


def tried(name, *least):
    """Who logged on, or tried to, at that SSH server: at least these, once its log is written."""
    def who():
        with open(farm["hosts"][name]["log"], encoding="utf-8", errors="replace") as f:
            return {w.split(" for ")[1].split()[0] for w in f if w.startswith(("Accepted ", "Failed ")) and " for " in w}
    until(lambda: set(least) <= who())
    return who()


def scan(*args, text=b""):
    r = run("scan", "--format=jsonl", "--dry-run", *args, text=text)
    hosts = {}
    for line in r.stdout.decode().splitlines():
        m = json.loads(line)
        if m.get("method") == "scan.host":
            hosts[m["params"]["address"]] = m["params"]
    return r, hosts


def log_ons_stay_in_their_rows():
    win = winhosts.address("win11")
    rows = [[AT["plain"], "", "alice", SECRET["alice"], "FALSE", "ssh"], [AT["second"], AT["second"], "bob", SECRET["bob"], "", "SSH"],
            [win, "", winhosts.USER, winhosts.PASSWORD, "false", ""], [AT["keyonly"], "", "frank", SECRET["frank"], "TRUE", "ssh"]]
    path = file(write(rows, HEAD + ["PROTOCOL"], delimiter=";"))
    r, hosts = scan("--ranges-file=" + path)
    equal({a: (h["state"], h["credential"]) for a, h in hosts.items()},
          {AT["plain"]: ("scanned", "row-2"), AT["second"]: ("scanned", "row-3"), win: ("scanned", "row-4")},
          "each host is scanned with its row's log-on, the disabled row's not at all")
    equal((tried("plain", "alice"), tried("second", "bob"), tried("keyonly")), ({"alice"}, {"bob"}, set()), "and no server saw another row's user")
    ok(not any(p.encode() in r.stdout + r.stderr for p in (SECRET["alice"], SECRET["bob"], winhosts.PASSWORD)), "no password is shown", r)
    # The wrong row: bob's password is never tried at plain, though alice's fails there.
    rows[0][3] = "not hers"
    r, hosts = scan("--ranges-file", "-", text=write(rows[:2], HEAD + ["PROTOCOL"]).encode())
    equal({a: h["state"] for a, h in hosts.items()}, {AT["plain"]: "auth_failed", AT["second"]: "scanned"}, "a refusal in one row")
    equal(tried("plain"), {"alice"}, "does not bring out another row's log-on")


def options_and_file():
    password = file(SECRET["alice"], "password")
    rows = [[AT["plain"], "", "alice", "", ""], [AT["second"], "", "", "", ""]]
    text = write([r + ["ssh"] for r in rows], HEAD + ["PROTOCOL"]).encode()
    r, hosts = scan("--ranges-file=-", "--ssh-user=alice", "--ssh-password-file=" + password, "--range=" + AT["keyonly"], text=text)
    equal({a: (h["state"], h["credential"]) for a, h in hosts.items()},
          {AT["plain"]: ("scanned", "ssh-password"), AT["second"]: ("scanned", "ssh-password"), AT["keyonly"]: ("auth_failed", None)},
          "a row's user without password, and a row without user, have it from the options")
    r, hosts = scan("--ranges-file=-", text=text)
    ok(r.returncode == 1 and b"no PASSWORD for user alice (row-2)" in r.stderr and not hosts, "where nobody has it, that is said first", r)
    rows = [[AT["second"], "", "bob", SECRET["bob"], "", "ssh"]]
    r, hosts = scan("--ranges-file=-", "--range=" + AT["plain"], text=write(rows, HEAD + ["PROTOCOL"]).encode())
    equal((hosts[AT["plain"]]["state"], tried("plain") & {"bob"}), ("auth_failed", set()), "--range does not borrow a row's log-on")
    for args, what in ((["--self", "--ranges-file=-"], b"--self"), (["--ranges-file=/no/such"], b"/no/such")):
        r = run("scan", *args)
        ok(r.returncode == 1 and what in r.stderr, " ".join(args) + " is refused", r)


def passwords_are_wiped():
    if not memory.READABLE:
        return
    word = "Wiped-after-%d" % os.getpid()
    h = Helper(folder())
    got = h.call("ranges.import", {"csv": write([["10.0.0.1", "", "u", word, ""]])})["result"]
    h.call("ranges.export", dict(got, withPasswords=True))
    def found():
        return memory.places(h.child.pid, {"the password": [word.encode()]})
    until(lambda: not found(), step=0.2)
    equal(found(), {}, "after import and export no password is left in memory")
    h.close()


for test in (round_trips, several_credentials, mistakes, command_line, log_ons_stay_in_their_rows, options_and_file, passwords_are_wiped):
    case(test)
done()
