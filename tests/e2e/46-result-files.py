#!/usr/bin/python3
"""Files that results go to: neither a scan that is refused, nor a report, nor a
full disk costs anybody results that are there or that could still be shown."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, case, done, equal, folder, ok, spawn, tmpfs, until            # noqa: E402
import results as r                                                              # noqa: E402
from farm import with_farm                                                       # noqa: E402
from jira import Tracker                                                         # noqa: E402

with_farm(__file__, "--only", "plain")          # for the namespace: file systems of this test's own
STATE = folder()


def command(*args):
    return [ASSETSCAN, *args]


def run(*args, state=STATE):
    return subprocess.run(command(*args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                          env={"PATH": os.environ["PATH"], "HOME": state})


def text(path, mode="r"):
    with open(path, mode, **({} if "b" in mode else {"encoding": "utf-8"})) as f:
        return f.read()


def put(path, content):
    with open(path, "w", encoding="utf-8") as f:
        f.write(content)
    return path


def lines(path):
    return [json.loads(line) for line in text(path).splitlines()]


def two_timers_and_one_file():
    """The second start of a profile is refused while the first one writes."""
    tracker, top = Tracker(), folder()
    to, out = os.path.join(top, "to.jsonl"), os.path.join(top, "out.jsonl")
    tracker.faults({"method": "GET", "path": "itemtype/", "times": 1, "do": "stall", "seconds": 300, "until": "faults"})
    jira = ["--jira-url=" + tracker.url, "--jira-user=scanner", "--jira-password-file=" + put(os.path.join(top, "pw"), "secret")]
    scan = ["scan", "--self", "--quiet", *jira, "--format=jsonl"]
    first = spawn(command(*scan, "--output", to, "--out", out), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                  env={"PATH": os.environ["PATH"], "HOME": STATE})
    ok(until(lambda: os.path.exists(out) and b"scan.host" in text(out, "rb")), "a scan writes its results as they come")
    old = put(os.path.join(top, "last-week.html"), "the report of last week")
    got = run(*scan, "--output", old, "--out", os.path.join(top, "new.jsonl"))
    ok(got.returncode == 1 and b"is being scanned already" in got.stderr, "a second one of the profile is refused", got)
    equal(text(old), "the report of last week", "and what its file held is still there")
    ok(not os.path.exists(os.path.join(top, "new.jsonl")), "and no empty file is left behind")
    for name, path in (("--output", to), ("--out", out)):
        got = run("scan", "--self", "--profile=another", "--quiet", name, path)
        ok(got.returncode == 1 and path.encode() + b" is being written already" in got.stderr and b"another file" in got.stderr,
           "another profile's scan does not get the file of %s" % name, got)
    got = run("report", old, "--output", out)
    ok(got.returncode == 1 and b"is being written already" in got.stderr, "neither does a report", got)
    tracker.faults()
    first.communicate(timeout=60)
    equal(first.returncode, 0, "the first scan ends well")
    for path in (to, out):
        equal([n["method"] for n in lines(path) if n["method"] in ("scan.started", "scan.host", "scan.asset", "scan.finished")],
              ["scan.started", "scan.host", "scan.asset", "scan.finished"], os.path.basename(path) + " is whole")
    got = run(*scan[:-1], "--format=html", "--output", old)
    ok(got.returncode == 0 and text(old).startswith("<!doctype html>"), "afterwards the report of last week is replaced", got)
    got = run(*scan, "--output", out, "--out", out)
    ok(got.returncode == 1 and b"already" in got.stderr, "--out and --output do not share a file", got)
    tracker.stop()


def wrong_options_cost_no_file():
    top = folder()
    old, new = put(os.path.join(top, "old.html"), "old"), os.path.join(top, "new.html")
    for path in (old, new):
        for wrong in ("--range=10.0.0.300", "--sections=nonsense", "--config=/nowhere.xml"):
            equal(run("scan", "--self" if "range" not in wrong else wrong, wrong, "--format=html", "--output", path, "--out", path + "l").returncode,
                  1, "%s is refused" % wrong)
    equal((text(old), sorted(os.listdir(top))), ("old", ["old.html"]), "and no file is emptied or made")
    got = run("scan", "--self", "--output", os.path.join(top, "no", "where"))
    ok(got.returncode == 1 and b"no/where: No such file" in got.stderr and b"Scanned" not in got.stdout,
       "a file that cannot be made is told before the scan", got)


def a_report_does_not_replace_its_results():
    top = folder()
    path = r.write(os.path.join(top, "r.jsonl"), [r.started(), r.host("10.0.0.1", "a"), r.finished(hosts={"scanned": 1})])
    before = text(path)
    os.symlink(path, os.path.join(top, "link"))
    for to in (path, os.path.join(top, "link")):
        got = run("report", path, "--output", to)
        ok(got.returncode == 1 and b"another file" in got.stderr, "a report into its own results is refused", got)
        equal(text(path), before, "and they are still there")


def a_full_disk():
    """What the disk does not take is named; the rest is shown all the same."""
    top = tmpfs("size=16k")
    out = os.path.join(top, "out.jsonl")
    got = run("scan", "--self", "--sections=all", "--out", out)
    ok(got.returncode == 1 and ("writing the results to %s: No space left" % out).encode() in got.stderr, "the full disk and the file are named", got)
    ok(b"\n127.0.0.1 " in got.stdout and b"Addresses: 1" in got.stdout, "what was scanned is on the screen", got.stdout)
    os.remove(out)
    got = run("scan", "--self", "--sections=all", "--format=jsonl", "--output", out)
    ok(got.returncode == 1 and ("writing the results to %s: No space left" % out).encode() in got.stderr, "the same of --output", got)
    cut = text(out, "rb")[:-1].count(b"\n")
    ok(len(text(out, "rb").splitlines()) == cut + 1, "behind the line that was cut none follows")
    got = run("report", out, "--format=csv")
    ok(got.returncode == 0 or b"no results" in got.stderr, "what is there can be read", got)


def a_full_standard_output():
    """What was not printed is no success."""
    for args in (["--help"], ["scan", "--help"], ["scan", "--version"], ["config", "show"], ["outbox", "list"], ["ranges", "show", "10.0.0.1"], ["scan", "--self"]):
        with open("/dev/full", "wb") as full:
            p = subprocess.run(command(*args), stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=60,
                               env={"PATH": os.environ["PATH"], "HOME": STATE})
        ok(p.returncode == 1 and p.stderr.count(b"standard output: No space left on device") == 1, "`%s` onto a full disk says so" % " ".join(args), p)


def a_reader_that_has_enough():
    """`| head` is no mistake to tell about."""
    child = spawn(command("ranges", "expand", "10.0.0.0/8"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": STATE})
    child.stdout.close()
    said = child.stderr.read()
    child.wait(60)
    equal((child.returncode, said), (1, b""), "a closed pipe ends a list quietly")


for test in (two_timers_and_one_file, wrong_options_cost_no_file, a_report_does_not_replace_its_results, a_full_disk, a_full_standard_output, a_reader_that_has_enough):
    case(test)
done()
