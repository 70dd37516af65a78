#!/usr/bin/python3
"""Classes that hang: each has its limit, and the host's other sections still come,
whether calls may be in flight together or not; and what a domain controller is
not asked."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import SLACK, case, done, equal, folder, ok, until                      # noqa: E402
import winhost                                                      # noqa: E402
import winhosts                                                     # noqa: E402
from helper import Helper                                           # noqa: E402
from winhosts import credential                                     # noqa: E402

SLOW = 4 if os.environ.get("MODE", "release") in ("sanitize", "tsan") else 1.5
SERIAL = ("--mischief", "no_multiplex")
MODES = (("in flight together", (), 1), ("one at a time", SERIAL, 1), ("over four connections", SERIAL, 4))
CIMV2 = "root/cimv2"


def host(change, options=(), machine="win11"):
    """A fake host whose machine was changed by a function."""
    m = winhost.machine(machine)
    change(m)
    path = os.path.join(folder(), machine)
    with open(path + ".json", "w", encoding="utf-8") as f:
        json.dump(m, f)
    return winhosts.address(path, *options)


def scan(address, sections, **more):
    h = Helper(folder())
    began = time.monotonic()
    profile = dict({"name": "lab", "protocols": ["wmi"], "wmiTimeout": 20 * SLOW, "queryTimeout": 2 * SLOW, "sections": sections}, **more)
    _, hosts, _ = h.scan({"profile": profile, "ranges": [address], "credentials": [credential()]})
    took = time.monotonic() - began
    problems = h.problems()
    ok(not problems, "the answer keeps its schema", "\n".join(problems[:5]))
    h.close()
    return hosts[address], took


def why(got, section, what):
    return {m["what"]: m["why"] for m in got["sections"][section]["missing"]}.get(what, "")


def hanging(*classes, how):
    def change(m):
        for cls in classes:
            m["namespaces"][CIMV2][cls]["hangs"] = how
    return change


def a_slow_class_that_hangs():
    wanted = ["shadow", "domain", "services", "memory", "cpu", "software", "time"]
    for name, options, lanes in MODES:
        for how in ("silent", "timeouts"):
            # the fake host answers one connection's calls in turn, so a wait for rows holds all others up
            got, took = scan(host(hanging("Win32_ShadowStorage", "Win32_NTDomain", how=how), options), wanted, wmiConnections=lanes)
            what = "%s, %s: " % (name, how)
            equal(got["state"], "scanned", what + "the host is scanned")
            s = got["sections"]
            equal((s["shadow"]["shadow"], why(got, "shadow", "shadow")),
                  ([], "Win32_ShadowStorage did not answer within %g s, its own limit" % SLOW), what + "the class and its limit are named")
            equal(why(got, "domain", "domain.controller"), "Win32_NTDomain did not answer within %g s, its own limit" % SLOW, what + "each of them")
            equal((s["domain"]["domain"]["name"], s["domain"]["domain"]["entraUser"]), ("corp.example", "lisa@corp.example"),
                  what + "the rest of its section is there")
            equal((len(s["services"]["service"]), s["memory"]["memory"]["committedBytes"], s["cpu"]["cpu"]["loadPercent"],
                   len(s["software"]["software"]), s["time"]["time"]["source"]),
                  (4, 11811160064, 2.5, 5, "time.windows.com, ntp1.corp.example"), what + "the other sections are whole")
            ok(took < 7 * SLOW + SLACK, what + "in time: %.1f s" % took)
            ok(any("Win32_ShadowStorage" in w for w in got["warnings"]), what + "and it is warned of", got["warnings"])


def without(*classes):
    def change(m):
        for cls in classes:
            del m["namespaces"][CIMV2][cls]
    return change


def a_class_that_stands_in():
    """Windows before 7 counts processors in one class only; a newer one is not asked twice."""
    for name, options, lanes in MODES:
        got, _ = scan(host(without("Win32_PerfRawData_Counters_ProcessorInformation"), options), ["cpu"], wmiConnections=lanes)
        cpu = got["sections"]["cpu"]
        equal(([c["loadPercent"] for c in cpu["core"]][:3], cpu["cpu"]["loadPercent"], got["warnings"]), ([10.0, 20.0, 0.0], 2.5, []),
              name + ": the older class is asked where the newer one is missing")
        got, _ = scan(host(hanging("Win32_PerfRawData_PerfOS_Processor", how="silent"), options), ["cpu"], wmiConnections=lanes)
        equal((len(got["sections"]["cpu"]["core"]), got["warnings"]), (12, []), name + ": and not where it is there")


def any_class_that_hangs():
    for name, options, lanes in MODES:
        got, took = scan(host(hanging("Win32_Service", how="silent"), options), ["services", "memory", "shares", "users"], wmiConnections=lanes)
        equal(got["state"], "scanned", name + ": the host is scanned where a common class hangs")
        equal(why(got, "services", "service"), "Win32_Service did not answer within %g s" % (2 * SLOW), name + ": which one, and how long it had")
        s = got["sections"]
        equal((s["memory"]["memory"]["committedBytes"], len(s["shares"]["share"]), len(s["users"]["account"]), s["users"]["user"]["last"]),
              (11811160064, 2, 2, "CORP\\lisa"), name + ": the others are there")
        ok(took < 8 * SLOW + SLACK, name + ": in time: %.1f s" % took)


def a_registry_that_hangs():
    def change(m):
        m["registryHangs"] = "SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\"
    for name, options, lanes in MODES:
        got, took = scan(host(change, options), ["software", "services", "cpu", "shadow"], wmiConnections=lanes)
        equal(got["state"], "scanned", name + ": the host is scanned where the list of programs hangs")
        s = got["sections"]
        ok(len(s["software"]["software"]) >= 2 and s["software"]["software"][0]["name"] == "7-Zip 23.01 (x64)",
           name + ": the programs that came are kept", s["software"])
        ok("not complete within %g s" % (2 * SLOW) in why(got, "software", "software"), name + ": and the limit is told", s["software"]["missing"])
        equal((len(s["services"]["service"]), s["cpu"]["cpu"]["loadPercent"], s["shadow"]["shadow"][0]["count"]), (4, 2.5, 2),
              name + ": what comes later is there")
        ok(took < 8 * SLOW + SLACK, name + ": in time: %.1f s" % took)


def no_time_for_a_second_sample():
    got, _ = scan(host(hanging("Win32_Service", how="silent")), ["services", "cpu"], wmiTimeout=2.2 * SLOW, queryTimeout=2 * SLOW)
    ok("no time was left" in why(got, "cpu", "core.loadPercent"), "a load that has no time for its second sample says so",
       got["sections"]["cpu"]["missing"])


def a_host_that_gives_up_several_calls():
    """It hangs up under them, and is asked one call at a time from then on."""
    with open("schemas/type.section.json", encoding="utf-8") as f:
        names = [n for n in json.load(f)["enum"] if n != "all"]
    for number in (15, 30, 80):
        got, _ = scan(winhosts.address("win11", "--mischief", "drop_at:%d" % number), names)
        empty = [n for n, x in got["sections"].items() if not any(v for k, v in x.items() if k != "missing")]
        equal((got["state"], empty), ("scanned", []), "a connection that is dropped at answer %d costs no section" % number)


def a_cancel_between_two_samples():
    h = Helper(folder())
    address, tries = winhosts.address("win11"), []
    # The samples are a second apart.  A busy machine may be late to notice, or so late
    # to ask that the scan is over: the best of some.
    for _ in range(8):
        before = len(winhosts.logons(address))
        scan_id = h.call("scan.start", {"profile": {"name": "lab", "protocols": ["wmi"], "wmiTimeout": 60, "sections": ["cpu"]}, "ranges": [address],
                                        "credentials": [credential()]})["result"]["scanId"]
        until(lambda: len(winhosts.logons(address)) > before + 1)
        time.sleep(0.4)
        began = time.monotonic()
        h.call("scan.cancel", {"scanId": scan_id})
        tries.append((time.monotonic() - began, [x["state"] for x in h.notes("scan.host", scanId=scan_id)]))
        if tries[-1][0] < 0.3 and tries[-1][1] == ["cancelled"]:
            break
    ok(tries[-1][0] < 0.3, "a cancel ends the wait between two samples", tries)
    equal(tries[-1][1], ["cancelled"], "and the host is cancelled")
    h.close()


def a_class_that_is_denied():
    def change(m):
        for ns, cls in ((CIMV2, "Win32_ShadowStorage"), ("root/cimv2/security/microsofttpm", "Win32_Tpm"), (CIMV2, "Win32_Service")):
            m["namespaces"][ns][cls]["denied"] = True
    for name, options, lanes in MODES:
        got, _ = scan(host(change, options), ["shadow", "security", "services", "memory"], wmiConnections=lanes)
        fixes = {m["what"]: m["fix"] for x in got["sections"].values() for m in x["missing"]}
        equal(got["state"], "scanned", name + ": the host is scanned where some may not be read")
        ok("administrators of the host" in fixes["shadow"] and "administrators of the host" in fixes["tpm"], name + ": those for administrators say so", fixes)
        ok("wmimgmt.msc" in fixes["service"], name + ": for the others the right is named", fixes)
        ok(got["sections"]["memory"]["pagefile"] and got["sections"]["security"]["firewall"], name + ": and nothing else is lost")


def a_domain_controller():
    def change(m):
        m["namespaces"][CIMV2]["Win32_ComputerSystem"]["rows"][0]["DomainRole"] = 5
        for cls in ("Win32_UserAccount", "Win32_Group", "Win32_GroupUser"):
            m["namespaces"][CIMV2][cls]["hangs"] = "silent"
    got, took = scan(host(change), ["users"], queryTimeout=8 * SLOW)
    ok(took < 8 * SLOW, "a domain controller is not asked for its accounts: %.1f s" % took)
    s = got["sections"]["users"]
    equal((s["account"], s["group"]), ([], []), "there are none of its own")
    ok("domain controller" in why(got, "users", "account") and "domain controller" in why(got, "users", "group"), "and the reason is told", s["missing"])
    equal([x["user"] for x in s["session"]], ["CORP\\lisa", "CORP\\ingrid"], "its sessions are there")


def budgets():
    """Waits for the host, which a WAN makes long; what a scan without sections costs is checked elsewhere."""
    got, _ = scan(winhosts.address("win11"), ["software", "services", "updates", "shares"])
    ok(got["roundTrips"] <= 32, "round trips of a usual inventory: %d" % got["roundTrips"])
    address = winhosts.address("win11")
    few = min((scan(address, [])[0] for _ in range(4)), key=lambda x: x["timings"]["total"])
    samples, _ = scan(address, ["cpu"])
    ok(few["roundTrips"] <= 14 and few["timings"]["total"] + 0.5 < samples["timings"]["total"],
       "and of a scan without sections, which waits for nothing: %d" % few["roundTrips"], [few["timings"], samples["timings"]])


for each in (a_slow_class_that_hangs, a_class_that_stands_in, any_class_that_hangs, a_registry_that_hangs, no_time_for_a_second_sample,
             a_host_that_gives_up_several_calls, a_cancel_between_two_samples, a_class_that_is_denied,
             a_domain_controller, budgets):
    case(each)
done()
