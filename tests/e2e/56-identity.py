#!/usr/bin/python3
"""Which asset a computer is, in whole scans: by serial number and UUID as well as
by MAC address, with junk, docks, conflicts and computers that share a key."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import case, done, equal, folder, ok                                    # noqa: E402
import winhost                                                                   # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402
from jira import Tracker                                                         # noqa: E402

MAC = "3c:ec:ef:20:00:%02x"
DOCK = ("enx0050b6112233", ["address=00:50:b6:11:22:33", "addr_assign_type=0", "type=1", "device=1", "driver=r8152",
                            "usb=usb_interface"])
DONGLE = ("enx7cc2c6000001", ["address=7c:c2:c6:00:00:01", "addr_assign_type=0", "type=1", "device=1", "driver=ax88179",
                              "usb=usb_interface"])
U1, U1_SWAPPED = "4c4c4544-0031-3510-8052-b7c04f4a0001", "44454c4c-3100-1035-8052-b7c04f4a0001"
U2 = "4c4c4544-0031-3510-8052-b7c04f4a0002"


def wlan(n):
    return ("wlan0", ["address=" + MAC % n, "addr_assign_type=0", "type=1", "device=1", "driver=iwlwifi", "wireless=1"])


COMPUTERS = {
    "lap": dict(mac=MAC % 1, serial="5CG0001AAA", uuid=U1),
    "lap-new-board": dict(mac=MAC % 0x21, serial="5CG0001AAA"),
    "lap-uuid": dict(mac=MAC % 0x31, uuid=U1),
    "both": dict(mac=MAC % 2, serial="5CG0001AAA"),
    "pass-a": dict(mac=MAC % 0x44, serial="PF00000A", uuid=U1),
    "pass-b": dict(mac=MAC % 0x44, serial="PF00000B", uuid=U2),
    "junk-a": dict(mac=MAC % 5, serial=" To Be Filled By  OEM", uuid="03000200-0400-0500-0006-000700080009"),
    "junk-b": dict(mac=MAC % 6, serial="to be filled by O.E.M.", uuid="00020003-0004-0005-0006-000700080009"),
    "dock-a": dict(nics=[wlan(7), DOCK], serial="PF0000A7"),
    "dock-b": dict(nics=[wlan(8), DOCK], serial="PF0000B8"),
    "dongle-a": dict(nics=[DONGLE], serial="PF0000A9"),
    "dongle-b": dict(nics=[DONGLE], serial="PF0000B9"),
    "switchboard": dict(nics=[("eth%d" % i, ["address=3c:ec:ef:aa:00:%02x" % i, "addr_assign_type=0", "type=1", "device=1",
                                             "driver=e1000e"]) for i in range(40)], serial="5CG0040NIC", uuid=U2),
    "vm-junk": dict(mac=MAC % 10, serial="VMware-56 4d 00 00"),
}


def played(top, name):
    c = dict(COMPUTERS[name])
    return recorded.play(os.path.join(top, name), recorded.linux(name, c.pop("mac", ""), **c))


if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    with_farm(__file__, "--only", "plain", "--played", ",".join("%s=%s" % (n, played(top, n)) for n in COMPUTERS))

AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = open(farm["keys"]["ed25519"]["path"], encoding="utf-8").read()
KEYS = {"mac": {"field": "spartez.network", "from": {"fact": "identity.mac"}},
        "serial": {"field": "spartez.serialnumber", "from": {"fact": "sys.serial"}},
        "uuid": {"field": "test.uuid", "from": {"fact": "sys.uuid"}}}
XML = """<fields><os type="linux"><matcher field="spartez.network"/>
<key field="spartez.serialnumber" fact="sys.serial"/><key field="test.uuid" fact="sys.uuid"/>
<field assetField="system.title" fact="host.name"/><field assetField="spartez.network" fact="identity.mac" join="&#10;"/>
<field assetField="spartez.serialnumber" fact="identity.serial"/><field assetField="test.uuid" fact="identity.uuid"/>
</os></fields>"""


def mapping(*keys):
    return {"matcher": {"keys": [KEYS[k] for k in keys]}, "fields": [
        {"field": "system.title", "from": {"fact": "host.name"}},
        {"field": "spartez.network", "from": {"fact": "identity.mac"}, "join": "\n"},
        {"field": "spartez.serialnumber", "from": {"fact": "identity.serial"}},
        {"field": "test.uuid", "from": {"fact": "identity.uuid"}}]}


ALL = mapping("mac", "serial", "uuid")


class Run:
    """A tracker, and scans into it that share a state folder."""

    def __init__(self, *options):
        self.tracker, self.state = Tracker(*options), folder()

    def scan(self, *names, config=None, state=None, windows=None):
        """(hosts, assets, log lines) by name of the computer; or of a fake Windows host, by its address."""
        h = Helper(state or self.state)
        _, hosts, assets = h.scan({
            "profile": {"name": "lab", "protocols": ["wmi" if windows else "ssh"], "sshTimeout": 60, "connectTimeout": 5,
                        "concurrency": 1, "config": config or ALL, "ports": {"wmi": [windows.port if windows else 135]}},
            "ranges": [windows.address] if windows else [AT[n] for n in names], "jira": self.tracker.params(),
            "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKey": KEY},
                            {"id": "win", "protocol": "wmi", "user": "CORP\\scanner", "password": winhost.PASSWORD}]})
        problems = h.problems()
        if problems:
            ok(False, "every line keeps its schema", "\n".join(problems[:10]))
        self.log = [n["message"] for n in h.notes("scan.log")]
        for address, a in assets.items():
            if a["outcome"] == "failed":
                print("# %s failed: %s\n# %s" % (address, json.dumps(a["error"]), json.dumps(hosts[address])[:2000]), flush=True)
        h.close()
        if windows:
            return hosts[windows.address], assets[windows.address]
        back = {v: k for k, v in AT.items()}
        return {back[a]: v for a, v in hosts.items()}, {back[a]: v for a, v in assets.items()}

    def stop(self):
        self.tracker.stop()


def a_changed_mac_is_found_by_serial_number():
    r = Run()
    _, assets = r.scan("lap")
    first = assets["lap"]
    equal((first["outcome"], first["match"]["decision"]), ("created", "none"), "a new computer is created, and no key hit")
    equal([(k["kind"], k["assets"]) for k in first["match"]["keys"]], [("mac", []), ("serial", []), ("uuid", [])],
          "its three keys were asked for")
    searches = [e for e in r.tracker.log() if e["path"].endswith("/search")]
    equal(len(searches), 1, "in one query")
    _, assets = r.scan("lap-new-board", state=folder())
    a = assets["lap-new-board"]
    equal((a["outcome"], a["id"], a["matchedBy"]), ("updated", first["id"], "spartez.serialnumber=5CG0001AAA"),
          "another MAC and the same serial number: the same asset")
    equal(r.tracker.values(a["id"], "spartez.network"), [MAC % 1 + "\n" + MAC % 0x21], "which has both addresses now")
    ok("serial number 5CG0001AAA says asset #%d" % a["id"] in a["match"]["why"], "and why is told", a["match"])
    equal([(k["kind"], k["assets"]) for k in a["match"]["keys"]], [("mac", []), ("serial", [a["id"]])],
          "with what each key hit")
    equal(len(r.tracker.assets()), 1, "there is one asset")
    r.stop()


def a_uuid_is_found_in_either_byte_order():
    for config, what in ((ALL, "JSON"), (XML, "XML")):
        r = Run()
        mine = r.tracker.add(test_uuid=U1_SWAPPED.upper())
        _, assets = r.scan("lap-uuid", config=config)
        a = assets["lap-uuid"]
        equal((a["outcome"], a["id"], a["matchedBy"]), ("updated", mine, "test.uuid=" + U1),
              "a UUID in the other byte order is found (%s)" % what)
        ok("test.uuid" not in a["changed"] and r.tracker.values(mine, "test.uuid") == [U1_SWAPPED.upper()],
           "and its way of writing it is kept", a)
        _, assets = r.scan("lap-uuid", config=config, state=folder())
        equal(assets["lap-uuid"]["outcome"], "unchanged", "a second scan writes nothing")
        r.stop()


def a_conflict_is_reported_and_never_merged():
    r = Run()
    one = r.tracker.add(spartez_serialnumber="5CG0001AAA", spartez_network=MAC % 0x51)
    two = r.tracker.add(spartez_serialnumber="5CG0002BBB", spartez_network=MAC % 2)
    before = r.tracker.assets()
    _, assets = r.scan("both", config=mapping("mac", "serial"))
    a = assets["both"]
    equal((a["outcome"], sorted(a["candidates"]), a["match"]["decision"]), ("ambiguous", [one, two], "conflict"),
          "serial number of one asset, MAC of another: a conflict")
    ok("serial number 5CG0001AAA says asset #%d" % one in a["error"]["message"] and
       "says asset #%d, whose serial number is 5CG0002BBB" % two in a["error"]["message"], "that names both and why", a["error"])
    ok(any("5CG0002BBB" in line for line in r.log), "in the scan log too", r.log)
    equal((r.tracker.assets(), r.tracker.writes()), (before, 0), "and nothing is written")
    r.stop()
    r = Run()
    r.tracker.add(spartez_serialnumber="SOMEBODY", spartez_network=MAC % 2)
    _, assets = r.scan("both", config=mapping("mac", "serial"))
    equal((assets["both"]["outcome"], r.tracker.writes()), ("ambiguous", 0),
          "one asset with the MAC and another serial number is a conflict")
    equal(assets["both"]["match"]["candidates"][0]["contradicts"],
          [{"field": "spartez.serialnumber", "host": "5CG0001AAA", "asset": "SOMEBODY"}], "whose contradiction is shown")
    r.stop()


def two_strong_keys_beat_one():
    r = Run()
    _, assets = r.scan("pass-a")
    a = assets["pass-a"]["id"]
    hosts, assets = r.scan("pass-b")
    b = assets["pass-b"]
    equal((b["outcome"], b["match"]["decision"]), ("created", "none"),
          "a passed-through MAC, but another serial number and UUID: another computer")
    equal(b["match"]["candidates"][0]["standing"], "other", "the asset with that MAC is named as another's")
    ok(any("another computer's" in line for line in r.log), "and the log says so", r.log)
    for name, mine in (("pass-a", a), ("pass-b", b["id"])):
        for state in (r.state, folder()):
            _, assets = r.scan(name, state=state)
            equal((assets[name]["id"], assets[name]["outcome"]), (mine, "unchanged"), "%s is found as itself again" % name)
    ok(assets["pass-b"]["match"]["candidates"][0]["standing"] != assets["pass-b"]["match"]["candidates"][1]["standing"],
       "though both assets hold the MAC", assets)
    r.stop()


def junk_identifies_nobody():
    r = Run()
    hosts, assets = r.scan("junk-a", "junk-b", config=mapping("serial", "uuid", "mac"))
    equal(sorted(a["outcome"] for a in assets.values()), ["created", "created"], "two with the same junk are two assets")
    h, a = hosts["junk-a"], assets["junk-a"]
    equal((h["identity"]["serial"], h["identity"]["uuid"]), (None, None), "neither has a serial number or UUID")
    ok("To Be Filled By  OEM" in h["identity"]["serialWhy"] and "03000200" in h["identity"]["uuidWhy"],
       "and the reason is given", h["identity"])
    equal([(i["kind"], i["why"] in (h["identity"]["serialWhy"], h["identity"]["uuidWhy"])) for i in a["match"]["ignored"]],
          [("serial", True), ("uuid", True)], "in scan.asset too")
    equal(r.tracker.values(a["id"], "spartez.serialnumber"), None, "the junk is not written")
    hosts, assets = r.scan("vm-junk", config=mapping("serial"))
    equal(assets["vm-junk"]["outcome"], "skipped", "a hypervisor's serial number without its UUID identifies nobody")
    r.stop()


def a_dock_is_nobodys():
    r = Run()
    ids = {}
    for name in ("dock-a", "dock-b", "dongle-a", "dongle-b"):
        hosts, assets = r.scan(name)
        ids[name] = assets[name]["id"]
        equal(assets[name]["outcome"], "created", "%s: laptops with one adapter, one after the other, are two assets" % name)
    ok("USB dock adapter" in [i["why"] for i in hosts["dongle-b"]["identity"]["ignoredMacs"]] or
       assets["dongle-b"]["match"]["keys"][0]["weak"], "a USB adapter is a weak key where there is no better", assets)
    for name in ids:
        _, assets = r.scan(name, state=folder())
        equal((assets[name]["id"], assets[name]["outcome"]), (ids[name], "unchanged"), "%s is found as itself again" % name)
    r.stop()


def laptops_that_share_an_adapter_wait_side_by_side():
    r = Run()
    r.tracker.faults({"do": "status", "status": 503, "times": -1})
    for name in ("dongle-a", "dongle-b"):
        _, assets = r.scan(name)
        equal(assets[name]["outcome"], "queued", "Jira is away: %s waits" % name)
    r.tracker.faults()
    _, assets = r.scan("lap")
    equal(r.tracker.titles(), ["dongle-a", "dongle-b", "lap"], "neither result took the other's place")
    r.stop()


def two_with_one_key_are_reported():
    r = Run()
    for config, names, key in ((ALL, ("pass-a", "pass-b"), "MAC address " + MAC % 0x44),
                               (ALL, ("both", "lap-new-board"), "serial number 5CG0001AAA"),
                               (ALL, ("lap-uuid", "pass-a"), "UUID " + U1)):
        r.tracker.clear()
        hosts, assets = r.scan(*names, config=config, state=folder())
        first, second = [n for n in names if assets[n]["outcome"] == "created"][:1], \
            [n for n in names if assets[n]["outcome"] == "ambiguous"]
        ok(len(first) == 1 and len(second) == 1, "of two with one %s the second is not written" % key, json.dumps(assets))
        said = " ".join(hosts[second[0]]["warnings"])
        ok(key in said and AT[first[0]] in said, "its result names the key and the other computer", said)
        equal(assets[second[0]]["candidates"], [assets[first[0]]["id"]], "scan.asset names the other's asset")
        ok(any(key in line for line in r.log), "and the log says so", r.log)
    r.stop()


def who_is_first_makes_no_difference():
    r = Run()
    config = mapping("mac")
    _, assets = r.scan("pass-a", "pass-b", config=config)
    owner, thief = sorted(assets, key=lambda n: assets[n]["outcome"] != "created")
    mine = assets[owner]["id"]
    before = r.tracker.assets()
    for what in ("the next scan", "and the one after it"):
        hosts, assets = r.scan(thief, config=config)
        equal((assets[thief]["outcome"], r.tracker.assets()), ("ambiguous", before), what + ": the other one alone writes nothing")
        ok(owner in " ".join(hosts[thief]["warnings"]) and "earlier scan" in " ".join(hosts[thief]["warnings"]),
           "for an earlier scan saw whose the MAC is", hosts[thief]["warnings"])
    _, assets = r.scan(owner, config=config)
    equal((assets[owner]["outcome"], assets[owner]["id"]), ("unchanged", mine), "the owner goes on as ever")
    _, assets = r.scan(thief, config=mapping("mac", "serial"))
    equal((assets[thief]["outcome"], assets[thief]["match"]["ignored"][0]["why"]),
          ("created", "another computer of this scan shows it too"), "another key is enough for the other one")
    r.stop()


def windows_is_judged_the_same():
    machine = winhost.machine("win11")
    cimv2 = machine["namespaces"]["root/cimv2"]
    product = cimv2["Win32_ComputerSystemProduct"]["rows"][0]
    uuid = product["UUID"].lower()
    other = "".join([uuid[6:8], uuid[4:6], uuid[2:4], uuid[0:2], "-", uuid[11:13], uuid[9:11], "-", uuid[16:18], uuid[14:16], uuid[18:]])
    r = Run()
    mine = r.tracker.add(test_uuid=other)
    host = winhost.Host("win11", "127.0.77.91")
    seen, a = r.scan(windows=host)
    equal((a["outcome"], a["id"], a["matchedBy"]), ("updated", mine, "test.uuid=" + uuid), "WMI's UUID finds what says it in the other byte order")
    why = [i["why"] for i in a["match"]["ignored"] if i["kind"] == "mac"]
    ok(any("dock" in w for w in why) and any("VPN" in w for w in why), "its dock's and VPN's addresses are left out, with reasons", why)
    host.stop()
    for row in cimv2["Win32_BIOS"]["rows"] + cimv2["Win32_SystemEnclosure"]["rows"] + cimv2["Win32_BaseBoard"]["rows"]:
        row["SerialNumber"] = "Default  String"
    product.update(UUID="12345678-1234-5678-90AB-CDDEEFAABBCC", IdentifyingNumber="System Serial Number")
    path = os.path.join(folder(), "machine.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(machine, f)
    host = winhost.Host(path, "127.0.77.92")
    seen, a = r.scan(windows=host, config=mapping("serial", "uuid", "mac"), state=folder())
    equal((seen["identity"]["serial"], seen["identity"]["uuid"]), (None, None), "junk over WMI identifies nobody")
    equal([(i["kind"], i["value"]) for i in a["match"]["ignored"] if i["kind"] != "mac"],
          [("serial", "Default  String"), ("uuid", "12345678-1234-5678-90ab-cddeefaabbcc")], "and is named with its reason")
    equal((a["id"], a["matchedBy"].split("=")[0]), (mine, "spartez.network"), "the MAC finds the asset all the same")
    host.stop()
    r.stop()


def an_index_that_lags_makes_no_doubles():
    r = Run("--lag", "60")
    ids = {}
    for name in ("pass-a", "pass-b", "pass-a", "pass-b"):
        _, assets = r.scan(name)
        a = assets[name]
        equal((a["outcome"], a["id"]), ("unchanged", ids[name]) if name in ids else ("created", a["id"]),
              "%s, which shares a MAC, while the search sees nothing yet" % name)
        ids[name] = a["id"]
    equal(len(r.tracker.assets()), 2, "there are two assets")
    r.stop()


def labels_only_are_understood():
    r = Run("--brief")
    one = r.tracker.add(spartez_serialnumber="5CG0001AAA", spartez_network=MAC % 0x51)
    two = r.tracker.add(spartez_serialnumber="5CG0002BBB", spartez_network=MAC % 2)
    _, assets = r.scan("both", config=mapping("mac", "serial"))
    equal((assets["both"]["outcome"], sorted(assets["both"]["candidates"])), ("ambiguous", [one, two]),
          "a search that shows labels only: the conflict is seen")
    _, assets = r.scan("both", config=mapping("serial"))
    equal((assets["both"]["outcome"], assets["both"]["id"]), ("updated", one), "and the match")
    r.stop()


def many_addresses_are_asked_for_in_several_queries():
    r = Run()
    r.tracker.add(spartez_network="3c:ec:ef:aa:00:ff")
    mine = r.tracker.add(spartez_network="3C-EC-EF-AA-00-27")
    _, assets = r.scan("switchboard")
    a = assets["switchboard"]
    equal((a["outcome"], a["id"], a["match"]["decision"]), ("updated", mine, "match"), "the last of 40 addresses finds the asset")
    ok(3 <= len([e for e in r.tracker.log() if e["path"].endswith("/search")]) <= 5, "in a few queries")
    _, assets = r.scan("switchboard", state=folder())
    equal(assets["switchboard"]["outcome"], "unchanged", "and a second scan writes nothing")
    other = r.tracker.add(spartez_network="3c:ec:ef:aa:00:00")
    _, assets = r.scan("switchboard", state=folder(), config=mapping("mac"))
    equal((assets["switchboard"]["outcome"], sorted(assets["switchboard"]["candidates"])), ("ambiguous", [mine, other]),
          "another asset with the first of them, found by another query, makes it ambiguous")
    r.stop()


def a_text_decides_only_where_it_comes_first():
    name = {"field": "spartez.userlocale", "from": {"fact": "host.name"}}
    for keys, outcome, what in (([KEYS["mac"], name], "updated", "a name behind the MAC never outvotes it"),
                                ([name, KEYS["mac"]], "ambiguous", "a name that comes first is a conflict with it")):
        r = Run()
        by_mac, by_name = r.tracker.add(spartez_network=MAC % 2), r.tracker.add(spartez_userlocale="both")
        _, assets = r.scan("both", config=dict(ALL, matcher={"keys": keys}))
        equal((assets["both"]["outcome"], assets["both"]["id"]), (outcome, by_mac if outcome == "updated" else None), what)
        _, assets = r.scan("lap", config=dict(ALL, matcher={"keys": keys}))
        equal(assets["lap"]["outcome"], "created", "and a computer with neither is a new one")
        r.tracker.clear()
        mine = r.tracker.add(spartez_userlocale="both")
        _, assets = r.scan("both", config=dict(ALL, matcher={"keys": keys}), state=folder())
        equal(assets["both"]["id"], mine, "where the MAC says nothing, the name finds the asset")
        r.stop()


def a_key_without_a_rule_is_written_all_the_same():
    r = Run()
    config = {"matcher": {"keys": [KEYS["serial"]]}, "fields": [{"field": "system.title", "from": {"fact": "host.name"}}]}
    for outcome in ("created", "unchanged"):
        _, assets = r.scan("lap", config=config, state=folder())
        equal(assets["lap"]["outcome"], outcome, "matched by a field that no rule writes: " + outcome)
    equal(r.tracker.values(assets["lap"]["id"], "spartez.serialnumber"), ["5CG0001AAA"], "it got the serial number")
    r.stop()


case(a_changed_mac_is_found_by_serial_number)
case(a_uuid_is_found_in_either_byte_order)
case(a_conflict_is_reported_and_never_merged)
case(two_strong_keys_beat_one)
case(junk_identifies_nobody)
case(a_dock_is_nobodys)
case(laptops_that_share_an_adapter_wait_side_by_side)
case(two_with_one_key_are_reported)
case(who_is_first_makes_no_difference)
case(windows_is_judged_the_same)
case(an_index_that_lags_makes_no_doubles)
case(labels_only_are_understood)
case(many_addresses_are_asked_for_in_several_queries)
case(a_text_decides_only_where_it_comes_first)
case(a_key_without_a_rule_is_written_all_the_same)
done()
