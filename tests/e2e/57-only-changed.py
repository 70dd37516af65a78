#!/usr/bin/python3
"""An asset is written only when a mapped value changed, and what people typed stays
as each field's policy says: whole scans into the stand-in, which counts requests."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import case, done, equal, folder, ok                                    # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402
from jira import Tracker                                                         # noqa: E402

MAC = "3c:ec:ef:20:00:01"
NOW = recorded.linux("pc", MAC, serial="5CG0001AAA", version="12")
COMPUTERS = {       # one computer, as it is found from scan to scan
    "now": NOW,
    "later": recorded.linux("pc", MAC, serial="5CG0001AAA", version="13", os_name="Debian GNU/Linux 13 (trixie)", os_id="debian"),
    "more": NOW.replace("MemTotal:        8148028 kB", "MemTotal:        8312345 kB"),
    "much": NOW.replace("MemTotal:        8148028 kB", "MemTotal:       16148028 kB"),
}
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    with_farm(__file__, "--only", "plain", "--played", ",".join(
        "%s=%s" % (n, recorded.play(os.path.join(top, n), text)) for n, text in COMPUTERS.items()))

AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = open(farm["keys"]["ed25519"]["path"], encoding="utf-8").read()
VERSION = {"fact": "os.version"}
JSON = {"matcher": {"keys": [{"field": "spartez.network"}]}, "fields": [
    {"field": "system.title", "from": {"fact": "host.name"}},
    {"field": "spartez.network", "from": {"fact": "identity.mac"}, "join": "\n"},
    {"field": "spartez.cpumodel", "from": VERSION, "policy": "always"},
    {"field": "spartez.username", "from": VERSION, "policy": "whenEmpty"},
    {"field": "spartez.cpuvendor", "from": VERSION, "policy": "neverOverwrite"}]}
XML = """<fields><os type="linux"><matcher field="spartez.network"/>
<field assetField="system.title" fact="host.name"/><field assetField="spartez.network" fact="identity.mac" join="&#10;"/>
<field assetField="spartez.cpumodel" fact="os.version" policy="always"/>
<field assetField="spartez.username" fact="os.version" policy="whenEmpty"/>
<field assetField="spartez.cpuvendor" fact="os.version" policy="neverOverwrite"/></os></fields>"""
POLICIES = ("spartez.cpumodel", "spartez.username", "spartez.cpuvendor")


class Run:
    def __init__(self, *options):
        self.tracker, self.state = Tracker(*options), folder()

    def scan(self, name, config="builtin", lost=False, **jira):
        """One scan; the asset's line and how many requests wrote."""
        if lost:
            shutil.rmtree(self.state)
            os.mkdir(self.state)
        before, h = self.tracker.writes(), Helper(self.state)
        _, _, assets = h.scan({
            "profile": {"name": "lab", "protocols": ["ssh"], "sshTimeout": 60, "connectTimeout": 5, "config": config},
            "ranges": [AT[name]], "jira": self.tracker.params(**jira),
            "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKey": KEY}]})
        if h.problems():
            ok(False, "every line keeps its schema", "\n".join(h.problems()[:10]))
        h.close()
        return assets[AT[name]], self.tracker.writes() - before

    def outcome(self, *args, **kw):
        asset, writes = self.scan(*args, **kw)
        return asset["outcome"], sorted(asset["changed"]), writes

    def values(self, asset, *names):
        return [self.tracker.values(asset, n) for n in names or POLICIES]

    def hand(self, asset, value):
        self.tracker.change(asset, **{n: value for n in POLICIES})

    def stop(self):
        self.tracker.stop()


def an_unchanged_computer_is_not_written():
    r = Run()
    first, writes = r.scan("now")
    equal((first["outcome"], writes), ("created", 1), "a new computer is one request")
    equal(r.outcome("now"), ("unchanged", [], 0), "a second scan writes nothing")
    equal(r.outcome("now", lost=True), ("unchanged", [], 0), "nor does one without the state folder")
    equal(r.outcome("later"), ("unchanged", [], 0), "nor one where only unmapped values changed")
    r.stop()
    r = Run("--tidy")
    config = dict(JSON, fields=JSON["fields"] + [
        {"field": "system.description", "from": VERSION, "template": "Debian   {0}"},
        {"field": "spartez.userlocale", "from": VERSION, "template": "Debian   {0}", "policy": "neverOverwrite"}])
    asset, _ = r.scan("now", config)
    equal(r.values(asset["id"], "system.description", "spartez.userlocale"), [["Debian 12"]] * 2, "Jira makes something else of a value")
    equal(r.outcome("now", config), ("unchanged", [], 0), "it is not written again for that")
    equal(r.outcome("later", config)[:2],
          ("updated", ["spartez.cpumodel", "spartez.cpuvendor", "spartez.userlocale", "system.description"]), "but when it changed")
    for wanted in (1, 0, 0):
        equal(r.outcome("later", config)[2], wanted, "an update that Jira changes is looked at once: %d writes" % wanted)
    r.tracker.change(asset["id"], system_description="by hand")
    equal(r.outcome("later", config)[:2], ("updated", ["system.description"]), "what a person types over it is no such thing")
    r.stop()


def policies_keep_what_people_typed(config, name):
    r = Run()
    asset, _ = r.scan("now", config)
    mine = asset["id"]
    equal(r.values(mine), [["12"]] * 3, "%s: a new asset gets all three values" % name)
    equal(r.outcome("later", config)[:2], ("updated", ["spartez.cpumodel", "spartez.cpuvendor"]),
          "a changed value goes where always or neverOverwrite stands")
    r.hand(mine, "by hand")
    equal(r.outcome("now", config), ("updated", ["spartez.cpumodel"], 1), "after an edit by hand only always writes")
    equal(r.values(mine), [["12"], ["by hand"], ["by hand"]], "whenEmpty and neverOverwrite keep it")
    equal(r.outcome("now", config, lost=True), ("unchanged", [], 0), "without the state folder too")
    r.hand(mine, "")
    equal(r.outcome("now", config)[1], ["spartez.cpumodel", "spartez.cpuvendor", "spartez.username"],
          "what was emptied is filled where nobody remembers a value of ours")
    r.hand(mine, "")
    equal(r.outcome("now", config)[1], ["spartez.cpumodel", "spartez.username"], "and stays empty for neverOverwrite where we do")
    equal(r.values(mine), [["12"], ["12"], []], "as the asset shows")
    r.stop()


def policies_in_both_spellings():
    policies_keep_what_people_typed(JSON, "JSON")
    policies_keep_what_people_typed(XML, "XML")


def a_lost_state_folder_heals():
    r = Run()
    mine = r.scan("now", JSON)[0]["id"]
    equal(r.outcome("later", JSON, lost=True), ("updated", ["spartez.cpumodel"], 1),
          "without memory neverOverwrite leaves a value that differs")
    equal(r.values(mine, "spartez.cpuvendor"), [["12"]], "for it may be a person's")
    equal(r.outcome("now", JSON)[1], ["spartez.cpumodel"], "a scan that finds what the asset says")
    equal(r.outcome("later", JSON)[1], ["spartez.cpumodel", "spartez.cpuvendor"], "takes it for its own again")
    r.stop()


def a_title_that_nobody_maps():
    r = Run()
    config = dict(JSON, fields=JSON["fields"][1:])
    mine = r.scan("now", config)[0]["id"]
    r.tracker.change(mine, system_title="Anna's laptop")
    equal((r.outcome("now", config), r.values(mine, "system.title")), (("unchanged", [], 0), [["Anna's laptop"]]),
          "a title that a person gave stays")
    r.stop()


def a_dry_run_knows_the_same_and_keeps_nothing():
    r = Run()
    mine = r.scan("now", JSON)[0]["id"]
    r.tracker.change(mine, spartez_cpuvendor="by hand")
    asset, writes = r.scan("later", JSON, dryRun=True)
    equal((asset["outcome"], [f["typeName"] for f in asset["would"]["fields"]], writes), ("dry_run", ["spartez.cpumodel"], 0),
          "a dry run would leave the same alone")
    kept = os.path.join(r.state, "written")
    equal([oct(os.stat(os.path.join(at, n)).st_mode & 0o777) for at, dirs, files in os.walk(kept) for n in dirs + files],
          ["0o700", "0o600"], "one asset is remembered in a file of mode 0600")
    r.stop()


def a_number_that_moved_little():
    for spelling in (20, "2.5%"):
        r = Run()
        config = {"matcher": {"keys": [{"field": "spartez.network"}]}, "fields": [
            {"field": "spartez.value", "from": {"fact": "memory.totalBytes"}, "divide": 1024, "decimals": 1, "tolerance": "2.5%"}]} \
            if spelling != 20 else """<fields><os type="linux"><matcher field="spartez.network"/>
            <field assetField="spartez.value" fact="memory.totalBytes" mod="1048576" tolerance="200"/></os></fields>"""
        mine = r.scan("now", config)[0]["id"]
        first = r.values(mine, "spartez.value")
        equal(r.outcome("more", config), ("unchanged", [], 0), "2 %% more memory is no change (%s)" % spelling)
        equal(r.outcome("much", config), ("updated", ["spartez.value"], 1), "twice as much is")
        ok(r.values(mine, "spartez.value") != first, "and is written")
        r.stop()


case(an_unchanged_computer_is_not_written)
case(policies_in_both_spellings)
case(a_lost_state_folder_heals)
case(a_title_that_nobody_maps)
case(a_dry_run_knows_the_same_and_keeps_nothing)
case(a_number_that_moved_little)
done()
