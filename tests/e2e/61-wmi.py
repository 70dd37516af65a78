"""Our WMI client against the fake Windows host: every row of every machine, and every
mischief: the right rows or the right named error, in time, never a hang or a crash."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import BUILD, SLACK, case, done, equal, ok            # noqa: E402
import winhost                                          # noqa: E402

TOOL = os.path.join(BUILD, "tests", "wmi", "wmi_tool")
CV = "root/cimv2"
BIOS = (CV, "SELECT Name, SerialNumber FROM Win32_BIOS")
MANY = 10000 if os.environ.get("MODE", "release") in ("sanitize", "tsan") else 100000
SLOW = 10 if os.environ.get("MODE", "release") in ("sanitize", "tsan") else 2


def talk(host, *words, limit=120):
    """wmi_tool against a host: (exit status, JSON lines, seconds)."""
    began = time.monotonic()
    options = [w for w in words if w.startswith("--")]
    rest = [w for w in words if not w.startswith("--")]
    run = subprocess.run([TOOL, *options, host.address, str(host.port), *rest],
                         capture_output=True, text=True, timeout=limit, check=False)
    if run.stderr:
        print("# " + run.stderr.replace("\n", "\n# "), flush=True)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], time.monotonic() - began


def value(p, v):
    """The machine's JSON as the client should show it."""
    if v is None:
        return None
    if p.get("array"):
        return [value(dict(p, array=False), e) for e in v]
    if p["type"] == "object":
        return {q["name"]: value(q, v["row"].get(q["name"])) for q in v["properties"]}
    if p["type"].startswith("real"):
        return float(v)
    return int(v) if isinstance(v, str) and p["type"][0:4] in ("uint", "sint") else v


def wanted_rows(definition, columns=None):
    return [{p["name"]: value(p, row.get(p["name"], p.get("default"))) for p in definition["properties"]
             if columns is None or p["name"] in columns} for row in definition["rows"]]


def every_machine(how, *options, mischief=()):
    for name in winhost.MACHINES:
        host = winhost.Host(name, "127.0.77.41", 0, *mischief)
        classes = winhost.machine(name)["namespaces"][CV]
        words = [w for c in classes for w in (CV, "SELECT * FROM " + c)]
        status, lines, _ = talk(host, *options, *words, limit=240)
        wrong = [c for c, line in zip(classes, lines) if line.get("rows") != wanted_rows(classes[c])]
        ok(status == 0 and len(lines) == len(classes) + 1 and not wrong,
           "%s, %s: all %d classes, every row" % (name, how, len(classes)), "%r %r" % (status, wrong or lines[-1]))
        ok(host.stop(), "%s, %s: the host is content" % (name, how), host.said())


def all_rows_in_every_way():
    every_machine("multiplexed")
    every_machine("serial", "--serial=1")
    every_machine("plain enumeration", "--smart=0")
    every_machine("serial and smart, signed only", "--serial=1", "--smart=1", "--level=5")
    for name in ("tiny_fragments", "no_smart", "no_multiplex", "dead_bindings", "orpcthat_extensions",
                 "old_com", "no_activator", "timed_out_rows"):
        every_machine(name, mischief=("--mischief", name))


def named_columns():
    host = winhost.Host("server2022", "127.0.77.42")
    definition = winhost.machine("server2022")["namespaces"][CV]["Win32_Service"]
    columns = [p["name"] for p in definition["properties"]][:4]
    _, lines, _ = talk(host, CV, "SELECT %s FROM Win32_Service" % ", ".join(columns),
                       CV, "SELECT Name FROM Win32_Service WHERE State = 'Running'")
    equal(lines[0]["rows"], wanted_rows(definition, columns), "named columns: those and no others")
    equal([r["Name"] for r in lines[1]["rows"]],
          [r["Name"] for r in definition["rows"] if r.get("State") == "Running"], "WHERE leaves the rows that match")


def registry():
    for name in winhost.MACHINES:
        host, wrong = winhost.Host(name, "127.0.77.43"), []
        keys = winhost.machine(name)["registry"]
        words = [w for k in keys for w in ("reg:" + k.split("\\", 1)[0], k.split("\\", 1)[1])]
        status, lines, _ = talk(host, *words)
        for (key, values), line in zip(keys.items(), lines):
            got = {k: (v["status"], v["type"], v["data"]) for k, v in (line.get("values") or {}).items()}
            want = {k: (0, v["type"], int(v["data"]) if v["type"] == 11 else v["data"]) for k, v in values.items()}
            below = list(dict.fromkeys(k[len(key) + 1:].split("\\")[0] for k in keys if k.startswith(key + "\\")))
            if got != want or (line["keys"] or []) != below:
                wrong.append("%s: %r %r" % (key, line, want))
        ok(status == 0 and not wrong, "%s: %d registry keys, every value" % (name, len(keys)), "\n".join(wrong))


def refusals():
    host = winhost.Host("win7", "127.0.77.44")
    for user, password, good in (("CORP\\scanner", "Passw0rd!", True), ("scanner", "Passw0rd!", True),
                                 (".\\admin", "geheim", True), ("ALTER-PC\\ADMIN", "geheim", True),
                                 ("CORP\\scanner", "passw0rd!", False), ("CORP\\nobody", "Passw0rd!", False),
                                 ("ELSEWHERE\\scanner", "Passw0rd!", False)):
        _, lines, _ = talk(host, "--user=" + user, "--password=" + password, *BIOS)
        if good:
            ok(lines[0].get("rows") and "error" not in lines[-1], user + ": accepted", lines)
        else:
            ok(lines[-1].get("error", {}).get("code") == "auth_failed", user + ": auth_failed", lines)
    tries = host.said().count("refused")
    equal(tries, 3, "a refused credential was tried once each")
    _, lines, _ = talk(host, CV, "SELECT * FROM Win32_NoSuch", "root/nosuch", "SELECT * FROM X",
                       CV, "SELEC nothing", *BIOS)
    codes = [(line.get("error", {}).get("code"), line.get("error", {}).get("native")) for line in lines]
    equal(codes[:2], [("unsupported", 0x80041010), ("unsupported", 0x8004100e)],
          "no such class, no such namespace: unsupported")
    equal(codes[2][1], 0x80041017, "bad WQL: WBEM_E_INVALID_QUERY")
    ok(lines[3].get("rows"), "and the next query has its rows", lines)


def unicode_account():
    host = winhost.Host("win11", "127.0.77.45")
    for user in ("CORP\\Ångström", "ångström@corp.example"):
        _, lines, _ = talk(host, "--user=" + user, "--password=pässwörd€", *BIOS)
        ok(lines[0].get("rows"), user + ": accepted", lines)


def denials():
    for name, code, stage in (("deny_activation", "denied", "activate"), ("deny_namespace", "denied", "namespace"),
                              ("deny_class", "denied", "query")):
        host = winhost.Host("win11", "127.0.77.46", 0, "--mischief", name)
        _, lines, _ = talk(host, *BIOS)
        error = next((line["error"] for line in lines if "error" in line), {})
        equal((error.get("code"), error.get("stage")), (code, stage), name + ": which stage, and why")
        ok(error.get("hint"), name + ": with a remedy", error)


def odd_rows():
    host = winhost.Host("win11", "127.0.77.47", 0, "--mischief", "garbage_object")
    for how in ("0", "1"):
        _, lines, _ = talk(host, "--smart=" + how, *BIOS)
        equal(lines[0].get("error", {}).get("code"), "protocol_error", "garbage objects, smart %s: protocol_error" % how)
    host = winhost.Host("win11", "127.0.77.48", 0, "--mischief", "many_rows:%d" % MANY)
    for how in ("0", "1"):
        _, lines, took = talk(host, "--smart=" + how, "--count=1", "--seconds=%d" % (20 * SLOW),
                              CV, "SELECT Caption, Size FROM Win32_LogicalDisk", limit=60 * SLOW)
        equal(lines[0].get("count"), MANY, "100 000 rows, smart %s (sanitizers: 10 000)" % how)
        print("# %.1f s, %d KiB" % (took, lines[-1]["rssKiB"]), flush=True)
        ok(SLOW > 2 or lines[-1]["rssKiB"] < 16384, "100 000 rows, smart %s: in constant memory" % how, lines[-1])
    host = winhost.Host("server2022", "127.0.77.49", 0, "--mischief", "slow_rows:400")
    _, lines, took = talk(host, "--each=2", "--seconds=20", CV, "SELECT Name FROM Win32_Service")
    equal(lines[0].get("error", {}).get("code"), "timeout", "slow rows: the query's own deadline holds")
    ok(took < 2 + SLACK, "slow rows: it took no longer (%.1f s)" % took)


def answers_gone_wrong():
    """Each of the first answers of a session, spoilt in each way: serial and multiplexed.
    A multiplexed session that breaks is begun anew, serially: that takes more round trips."""
    asked = (*BIOS, CV, "SELECT * FROM Win32_DiskDrive")
    good = winhost.Host("win11", "127.0.77.50")
    usual = {serial: talk(good, "--smart=1", *serial, *asked)[1][-1]["roundTrips"] for serial in ((), ("--serial=1",))}
    good.stop()
    kinds = {"drop_at": ("connection_closed", "auth_failed"), "truncate_at": ("connection_closed", "auth_failed"),
             "bad_length": ("protocol_error", "timeout", "connection_closed", "auth_failed"),
             "bad_signature": ("protocol_error", "auth_failed"), "stall_at": ("timeout",),
             "fault_at": ("protocol_error", "remote_error", "auth_failed", "denied", "unsupported")}
    for kind, codes in kinds.items():
        for serial in ((), ("--serial=1",)):
            wrong, worst, spoilt = [], 0, 0
            for number in range(1, 10):
                host = winhost.Host("win11", "127.0.77.50", 0, "--mischief", "%s:%d" % (kind, number))
                status, lines, took = talk(host, "--seconds=1", "--smart=1", *serial, *asked)
                errors = [line["error"]["code"] for line in lines if "error" in line]
                worst = max(worst, took)
                spoilt += bool(errors) or lines[-1]["roundTrips"] > usual[serial]
                if status not in (0, 1) or not lines or any(e not in codes for e in errors):
                    wrong.append("%d: status %d: %s" % (number, status, lines))
                if host.child.poll() is not None:
                    wrong.append("%d: the host ended" % number)
                host.stop()
            what = "%s%s" % (kind, " serial" if serial else "")
            ok(not wrong, what + " at each answer: a named error or all rows", "\n".join(wrong))
            # A fault in place of smart enumeration only makes the client go the plain way, and
            # a fault or a hang-up under several calls makes it go on one call at a time.
            ok(spoilt >= (3 if serial else 2), what + ": most of them were noticed (%d of 9)" % spoilt)
            ok(worst < 4 * SLOW + SLACK, what + ": within the deadline (%.1f s)" % worst)
    host = winhost.Host("win11", "127.0.77.51", 0, "--mischief", "bind_nak")
    _, lines, _ = talk(host, *BIOS)
    equal(lines[-1].get("error", {}).get("stage"), "bind", "bind_nak: the bind failed")
    print("# " + json.dumps(lines[-1]), flush=True)


def round_trips():
    """The promise: serial at most 8, plus 2 per class plain or 4 smart, plus 1 per further
    namespace; multiplexed at most 14 in all.  One is added for RemRelease, which comes later."""
    names = list(winhost.machine("win11")["namespaces"][CV])[:12]
    plain = [w for n in names for w in (CV, "SELECT %s FROM %s" % (
        winhost.machine("win11")["namespaces"][CV][n]["properties"][0]["name"], n))]
    for port, mischief in ((0, ()), (0, ("--mischief", "no_multiplex"))):
        host = winhost.Host("win11", "127.0.77.52", port, *mischief)
        for words, smart, serial in ((plain, "0", True), (plain, "1", True), (plain, "0", False), (plain, "1", False)):
            _, lines, _ = talk(host, "--smart=" + smart, *(("--serial=1",) if serial else ()), *words)
            trips = lines[-1]["roundTrips"] + 1
            alone = serial or mischief
            most = 8 + (4 if smart == "1" else 2) * 12 if alone else 14
            ok(trips <= most, "12 classes, smart %s, %s%s: %d round trips, at most %d" % (
                smart, "serial" if serial else "multiplexed if granted", " (not granted)" if mischief else "",
                trips, most), lines[-1])
            equal(lines[-1]["multiplexed"], not alone, "multiplexing is as it was granted")
    host = winhost.Host("server2022", "127.0.77.53")
    _, one, _ = talk(host, "--serial=1", "--smart=0", *BIOS)
    _, two, _ = talk(host, "--serial=1", "--smart=0", *BIOS, "root/standardcimv2", "SELECT * FROM MSFT_NetAdapter")
    # The class is not there: ExecQuery and one Next that says so.
    equal(two[-1]["roundTrips"] - one[-1]["roundTrips"], 1 + 2, "a further namespace costs one, its class two")
    _, lines, _ = talk(host, "--alive=1")
    equal((lines[0]["com"], lines[0]["bindings"][0], lines[0]["roundTrips"]), ("5.7", "SRV-DB01", 3),
          "ServerAlive2: names the host, three round trips")
    _, lines, _ = talk(host, "--alive=2")
    equal((lines[0]["name"], lines[0]["build"]), ("SRV-DB01", 20348), "the challenge alone: name and build")


for each in (all_rows_in_every_way, named_columns, registry, refusals, unicode_account, denials, odd_rows,
             answers_gone_wrong, round_trips):
    case(each)
done()
