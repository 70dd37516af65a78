#!/usr/bin/python3
"""Windows hosts through the whole program: scanned, queried, checked, and the
old Windows scanner's command lines word for word."""
import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, SLACK, case, done, equal, folder, ok, until   # noqa: E402
import winhosts                                                     # noqa: E402
from helper import Helper                                           # noqa: E402
from jira import Tracker                                            # noqa: E402
from winhosts import PASSWORD, USER, address, credential            # noqa: E402

SLOW = os.environ.get("MODE", "release") in ("sanitize", "tsan")
PC, SERVER, OLD = address("win11"), address("server2022"), address("win7")


def params(*hosts, credentials=None, ports=None, jira=None, **more):
    p = {"profile": dict({"name": "lab", "protocols": ["wmi"], "wmiTimeout": 60, "connectTimeout": 2}, **more),
         "ranges": list(hosts), "credentials": credentials or [credential()]}
    if ports:
        p["profile"]["ports"] = ports
    if jira:
        p["jira"] = jira
    return p


def changed(machine, change):
    """A machine that a function changed."""
    with open(os.path.join(winhosts.MACHINES, machine + ".json"), encoding="utf-8") as f:
        m = json.load(f)
    change(m)
    path = os.path.join(folder(), machine)
    with open(path + ".json", "w", encoding="utf-8") as f:
        json.dump(m, f)
    return path


def value(host, name):
    return [v for f in host["fields"] if f["typeName"] == name for v in f["values"]]


def valid(h, what):
    problems = h.problems()
    ok(not problems, "every line of %s keeps its schema" % what, "\n".join(problems[:10]))
    status = h.close()
    ok(status == 0, "and the helper ends with 0", "status %d\n%s" % (status, "".join(h.errors)))


def three_machines_in_one_scan():
    h = Helper(folder())
    finished, hosts, _ = h.scan(params(PC, SERVER, OLD))
    equal(finished["hosts"]["scanned"], 3, "three Windows hosts are scanned")
    pc, server, old = hosts[PC], hosts[SERVER], hosts[OLD]
    equal((pc["name"], pc["os"]["name"], pc["os"]["version"]),
          ("pc17.corp.example", "Microsoft Windows 11 Pro", "10.0.22631"), "the PC says who it is")
    equal(pc["identity"]["macs"], ["a4:4c:c8:10:22:31", "70:a6:cc:91:05:4e"], "its built-in adapters identify it")
    equal(len(pc["identity"]["ignoredMacs"]), 5, "Bluetooth, virtual, VPN, WAN and dock adapters do not")
    equal(pc["identity"]["serial"], "NL5CG1234A", "its serial number is read")
    equal(pc["identity"]["uuid"], "4c4c4544-0031-3510-8052-b7c04f4a3132", "its UUID too, in lower case")
    equal(value(pc, "spartez.cpucores"), ["10"], "cores are counted")
    equal(value(pc, "spartez.username"), ["CORP\\lisa"], "who works there is told")
    equal(value(server, "spartez.cpucores"), ["32"], "cores of two processors are added up")
    ok(any(m["field"] == "spartez.username" and "nobody" in m["why"] for m in server["missing"]),
       "a server without a user says so", server["missing"])
    equal(old["os"]["version"], "6.1.7601", "Windows 7 is scanned, which lacks newer properties")
    ok(old["identity"]["serial"] is None and any("To Be Filled" in m["why"] for m in old["missing"]),
       "a serial number that says nothing is no identity, and the reason is told", old["missing"])
    # one of them is the sweep's own connect
    ok(all(x["roundTrips"] <= 15 for x in hosts.values()), "at most 14 round trips where calls run side by side",
       [x["roundTrips"] for x in hosts.values()])
    ok(all(x["warnings"] == [] and x["error"] is None for x in hosts.values()), "without a warning",
       [x["warnings"] for x in hosts.values()])
    valid(h, "the scan")


def a_random_address():
    """Windows may use a random address on Wi-Fi: the burnt-in one identifies the host; who uses none is not asked for it."""
    def change(m):
        nics = m["namespaces"]["root/cimv2"]["Win32_NetworkAdapter"]["rows"]
        m["namespaces"]["root/cimv2"]["Win32_NetworkAdapter"]["rows"] = [n for n in nics if "Wi-Fi" in n["Name"]]
        nics[1]["MACAddress"] = "9A:12:34:56:78:9A"
    random, trips = changed("win11", change), []
    for options, what in (((), "in flight together"), (("--mischief", "no_multiplex"), "one at a time")):
        host = winhosts.address(random, *options)
        h = Helper(folder())
        _, hosts, _ = h.scan(params(host, PC))
        equal(hosts[host]["identity"]["macs"], ["70:a6:cc:91:05:4e"], what + ": the burnt-in address identifies it")
        equal([x["mac"] for x in hosts[host]["identity"]["ignoredMacs"]], ["72:a6:cc:91:05:4e"], what + ": the virtual adapter's does not")
        trips.append((hosts[host]["roundTrips"], hosts[PC]["roundTrips"]))
        h.close()
    equal(trips[0][0] - trips[0][1], 1 + 2, "a further namespace costs one round trip, its class two")


def without_multiplexing():
    host = address("win11", "--mischief", "no_multiplex")
    h = Helper(folder())
    hosts = dict(h.scan(params(host))[1], **h.scan(params(PC))[1])
    equal(hosts[host]["state"], "scanned", "a host that takes one call at a time is scanned too")
    equal(hosts[host]["fields"], hosts[PC]["fields"], "with the same values")
    # 8, the namespace of the registry, 2 a class, 2 for StdRegProv, 2 values; the sweep's own
    ok(hosts[host]["roundTrips"] <= 8 + 1 + 2 * 6 + 2 + 2 + 1, "within the serial promise", hosts[host]["roundTrips"])
    # One that is through only when the first has asked everything is not logged on.
    for _ in range(10):
        before = len(winhosts.logons(host))
        side = h.scan(params(host, wmiConnections=4, sections=["services", "updates", "shares", "memory"]))[1][host]
        count = len(winhosts.logons(host)) - before
        if count > 2:
            break
    equal((side["state"], side["fields"]), ("scanned", hosts[PC]["fields"]), "over several connections the values are the same")
    equal((len(side["sections"]["services"]["service"]), side["warnings"]), (4, []), "and every row is there")
    ok(count > 2, "several connections it was", winhosts.logons(host))
    valid(h, "a serial scan")


def wrong_passwords():
    top = folder()
    locked = os.path.join(top, "attempts")
    hosts = [address("win11", "--lockout", locked + ":3") for _ in range(4)]
    h = Helper(folder())
    finished, got, _ = h.scan(params(*hosts, credentials=[credential(password="wrong")]))
    equal(finished["hosts"]["auth_failed"], 4, "a wrong password is told of every host")
    error = got[hosts[0]]["error"]
    ok(any(x["error"]["code"] == "auth_failed" and "4625" in x["error"]["hint"] for x in got.values()),
       "with where to look", error)
    tried = sum(len(winhosts.logons(x)) for x in hosts)
    equal(tried, 2, "the account was tried twice and not a third time")
    ok(any("suspended" in m["message"] for m in h.notes("scan.log")), "and the log says that it is suspended now")
    finished, got, _ = h.scan(params(PC, credentials=[credential(password="wrong")]))
    equal(got[PC]["error"]["code"], "credential_suspended", "the next scan does not try it either")
    finished, got, _ = h.scan(params(PC))
    equal(got[PC]["state"], "scanned", "but it does with another password")
    valid(h, "refused log-ons")


def the_second_credential():
    h = Helper(folder())
    _, hosts, _ = h.scan(params(OLD, credentials=[credential("local", ".\\admin", "falsch"),
                                                   credential("right", ".\\admin", "geheim")]))
    equal((hosts[OLD]["state"], hosts[OLD]["credential"]), ("scanned", "right"), "the second credential logs on where the first is refused")
    valid(h, "two credentials")


def several_protocols():
    """A host with both ports is scanned by the first protocol that succeeds."""
    listener = socket.create_server((PC, 2222))

    def refuse():
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return
    threading.Thread(target=refuse, daemon=True).start()
    elsewhere = address("win7", port=1135)
    credentials = [credential(), {"id": "ssh", "protocol": "ssh", "user": "root", "password": "x"}]
    h = Helper(folder())
    finished, hosts, _ = h.scan(params(PC, elsewhere, credentials=credentials, protocols=["ssh", "wmi"],
                                       ports={"ssh": [2222], "wmi": [135, 1135]}))
    equal((hosts[PC]["state"], hosts[PC]["protocol"]), ("scanned", "wmi"), "where SSH fails WMI is asked")
    equal(hosts[elsewhere]["state"], "scanned", "a second port is found and used")
    equal(finished["hosts"]["scanned"], 2, "each once")
    _, hosts, _ = h.scan(params(PC, credentials=credentials[1:], protocols=["wmi", "ssh"], ports={"ssh": [2222], "wmi": [135]}))
    equal((hosts[PC]["protocol"], hosts[PC]["error"]["code"] != "no_credential"), ("ssh", True),
          "an error is that of the protocol which was tried")
    listener.close()
    valid(h, "several protocols")


def hosts_that_refuse():
    activation = address("win11", "--mischief", "deny_activation")
    namespace = address("win11", "--mischief", "deny_namespace")
    classes = address("win11", "--mischief", "deny_class")
    nak = address("win11", "--mischief", "bind_nak")
    h = Helper(folder())
    _, hosts, _ = h.scan(params(activation, namespace, classes, nak, PC))
    equal(hosts[activation]["state"], "denied", "a host that denies the activation is denied")
    ok("Distributed COM Users" in hosts[activation]["error"]["hint"], "with the DCOM rights to grant", hosts[activation]["error"])
    equal(hosts[namespace]["state"], "denied", "a namespace that is denied too")
    ok("Remote Enable" in hosts[namespace]["error"]["hint"], "with the rights of the namespace", hosts[namespace]["error"])
    ok(hosts[classes]["state"] in ("denied", "partial", "scanned"), "a host that denies classes ends in a state")
    ok("may not read" in json.dumps(hosts[classes]) or hosts[classes]["state"] == "denied", "and says what may not be read",
       json.dumps(hosts[classes])[:1500])
    ok(hosts[nak]["state"] in ("auth_failed", "error"), "a refused bind is told", hosts[nak]["error"])
    equal(hosts[PC]["state"], "scanned", "and nobody else notices")
    valid(h, "refusals")


def hosts_that_misbehave():
    kinds = ("garbage_object", "bad_length:3", "bad_signature:4", "truncate_at:5", "drop_at:6", "fault_at:7")
    bad = {address("win11", "--mischief", k): k for k in kinds}
    h = Helper(folder())
    began = time.monotonic()
    finished, hosts, _ = h.scan(params(*bad, SERVER, wmiTimeout=10 + SLACK, queryTimeout=5))
    ok(time.monotonic() - began < 25 + 3 * SLACK, "hosts that misbehave hold nobody up")
    equal(sum(finished["hosts"].values()), len(bad) + 1, "each has its state")
    for host, kind in bad.items():
        # they all play one computer, so a second one that is whole is skipped
        state = hosts[host]["state"]
        ok(state in ("error", "partial", "auth_failed", "denied", "scanned", "skipped"), "%s ends as %s" % (kind, state))
        ok(state in ("scanned", "skipped") or hosts[host]["error"], "and its error is told", hosts[host])
    equal(hosts[SERVER]["state"], "scanned", "the good host is scanned all the same")
    valid(h, "misbehaviour")


def a_host_that_stalls():
    early, late = address("win11", "--mischief", "stall_at:3"), address("win11", "--mischief", "stall_at:9")
    h = Helper(folder())
    began = time.monotonic()
    _, hosts, _ = h.scan(params(early, late, wmiTimeout=3, queryTimeout=2))
    ok(time.monotonic() - began < 8 + SLACK, "a host that stops answering is left after its budget", time.monotonic() - began)
    ok(hosts[early]["error"]["code"] == "timeout", "and its error says so", hosts[early]["error"])
    ok(hosts[late]["state"] in ("partial", "error", "scanned"), "what had come is kept", hosts[late]["state"])
    scan = h.call("scan.start", params(address("win11", "--mischief", "stall_at:3"), wmiTimeout=60, queryTimeout=50))["result"]["scanId"]
    until(lambda: [p for p in h.notes("scan.progress", scanId=scan) if p["found"]])
    began = time.monotonic()
    h.call("scan.cancel", {"scanId": scan})
    ok(time.monotonic() - began < 1 + SLACK, "a cancel takes effect within a second", time.monotonic() - began)
    equal([x["state"] for x in h.notes("scan.host", scanId=scan)], ["cancelled"], "and the host has its one line")
    valid(h, "stalls")


XML = """<fields>
  <matcher field="spartez.network" updateOnly="false" filter="NOT ServiceName LIKE &quot;%wifi%&quot;"/>
  <field type="single" objectClass="Win32_ComputerSystem" propertyName="Name" assetField="system.title">{0}</field>
  <field type="single" objectClass="Win32_PerfFormattedData_PerfOS_System" propertyName="SystemUpTime" mod="3600" assetField="custom.uptime">{0}</field>
  <field type="list" objectClass="Win32_LogicalDisk" propertyName="Size" mod="1073741824" assetField="custom.disks" filter="DriveType=3">{0} GB</field>
  <field objectClass="Win32_BIOS" propertyName="SMBIOSBIOSVersion" assetField="custom.bios">{0} by {Manufacturer}</field>
  <field objectClass="Win32_BIOS" propertyName="NoSuchThing" assetField="custom.nothing"/>
  <field objectClass="Win32_Tpm" propertyName="SpecVersion" namespace="root\\cimv2\\Security\\Nothing" assetField="custom.tpm"/>
  <field registry="HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion" value="EditionID" assetField="custom.edition"/>
  <field registry="HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion" value="UBR" assetField="custom.ubr"/>
  <field registry="HKLM\\SOFTWARE\\Empty" value="Nothing" assetField="custom.none"/>
</fields>"""


def a_mapping_of_somebodys_own():
    h = Helper(folder())
    _, hosts, _ = h.scan(params(PC, config=XML))
    pc = hosts[PC]
    equal(pc["state"], "scanned", "a mapping of the old form is used")
    equal(value(pc, "system.title"), ["PC17"], "class and property")
    equal(value(pc, "custom.uptime"), ["51"], "divided by mod")
    equal(value(pc, "custom.disks"), ["476 GB"], "with a filter")
    equal(value(pc, "custom.bios")[0].endswith("by Norrland"), True, "with another property of the row")
    equal(value(pc, "custom.edition"), ["Professional"], "a registry text")
    equal(value(pc, "custom.ubr"), ["2715"], "a registry number")
    why = {m["field"]: m["why"] for m in pc["missing"]}
    ok("custom.nothing" in why, "a property that Windows lacks is missing, and the others of its class are there", why)
    ok("namespace" in why.get("custom.tpm", ""), "a namespace that is not there is a reason, not an error", why)
    ok("registry" in why.get("custom.none", ""), "so is a registry value", why)
    valid(h, "a mapping")


def the_sections():
    with open("schemas/type.section.json", encoding="utf-8") as f:
        names = json.load(f)["enum"][1:]
    h = Helper(folder())
    _, hosts, _ = h.scan(params(PC, SERVER, sections=["all", "cpu"]))
    pc, server = hosts[PC], hosts[SERVER]
    equal(list(pc["sections"]), names, "\"all\" stands for every section, each once")
    equal((pc["state"], server["state"]), ("scanned", "scanned"), "all sections are asked")
    s = pc["sections"]
    equal([x["name"] for x in s["services"]["service"]], ["Dnscache", "Winmgmt", "WSearch", "Spooler"], "services")
    equal(s["services"]["service"][0]["state"], "running", "with their state")
    equal(s["memory"]["memory"]["totalBytes"], 16886341632, "memory in bytes")
    equal(s["disk"]["disk"][0]["bus"], "nvme", "a drive's bus")
    equal(s["disk"]["volume"][0]["mount"], "C:", "volumes")
    ok({"7-Zip 23.01 (x64)", "Klotter f\u00f6r Windows"} < {x["name"] for x in s["software"]["software"]}, "programs of both registry views")
    equal(s["updates"]["update"][1]["installed"], "2023-11-14T00:00:00Z", "updates with their dates")
    equal([x["name"] for x in s["shares"]["share"]], ["ADMIN$", "Public"], "shares")
    equal(s["users"]["account"][0]["id"], "S-1-5-21-1-2-3-500", "local accounts")
    ok(abs(s["time"]["time"]["skewSeconds"]) < 60, "the clock", s["time"])
    equal(s["domain"]["domain"]["joined"], True, "the domain")
    ok(s["routes"]["route"] and "/" in s["routes"]["route"][0]["destination"], "routes", s["routes"])
    equal(len(server["sections"]["software"]["software"]), 40, "forty programs of a server")
    ok(len(server["sections"]["services"]["service"]) > 100, "and all its services", len(server["sections"]["services"]["service"]))
    ok("exist" not in json.dumps(pc["warnings"]), "a class that is not there is no warning", pc["warnings"])
    valid(h, "sections")


def run(*argv, secret=PASSWORD, **more):
    env = dict(os.environ, ASSETSCAN_WMI_PASSWORD=secret, ASSETSCAN_STATE_DIR=folder())
    return subprocess.run([ASSETSCAN, *argv], capture_output=True, text=True, env=env, **more)


def queries_from_a_shell():
    p = run("wmi", PC, "SELECT * FROM Test_EveryType", "--wmi-user", USER, "--format", "json")
    rows = json.loads(p.stdout)
    equal((p.returncode, len(rows)), (0, 3), "rows as one JSON array")
    equal((rows[0]["u64"], rows[0]["s64"], rows[0]["u32"]), ("18446744073709551615", "-9223372036854775808", 4294967295),
          "64-bit integers are text, smaller ones numbers")
    equal(rows[0]["thing"]["Name"], "inner", "embedded objects are objects")
    p = run("wmi", PC, "SELECT Name, State FROM Win32_Service", "--wmi-user", USER, "--format", "csv")
    equal(list(csv.reader(io.StringIO(p.stdout)))[:2], [["Name", "State"], ["Dnscache", "Running"]], "rows as CSV")
    p = run("wmi", PC, "SELECT state, StartMode, Name FROM Win32_Service", "--wmi-user", USER, "--format", "csv")
    equal(p.stdout.splitlines()[:2], ["State,StartMode,Name", "Running,Auto,Dnscache"], "columns in the order asked")
    p = run("wmi", PC, "SELECT Name, State FROM Win32_Service", "--wmi-user", USER)
    equal(p.stdout.splitlines()[0].split(), ["Name", "State"], "rows as a table")
    p = run("wmi", PC, "SELECT Name FROM Win32_Nothing", "--wmi-user", USER)
    ok(p.returncode == 2 and "WBEM_E_INVALID_CLASS" in p.stderr, "a class that is not there is named", p.stderr)
    p = run("wmi", PC, "SELECT Name FROM Win32_Share WHERE Name='none'", "--wmi-user", USER, "--format", "json")
    equal((p.returncode, json.loads(p.stdout)), (0, []), "no rows are an empty array")
    p = run("wmi", PC, "SELECT x", "--wmi-user", USER, secret="wrong")
    ok(p.returncode == 2 and "refuses the credentials" in p.stderr, "a wrong password is told", p.stderr)


def a_hundred_thousand_rows():
    rows = 10000 if SLOW else 100000
    host = address("win11", "--mischief", "many_rows:%d" % rows)
    with subprocess.Popen([ASSETSCAN, "wmi", host, "SELECT Name, State FROM Win32_Service", "--wmi-user", USER,
                           "--format", "json", "--state-dir", folder()], stdout=subprocess.PIPE,
                          env=dict(os.environ, ASSETSCAN_WMI_PASSWORD=PASSWORD)) as child:
        lines, peak = 0, 0
        for line in child.stdout:
            lines += 1
            if lines % (rows // 5) == 0:
                with open("/proc/%d/status" % child.pid) as f:
                    found = re.search(r"VmHWM:\s+(\d+)", f.read())     # none: it has just ended
                    peak = max(peak, int(found.group(1)) if found else 0)
    equal((child.returncode, lines), (0, rows + 2), "100 000 rows stream out (sanitizers: 10 000)")
    limit = 600 if SLOW else 64
    ok(0 < peak < limit * 1024, "in constant memory", "%d KiB" % peak)
    h = Helper(folder())
    a = h.call("host.query", {"address": host, "protocol": "wmi", "credentials": [credential()],
                              "query": "SELECT * FROM Win32_Service"}, 600)
    equal(a["result"]["count"], rows, "host.query counts them")
    notes = h.notes("host.rows", queryId=a["result"]["queryId"])
    equal(sum(len(n["rows"]) for n in notes), rows, "and sends them all")
    ok(max(len(json.dumps(n, separators=(",", ":"), ensure_ascii=False).encode()) for n in notes) <= 1 << 20,
       "in notifications of at most 1 MiB")
    a = h.call("host.query", {"address": host, "protocol": "wmi", "credentials": [credential()],
                              "query": "SELECT * FROM Win32_Service", "maxRows": 10})
    equal((a["result"]["count"], a["result"]["truncated"]), (10, True), "maxRows cuts, and says so")
    a = h.call("host.query", {"address": host, "protocol": "wmi", "credentials": [credential(password="no")],
                              "query": "SELECT * FROM Win32_Service"})
    equal(a["error"]["data"]["code"], "auth_failed", "a refused log-on is an error with its code")
    valid(h, "queries")


def checks():
    cases = [((), None, None), (("--mischief", "bind_nak"), "alive", ""),
             (("--mischief", "deny_activation"), "activate", "Distributed COM Users"),
             (("--mischief", "deny_namespace"), "namespace", "Remote Enable")]
    for options, stage, remedy in cases:
        host = address("win11", *options)
        p = run("check", host, "--wmi-user", USER, "--format", "json")
        got = json.loads(p.stdout)
        failed = [s for s in got["stages"] if not s["ok"]]
        if stage is None:
            equal([s["stage"] for s in got["stages"]], ["resolve", "ping", "connect", "alive", "bind", "logon", "activate",
                                                        "port", "namespace", "query", "registry"], "a check walks every stage")
            ok(got["ok"] and p.returncode == 0, "and all is well", got)
        else:
            equal([s["stage"] for s in failed], [stage], "a host that says %s fails there" % options[1])
            ok(failed and remedy in failed[0]["error"]["hint"], "with its remedy", failed)
    p = run("check", PC, "--wmi-user", USER, "--format", "json", secret="wrong")
    failed = [s for s in json.loads(p.stdout)["stages"] if not s["ok"]]
    equal([s["stage"] for s in failed], ["logon"], "a wrong password fails at the log-on")
    h = Helper(folder())
    got = h.call("host.check", {"address": PC, "credentials": [credential("bad", password="no"), credential()]})
    ok(got["result"]["ok"] and got["result"]["stages"][5]["detail"].startswith("credential corp"),
       "host.check takes the second credential where the first is refused", got)
    valid(h, "a check")
    host, child, _ = winhosts.start("win11")
    child.kill()
    child.wait()
    p = run("check", host, "--wmi-user", USER, "--format", "json")
    failed = [s for s in json.loads(p.stdout)["stages"] if not s["ok"]]
    equal([s["stage"] for s in failed], ["connect"], "a closed port 135 fails at the connect")


def the_old_scanners_command_line():
    """As the old Windows scanner's manual has it, but for the program's name."""
    tracker = Tracker()
    first = PC.rsplit(".", 1)
    last = "%s.%d" % (first[0], int(first[1]) + 2)
    p = run("scan", "--jira-user=" + tracker.params()["auth"]["user"],
            "--jira-password=" + tracker.params()["auth"]["password"],
            "--wmi-user=" + USER, "--wmi-password=" + PASSWORD, "--folder=Electronics/Computers", "--type=type.computer",
            "--ip-range=%s-%s" % (PC, last), "--wmi-timeout=20", "--ping-first=true", "--ping-timeout=1", "--no-close", "--verbose",
            tracker.url)
    equal(p.returncode, 0, "the old scanner's command line works: " + p.stderr[-300:].replace("\n", " | "))
    equal(sorted(tracker.titles()), ["Alter-PC", "pc17", "srv-db01"], "and makes the three assets")
    tracker.stop()


for test in (three_machines_in_one_scan, a_random_address, without_multiplexing, wrong_passwords, the_second_credential, several_protocols,
             hosts_that_refuse, hosts_that_misbehave, a_host_that_stalls, a_mapping_of_somebodys_own, the_sections,
             queries_from_a_shell, a_hundred_thousand_rows, checks, the_old_scanners_command_line):
    case(test)
done()
