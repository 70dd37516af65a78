#!/usr/bin/python3
"""The poster and the outbox against the Asset Tracker stand-in: whatever fails,
each computer is in the tracker exactly once, or in the outbox, or named."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import SLACK, spawn, until     # noqa: E402
from tap import folder as scratch       # noqa: E402

BUILD = os.environ.get("BUILD", "build/release")
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
TOOL = os.path.abspath(BUILD + "/tests/jira/poster_tool")
FAKE = os.path.abspath("tests/fake/tracker.py")
TMP = scratch()
FAST = ["first=0.02", "away=0.2", "timeout=2"]
count = bad = 0


def test(what, ok, detail=""):
    global count, bad
    count += 1
    bad += not ok
    print("%sok %d - %s" % ("" if ok else "not ", count, what))
    if not ok and detail:
        print("".join("# %s\n" % line for line in str(detail)[:3000].split("\n")), end="")
    sys.stdout.flush()


def folder():
    return tempfile.mkdtemp(dir=TMP)


class Tracker:
    def __init__(self, *args, scheme="http", name="127.0.0.1"):
        self.port_file = os.path.join(folder(), "port")
        self.child = spawn([PYTHON, FAKE, "--port-file", self.port_file, *args],
                           stdout=subprocess.DEVNULL)
        for _ in range(3000):
            if os.path.exists(self.port_file):
                break
            time.sleep(0.02)
        self.port = int(open(self.port_file).read())
        self.url = "%s://%s:%d/jira" % (scheme, name, self.port)

    def control(self, what, sent=None):
        data = None if sent is None else json.dumps(sent).encode()
        with urllib.request.urlopen("http://127.0.0.1:%d/__control/%s" % (self.port, what), data) as a:
            return json.load(a)

    def add(self, mac, kind="type.computer", **more):
        fields = {"system.title": ["here"], "spartez.network": [mac]}
        fields.update({k.replace("_", "."): v for k, v in more.items()})
        return self.control("add", {"type": kind, "fields": fields})["id"]

    def log(self, method=None, path=""):
        return [e for e in self.control("log") if method in (None, e["method"]) and re.search(path, e["path"])]

    def assets(self):
        """How often each computer number is there."""
        found = {}
        for a in self.control("assets"):
            text = "\n".join("\n".join(f["values"]) for f in a["fields"]).lower().replace("-", ":")
            for m in re.findall(r"00:1a:2b:3c:([0-9a-f]{2}):([0-9a-f]{2})", text):
                n = int(m[0], 16) * 256 + int(m[1], 16)
                found[n] = found.get(n, 0) + 1
        return found

    def field(self, asset, name):
        for a in self.control("assets"):
            for f in a["fields"] if a["id"] == asset else []:
                if f["def"]["type"]["name"] == name:
                    return f["values"]
        return None

    def quiet(self):
        """Waits until it has done whatever was asked of it, given up or not."""
        until(lambda: all("end" in e for e in self.log()))

    def stop(self):
        self.child.kill()
        self.child.wait()


def tool(url, state, *args, env=None):
    done = subprocess.run([TOOL, url, state, *args], stdout=subprocess.PIPE, timeout=240,
                          env=dict(os.environ, **(env or {})))
    rows = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    if done.returncode not in (0, 1):
        rows.append({"crash": done.returncode})
    return rows


def results(rows):
    return {r["cookie"]: r for r in rows if "outcome" in r}


def outcomes(rows):
    return [r["outcome"] for _, r in sorted(results(rows).items())]


def records(url, state):
    return tool(url, state, "list")[0].get("records", [])


def number(address):
    a = address.split(".")
    return int(a[2]) * 256 + int(a[3])


# --- matching and writing ------------------------------------------------------------

def plain(t):
    s = folder()
    t.control("clear", 0)
    rows = tool(t.url, s, "put", "1", "5", *FAST)
    test("new computers are created, each once", outcomes(rows) == ["created"] * 5 and
         t.assets() == {n: 1 for n in range(1, 6)}, rows)
    log = t.log()
    test("one connection is kept for all requests", len({e["peer"] for e in log}) == 1, len(log))
    test("requests carry the program's name and no cookie",
         all(e["agent"].startswith("assetscan/") and e["cookie"] is None for e in log))
    test("type, fields and folder are asked for once", all(
        len([e for e in log if re.search(p, e["path"])]) == 1 for p in ("itemtype/", "/category$")))
    test("a field that the type lacks is left out and named",
         all(r["dropped"] == ["no.such.field"] for r in results(rows).values()))
    test("nothing waits after a good scan", records(t.url, s) == [])
    t.control("forget-log", 0)
    rows = tool(t.url, folder(), "put", "1", "5", *FAST)
    test("unchanged assets are not written", outcomes(rows) == ["unchanged"] * 5 and not t.log("POST"), rows)
    t.add("00:1a:2b:3c:00:09")
    rows = tool(t.url, s, "put", "9", "1", *FAST)
    t.control("forget-log", 0)
    rows = tool(t.url, s, "put", "9", "1", "cpu=Faster", *FAST)
    posts = t.log("POST")
    test("a change is one addorupdate with unique=true, without type and folder",
         outcomes(rows) == ["updated"] and results(rows)[1]["changed"] == ["spartez.cpumodel"] and
         len(posts) == 1 and posts[0]["path"].endswith("/item/addorupdate") and
         posts[0]["query"]["unique"] == "true" and "type" not in posts[0]["query"], posts)
    test("the change is all that is sent", json.loads(posts[0]["body"]) ==
         [{"typeName": "spartez.cpumodel", "values": ["Faster"]}], posts)


def matching(t):
    s = folder()
    t.control("clear", 0)
    mine = t.add("eth0 00-1A-2B-3C-00-01\neth1 00-1A-2B-3C-7F-01")
    rows = tool(t.url, s, "put", "1", "1", *FAST)
    test("the asset's own way of writing a MAC is kept", outcomes(rows) == ["updated"] and
         t.field(mine, "spartez.network") == ["eth0 00-1A-2B-3C-00-01\neth1 00-1A-2B-3C-7F-01"] and
         results(rows)[1]["matchedBy"] == "spartez.network=00:1a:2b:3c:00:01", rows)
    t.add("00:1a:2b:3c:00:02", "type.switch")
    rows = tool(t.url, s, "put", "2", "1", *FAST)
    test("a switch that names the MAC is no match", outcomes(rows) == ["created"], rows)
    false = t.add("00:1a:2b:3c:00:03:99:99")
    rows = tool(t.url, s, "put", "3", "1", *FAST)
    test("a longer address that begins with the MAC is no match", outcomes(rows) == ["created"], rows)
    t.control("forget-log", 0)
    rows = tool(t.url, s, "put", "3", "1", "cpu=Other", *FAST)
    test("one true hit among false ones is written field by field", outcomes(rows) == ["updated"] and
         [e["path"].split("/")[-2:] for e in t.log("POST")] == [["field", "spartez.cpumodel"]] and
         t.field(false, "spartez.cpumodel") is None, (rows, t.log("POST")))
    a, b = t.add("00:1a:2b:3c:00:04"), t.add("00:1A:2B:3C:00:04")
    t.control("forget-log", 0)
    rows = tool(t.url, s, "put", "4", "1", *FAST)
    test("two matches are ambiguous, named, and not written", outcomes(rows) == ["ambiguous"] and
         sorted(results(rows)[1]["candidates"]) == [a, b] and not t.log("POST"), rows)
    test("what is ambiguous is never queued", records(t.url, s) == [])
    rows = tool(t.url, s, "put", "5", "1", "updateonly=1", *FAST)
    test("updateOnly never creates", outcomes(rows) == ["skipped"] and 5 not in t.assets() and
         records(t.url, s) == [], rows)
    old = t.control("add", {"fields": {"system.title": ["x"], "spartez.serialnumber": ["sn9-6"]}})["id"]
    rows = tool(t.url, s, "put", "6", "1", "serial=SN9", *FAST)
    test("a serial number finds what no MAC found", outcomes(rows) == ["updated"] and
         results(rows)[1]["id"] == old and
         t.field(old, "spartez.network") == ["00:1a:2b:3c:00:06"], rows)
    t.control("forget-log", 0)
    rows = tool(t.url, folder(), "put", "7", "2", "dry=1", *FAST)
    test("a dry run posts nothing and says what it would", outcomes(rows) == ["dry_run"] * 2 and
         not t.log("POST") and results(rows)[1]["would"]["action"] == "create", rows)
    for args, kind in ((["type=type.none"], "asset type"), (["folder=/Electronics/None"], "folder")):
        s = folder()
        rows = tool(t.url, s, "put", "8", "2", *args, *FAST)
        test("a missing %s is refused and named, and the results are kept" % kind,
             outcomes(rows) == ["failed"] * 2 and kind in results(rows)[1]["error"]["message"] and
             [r["state"] for r in records(t.url, s)] == ["rejected"] * 2 and not t.log("POST"), rows)
    rows = tool(t.url, s, "flush")
    test("a flush leaves what was refused", rows[-1]["totals"]["posted"] == 0 and
         len(records(t.url, s)) == 2, rows)


def kinds(t):
    for option, good, wrong in (("token", "tok", "bad"), ("header", "X-Key", None)):
        args = ["token=" + good] if option == "token" else ["header=" + good, "password=k"]
        u = Tracker("--token", "tok", "--header", "X-Key=k")
        rows = tool(u.url, folder(), "put", "1", "1", *args, *FAST)
        test("a log-in by %s works" % option, outcomes(rows) == ["created"], rows)
        u.stop()
    u = Tracker("--brief", "--max-hits", "100")
    s = folder()
    tool(u.url, s, "put", "1", "3", *FAST)
    rows = tool(u.url, s, "put", "1", "3", "cpu=B", *FAST)
    test("hits that show labels only are understood", outcomes(rows) == ["updated"] * 3, rows)
    u.stop()
    rows = tool(t.url, folder(), "check", "fields=2")
    test("jira.check passes all stages", [r.get("stage") for r in rows[:-1]] ==
         ["url", "login", "type", "folder", "fields"] and rows[-1]["ok"], rows)
    rows = tool(t.url, folder(), "check", "fields=3")
    test("jira.check names a field that the type lacks", not rows[-1]["ok"] and
         "no.such.field" in rows[-2]["error"]["message"], rows)
    rows = tool(t.url, folder(), "check", "fields=4")
    test("and the one that is meant, where one is near", "spartez.serialnumer (is it spartez.serialnumber?)" in
         rows[-2]["error"]["message"] and "no.such.field (" not in rows[-2]["error"]["message"], rows)
    rows = tool(t.url, folder(), "check", "folder=/Nowhere")
    test("jira.check names a folder that is missing", rows[3]["error"]["code"] == "jira_not_found" and
         len(rows) == 6, rows)
    rows = tool(t.url.replace("/jira", "/wrong"), folder(), "check")
    test("jira.check stops at a URL without Jira", len(rows) == 2 and
         rows[0]["error"]["code"] == "jira_not_found", rows)


# --- log-in --------------------------------------------------------------------------

def login(t):
    s = folder()
    t.control("clear", 0)
    rows = tool(t.url, s, "put", "1", "20", "password=wrong", *FAST)
    test("a refused log-in stops all posting after one try",
         outcomes(rows) == ["queued"] * 20 and len(t.log()) == 1 and
         all(r["error"]["code"] == "jira_login" for r in results(rows).values()), (rows[:3], len(t.log())))
    test("what was scanned waits in the outbox", len(records(t.url, s)) == 20)
    taken = tool(t.url, folder(), "put", "1", "1", "password=wrong", "take=1", *FAST)
    test("whoever is told that a result waits can take it", [r["taken"] for r in taken if "taken" in r] == [1], taken)
    texts = [open(os.path.join(s, "outbox", f)).read() for f in os.listdir(os.path.join(s, "outbox"))]
    test("no secret is in the outbox", texts and not any("wrong" in x or "scanner" in x for x in texts))
    modes = {oct(os.stat(os.path.join(s, "outbox", f)).st_mode & 0o777) for f in os.listdir(os.path.join(s, "outbox"))}
    test("its files are 0600 and the folder is 0700", modes == {"0o600"} and
         os.stat(os.path.join(s, "outbox")).st_mode & 0o777 == 0o700, modes)
    other = Tracker()
    rows = tool(other.url, s, "flush")
    test("a flush goes to the URL that the records are for only",
         rows[-1]["totals"]["posted"] == 0 and other.assets() == {}, rows)
    other.stop()
    rows = tool(t.url, s, "put", "21", "1", *FAST)
    test("the next scan brings in what waited", t.assets() == {n: 1 for n in range(1, 22)} and
         rows[-1]["leftovers"]["posted"] == 20 and records(t.url, s) == [], rows[-3:])
    t.control("clear", 0)
    t.control("faults", [{"do": "status", "status": 401, "path": "/search", "skip": 4, "times": -1,
                          "headers": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}}])
    s = folder()
    rows = tool(t.url, s, "put", "1", "10", *FAST)
    test("a log-in that is refused in the middle ends posting there",
         outcomes(rows) == ["created"] * 4 + ["queued"] * 6 and
         len([e for e in t.log() if e["status"] == 401]) == 1, rows)
    t.control("clear", 0)
    t.control("faults", [{"do": "extra", "headers": {"X-AUSERNAME": "anonymous"}, "path": "/itemtype", "times": -1}])
    rows = tool(t.url, folder(), "put", "1", "2", *FAST)
    test("a log-in that silently failed is noticed", outcomes(rows) == ["queued"] * 2 and
         results(rows)[1]["error"]["code"] == "jira_login", rows)
    t.control("clear", 0)
    rows = tool(t.url, folder(), "check", "password=wrong")
    test("jira.check tries a wrong password once", len(rows) == 3 and
         rows[1]["error"]["code"] == "jira_login" and len([e for e in t.log() if e["login"] == "wrong"]) <= 1, rows)
    s = folder()
    t.control("clear", 0)
    t.control("login", 3)
    rows = tool(t.url, s, "put", "1", "3", *FAST)
    test("a CAPTCHA is told apart and stops posting", outcomes(rows) == ["queued"] * 3 and
         "CAPTCHA" in results(rows)[1]["error"]["message"] and len(t.log()) == 1, rows)
    t.control("clear", 0)
    rows = tool(t.url, s, "flush")
    test("a flush brings in what waited", rows[-1]["totals"]["posted"] == 3 and
         t.assets() == {1: 1, 2: 1, 3: 1}, rows)


# --- faults --------------------------------------------------------------------------

def check_all(t, s, rows, wanted):
    """Each computer exactly once in the tracker, or in the outbox, or named."""
    there, waiting = t.assets(), {number(r["address"]) for r in records(t.url, s)}
    named = {number(r["address"]) for r in rows if r.get("outcome") in ("failed", "ambiguous")}
    wrong = [n for n in wanted if there.get(n, 0) > 1 or
             (there.get(n, 0) == 0 and n not in waiting and n not in named)]
    return not wrong, (wrong, there, sorted(waiting), rows[-6:])


FAULTS = [("status", {"status": 302, "headers": {"Location": "http://127.0.0.1:1/sso"}}),
          ("status", {"status": 400}), ("status", {"status": 403}), ("status", {"status": 404}),
          ("status", {"status": 406}), ("status", {"status": 413}),
          ("status", {"status": 429, "headers": {"Retry-After": "1"}}),
          ("status", {"status": 500}), ("status", {"status": 502}),
          ("status", {"status": 503, "headers": {"Retry-After": "1"}}), ("status", {"status": 504}),
          ("late", {"status": 500}), ("late", {"status": 502}), ("late", {"status": 504}),
          ("close", {}), ("lost", {}), ("stall", {"seconds": 1.5}), ("stall-after", {"seconds": 1.5}),
          ("slow", {"seconds": 0.05}), ("html", {}), ("garbage", {}), ("huge", {"size": 17 << 20}), ("silent", {})]
PLACES = [("search", "GET", "/search"), ("create", "POST", "/item$"), ("type", "GET", "/itemtype/"),
          ("folder", "GET", "/category")]


def one_fault(t, lag, fault, place, env=None):
    s = folder()
    do, more = fault
    name, method, path = place
    # a request that stalls works half a second after its sender gave up
    settle = 0.6 + (lag + 0.2 if "stall" in do else 0)
    fast = ["first=0.02", "away=0.1", "timeout=1", "settle=%.1f" % settle]
    t.control("clear", 0)
    t.control("lag", lag)
    skip = 2 if name in ("search", "create") else 0
    t.control("faults", [dict(more, do=do, method=method, path=path, skip=skip, times=1)])
    rows = tool(t.url, s, "put", "1", "6", *fast, env=env)
    ok, why = check_all(t, s, rows, range(1, 7))
    ok = ok and len(outcomes(rows)) == 6 and not any("crash" in r for r in rows)
    blind = max([0] + [len([e for e in t.log("POST", "/item$") if '"pc-%d"' % n in e["body"] and
                            e["fault"] in ("lost", "late", "stall-after", "html", "garbage")])
                       for n in range(1, 7)])
    t.control("faults", [])
    t.quiet()
    time.sleep(settle + 0.05 if lag or "stall" in do else 0)
    again = []
    for _ in range(3):
        again = tool(t.url, s, "put", "1", "6", *fast, env=env)
        if set(outcomes(again)) == {"unchanged"} and not records(t.url, s):
            break
        time.sleep(settle + 0.05)
    final = t.assets() == {n: 1 for n in range(1, 7)} and not records(t.url, s)
    return ok and final and blind <= 1, (why, blind, again, t.assets())


def faults():
    def some(mine, out):
        t = Tracker()
        for lag, fault, place in mine:
            out.append((lag, fault, place, one_fault(t, lag, fault, place)))
        t.stop()

    jobs = [(lag, f, p) for lag in (0, 0.5) for f in FAULTS for p in PLACES
            if lag == 0 or p[0] in ("create", "search")]
    outs = [[] for _ in range(4)]
    threads = [threading.Thread(target=some, args=(jobs[i::4], outs[i])) for i in range(4)]
    for th in threads:
        th.start()
    for th in threads:
        th.join()
    for lag, (do, more), place, (ok, why) in sorted(sum(outs, []), key=lambda r: (r[0], r[2], str(r[1]))):
        test("each computer is there once after %s%s at %s, index lag %s" %
             (do, " %d" % more["status"] if "status" in more else "", place[0], lag), ok, why)


OLD_LIBCURL = """
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#undef curl_easy_setopt
CURLcode
curl_easy_setopt(CURL *c, CURLoption option, ...)
{
	CURLcode (*real)(CURL *, CURLoption, void *) = dlsym(RTLD_NEXT, "curl_easy_setopt");
	va_list ap;
	void *value;

	va_start(ap, option);
	value = va_arg(ap, void *);
	va_end(ap);
	return option == CURLOPT_PREREQFUNCTION ? CURLE_UNKNOWN_OPTION : real(c, option, value);
}
"""


def old_libcurl():
    """One that does not ask before it sends (7.76 of Red Hat 9): nothing goes out twice there either."""
    name = os.path.join(folder(), "old")
    with open(name + ".c", "w", encoding="ascii") as f:
        f.write(OLD_LIBCURL)
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", name + ".so", name + ".c", "-ldl"], check=True)
    # A sanitizer's library has to stay the first.
    needed = subprocess.run(["ldd", TOOL], stdout=subprocess.PIPE, check=True).stdout.decode()
    first = re.findall(r"=> (/\S*/lib(?:asan|tsan)\.so\S*)", needed)
    env = {"LD_PRELOAD": " ".join(first + [name + ".so"])}
    t = Tracker()
    rows = tool(t.url, folder(), "put", "1", "3", *FAST, env=env)
    peers = [e["peer"] for e in t.log("POST")]
    test("where libcurl does not ask first, each request that writes has a connection of its own",
         outcomes(rows) == ["created"] * 3 and len(peers) >= 3 and len(set(peers)) == len(peers), (rows, peers))
    for do, more in [f for f in FAULTS if f[0] in ("close", "lost", "stall-after", "late")][:4]:
        ok, why = one_fault(t, 0, (do, more), PLACES[1], env=env)
        test("and each computer is there once after %s at create" % do, ok, why)
    t.stop()


def update_faults(t):
    for do, more in FAULTS:
        s = folder()
        t.control("clear", 0)
        t.control("lag", 0)
        fast = ["first=0.02", "away=0.1", "timeout=1", "settle=0.3"]
        tool(t.url, s, "put", "1", "3", *fast)
        t.control("faults", [dict(more, do=do, method="POST", path="addorupdate", skip=1, times=1)])
        rows = tool(t.url, s, "put", "1", "3", "cpu=New", *fast)
        ok, why = check_all(t, s, rows, range(1, 4))
        t.control("faults", [])
        t.quiet()
        rows = tool(t.url, s, "put", "1", "3", "cpu=New", *fast)
        new = [a for a in t.control("assets") if any(f["values"] == ["New"] for f in a["fields"])]
        test("each asset is up to date after %s%s at an update" %
             (do, " %d" % more["status"] if "status" in more else ""),
             ok and len(new) == 3 and t.assets() == {1: 1, 2: 1, 3: 1} and not records(t.url, s), (why, rows))


def away():
    s = folder()
    t = Tracker()
    url = t.url
    t.stop()
    began = time.monotonic()
    rows = tool(url, s, "put", "1", "200", "first=0.05", "away=5", "timeout=1")
    test("when Jira is away the rest goes to the outbox at once", outcomes(rows) == ["queued"] * 200 and
         time.monotonic() - began < 20 + SLACK and len(records(url, s)) == 200, (rows[:3], time.monotonic() - began))
    test("the scan log says so once", len([r for r in rows if "does not take" in r.get("log", "")]) == 1, rows[:4])
    t = Tracker("--port", str(t.port))
    rows = tool(url, s, "flush")
    test("a flush posts them all", rows[-1]["totals"]["posted"] == 200 and
         t.assets() == {n: 1 for n in range(1, 201)} and records(url, s) == [], rows[-1])
    t.control("clear", 0)
    t.control("faults", [{"do": "status", "status": 429, "headers": {"Retry-After": "1"}, "path": "/search"}])
    began = time.monotonic()
    rows = tool(url, folder(), "put", "1", "1", *FAST)
    gap = [e["begin"] for e in t.log("GET", "/search")]
    test("Retry-After is honoured", outcomes(rows) == ["created"] and gap[1] - gap[0] >= 0.95, gap)
    for headers in ({"Retry-After": "1"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Interval-Seconds": "1"}):
        t.control("clear", 0)
        t.control("faults", [{"do": "extra", "headers": headers, "path": "/search"}])
        rows = tool(url, folder(), "put", "1", "1", *FAST)
        at = [e["begin"] for e in t.log()]
        after = [i for i, e in enumerate(t.log()) if e["fault"]][0]
        test("the pace that an answer asks for is kept: %s" % sorted(headers)[0],
             outcomes(rows) == ["created"] and at[after + 1] - at[after] >= 0.95, at)
    t.control("clear", 0)
    t.control("faults", [{"do": "status", "status": 503, "path": "/search", "times": 5}])
    rows = tool(url, folder(), "put", "1", "1", "first=0.01", "away=0.05", "timeout=1")
    gaps = [e["begin"] for e in t.log("GET", "/search")]
    test("tries are bounded", outcomes(rows) == ["queued"] and 3 <= len(gaps) <= 5, len(gaps))
    t.control("clear", 0)
    t.control("faults", [{"do": "stall", "seconds": 60, "path": "/search"}])
    began = time.monotonic()
    rows = tool(url, s, "put", "1", "30", "cancel=0.5", "timeout=60")
    test("cancel ends a request that hangs, and what waits is kept",
         time.monotonic() - began < 2 + SLACK and outcomes(rows) == ["queued"] * 30 and len(records(url, s)) == 30,
         (time.monotonic() - began, rows[:2]))
    t.control("clear", 0)
    rows = tool(url, folder(), "put", "1", "2", *FAST, env={"http_proxy": "http://127.0.0.1:1"})
    test("proxies of the environment are ignored", outcomes(rows) == ["created"] * 2, rows)
    rows = tool(url, folder(), "put", "1", "1", *FAST, "proxy=env", env={"http_proxy": "http://127.0.0.1:1"})
    test("unless told", outcomes(rows) == ["queued"], rows)
    rows = tool("http://jira.invalid/jira", folder(), "put", "3", "1", *FAST, "proxy=http://127.0.0.1:%d" % t.port)
    test("an explicit proxy is asked instead of Jira", outcomes(rows) == ["created"] and
         results(rows)[1]["url"].startswith("http://jira.invalid/jira/"), rows)
    rows = tool("http://no-such-host.invalid/jira", folder(), "put", "1", "1", *FAST)
    test("a name without an address is Jira being away", outcomes(rows) == ["queued"] and
         results(rows)[1]["error"]["code"] == "jira_down", rows)
    t.stop()


def redirects(t):
    trap = socket.socket()
    trap.bind(("127.0.0.1", 0))
    trap.listen(1)
    trap.settimeout(0.3)
    t.control("clear", 0)
    t.control("faults", [{"do": "status", "status": 302, "times": -1, "headers": {
        "Location": "http://127.0.0.1:%d/sso" % trap.getsockname()[1]}}])
    rows = tool(t.url, folder(), "put", "1", "3", *FAST)
    followed = True
    try:
        trap.accept()
    except socket.timeout:
        followed = False
    test("a redirect is refused, never followed, and stops posting", outcomes(rows) == ["queued"] * 3 and
         results(rows)[1]["error"]["code"] == "jira_redirect" and not followed and len(t.log()) == 1, rows)
    t.control("faults", [{"do": "html", "times": -1}])
    rows = tool(t.url, folder(), "put", "1", "1", *FAST)
    test("a page is never taken for success", outcomes(rows) == ["queued"] and
         results(rows)[1]["error"]["code"] == "jira_not_json", rows)
    t.control("clear", 0)


# --- kill -9 -------------------------------------------------------------------------

STEPS = [("itemtype", "GET", "/itemtype/", "stall", 0), ("search", "GET", "/search", "stall", 2),
         ("folder", "GET", "/category", "stall", 0), ("before the create", "POST", "/item$", "stall", 2),
         ("after the create", "POST", "/item$", "stall-after", 2),
         ("before the update", "POST", "addorupdate", "stall", 1),
         ("after the update", "POST", "addorupdate", "stall-after", 1)]


def kills():
    for lag in (0, 0.5):
        t = Tracker()
        for what, method, path, do, skip in STEPS:
            s = folder()
            t.control("clear", 0)
            t.control("lag", 0)
            wanted = range(1, 7)
            if "update" in what:
                for n in wanted:
                    t.add("00:1a:2b:3c:00:%02x" % n, spartez_cpucores=["8"])
            t.control("lag", lag)
            t.control("faults", [{"do": do, "seconds": 0.8, "method": method, "path": path, "skip": skip}])
            child = subprocess.Popen([TOOL, t.url, s, "put", "1", "6", *FAST, "settle=0.6"],
                                     stdout=subprocess.PIPE)
            for _ in range(3000):
                if any(e["fault"] for e in t.log()):
                    break
                time.sleep(0.01)
            time.sleep(0.1)
            child.send_signal(signal.SIGKILL)
            child.communicate()
            t.quiet()
            t.control("faults", [])
            ok, why = check_all(t, s, [], wanted)
            rows = []
            for _ in range(4):
                rows = tool(t.url, s, "flush", "settle=0.6")
                if not records(t.url, s):
                    break
                time.sleep(0.3)
            there = t.assets()
            test("nothing is lost or doubled by kill -9 %s, index lag %s" % (what, lag),
                 ok and there == {n: 1 for n in wanted} and not records(t.url, s), (why, there, rows))
            locks = [f for f in os.listdir(s + "/outbox") if f.endswith(".lock")]
            test("no lock outlives it", not locks, locks)
        t.stop()


def together():
    for lag in (0, 1):
        t = Tracker("--lag", str(lag))
        s = folder()
        children = [subprocess.Popen([TOOL, t.url, s, "put", "1", "40", *FAST], stdout=subprocess.PIPE)
                    for _ in range(3)]
        outs = [c.communicate()[0].decode() for c in children]
        test("three processes with one outbox create each asset once, index lag %d" % lag,
             t.assets() == {n: 1 for n in range(1, 41)} and
             all(o.count('"outcome"') == 40 for o in outs), (t.assets(), outs[0][-600:]))
        writes = {}
        for e in t.log("POST"):
            for i in e.get("wrote") or []:
                writes.setdefault(i, []).append((e["begin"], e["end"]))
        over = [i for i, w in writes.items() for a, b in zip(sorted(w), sorted(w)[1:]) if b[0] < a[1]]
        test("no asset is written by two requests at once, index lag %d" % lag, not over, over)
        rows = tool(t.url, s, "put", "1", "40", *FAST)
        test("a second scan while the index lags finds what the first one made, index lag %d" % lag,
             set(outcomes(rows)) == {"unchanged"} and len(t.assets()) == 40, rows[:3])
        t.stop()


# --- TLS -----------------------------------------------------------------------------

def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificate(d, name, subject, ca="ca", days="2"):
    base = os.path.join(d, name)
    with open(base + ".ext", "w") as f:
        f.write("subjectAltName=%s\n" % subject)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", base + ".key",
            "-out", base + ".csr", "-subj", "/CN=" + name)
    if days == "expired":
        with open(base + ".cnf", "w") as f:
            f.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s.db\nserial=%s.srl\nnew_certs_dir=%s\n"
                    "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n" % (base, base, d))
        open(base + ".db", "w").close()
        with open(base + ".srl", "w") as f:
            f.write("1000\n")
        openssl("ca", "-batch", "-config", base + ".cnf", "-in", base + ".csr", "-out", base + ".crt",
                "-cert", d + "/%s.crt" % ca, "-keyfile", d + "/%s.key" % ca, "-extfile", base + ".ext",
                "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    else:
        openssl("x509", "-req", "-in", base + ".csr", "-CA", d + "/%s.crt" % ca, "-CAkey", d + "/%s.key" % ca,
                "-CAcreateserial", "-days", days, "-out", base + ".crt", "-extfile", base + ".ext")
    return ["--tls", base + ".crt", base + ".key"]


def tls():
    d = folder()
    for ca in ("ca", "otherca"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-keyout", d + "/%s.key" % ca, "-out", d + "/%s.crt" % ca, "-subj", "/CN=Test " + ca)
    cases = [("a certificate of the given CA is taken", ("good", "IP:127.0.0.1"), "ca", True),
             ("a certificate of another CA is refused", ("foreign", "IP:127.0.0.1", "otherca"), "ca", False),
             ("a certificate for another name is refused", ("named", "DNS:jira.example.com"), "ca", False),
             ("an expired certificate is refused", ("old", "IP:127.0.0.1", "ca", "expired"), "ca", False),
             ("the system's CAs do not know the test's", ("good2", "IP:127.0.0.1"), None, False)]
    for what, made, ca, good in cases:
        t = Tracker(*certificate(d, *made), scheme="https")
        args = ["ca=%s/%s.crt" % (d, ca)] if ca else []
        s = folder()
        rows = tool(t.url, s, "put", "1", "2", *args, *FAST)
        errors = {r["error"]["code"] for r in results(rows).values() if r["error"]}
        test(what, outcomes(rows) == (["created"] * 2 if good else ["queued"] * 2) and
             errors == (set() if good else {"jira_tls"}), rows)
        t.stop()
    t = Tracker(*certificate(d, "elsewhere", "IP:127.0.0.1"), scheme="https")
    for place, wanted in (("/etc/ssl/certs/ca-certificates.crt", ["created"] * 2), ("/etc/pki/tls/certs/ca-bundle.crt", ["unchanged"] * 2),
                          ("/etc/ssl/ca-bundle.pem", ["unchanged"] * 2), ("/nowhere/ca.pem", ["queued"] * 2)):
        s = folder()
        with open(s + "/run", "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nset -e\ncp -a /etc %s/etc\nmount --bind %s/etc /etc\nrm -rf /etc/ssl /etc/pki\n"
                    "install -D %s/ca.crt %s\nexec %s \"$@\"\n" % (s, s, d, place.replace("/nowhere", s), TOOL))
        os.chmod(s + "/run", 0o755)
        got = subprocess.run(["unshare", "-m", "--propagation", "private", s + "/run", t.url, s, "put", "1", "2", *FAST],
                             stdout=subprocess.PIPE, check=False)
        rows = [json.loads(line) for line in got.stdout.decode().split("\n") if line]
        test("CAs of the system are found in %s" % place if "queued" not in wanted else "and where there are none nobody is trusted",
             outcomes(rows) == wanted, rows)
    t.stop()
    rows = tool("https://127.0.0.1:1/jira", folder(), "put", "1", "1", "ca=/no/such/file", *FAST)
    test("a CA file that is not there is said at once", rows[0]["error"]["code"] == "jira_tls", rows)


def main():
    t = Tracker()
    try:
        for part in (plain, matching, kinds, login, redirects, update_faults):
            part(t)
        t.stop()
        away()
        tls()
        together()
        old_libcurl()
        kills()
        faults()
    finally:
        t.stop()
    print("1..%d" % count)
    return bad > 0


sys.exit(main())
