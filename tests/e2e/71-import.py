#!/usr/bin/python3
"""Results that one machine wrote, matched and posted by another: the assets are
those that a scan would have made itself, and nothing is imported by half."""
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok, spawn, until     # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from jira import Tracker                                                         # noqa: E402

sys.path.insert(0, os.path.join(ROOT, "tests"))
import validate_lines                                                            # noqa: E402

MAC = "3c:ec:ef:71:00:%02x"
UUID = "4c4c4544-0031-3510-8052-b7c04f4a%04x"
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    machines = {
        "pc1": recorded.linux("pc1", MAC % 1),
        "pc2": recorded.linux("pc2", MAC % 2, serial="SN-0002", uuid=UUID % 2),
        "pc2b": recorded.linux("pc2", MAC % 2, serial="SN-0002", uuid=UUID % 2),
        "pc3": recorded.linux("pc3", MAC % 3, serial="SN-0003", uuid=UUID % 3, cores=8),
        "thief": recorded.linux("thief", MAC % 1, serial="SN-9999", uuid=UUID % 0x9999),
        "blank": recorded.linux("blank", "", nics=[("docker0", ["address=02:42:ac:11:00:01", "addr_assign_type=3", "type=1", "is=bridge"])]),
    }
    with_farm(__file__, "--only", "keyonly", "--played", ",".join(
        "%s=%s" % (n, recorded.play(os.path.join(top, n), text)) for n, text in machines.items()))

AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = farm["keys"]["ed25519"]["path"]
# A title that is made once, a model that is filled in, two kinds of keys.
MAPPING = {"matcher": {"keys": [{"field": "spartez.serialnumber", "from": {"fact": "identity.serial"}},
                                {"field": "spartez.network", "from": {"fact": "identity.mac"}}]},
           "fields": [{"field": "spartez.network", "from": {"fact": "identity.mac"}, "join": "\n"},
                      {"field": "system.title", "from": {"fact": "host.name"}, "policy": "neverOverwrite"},
                      {"field": "spartez.cpumodel", "from": {"fact": "cpu.model"}, "policy": "whenEmpty"},
                      {"field": "spartez.cpucores", "from": {"fact": "cpu.cores"}},
                      {"field": "spartez.value", "from": {"fact": "memory.totalBytes"}, "divide": 1048576, "tolerance": "50%"},
                      {"field": "spartez.serialnumber", "from": {"fact": "sys.serial"}}]}


def run(*argv, stdin=None, env=None):
    got = subprocess.run([ASSETSCAN, *argv], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, input=stdin,
                         env=dict(os.environ, ASSETSCAN_JIRA_PASSWORD="secret", **(env or {})))
    return got.returncode, got.stdout.decode(), got.stderr.decode()


def scan(names, out=None, tracker=None, state=None, profile=None, **more):
    """A scan whose results go to Jira, or into a file; gives the exit code and its lines."""
    path = os.path.join(folder(), "request")
    # One at a time, so that who comes first is the same every time.
    request = {"profile": dict({"name": "branch", "protocols": ["ssh"], "concurrency": 1, "config": MAPPING}, **(profile or {})),
               "ranges": [AT[n] for n in names],
               "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKeyFile": KEY}], **more}
    if tracker:
        request["jira"] = tracker.params()
    with open(path, "w", encoding="utf-8") as f:
        json.dump(request, f)
    code, text, errors = run("scan", "--request", path, "--format=jsonl", "--state-dir", state or folder(),
                             *(["--out", out] if out else []))
    return code, lines_of(text), errors


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def of(lines, method):
    return [m["params"] for m in lines if m["method"] == method]


def import_(tracker, *files, state=None, stdin=None, **options):
    """Gives the exit code, the notifications and what was said."""
    code, text, errors = run("import", *files, "--jira-url", tracker.url, "--jira-user=scanner", "--format=jsonl",
                             "--state-dir", state or folder(), *("--%s%s" % (k.replace("_", "-"), "=" + v if v is not True else "")
                                                               for k, v in options.items()), stdin=stdin)
    lines = lines_of(text)
    problems = [w for m in lines for w in validate_lines.Validator().line(m)]
    if problems:
        ok(False, "the lines of an import keep their schemas", "\n".join(problems[:5]))
    return code, lines, errors


def content(tracker):
    """The assets without their numbers."""
    return sorted(sorted((f["def"]["type"]["name"], tuple(f["values"])) for f in a["fields"]) for a in tracker.assets())


def outcomes(lines):
    return {a["address"]: a["outcome"] for a in of(lines, "scan.asset")}


def written(*names, **more):
    path = os.path.join(folder(), "results.jsonl")
    code, lines, errors = scan(names, out=path, **more)
    return path, code, lines


def an_import_is_as_a_scan():
    names = ["pc1", "pc2", "pc2b", "pc3", "thief", "blank", "keyonly"]
    direct, later = Tracker(), Tracker()
    code, lines, _ = scan(names, tracker=direct)
    path, code_there, there = written(*names)
    equal((code_there, of(there, "scan.asset")), (0, []), "a scan without Jira writes no asset")
    equal(os.stat(path).st_mode & 0o777, 0o600, "its file is for its owner only")
    kept = lines_of(open(path, encoding="utf-8").read())
    equal([m for m in kept], [m for m in there if m["method"] != "scan.progress"], "and holds what was told, without progress")
    code_import, imported, errors = import_(later, path)
    equal(code_import, code, "an import ends with the scan's exit code")
    equal(outcomes(imported), outcomes(lines), "every computer has the same outcome")
    equal(content(later), content(direct), "and the assets are the same")
    a, b = of(imported, "scan.finished")[0], of(lines, "scan.finished")[0]
    equal((a["hosts"], a["assets"], a["reason"]), (b["hosts"], b["assets"], b["reason"]), "the totals are the same")
    equal({h["address"]: (h["state"], h["warnings"]) for h in of(imported, "scan.host")},
          {h["address"]: (h["state"], h["warnings"]) for h in of(there, "scan.host")}, "each host is told again, with its warnings once")
    said = [n["message"] for n in of(imported, "scan.log")]
    ok(any("Created asset #" in s for s in said) and any("Importing finished" in s for s in said), "the log reads as a scan's", "\n".join(said))
    posts = len([e for e in later.log() if e["method"] == "POST"])
    code, again, _ = import_(later, path)
    equal({o for o in outcomes(again).values()} - {"ambiguous", "skipped"}, {"unchanged"}, "a second import changes nothing")
    equal(len([e for e in later.log() if e["method"] == "POST"]), posts, "and writes nothing")
    direct.stop()
    later.stop()


def policies_and_limits_travel():
    path, _, _ = written("pc1", "pc3")
    tracker = Tracker()
    import_(tracker, path)
    changed = open(path, encoding="utf-8").read().replace('"pc1"', '"renamed"').replace("Gold 6346", "Gold 9999") \
        .replace('"values":["2"]', '"values":["4"]').replace('"values":["7957"]', '"values":["9000"]')
    other = os.path.join(folder(), "changed.jsonl")
    with open(other, "w", encoding="utf-8") as f:
        f.write(changed)
    _, lines, _ = import_(tracker, other)
    equal(outcomes(lines), {AT["pc1"]: "updated", AT["pc3"]: "unchanged"}, "what changed is updated")
    asset = dict(next(a for a in content(tracker) if ("system.title", ("pc1",)) in a))
    equal((asset["spartez.cpucores"], asset["system.title"]), (("4",), ("pc1",)), "by the policies of the mapping that made it")
    ok("9000" in changed and asset["spartez.value"] == ("7957",), "and their tolerances", asset)
    ok("Gold 6346" in asset["spartez.cpumodel"][0], "a field that is filled when empty is left alone", asset)
    path, _, _ = written("pc2", profile={"updateOnly": True})
    _, lines, _ = import_(tracker, path)
    equal(outcomes(lines), {AT["pc2"]: "skipped"}, "a profile that only updates does so here")
    path, _, _ = written("pc2")
    _, lines, _ = import_(tracker, path, update_only=True)
    equal(outcomes(lines), {AT["pc2"]: "skipped"}, "and an import that only updates, too")
    before = content(tracker)
    code, lines, _ = import_(tracker, path, dry_run=True)
    equal((code, outcomes(lines)), (0, {AT["pc2"]: "dry_run"}), "a dry run says what it would write")
    equal(content(tracker), before, "and writes nothing")
    tracker.stop()


def the_place_travels():
    path, _, lines = written("pc1", profile={"folder": "/Electronics/Computers/Laptops"})
    equal(of(lines, "scan.started")[0]["folder"], "/Electronics/Computers/Laptops", "a scan tells where its assets go")
    tracker = Tracker()
    code, lines, _ = import_(tracker, path)
    equal([a["folder"] for a in tracker.assets()], ["Electronics/Computers/Laptops"], "and an import puts them there")
    other, _, _ = written("pc3")
    code, lines, errors = import_(tracker, path, other)
    ok(code == 1 and "--folder" in errors and not lines, "files for different folders are not mixed silently", errors)
    code, _, _ = import_(tracker, path, other, folder="Electronics/Computers", asset_type="type.computer")
    equal((code, len(tracker.assets())), (0, 2), "but where it is said where they go")
    tracker.stop()


def claims_hold_across_files():
    tracker = Tracker()
    one, _, _ = written("pc1", "pc2")
    two, _, _ = written("thief", "pc2b")
    code, lines, _ = import_(tracker, one, two)
    equal(outcomes(lines), {AT["pc1"]: "created", AT["pc2"]: "created", AT["thief"]: "ambiguous"}, "two sites that show one MAC address are told apart")
    equal({h["address"]: h["state"] for h in of(lines, "scan.host")}[AT["pc2b"]], "skipped", "and a computer that both have seen is one")
    ok(any("nothing is written for this one" in w for h in of(lines, "scan.host") for w in h["warnings"]), "with the warning of a scan", lines)
    equal((code, len(tracker.assets())), (5, 2), "two assets, and the exit code says that somebody must look")
    tracker.stop()


def what_jira_does_not_take_is_kept():
    tracker, state = Tracker(), folder()
    path, _, _ = written("pc1", "pc2", "pc3")
    tracker.faults({"do": "status", "status": 503, "times": -1, "path": "/"})
    code, lines, _ = import_(tracker, path, state=state)
    equal((code, set(outcomes(lines).values())), (3, {"queued"}), "without Jira all of it waits in the outbox")
    tracker.faults()
    code, text, errors = run("outbox", "flush", "--jira-url", tracker.url, "--jira-user=scanner", "--state-dir", state)
    equal((code, len(tracker.assets())), (0, 3), "and is posted from there", )
    code, lines, errors = import_(tracker, path, state="/dev/null/state")
    ok(code == 1 and "state" in errors and not of(lines, "scan.asset"), "without a state folder nothing is begun", errors)
    tracker.stop()


def mistakes_are_named_and_nothing_is_imported():
    tracker = Tracker()
    path, _, _ = written("pc1", "pc2")
    good = open(path, encoding="utf-8").read().splitlines()
    at = [i for i, line in enumerate(good) if '"scan.host"' in line]

    def broken(number, change):
        lines = list(good)
        lines[number] = change(lines[number])
        name = os.path.join(folder(), "broken.jsonl")
        with open(name, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        return name

    def change(f):
        def do(line):
            message = json.loads(line)
            f(message["params"])
            return json.dumps(message)
        return do
    last = at[-1]
    cases = [
        ("no JSON", lambda line: line[:-9], ""),
        ("another state", change(lambda p: p.update(state="perfect")), "state"),
        ("no asset", change(lambda p: p.pop("asset")), "older assetscan"),
        ("an asset that is none", change(lambda p: p.update(asset=[1])), "no object"),
        ("a key of no kind", change(lambda p: p["asset"]["keys"][0].update(kind="face")), "as a scan writes"),
        ("keys that are none", change(lambda p: p["asset"].update(keys={"a": 1})), "as a scan writes"),
        ("a policy of no kind", change(lambda p: p["asset"]["policies"].update({"system.title": "sometimes"})), "as a scan writes"),
        ("a value that is no text", change(lambda p: p["fields"][0].update(values=[7])), "as a scan writes"),
        ("a field without a name", change(lambda p: p["fields"][0].pop("typeName")), "as a scan writes"),
        ("a value without end", change(lambda p: p["fields"][0].update(values=["x" * 70000])), "more than a scan writes"),
        ("a title without end", change(lambda p: p["asset"].update(title="x" * 70000)), "more than a scan writes"),
        ("too many keys", change(lambda p: p["asset"].update(keys=p["asset"]["keys"] * 300)), "as a scan writes"),
        ("an address without end", change(lambda p: p.update(address="1" * 300)), "address"),
    ]
    for what, how, wanted in cases:
        name = broken(last, how)
        code, lines, errors = import_(tracker, name)
        ok(code == 1 and "%s: line %d" % (name, last + 1) in errors and wanted in errors and "nothing was imported" in errors,
           "%s is named by its line" % what, errors)
        if lines or tracker.assets():
            ok(False, what + ": nothing was begun", lines)
    name = broken(at[0], lambda line: "{}")
    two = open(name, encoding="utf-8").read().replace('"state":"scanned"', '"state":"odd"')
    with open(name, "w", encoding="utf-8") as f:
        f.write(two)
    code, _, errors = import_(tracker, path, name)
    ok("line %d" % (at[0] + 1) in errors and "line %d" % (last + 1) in errors, "all mistakes are named at once", errors)
    equal(tracker.assets(), [], "a good file beside a wrong one is not imported")
    code, _, errors = import_(tracker, path + ".gone")
    ok(code == 1 and ".gone" in errors, "a file that is not there is named", errors)
    code, text, errors = run("import", path)
    ok(code == 1 and "--jira-url" in errors, "without Jira there is nothing to do", errors)
    tracker.stop()


def a_cut_line_is_left_out():
    tracker = Tracker()
    path, _, _ = written("pc1", "pc2")
    text = open(path, encoding="utf-8").read()
    cut = text[:text.rindex('"scan.host"') + 100]
    with open(path, "w", encoding="utf-8") as f:
        f.write(cut)
    code, lines, _ = import_(tracker, path)
    equal((code, len(tracker.assets())), (0, 1), "of a file that was cut the whole lines are imported")
    said = [n["message"] for n in of(lines, "scan.log") if n["level"] == "warning"]
    ok(any("line %d was cut" % (cut.count("\n") + 1) in s for s in said), "the line that was cut is told", said)
    ok(any("was not over" in s for s in said), "and that the scan had not ended", said)
    tracker.stop()


def a_pipe_will_do():
    tracker = Tracker()
    path, _, _ = written("pc1", "pc3")
    data = open(path, "rb").read()
    code, lines, _ = import_(tracker, "-", stdin=data)
    equal((code, len(tracker.assets())), (0, 2), "results come from a pipe")
    with open(path, "rb") as f:
        got = subprocess.run([ASSETSCAN, "import", "-", "--jira-url", tracker.url, "--jira-user=scanner", "--state-dir", folder()],
                             check=False, stdin=f, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=dict(os.environ, ASSETSCAN_JIRA_PASSWORD="secret"))
    ok(got.returncode == 0 and "unchanged #" in got.stdout and AT["pc3"] in got.stdout, "or from a file there; a person sees the table of a scan", got.stdout + got.stderr)
    tracker.stop()


def a_signal_loses_nothing():
    tracker, state = Tracker(), folder()
    path, _, _ = written("pc1", "pc2", "pc3")
    tracker.faults({"do": "stall", "seconds": 20, "times": -1, "path": "/search"})
    child = spawn([ASSETSCAN, "import", path, "--jira-url", tracker.url, "--jira-user=scanner", "--format=jsonl", "--state-dir", state],
                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ, ASSETSCAN_JIRA_PASSWORD="secret"))
    ok(until(lambda: len(os.listdir(state + "/outbox")) >= 6 if os.path.isdir(state + "/outbox") else False), "what is to be posted is written down first",
       os.listdir(state))
    child.send_signal(signal.SIGTERM)
    text = child.communicate(timeout=60)[0].decode()
    equal(child.returncode, 130, "a signal ends an import")
    lines = lines_of(text)
    equal((set(outcomes(lines).values()), of(lines, "scan.finished")[0]["reason"]), ({"queued"}, "cancelled"), "and what was read waits in the outbox")
    tracker.faults()
    run("outbox", "flush", "--jira-url", tracker.url, "--jira-user=scanner", "--state-dir", state)
    equal(len(tracker.assets()), 3, "nothing is lost")
    tracker.stop()


for f in (an_import_is_as_a_scan, policies_and_limits_travel, the_place_travels, claims_hold_across_files, what_jira_does_not_take_is_kept,
          mistakes_are_named_and_nothing_is_imported, a_cut_line_is_left_out, a_pipe_will_do, a_signal_loses_nothing):
    case(f)
done()
