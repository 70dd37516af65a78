#!/usr/bin/python3
"""Results as CSV, JSON, text and HTML: every value can be read back by readers
that nobody here wrote, and no name of a host does harm."""
import csv
import fcntl
import html.parser
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import results as r                                                              # noqa: E402
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok                   # noqa: E402
from validate_lines import Validator                                             # noqa: E402

COLUMNS = ("address name state protocol credential os os_version macs serial uuid asset_outcome asset_id asset_url "
           "error_code error_stage error_message hint seconds").split()


def run(*args, data=None):
    return subprocess.run([ASSETSCAN, *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)


def report(form, lines, *args, end="\n"):
    path = r.write(os.path.join(folder(), "results.jsonl"), lines, end)
    p = run("report", path, "--format", form, *args)
    if p.returncode:
        raise AssertionError(p.stderr.decode())
    return p.stdout.decode("utf-8")


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def harmless(value):
    """The value as the columns' table promises it: control characters by their
    number, an apostrophe where a formula could begin."""
    value = re.sub("[\x00-\x08\x0b-\x1f\x7f]", lambda m: "\\x%02x" % ord(m.group()), value)
    return re.sub("(^|[;\t\n]) *(?=[-=+@\t\n\uff1d\uff0b\uff0d\uff20])", lambda m: m.group() + "'", value)


def whole():
    hosts = [r.host("10.0.0.%d" % (i + 1), name) for i, name in enumerate(r.HOSTILE.values())]
    return [r.started(addresses=len(hosts)), r.log(), *hosts, r.finished(hosts={"scanned": len(hosts)})]


def every_value_is_read_back():
    os_ = ("windows", "Microsoft \"Windows\", 11; Pro", "10.0.22631")
    lines = [r.started(), r.host("10.0.0.2", "pc,2", os=os_, identity={
        "macs": ["02:00:00:00:00:01", "02:00:00:00:00:02"], "ignoredMacs": [], "serial": "007", "uuid": "u-1"},
        warnings=["one", "two, and \"three\""], missing=[{"field": "a.b", "why": "x", "fix": None}]),
        r.asset("10.0.0.2", "updated", 77, matchedBy="spartez.network=02:00:00:00:00:01"),
        r.host("10.0.0.1", None, "auth_failed", error=r.error(message="no; not so")),
        r.log("2026-11-28T06:01:02.500Z"), r.finished(hosts={"scanned": 1, "auth_failed": 1})]
    text = report("csv", lines)
    ok(text.endswith("\r\n") and "\r\n" in text.split("pc,2")[0], "lines end as RFC 4180 has it")
    head = next(csv.reader(io.StringIO(text)))
    equal(head[:len(COLUMNS)], COLUMNS, "the columns that were there before stay in their place")
    table = open(os.path.join(ROOT, "helper/report/report_columns.def"), encoding="utf-8").read()
    equal(head, re.findall(r'^COLUMN\(\w+, "(\w+)", "[^"]', table, re.M), "and all are explained in one table")
    one, two = rows(text)
    equal((one["address"], one["state"], one["name"], one["error_code"], one["error_message"], one["hint"]),
          ("10.0.0.1", "auth_failed", "", "auth_failed", "no; not so", "Check the password."), "a failed host, first by address")
    equal({k: two[k] for k in ("name", "os", "os_version", "macs", "serial", "uuid", "asset_outcome", "asset_id", "asset_url",
                               "seconds", "os_family", "os_support", "os_support_ends", "warnings", "missing", "profile",
                               "scanned_at", "matched_by")},
          {"name": "pc,2", "os": os_[1], "os_version": "10.0.22631", "macs": "02:00:00:00:00:01; 02:00:00:00:00:02",
           "serial": "007", "uuid": "u-1", "asset_outcome": "updated", "asset_id": "77",
           "asset_url": "https://jira.example/item/77", "seconds": "0.250", "os_family": "windows", "os_support": "unknown",
           "os_support_ends": "", "warnings": "one; two, and \"three\"", "missing": "a.b", "profile": "lab",
           "scanned_at": "2026-11-28T06:01:02.500Z", "matched_by": "spartez.network=02:00:00:00:00:01"},
          "every value of a scanned one")
    ok(one["source"].endswith("/results.jsonl"), "and the file it comes from", one["source"])


def no_formula_reaches_a_spreadsheet():
    names = r.FORMULAS + list(r.HOSTILE.values())
    got = rows(report("csv", [r.host("10.0.%d.%d" % (i // 250, i % 250), n, warnings=[n]) for i, n in enumerate(names)]))
    equal([g["name"] for g in got], [harmless(n) for n in names], "each hostile value is read back, and harmless")
    equal([g["warnings"] for g in got], [harmless(n) for n in names], "in lists, too")
    ok(all(g["name"].replace("'", "", 1) == harmless(n).replace("'", "", 1) for g, n in zip(got, names)), "nothing else is changed")
    # The same by a reader that splits at semicolons and knows no quotes, as another country's would.
    naive = [c.strip(" \"") for row in report("csv", [r.host("10.0.0.1", n, warnings=[n]) for n in names]).splitlines()
             for c in re.split("[;\t]", row)]
    bad = [c for c in naive if c[:1] in ("=", "+", "-", "@", "\uff1d")]
    ok(not bad, "and none begins a cell where semicolons or tabs cut", bad[:5])
    got = rows(report("csv", [r.host("10.0.0.1", "pc", timings={"total": -1.5}), r.asset("10.0.0.1", number=-7)]))[0]
    equal((got["seconds"], got["asset_id"]), ("-1.500", "-7"), "numbers of ours stay numbers")


def a_long_value_is_not_cut():
    name = "\u6771" * 20000 + "end"
    equal(rows(report("csv", [r.host("10.0.0.1", name, warnings=[name, "x"])]))[0]["warnings"], name + "; x", "60 KB are 60 KB")


def the_document_keeps_its_schema():
    sections = r.disk(r.volume("/", 100, 50), r.volume("/big", "9223372036854775807", 5))
    lines = [r.started(), r.host("10.0.0.2", "b", sections=sections), r.asset("10.0.0.2", "failed", None, error=r.error("jira_denied", "write")),
             r.host("10.0.0.1", "a", "refused", error=r.error("refused", "connect")), r.finished(hosts={"scanned": 1, "refused": 1}, assets={"failed": 1})]
    document = json.loads(report("json", lines))
    v = Validator()
    problems = v.check("report", document)
    for one in document["hosts"]:
        said = {k: x for k, x in one.items() if k not in ("scan", "asset", "support")}
        problems += v.check("scan.host.notification", said) if not said["sections"] else []
    ok(not problems, "report.json accepts it, and scan.host's schema each host", problems)
    equal([h["address"] for h in document["hosts"]], ["10.0.0.1", "10.0.0.2"], "hosts by address")
    equal(document["hosts"][1]["sections"], sections, "with their whole inventory")
    equal(document["hosts"][1]["asset"]["error"]["code"], "jira_denied", "and what became of the asset")
    equal((document["totals"]["hosts"]["refused"], document["totals"]["assets"]["failed"]), (1, 1), "and totals")
    equal(document["hosts"][1]["support"]["system"], "Debian 12", "and the end of support")
    for name, text in r.HOSTILE.items():
        got = json.loads(report("json", [r.host("10.0.0.1", text)]))["hosts"][0]["name"]
        ok(got == text, "a hostile name comes back as it was: " + name, repr(got)[:300])


def several_files_and_standard_input():
    top = folder()
    a = r.write(os.path.join(top, "a.jsonl"), [r.started("one", 3), r.log(), r.host("10.0.0.9", "a"), r.finished(hosts={"scanned": 1, "silent": 2})])
    b = r.write(os.path.join(top, "b.jsonl"), [r.started("two", 1), r.host("10.0.0.10", "b"), r.finished(hosts={"scanned": 1}),
                                               r.started("two", 1), r.host("10.0.0.10", "c"), r.finished(hosts={"scanned": 1})])
    d = json.loads(run("report", a, b, "--format=json").stdout)
    equal([(h["name"], h["scan"]) for h in d["hosts"]], [("a", 0), ("b", 1), ("c", 2)], "every host of every scan, in the files' order")
    equal([(s["profile"], s["source"], s["addresses"]) for s in d["scans"]], [("one", a, 3), ("two", b, 1), ("two", b, 1)], "three scans in two files")
    equal((d["totals"]["hosts"]["scanned"], d["totals"]["hosts"]["silent"]), (3, 2), "their totals are summed up")
    none = r.write(os.path.join(top, "none.jsonl"), [r.started("two", 1), r.finished(hosts={"silent": 1}),
                                                     r.started("two", 1), r.host("10.0.0.10", "b"), r.finished(hosts={"scanned": 1})])
    d = json.loads(run("report", none, "--format=json").stdout)
    equal([(s["profile"], s["addresses"]) for s in d["scans"]], [("two", 1)] * 2, "a scan that found nobody is one, too")
    equal((d["hosts"][0]["scan"], d["totals"]["hosts"]["silent"]), (1, 1), "and the next one's host is the next one's")
    with open(a, "rb") as f:
        p = run("report", "-", "--format=csv", data=f.read())
    equal(rows(p.stdout.decode())[0]["source"], "standard input", "results from standard input")
    text = run("report", a, "--format=text").stdout.decode()
    ok("10.0.0.9" in text and "Addresses: 1 scanned, 2 silent" in text, "the same as text", text)


def a_torn_line_is_told_and_a_wrong_file_refused():
    good = [r.started(), r.host("10.0.0.1", "a"), r.host("10.0.0.2", "b")]
    path = r.write(os.path.join(folder(), "torn.jsonl"), good, end="")
    with open(path, "r+b") as f:
        f.truncate(os.path.getsize(path) - 40)
    p = run("report", path, "--format=csv")
    equal((p.returncode, [x["name"] for x in rows(p.stdout.decode())]), (0, ["a"]), "what stands before a torn last line is reported")
    ok(b"line 3" in p.stderr and b"cut" in p.stderr, "the torn line is told", p.stderr)
    ok(b"end of this scan is missing" in run("report", path, "--format=text").stdout, "and that the scan's end is missing")
    for what, text, says in (("another line", "\n".join(good) + "\naddress,name\n10.0.0.1,a\n", b"line 4"),
                             ("a page", "<!doctype html>\n<html>\n", b"line 1"), ("nothing", "", b"no results"),
                             ("a JSON report", '{"report":1,\n"hosts":[]}\n', b"line 1"),
                             ("half a host", "\n".join(good + [r.line("host", address="x")]) + "\n", b"line 4 is a scan.host without state")):
        path = os.path.join(folder(), "wrong")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        out = os.path.join(folder(), "old.html")
        with open(out, "w", encoding="utf-8") as f:
            f.write("an old report")
        p = run("report", path, "--output", out)
        ok(p.returncode == 1 and path.encode() in p.stderr and says in p.stderr and b"scan --format jsonl" in p.stderr,
           "refused, with the place: " + what, p.stderr)
        equal(open(out, encoding="utf-8").read(), "an old report", "and the report that was there stays")
    equal(run("report").returncode, 1, "without a file there is nothing to do")
    ok(b"/nowhere/x" in run("report", "/nowhere/x").stderr, "a file that is not there is named")
    path = r.write(os.path.join(folder(), "x.jsonl"), good)
    ok(b"--format" in run("report", path, "--format=pdf").stderr, "an unknown form is refused")
    p = run("report", path, "--format=csv", "--output=/dev/full")
    ok(p.returncode == 1 and b"No space" in p.stderr, "a full disk is an error", p.stderr)


def the_file_name_tells_the_form():
    path = r.write(os.path.join(folder(), "x.jsonl"), whole())
    for suffix, begins in ((".csv", "address,"), (".json", '{"report":'), (".html", "<!doctype html>"), ("", "<!doctype html>"), (".txt", "\nADDRESS")):
        out = path + suffix if suffix else path + ".page"
        equal((run("report", path, "--output", out).returncode, open(out, encoding="utf-8").read()[:len(begins)]), (0, begins),
              "--output=results%s" % (suffix or "'s name of no known kind"))


def screen(columns, path):
    """What a terminal of that width gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen([ASSETSCAN, "report", path, "--format=text"], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    text = b""
    while True:
        try:
            got = os.read(ours, 65536)
        except OSError:                 # the other side is closed
            break
        if not got:
            break
        text += got
    os.close(ours)
    child.wait()
    return text.decode().replace("\r\n", "\n")


def a_narrow_terminal():
    """Columns that say nothing when they are cut are left out instead."""
    addresses = ["192.168.100.%d" % (200 + i) for i in range(3)] + ["10.0.0.9"]
    lines = [r.started("lab", 4)]
    for i, a in enumerate(addresses[:3]):
        lines += [r.host(a, "a-rather-long-name-%d.corp.example" % i, os=("windows", "Microsoft Windows Server 2022 Standard", "10.0.20348")),
                  r.asset(a, "created", 10310 + i)]
    lines += [r.host(addresses[3], None, "auth_failed", error=r.error()), r.finished(hosts={"scanned": 3, "auth_failed": 1})]
    path = r.write(os.path.join(folder(), "x.jsonl"), lines)
    for columns, heads in ((34, ["ADDRESS", "STATE"]), (60, ["ADDRESS", "NAME", "STATE", "ASSET"]), (84, ["ADDRESS", "NAME", "STATE", "ASSET", "NOTE"]),
                           (100, ["ADDRESS", "NAME", "STATE", "OPERATING SYSTEM", "ASSET", "NOTE"]),
                           (140, ["ADDRESS", "NAME", "STATE", "OPERATING SYSTEM", "MAC", "ASSET", "NOTE"])):
        got = screen(columns, path)
        table = [line for line in got.splitlines() if line][:5]
        equal(re.split("  +", table[0]), heads, "%d columns: what there is room for" % columns)
        ok(all(len(line) <= columns for line in table), "no line is longer", got)
        ok(all(any(line.split()[0] == a for line in table) for a in addresses) and "auth_failed" in got, "addresses and states are whole", got)
        ok("ASSET" not in heads or all("created #%d" % (10310 + i) in got for i in range(3)), "so are the assets' numbers", got)
        equal([line for line in got.splitlines() if line.endswith(" ")], [], "no line ends with blanks")


class Page(html.parser.HTMLParser):
    """What a reader of the page gets: elements, and text by element."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.handlers, self.loads, self.text, self.open = {}, [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.handlers.append((tag, name))
            if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href") and not value.startswith(("#", "data:,")):
                self.loads.append((tag, value))

    def handle_data(self, data):
        self.text.append(data)


def no_name_becomes_markup():
    page = report("html", whole())
    p = Page()
    p.feed(page)
    p.close()
    equal((p.tags.get("script"), p.tags.get("style"), p.tags.get("img"), p.tags.get("h1")), (1, 1, None, 1), "hostile names make no element")
    equal((p.handlers, p.loads), ([], []), "no handler, and nothing to load")
    text = "".join(p.text)
    for name in ("script", "end", "image", "quote", "entity", "hebrew", "cjk", "comment"):
        ok(r.HOSTILE[name] in text, "shown as it is: " + name)
    ok(r.HOSTILE["long"] in text, "10 KB of a name can be read in the details")
    ok(not re.search("[\u2028\u2029\u202a-\u202e\u2066-\u2069\u200f\x1b\x07]", page), "what turns or breaks a line unseen is not there")
    ok("\u27e8U+202E\u27e9gnp.exe" in text and "a\u27e8U+2028\u27e9b" in text, "but shown by its number")
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1)
    ok("default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy, "the policy allows nothing from elsewhere", policy)
    ok(not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import|eval)\b", page.split("<script>")[1].split("</script>")[0]), "and the script asks for nothing")


def a_full_volume_belongs_to_its_host():
    GIB = 1 << 30
    page = report("html", [
        r.host("10.0.0.9", "late", sections=r.disk(r.volume("/full", 100 * GIB, 4 * GIB), r.volume("/snap", GIB, 0, "squashfs"))),
        r.host("10.0.0.2", "early", sections=r.disk(r.volume("/", 100 * GIB, 50 * GIB), r.volume("/big", str(1 << 60), str(1 << 50)),
                                                    r.volume("/edge", 100, 10), r.volume("/odd", 0, 0), r.volume("/none", 100, None)))])
    bars = re.findall(r'data-f="host" data-v="(\d+)"><title>([^<]*)', page)
    equal(bars, [("0", "early  /big: 99 %, 1.0 PiB free"), ("1", "late  /full: 96 %, 4.0 GiB free")], "the fullest first, by their hosts' rows")
    equal(re.findall(r'<tbody class="h" data-host="(\d+)"[^>]*data-full="1"><tr><th scope="row"><details><summary>(\w+)', page),
          [("0", "early"), ("1", "late")], "and the rows are marked")
    page = report("html", [r.host("10.0.0.1", "a", sections=r.disk(r.volume("/", 100, 11), r.volume("/img", 100, 0, "iso9660")))])
    ok("None of 1 volumes is more than 90&nbsp;% full." in page, "an image that was made full does not count")
    ok("These results hold no volumes." in report("html", [r.host("10.0.0.1", "a")]), "without volumes, how to get them")


def what_identifies_a_host_is_told_once():
    page = report("html", [r.host("10.0.0.1", "a", identity={"macs": ["02:00:00:00:00:07"], "ignoredMacs": [], "serial": "SER-4711",
                                                              "uuid": "UUID-4711", "serialWhy": "WHY-4711"})])
    block = re.search("<h4>Identity</h4><dl>(.*?)</dl>", page, re.S).group(1)
    equal([block.count(x) for x in ("02:00:00:00:00:07", "SER-4711", "UUID-4711", "WHY-4711")], [1] * 4, "each thing once, what is new to us too")


def a_link_leads_to_a_page_only():
    for url, good in (("https://jira.example/item/1", True), ("javascript:alert(1)", False), ("data:text/html,x", False),
                      ("https://x/\"><script>", True)):
        page = report("html", [r.host("10.0.0.1", "a"), r.asset("10.0.0.1", url=url)])
        p = Page()
        p.feed(page)
        equal([v for t, v in p.loads if t == "a"], [url] if good else [], "an asset's address %s" % url)


def scan_writes_the_same_forms():
    top = folder()
    state = ["--state-dir", os.path.join(top, "state"), "--quiet"]
    for form, begins in (("json", '{"report":'), ("csv", "address,name"), ("html", "<!doctype html>"), ("jsonl", '{"jsonrpc":')):
        out = os.path.join(top, "out." + form)
        p = run("scan", "--self", "--sections=disk,memory", "--format", form, "--output", out, *state)
        text = open(out, encoding="utf-8").read()
        ok(p.returncode == 0 and text.startswith(begins), "scan --format=%s" % form, p.stderr)
    document = json.loads(open(os.path.join(top, "out.json"), encoding="utf-8").read())
    ok(not Validator().check("report", document) and "disk" in document["hosts"][0]["sections"], "this computer with its disks as JSON")
    page = open(os.path.join(top, "out.html"), encoding="utf-8").read()
    ok("Inventory" in page and "Memory" in page, "and on the page")
    again = run("report", os.path.join(top, "out.jsonl"), "--format=json")
    ok(json.loads(again.stdout)["hosts"][0]["sections"].keys() == document["hosts"][0]["sections"].keys(), "jsonl carries it, too")
    ok("sizeBytes" not in open(os.path.join(top, "out.csv"), encoding="utf-8").read(), "the CSV does not")
    p = run("scan", "--self", "--format=xml", *state)
    ok(p.returncode == 1 and b"html" in p.stderr, "an unknown form is refused before the scan", p.stderr)


for test in (every_value_is_read_back, no_formula_reaches_a_spreadsheet, a_long_value_is_not_cut, the_document_keeps_its_schema,
             several_files_and_standard_input, a_torn_line_is_told_and_a_wrong_file_refused, the_file_name_tells_the_form, a_narrow_terminal,
             no_name_becomes_markup, a_full_volume_belongs_to_its_host, what_identifies_a_host_is_told_once, a_link_leads_to_a_page_only, scan_writes_the_same_forms):
    case(test)
done()
