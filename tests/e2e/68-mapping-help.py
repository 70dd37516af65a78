#!/usr/bin/python3
"""What helps to write mappings: host.query and `assetscan wmi` and `ssh` list classes,
properties and facts, and try one entry, step by step; on fake Windows hosts and over SSH."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, case, done, equal, folder, ok                         # noqa: E402
import recorded                                                                  # noqa: E402
import winhost                                                                   # noqa: E402
from farm import with_farm                                                       # noqa: E402
from helper import Helper                                                        # noqa: E402

if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    with_farm(__file__, "--only", "plain", "--played", "pc=" + recorded.play(
        os.path.join(top, "pc"), recorded.linux("pc", "3c:ec:ef:20:00:01", serial="5CG0001AAA")))

CV = "root/cimv2"
MACHINE = winhost.machine("win11")
for p in MACHINE["namespaces"][CV]["Win32_Service"]["properties"]:
    p["key"] = p["name"] == "Name"
PATH = os.path.join(folder(), "machine.json")
with open(PATH, "w", encoding="utf-8") as out:
    json.dump(MACHINE, out)
CLASSES = MACHINE["namespaces"][CV]
KEY = farm["keys"]["ed25519"]["path"]
SSH_AT = farm["hosts"]["pc"]["address"]
WMI = {"protocol": "wmi", "credentials": [{"id": "w", "protocol": "wmi", "user": "CORP\\scanner", "password": "Passw0rd!"}]}
SSH = {"protocol": "ssh", "address": SSH_AT, "credentials": [
    {"id": "s", "protocol": "ssh", "user": "alice", "privateKey": open(KEY, encoding="utf-8").read()}]}


class Asked:
    """One helper; rows of host.query, every line validated."""

    def __init__(self, host=None):
        self.helper = Helper(folder())
        self.base = dict(WMI, address=host.address, port=host.port) if host else SSH

    def ask(self, **what):
        """(rows, result or error)."""
        answer = self.helper.call("host.query", dict(self.base, **what), 60)
        result = answer.get("result") or answer["error"]
        rows = [r for n in self.helper.notes("host.rows", queryId=result.get("queryId")) for r in n["rows"]]
        return rows, result

    def steps(self, entry):
        rows, result = self.ask(**{"try": entry})
        return [(r["step"], r["value"]) for r in rows], result

    def close(self):
        problems = self.helper.problems()
        ok(not problems, "every line keeps its schema", "\n".join(problems[:10]))
        ok(self.helper.close() == 0, "the helper ends with 0", "".join(self.helper.errors))


def cli(*words, **env):
    run = subprocess.run([ASSETSCAN, *words], capture_output=True, text=True, timeout=60, check=False,
                         env=dict(os.environ, ASSETSCAN_STATE_DIR=folder(), ASSETSCAN_WMI_PASSWORD="Passw0rd!", **env))
    return run.returncode, run.stdout, run.stderr


def wmi_cli(host, *words):
    return cli("wmi", host.address, *words, "--wmi-user=CORP\\scanner", "--wmi-port=%d" % host.port)


def classes():
    host = winhost.Host(PATH, "127.0.77.81")
    a = Asked(host)
    rows, result = a.ask(list="classes")
    names = [r["class"] for r in rows]
    parents = {p for c in CLASSES.values() for p in c["derivation"]}
    equal(set(n for n in names if not n.startswith("__")), set(CLASSES) | parents, "all classes of the namespace and their parents")
    system = [n.startswith("__") for n in names]
    ok(system == sorted(system) and any(system), "those of the system come last", names)
    by = {r["class"]: r for r in rows}
    equal((by["Win32_BIOS"]["parent"], by["Win32_BIOS"]["kind"], by["CIM_BIOSElement"]["kind"]),
          (CLASSES["Win32_BIOS"]["derivation"][0], None, "abstract"), "each with its parent and kind")
    ok("LocalAccount" in by["Win32_UserAccount"]["advice"] and by["Win32_BIOS"]["advice"] is None,
       "and why it is better not asked", by["Win32_UserAccount"])
    for pattern, wanted in (("Win32_P*", {c for c in set(CLASSES) | parents if c.startswith("Win32_P")}),
                            ("bios", {"Win32_BIOS", "CIM_BIOSElement"}), ("Win32_BI?S", {"Win32_BIOS"})):
        rows, _ = a.ask(**{"list": "classes", "class": pattern})
        equal({r["class"] for r in rows}, wanted, "classes of the pattern " + pattern)
    rows, result = a.ask(**{"list": "classes", "class": "nothing"})
    ok(rows == [] and "nothing" in result["note"], "no class fits: a note says so", result)
    rows, result = a.ask(**{"list": "classes", "class": "a' OR 'b"})
    equal(result["data"]["code"], "invalid_params", "what is no pattern is refused")
    rows, _ = a.ask(query="SELECT * FROM meta_class WHERE __CLASS = 'Win32_BIOS'")
    equal(len(rows), 1, "a schema query of one's own gives the class's defaults as a row")
    a.close()
    code, out, err = wmi_cli(host, "--classes", "Win32_B*", "--format", "csv")
    equal((code, out.splitlines()[0], len(out.splitlines())), (0, "class,parent,kind,advice", 1 + len(
        [c for c in set(CLASSES) | parents if c.startswith("Win32_B")])), "assetscan wmi HOST --classes PATTERN")
    ok(host.stop(), "the host is content", host.said())


def classes_without_like():
    old = winhost.machine("win7")
    old["noLike"] = True
    path = os.path.join(folder(), "machine.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(old, f)
    host = winhost.Host(path, "127.0.77.85")
    a = Asked(host)
    rows, _ = a.ask(**{"list": "classes", "class": "Win32_O*"})
    equal({r["class"] for r in rows}, {c for c in old["namespaces"][CV] if c.startswith("Win32_O")},
          "a Windows too old for LIKE: the pattern holds all the same")
    a.close()
    ok(host.stop(), "the host is content", host.said())


def properties():
    host = winhost.Host(PATH, "127.0.77.82")
    a = Asked(host)
    definition = CLASSES["Win32_Service"]
    rows, result = a.ask(**{"list": "properties", "class": "win32_service"})
    equal([r["property"] for r in rows], [p["name"] for p in definition["properties"]], "all properties of a class, in order")
    equal([r["type"] for r in rows], [p["type"] + ("[]" if p.get("array") else "") for p in definition["properties"]], "their types")
    equal([r["property"] for r in rows if r["key"]], ["Name"], "which is the key")
    equal([r["inherited"] for r in rows], [p.get("inherited", False) for p in definition["properties"]], "which are inherited")
    first = definition["rows"][0]
    equal([r["value"] for r in rows], [first.get(p["name"]) for p in definition["properties"]], "and the first instance's values")
    rows, _ = a.ask(**{"list": "properties", "class": "Test_EveryType"})
    ok(next(r for r in rows if r["property"] == "u64")["type"] == "uint64", "every type has its name", rows)
    rows, result = a.ask(**{"list": "properties", "class": "Win32_UserAccount"})
    ok(rows and all(r["value"] is None for r in rows) and "domain" in result["note"],
       "a class that hurts is not asked for values, and the note says why", result)
    rows, result = a.ask(**{"list": "properties", "class": "CIM_BIOSElement"})
    ok("abstract" in result["note"], "nor is an abstract one", result)
    _, result = a.ask(**{"list": "properties", "class": "Win32_Bois"})
    ok("is it the class Win32_BIOS?" in result["message"] + json.dumps(result), "a misspelt class: the right one is named", result)
    _, result = a.ask(query="SELECT SerialNumer FROM Win32_BIOS")
    ok("is it the property SerialNumber?" in json.dumps(result), "a misspelt property in a query", result)
    _, result = a.ask(query="SELECT Name FROM Win32_Procesor WHERE Name IS NOT NULL")
    ok("is it the class Win32_Processor?" in json.dumps(result), "a misspelt class in a query", result)
    a.close()
    code, out, err = wmi_cli(host, "--properties", "Win32_UserAccount")
    ok(code == 0 and "no values are shown" in err and out.startswith("property"), "assetscan wmi HOST --properties CLASS", out + err)
    code, out, err = wmi_cli(host, "SELECT SerialNumer FROM Win32_BIOS")
    ok(code == 2 and "is it the property SerialNumber?" in err, "the same help in a shell", err)
    ok(host.stop(), "the host is content", host.said())


def facts():
    host = winhost.Host(PATH, "127.0.77.83")
    for a, name, wanted in ((Asked(host), "wmi", {"os.family": "windows", "sys.serial": CLASSES["Win32_BIOS"]["rows"][0]["SerialNumber"].strip()}),
                            (Asked(), "ssh", {"os.family": "linux", "sys.serial": "5CG0001AAA", "host.name": "pc"})):
        rows, _ = a.ask(list="facts")
        got = {r["fact"]: r["value"] for r in rows}
        equal({k: got.get(k) for k in wanted}, wanted, name + ": the facts that a host gives")
        ok(len(rows) == len({r["fact"] for r in rows}) > 150, name + ": every fact once", len(rows))
        ok(all(r["note"] for r in rows), name + ": each with what it is, or why it is missing")
        rows, _ = a.ask(**{"list": "facts", "class": "nic"})
        ok({r["fact"].split(".")[0] for r in rows} == {"nic"} and "nic.mac" in [r["fact"] for r in rows], name + ": of one class", rows)
        identity, _ = a.ask(**{"list": "facts", "class": "identity"})
        equal([r["fact"] for r in identity], ["identity.mac", "identity.serial", "identity.uuid"], name + ": what identifies it, too")
        _, result = a.ask(**{"list": "facts", "class": "osx"})
        ok("is it os?" in json.dumps(result), name + ": a misspelt class of facts", result)
        a.close()
    macs = len([r for r in CLASSES["Win32_NetworkAdapter"]["rows"] if r.get("MACAddress")])
    code, out, _ = wmi_cli(host, "--facts", "nic", "--format", "json")
    ok(code == 0 and len([r for r in json.loads(out) if r["fact"] == "nic.mac" and r["value"]]) == macs,
       "assetscan wmi HOST --facts CLASS gives every row", out[:400])
    code, out, err = cli("ssh", SSH_AT, "--facts", "os", "--ssh-user=alice", "--ssh-key-file=" + KEY)
    ok(code == 0 and "os.name" in out and "Debian GNU/Linux 12" in out, "assetscan ssh HOST --facts CLASS", out + err)
    ok(host.stop(), "the host is content", host.said())


def tries_over_wmi():
    host = winhost.Host(PATH, "127.0.77.84")
    a = Asked(host)
    memory = CLASSES["Win32_ComputerSystem"]["rows"][0]["TotalPhysicalMemory"]
    gib = "%.1f" % (int(memory) / 2 ** 30)
    entry = {"field": "custom.memory", "from": {"class": "Win32_ComputerSystem", "property": "TotalPhysicalMemory"},
             "divide": 2 ** 30, "decimals": 1, "template": "{0} GiB"}
    wanted = [("asked", "class Win32_ComputerSystem.TotalPhysicalMemory"), ("raw", str(memory)), ("divide", gib),
              ("template", gib + " GiB"), ("result", gib + " GiB")]
    xml = '<field assetField="custom.memory" objectClass="Win32_ComputerSystem" propertyName="TotalPhysicalMemory"' \
          ' mod="1073741824" decimals="1">{0} GiB</field>'
    for spelling, name in ((entry, "an object"), (json.dumps(entry), "JSON"), (xml, "XML")):
        equal(a.steps(spelling)[0], wanted, "an entry step by step, as " + name)
    steps, _ = a.steps({"from": {"class": "Win32_BIOS", "property": "SMBIOSBIOSVersion"}, "regex": "no such ([0-9]+)"})
    equal([s for s, _ in steps], ["asked", "raw", "regex", "missing"], "a regex that does not match")
    steps, _ = a.steps({"from": {"fact": "nic.mac"}, "join": ", "})
    equal([s for s, _ in steps if s != "raw"], ["asked", "join", "result"], "rows that are joined")
    steps, _ = a.steps({"from": {"class": "Win32_BIOS", "property": "SerialNumer"}})
    equal(steps[-1], ("suggestion", "is it the property SerialNumber?"), "a misspelt property")
    steps, _ = a.steps({"from": {"class": "Win32_Boos", "property": "SerialNumber"}})
    equal(steps[-1], ("suggestion", "is it the class Win32_BIOS?"), "a misspelt class")
    steps, _ = a.steps({"from": {"class": "Win32_UserAccount", "property": "Name"}, "list": True})
    ok(steps[0][0] == "warning" and "LocalAccount" in steps[0][1], "a class that hurts is warned about", steps)
    for bad, said in (({"from": {"fact": "os.naem"}}, "is it os.name?"), ({"from": {"command": "uptime"}}, "windows cannot"),
                      ({"from": {"fact": "os.name"}, "regex": "("}, "regex"), ("rubbish", "neither JSON nor"),
                      ("<field assetField='a.b'/>", "where the value comes"), (7, "mapping entry")):
        _, result = a.steps(bad)
        ok(result["data"]["code"] == "invalid_params" and said in json.dumps(result), "what is wrong with %r is told" % (bad,), result)
    log_ons = host.said().count("log-on")
    a.steps({"from": {"fact": "os.naem"}})
    equal(host.said().count("log-on"), log_ons, "a wrong entry costs the host no log-on")
    _, result = a.ask(query="SELECT Name FROM Win32_BIOS", list="facts")
    equal(result["data"]["code"], "invalid_params", "query and list exclude each other")
    a.close()
    path = os.path.join(folder(), "entry.xml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(xml)
    code, out, err = wmi_cli(host, "--try", "@" + path, "--format", "csv")
    equal((code, out.splitlines()[-1]), (0, "result,1,%s GiB,custom.memory" % gib), "assetscan wmi HOST --try @FILE")
    code, out, err = wmi_cli(host, "--try", "x", "--classes")
    ok(code == 1 and "exclude each other" in err, "two at once are refused", err)
    ok(host.stop(), "the host is content", host.said())


def tries_over_ssh():
    a = Asked()
    steps, _ = a.steps({"field": "a.b", "from": {"fact": "sys.serial"}, "template": "S/N {0}"})
    equal(steps, [("asked", "fact sys.serial"), ("raw", "5CG0001AAA"), ("template", "S/N 5CG0001AAA"), ("result", "S/N 5CG0001AAA")],
          "an entry over SSH")
    rows, _ = a.ask(**{"try": {"from": {"fact": "sys.uuid"}}})
    equal(rows[-1]["step"], "missing", "a value that is not there")
    ok("root" in rows[-1]["value"] and rows[-1]["note"], "says why, and the fix", rows[-1])
    _, result = a.steps({"from": {"class": "Win32_BIOS", "property": "Name"}})
    ok("linux cannot be asked that" in json.dumps(result), "a class is Windows' alone", result)
    _, result = a.ask(list="classes")
    ok("only WMI has classes" in json.dumps(result), "and so are lists of them", result)
    a.close()
    code, out, err = cli("ssh", SSH_AT, "--try", '<field assetField="a.b" fact="cpu.cores"/>', "--ssh-user=alice",
                         "--ssh-key-file=" + KEY)
    ok(code == 0 and out.splitlines()[-1].split()[:3] == ["result", "1", "2"], "assetscan ssh HOST --try ENTRY", out + err)


case(classes)
case(classes_without_like)
case(properties)
case(facts)
case(tries_over_wmi)
case(tries_over_ssh)
done()
