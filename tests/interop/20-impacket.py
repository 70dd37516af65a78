"""The fake Windows host, proven by a client nobody here wrote: impacket.

It logs in, queries every class of every machine, and what it decodes is compared
row for row with the JSON that the host plays.  Its own known decoding errors are
named in expected(), one by one; nothing else may differ.
"""
import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from impacket.dcerpc.v5.dcom import wmi                         # noqa: E402
from impacket.dcerpc.v5.dcomrt import DCOMConnection            # noqa: E402
from impacket.dcerpc.v5.dtypes import NULL                      # noqa: E402
from impacket.ntlm import compute_nthash                        # noqa: E402
from tap import case, done, equal, ok                           # noqa: E402
import winhost                                                  # noqa: E402

HKLM = 0x80000002
HIVES = {"HKLM": HKLM, "HKU": 0x80000003}
WIDTH = {"sint8": 1, "uint8": 1, "sint16": 2, "uint16": 2, "char16": 2, "boolean": 2,
         "sint64": 8, "uint64": 8, "real64": 8}
UNREADABLE = "what impacket cannot decode"


class Session:
    """One log-on; namespaces are logged in to as they are asked for."""

    def __init__(self, host, password=winhost.PASSWORD, user=winhost.USER, domain=winhost.DOMAIN, level=6, nt=""):
        self.level = level
        self.dcom = DCOMConnection(host.address, user, password, domain, "", nt, "", authLevel=level,
                                   oxidResolver=False)
        self.namespaces = {}

    def namespace(self, name):
        if name not in self.namespaces:
            login = wmi.IWbemLevel1Login(self.dcom.CoCreateInstanceEx(
                wmi.CLSID_WbemLevel1Login, wmi.IID_IWbemLevel1Login))
            services = login.NTLMLogin("//./" + name, NULL, NULL)
            services.get_dce_rpc().set_auth_level(self.level)
            login.RemRelease()
            self.namespaces[name] = services
        return self.namespaces[name]

    def rows(self, query, ns="root/cimv2", batch=1):
        rows, found = [], self.namespace(ns).ExecQuery(query)
        while True:
            try:
                objects = found.Next(0xffffffff, batch)
            except wmi.DCERPCSessionError as error:
                if error.get_error_code() != 1:
                    raise
                break
            rows += [{k: v["value"] for k, v in o.getProperties().items()} for o in objects]
        found.RemRelease()
        return rows

    def registry(self):
        return self.namespace("root/default").GetObject("StdRegProv")[0]

    def close(self):
        self.dcom.disconnect()


def embedded(value):
    """The row of an embedded object: impacket hands out its block."""
    block = value["ObjectBlock"]
    block.parseObject()
    return {k: v["value"] for k, v in block.ctCurrent["properties"].items()}


def expected(p, row):
    """What impacket makes of the value that the machine's JSON has for property p."""
    kind, array = p["type"], p.get("array", False)
    value = row.get(p["name"])      # known error: the class's own default is shown as NULL
    if value is None:
        # Known error: a NULL is shown as the class's octets (0xff...) when the
        # property is inherited and not four octets wide.
        if p.get("inherited") and not array and kind in WIDTH:
            return shown_null(kind)
        return None
    if array and (kind in ("datetime", "reference") or
                  kind in ("string", "object") and p.get("inherited")):
        return UNREADABLE               # gives heap references, not what they refer to
    if array and kind == "string" and not value:
        return []
    if array:
        return [scalar(kind, v, True) for v in value]
    if kind == "real32" or kind == "real64":
        return float(value)
    if kind in ("uint32", "real64") and int(value) == 0xffffffff:
        return None                     # known error: 0xFFFFFFFF is shown as NULL
    return scalar(kind, value, False)


def shown_null(kind):
    if kind == "boolean":
        return "True"
    if kind.startswith("uint") or kind == "char16":
        return str((1 << 8 * WIDTH[kind]) - 1)
    return None                         # -1 is not greater than 0


def scalar(kind, value, in_array):
    if kind == "boolean":
        return (0xffff if value else 0) if in_array else str(value)
    if kind in ("string", "datetime", "reference"):
        return value
    if kind.startswith("real"):
        return float(value)
    if kind == "object":
        return {p["name"]: expected(p, value["row"]) for p in value["properties"]}
    return int(value)


def decoded(p, value):
    """impacket's value, made comparable."""
    if p["type"] == "object" and value is not None:
        return [embedded(v) for v in value] if p.get("array") else embedded(value)
    if isinstance(value, str) and p["type"] in ("string", "datetime", "reference"):
        return value
    if isinstance(value, list) and p["type"] == "boolean":
        return [v & 0xffff for v in value]
    return value


def differences(definition, rows, columns=None):
    """Rows as impacket read them against the machine's; a list of what differs."""
    wrong, wanted = [], definition["rows"]
    if len(rows) != len(wanted):
        return ["%d rows, not %d" % (len(rows), len(wanted))]
    for number, (got, row) in enumerate(zip(rows, wanted)):
        properties = [p for p in definition["properties"] if columns is None or p["name"] in columns]
        if list(got) != [p["name"] for p in properties]:
            wrong.append("row %d: columns %r" % (number, list(got)))
            continue
        for p in properties:
            should, is_ = expected(p, row), decoded(p, got[p["name"]])
            if should is not UNREADABLE and should != is_:
                wrong.append("row %d %s (%s): %r, not %r" % (number, p["name"], p["type"], is_, should))
    return wrong


def readable(definition):
    """What impacket survives: a scalar real32 or real64 and an object that is NULL
    end in its own exceptions.  Those stay unasked; objects are read below."""
    names = [p["name"] for p in definition["properties"] if p["type"] != "object" and
             (p.get("array") or not p["type"].startswith("real"))]
    return (None, "*") if len(names) == len(definition["properties"]) else (names, ", ".join(names))


def every_class(name, address, *args, level=6, only=None):
    host = winhost.Host(name, address, 135, *args)
    session = Session(host, level=level)
    words = " ".join(args[1:])
    for ns, classes in winhost.machine(name)["namespaces"].items():
        for wanted, definition in classes.items():
            if only and wanted not in only:
                continue
            if "status" in definition:
                refused = ""
                try:
                    session.rows("SELECT * FROM " + wanted, ns)
                except wmi.DCERPCSessionError as e:
                    refused = str(e)
                ok("%x" % definition["status"] in refused, "%s: %s is refused as drivers do" % (name, wanted), refused)
                continue
            columns, list_ = readable(definition)
            wrong = differences(definition, session.rows("SELECT %s FROM %s" % (list_, wanted), ns), columns)
            ok(not wrong, "%s %s level %d: %s row for row" % (name, words, level, wanted), "\n".join(wrong))
    session.close()
    ok(host.stop(), "%s %s: the host served to the end without complaint" % (name, words), host.said())
    return host


def levels(host):
    """The levels that were logged on at, in order, each once."""
    return "".join(dict.fromkeys(line[-1] for line in host.said().splitlines()))


def every_machine_and_class():
    for number, name in enumerate(winhost.MACHINES):
        host = every_class(name, "127.0.77.%d" % (1 + number))
        # impacket signs the log-in to a namespace and seals what comes before and after.
        equal((levels(host), host.said().strip()[-1]), ("65", "6"), "%s: activation and queries were sealed" % name)


def signed_only():
    few = ("Win32_BIOS", "Win32_DiskDrive", "Win32_OperatingSystem", "Test_EveryType")
    host = every_class("win11", "127.0.77.5", level=5, only=few)
    equal(levels(host), "5", "signed only: every security context at level 5")


def embedded_objects():
    host = winhost.Host("win11", "127.0.77.16", 135)
    session = Session(host)
    definition = winhost.machine("win11")["namespaces"]["root/cimv2"]["Test_EveryType"]
    full = dict(definition, rows=[r for r in definition["rows"] if r.get("thing")])
    rows = session.rows("SELECT thing FROM Test_EveryType WHERE s8 = -128")
    wrong = differences(full, rows, ["thing"])
    ok(not wrong and rows, "an embedded object, with the properties of its class", "\n".join(wrong))
    rows = session.rows("SELECT text, athing FROM Test_EveryType WHERE s8 = -128")
    wrong = differences(full, rows, ["text", "athing"])
    ok(not wrong and rows, "an array of embedded objects", "\n".join(wrong))
    session.close()
    ok(host.stop(), "embedded objects: the host served to the end", host.said())


def classes():
    """What a schema query and GetObject say of classes, as impacket decodes them."""
    machine = winhost.machine("win11")
    service = machine["namespaces"]["root/cimv2"]["Win32_Service"]
    for p in service["properties"]:
        p["key"] = p["name"] == "Name"
    path = os.path.join(winhost.folder(), "machine.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(machine, f)
    host = winhost.Host(path, "127.0.77.17", 135)
    session = Session(host)
    wanted = sorted(c for c in machine["namespaces"]["root/cimv2"] if c.startswith("Win32_P"))
    found, names = session.namespace("root/cimv2").ExecQuery("SELECT * FROM meta_class WHERE __CLASS LIKE 'Win32_P%'"), []
    while True:
        try:
            names += [o.getClassName() for o in found.Next(0xffffffff, 1)]
        except wmi.DCERPCSessionError:
            break
    ok(set(wanted) <= set(names) and all(n.startswith("Win32_P") for n in names), "a schema query gives classes", names)
    one = session.namespace("root/cimv2").GetObject("Win32_Service")[0]
    properties = one.getProperties()
    equal(list(properties), [p["name"] for p in service["properties"]], "a class has its properties")
    equal([n for n, p in properties.items() if "key" in p["qualifiers"]], ["Name"], "and the key is qualified as one")
    session.close()
    ok(host.stop(), "classes: the host served to the end", host.said())


def projections_and_conditions():
    host = winhost.Host("server2022", "127.0.77.6", 135)
    session = Session(host)
    definition = winhost.machine("server2022")["namespaces"]["root/cimv2"]["Win32_Service"]
    columns = [p["name"] for p in definition["properties"]][1:4]
    wrong = differences(definition, session.rows("SELECT %s FROM Win32_Service" % ", ".join(columns)), columns)
    ok(not wrong, "named columns: those and no others", "\n".join(wrong))
    running = [r for r in definition["rows"] if r.get("State") == "Running"]
    got = session.rows("SELECT Name FROM Win32_Service WHERE State = 'Running'")
    equal([r["Name"] for r in got], [r["Name"] for r in running], "WHERE leaves the rows that match")

    got = session.rows("SELECT * FROM Win32_DiskDrive", batch=4)
    equal(len(got), 8, "several rows in one answer")
    for query, ns, status in (("SELECT * FROM Win32_NoSuch", "root/cimv2", 0x80041010),
                              ("SELEC nothing", "root/cimv2", 0x80041017),
                              ("SELECT * FROM Win32_BIOS", "root/nosuch", 0x8004100e)):
        try:
            session.rows(query, ns)
            ok(False, "%s in %s is refused" % (query, ns))
        except wmi.DCERPCSessionError as error:
            equal(error.get_error_code() & 0xffffffff, status, "%s in %s: %#x" % (query, ns, status))
    session.close()
    ok(host.stop(), "projections: the host served to the end", host.said())


def wrong_passwords():
    host = winhost.Host("win7", "127.0.77.7", 135)
    for user, password, domain, good in (
            ("scanner", "Passw0rd!", "CORP", True), ("SCANNER", "Passw0rd!", "corp", True),
            ("admin", "geheim", ".", True), ("admin", "geheim", "ALTER-PC", True),
            ("scanner", "passw0rd!", "CORP", False), ("scanner", "", "CORP", False),
            ("nobody", "Passw0rd!", "CORP", False), ("scanner", "Passw0rd!", "ELSEWHERE", False)):
        for level in (6, 5):
            what = "%s\\%s with %r at level %d" % (domain, user, password, level)
            try:
                session = Session(host, password, user, domain, level)
                rows = session.rows("SELECT Name FROM Win32_ComputerSystem")
                session.close()
                ok(good and len(rows) == 1, what + (": accepted" if good else ": refused"), rows)
            except Exception as error:                          # noqa: BLE001
                ok(not good and "access_denied" in str(error).lower(), what + ": refused", repr(error))
    host.stop()
    host = winhost.Host("win11", "127.0.77.18", 135)
    for user in ("Ångström", "ångSTRÖM"):
        # By its hash: impacket cannot make the LM hash of a password beyond Latin-1.
        session = Session(host, "", user, nt=compute_nthash("pässwörd€").hex())
        ok(session.rows("SELECT Name FROM Win32_ComputerSystem"), user + ": accepted")
        session.close()
    ok(host.stop(), "wrong passwords: the host served to the end", host.said())


def key_of(machine, path):
    return machine["registry"]["HKLM\\" + path]


def registry_values():
    read = {1: "GetStringValue", 2: "GetExpandedStringValue", 3: "GetBinaryValue",
            4: "GetDWORDValue", 7: "GetMultiStringValue", 11: "GetQWORDValue"}
    for number, name in enumerate(winhost.MACHINES):
        host = winhost.Host(name, "127.0.77.%d" % (8 + number), 135)
        machine, session = winhost.machine(name), None
        session = Session(host)
        registry = session.registry()
        wrong, count = [], 0
        for key, values in machine["registry"].items():
            hive, path = key.split("\\", 1)
            hive = HIVES[hive]
            answer = registry.EnumValues(hive, path + "\0")
            count += 1
            if (answer.sNames or []) != list(values) or \
                    (answer.Types or []) != [v["type"] for v in values.values()]:
                wrong.append("%s: %r %r" % (key, answer.sNames, answer.Types))
            for value, holds in list(values.items())[:8]:
                answer = getattr(registry, read[holds["type"]])(hive, path + "\0", value + "\0")
                got = answer.sValue if holds["type"] in (1, 2, 7) else answer.uValue
                count += 1
                wanted = int(holds["data"]) if holds["type"] in (4, 11) else holds["data"]
                if answer.ReturnValue != 0 or got != wanted:
                    wrong.append("%s %s: %r, not %r" % (key, value, got, wanted))
        ok(not wrong, "%s: %d registry reads as the machine has them" % (name, count), "\n".join(wrong))
        wanted = list(dict.fromkeys(k.split("\\")[2] for k in machine["registry"]
                                    if k.startswith("HKLM\\SOFTWARE\\")))
        equal(registry.EnumKey(HKLM, "SOFTWARE\0").sNames, wanted, name + ": EnumKey")
        answer = registry.EnumKey(HKLM, "SOFTWARE\\No such key\0")
        equal((answer.ReturnValue, answer.sNames), (2, None), name + ": a missing key is status 2")
        path = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\0"
        answer = registry.GetDWORDValue(HKLM, path, "ProductName\0")
        equal(answer.ReturnValue & 0xffffffff, 0x80041005, name + ": a value of another kind is refused")
        answer = registry.GetStringValue(HKLM, path, "No such value\0")
        equal((answer.ReturnValue, answer.sValue), (2, None), name + ": a missing value is status 2")
        session.close()
        ok(host.stop(), name + ": the registry was served to the end", host.said())


def classes_as_objects():
    host = winhost.Host("win11", "127.0.77.12", 135)
    session = Session(host)
    services = session.namespace("root/cimv2")
    for name, definition in winhost.machine("win11")["namespaces"]["root/cimv2"].items():
        got, _ = services.GetObject(name)
        wanted = [(p["name"], p["type"], bool(p.get("array")), bool(p.get("inherited")))
                  for p in definition["properties"]]
        read = [(k, {"bool": "boolean"}.get(v["stype"], v["stype"]), bool(v["type"] & 0x2000), bool(v["inherited"]))
                for k, v in got.getProperties().items()]
        ok(got.getClassName() == name and read == wanted, "GetObject of %s: its properties and types" % name,
           "%r\n%r\n%r" % (got.getClassName(), read, wanted))
    registry, _ = session.namespace("root/default").GetObject("StdRegProv")
    equal(sorted(registry.getMethods()), sorted(
        ["EnumKey", "EnumValues", "GetStringValue", "GetExpandedStringValue", "GetMultiStringValue",
         "GetDWORDValue", "GetQWORDValue", "GetBinaryValue", "CheckAccess"]), "StdRegProv has its methods")
    try:
        services.GetObject("Win32_NoSuch")
        ok(False, "GetObject of a class that is not there")
    except wmi.DCERPCSessionError as error:
        equal(error.get_error_code() & 0xffffffff, 0x80041002, "GetObject of a class that is not there")
    session.close()
    ok(host.stop(), "GetObject: the host served to the end", host.said())


def mischiefs():
    few = ("Win32_BIOS", "Win32_OperatingSystem", "Win32_NetworkAdapterConfiguration", "Test_EveryType")
    every_class("win11", "127.0.77.13", "--mischief", "tiny_fragments", only=few)
    every_class("win11", "127.0.77.14", "--mischief", "tiny_fragments", level=5, only=few)
    every_class("win11", "127.0.77.15", "--mischief", "orpcthat_extensions", only=few)


def side_by_side():
    host = winhost.Host("server2022", "127.0.77.17", 135)
    machine, wrong = winhost.machine("server2022"), []
    names = ("Win32_Service", "Win32_QuickFixEngineering", "Win32_NetworkAdapter", "Win32_PhysicalMemory")

    def one(name):
        try:
            session = Session(host)
            definition = machine["namespaces"]["root/cimv2"][name]
            wrong.extend(differences(definition, session.rows("SELECT * FROM " + name)))
            registry = session.registry()
            for key, values in list(machine["registry"].items())[:12]:
                if (registry.EnumValues(HKLM, key[5:] + "\0").sNames or []) != list(values):
                    wrong.append(key)
        except Exception as error:                              # noqa: BLE001
            wrong.append(repr(error))

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok(not wrong, "four clients at once: each has its own rows and values", "\n".join(wrong))
    ok(host.stop(), "four clients: the host served to the end", host.said())


for each in (every_machine_and_class, signed_only, embedded_objects, classes, projections_and_conditions, wrong_passwords, registry_values,
             classes_as_objects, mischiefs, side_by_side):
    case(each)
done()
