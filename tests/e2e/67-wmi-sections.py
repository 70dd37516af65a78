#!/usr/bin/python3
"""Every section of Windows hosts, fact by fact: a notebook, a server, an old PC.
What a host cannot give says why; the values are those of tests/fake/machines."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import case, done, equal, folder, ok                      # noqa: E402
import winhosts                                                     # noqa: E402
from helper import Helper                                           # noqa: E402
from winhosts import credential                                     # noqa: E402

MACHINES = ("win11", "server2022", "win7")
with open("schemas/type.section.json", encoding="utf-8") as _f:
    NAMES = [n for n in json.load(_f)["enum"] if n != "all"]
HOSTS = {}


def scan_all():
    address = {name: winhosts.address(name) for name in MACHINES}
    h = Helper(folder())
    finished, hosts, _ = h.scan({"profile": {"name": "lab", "protocols": ["wmi"], "wmiTimeout": 120, "sections": NAMES},
                                 "ranges": list(address.values()), "credentials": [credential()]})
    equal(finished["hosts"]["scanned"], 3, "three hosts are scanned with all sections")
    problems = h.problems()
    ok(not problems, "every section keeps its schema", "\n".join(problems[:10]))
    equal(h.close(), 0, "and the helper ends with 0")
    for name in MACHINES:
        HOSTS[name] = hosts[address[name]]
        equal(HOSTS[name]["warnings"], [], name + ": what is not there is no warning")


def section(name, which="win11"):
    return HOSTS[which]["sections"][name]


def missing(name, which="win11"):
    return {m["what"]: m["why"] for m in section(name, which)["missing"]}


def each_section_has_rows_somewhere():
    empty = []
    for name in NAMES:
        classes = {c for c in section(name) if c != "missing"}
        for c in classes:
            if not any(section(name, m)[c] for m in MACHINES) and c not in ("logicalVolume", "raid"):
                empty.append("%s.%s" % (name, c))
    equal(empty, [], "every class of every section has a row on some host")
    silent = ["%s: %s.%s" % (m, name, c) for m in MACHINES for name in NAMES for c in section(name, m)
              if c not in ("missing", "logicalVolume", "raid") and not section(name, m)[c] and
              c not in missing(name, m)]
    equal(silent, [], "and where a host has none, it says why")


def machine_and_system():
    s = section("hardware")
    equal(s["bios"], {"type": "uefi", "secureBoot": True, "vendor": "Norrland", "version": "N3FET41W (1.26)", "date": "2023-08-15"}, "firmware")
    equal(s["gpu"], [{"name": "Intel(R) Iris(R) Xe Graphics", "driver": "31.0.101.4502", "memoryBytes": 8 << 30, "resolution": "1920x1200"}],
          "graphics memory of 64 bits, by the driver's own number")
    os_ = section("os")
    equal((os_["os"]["processes"], os_["os"]["rebootPending"], os_["os"]["rebootReasons"]),
          (241, True, ["an installed component", "files to be renamed"]), "a restart that is pending, with its reasons")
    equal(os_["license"], [{"name": "Windows(R), Professional edition", "status": "licensed", "channel": "oem", "partialKey": "3V66T"}],
          "the licence of Windows, none of others")
    equal([x["channel"] for m in ("server2022", "win7") for x in section("os", m)["license"]], ["volume", "retail"],
          "its channel by name or, before Windows 8, by description")
    equal((section("os", "server2022")["license"][0]["status"], section("os", "server2022")["os"]["rebootPending"]), ("notification", False),
          "a server that is not activated")
    equal(missing("os", "server2022")["os.rebootReasons"], "nothing waits for a restart", "nothing to restart for is said")


def load_of_two_samples():
    cpu = section("cpu")
    equal([c["loadPercent"] for c in cpu["core"]], [10.0, 20.0] + [0.0] * 10, "each processor's load: PERF_100NSEC_TIMER_INV")
    equal([c["name"] for c in cpu["core"]], [str(i) for i in range(12)], "each by its number where all are of one node")
    equal(cpu["cpu"]["loadPercent"], 2.5, "and that of all")
    cpu = section("cpu", "server2022")
    equal([(c["name"], c["loadPercent"]) for c in cpu["core"]], [("0,%d" % i, 50.0) for i in range(32)] + [("1,%d" % i, 75.0) for i in range(32)],
          "of a server with two nodes each by node and number")
    equal(cpu["cpu"]["loadPercent"], 62.5, "and that of all")
    equal(section("disk")["diskLoad"],
          [{"name": "0 C:", "kind": "drive", "readBytesPerSec": 1000000.0, "writeBytesPerSec": 2500000.0, "readsPerSec": 40.0, "writesPerSec": 80.0,
            "readPercent": 3.0, "writePercent": 5.0, "busyPercent": 10.0, "readQueue": 0.03, "writeQueue": 0.05},
           {"name": "C:", "kind": "volume", "readBytesPerSec": 900000.0, "writeBytesPerSec": 2400000.0, "readsPerSec": 38.0, "writesPerSec": 77.0}],
          "drives and volumes; a counter of 32 bits ran over in between")
    load = section("network")["nicLoad"][0]
    equal(round(load.pop("usedPercent"), 3), 9.997, "how much of an adapter's bandwidth is in use")
    equal(load, {"name": "Intel[R] Wi-Fi 6E AX211 160MHz", "receivedBytesPerSec": 10833750.0, "sentBytesPerSec": 200000.0, "receivedBytes": 5021667500,
                 "sentBytes": 700400000, "bandwidthMbps": 867, "receiveErrors": 2, "sendErrors": 1, "receiveDiscards": 5, "sendDiscards": 0,
                 "queueLength": 1}, "traffic of an adapter")
    equal(section("network")["transport"][0], {"protocol": "tcp4", "established": 41, "opened": 9000, "accepted": 120, "failures": 17, "resets": 23,
                                               "receivedPerSec": 300.0, "sentPerSec": 250.0, "retransmittedPerSec": 2.0}, "TCP")
    equal(section("network")["transport"][2], {"protocol": "udp4", "receivedPerSec": 20.0, "sentPerSec": 10.0, "noPortPerSec": 0.5, "errors": 3}, "UDP")
    equal([t["protocol"] for t in section("network", "win7")["transport"]], ["tcp4", "tcp6", "udp4", "udp6"], "of both families")
    memory = section("memory")
    equal((round(memory["memory"]["usedPercent"], 2), memory["memory"]["committedBytes"], memory["memory"]["commitLimitBytes"],
           memory["memory"]["cachedBytes"]), (62.83, 11811160064, 20644438016, 268435456), "memory in use")
    equal(memory["pagefile"], [{"name": "C:\\pagefile.sys", "sizeBytes": 3584 << 20, "usedBytes": 412 << 20}], "page files")
    took = max(x["timings"]["total"] for x in HOSTS.values())
    ok(took >= 1, "the two samples lie a second apart: %.2f s" % took)


def drives_and_volumes():
    volumes = section("disk")["volume"]
    equal([v["mount"] for v in volumes], ["C:", "C:\\data\\maps\\", "\\\\?\\Volume{0f1e2d3c-0000-0000-0000-300000000000}\\"],
          "volumes with a letter, in a folder, and nowhere; no optical drive")
    equal(volumes[1], {"mount": "C:\\data\\maps\\", "device": "\\\\?\\Volume{0f1e2d3c-0000-0000-0000-200000000000}\\", "fs": "refs",
                       "sizeBytes": 107374182400, "freeBytes": 26843545600, "label": "Maps", "serial": "11223344", "usedPercent": 75.0,
                       "compressed": True, "dirty": False, "quotas": False}, "a volume in a folder")
    equal({k: volumes[0][k] for k in ("dirty", "compressed", "quotas", "encrypted", "serial")},
          {"dirty": True, "compressed": False, "quotas": False, "encrypted": True, "serial": "5E2A1F03"}, "and what else is known of one with a letter")
    equal([d["health"] for d in section("disk", "server2022")["disk"]][2:5], ["healthy", "warning", "healthy"], "a drive that warns")
    equal(section("disk", "server2022")["volumeGroup"],
          [{"name": "Pool 1", "sizeBytes": 6 * 10 ** 12, "health": "warning", "kind": "storage-pool", "freeBytes": 15 * 10 ** 11,
            "disks": ["PSTAR RAID-2", "PSTAR RAID-3"]}], "a storage pool with its drives")
    equal([(d["name"], d.get("vendor"), d.get("wwn")) for d in section("disk")["disk"] + section("disk", "server2022")["disk"][:1]],
          [("\\\\.\\PHYSICALDRIVE0", None, "eui.002538a431b20c11"), ("\\\\.\\PHYSICALDRIVE0", "PSTAR", "0x600508b1001c00000000000000000000")],
          "world wide names")
    equal(section("disk", "server2022")["disk"][8:], [{"name": "PhysicalDisk8", "model": "PSTAR SSD-8", "serial": "S8", "firmware": "F2",
                                                       "sizeBytes": 960197124096, "media": "ssd", "bus": "sata", "health": "healthy"}],
          "a drive that a pool has taken; none of another node of its cluster")
    ok("MSFT_StoragePool" in missing("disk")["volumeGroup"], "none on a notebook, and why", missing("disk"))
    equal(section("shadow")["shadow"], [{"volume": "C:\\", "storage": "C:\\", "usedBytes": 2147483648, "allocatedBytes": 2684354560,
                                         "maxBytes": 10215415808, "count": 2}], "shadow copies")
    equal(section("shadow", "server2022")["shadow"], [{"volume": "D:\\", "storage": "E:\\", "usedBytes": 0, "allocatedBytes": 0, "count": 0}],
          "shadow copies without a limit, on another volume")


def people():
    s = section("users")
    equal(s["account"], [
        {"name": "Administrator", "id": "S-1-5-21-1-2-3-500", "disabled": True, "groups": ["Administratörer"], "admin": True},
        {"name": "ola", "fullName": "Ola Nordmann", "id": "S-1-5-21-1-2-3-1001", "disabled": False, "home": "C:\\Users\\ola",
         "last": "2026-10-30T16:20:00Z",
         "groups": ["Användare", "Tom's"], "admin": False}], "accounts; who is administrator, by the group's SID")
    equal(s["group"], [
        {"name": "Administratörer", "id": "S-1-5-32-544", "admin": True, "members": ["PC17\\Administrator", "CORP\\Domain Admins"]},
        {"name": "Användare", "id": "S-1-5-32-545", "admin": False, "members": ["PC17\\ola"]},
        {"name": "Tom's", "id": "S-1-5-21-1-2-3-1009", "admin": False, "members": ["PC17\\ola"]}], "local groups, none of the domain")
    equal(s["session"], [{"type": "console", "since": "2026-11-21T06:01:05Z", "user": "CORP\\lisa", "terminal": "Console"},
                         {"type": "rdp", "since": "2026-11-21T08:00:00Z", "user": "CORP\\ingrid", "terminal": "RDP-Tcp#5", "from": "PLATTAN-12"}],
          "sessions, local and remote, and where that is from; one that has ended is none")
    equal(s["user"], {"last": "CORP\\lisa", "current": "CORP\\lisa", "lastTime": "2026-11-21T06:01:05Z"}, "who works there, and since when")
    old = section("users", "win7")
    equal((old["user"]["lastTime"], [a.get("last") for a in old["account"]]), ("2026-11-19T17:15:00Z", ["2026-11-19T17:15:00Z", None]),
          "before version 10 a profile tells it, unless it is in use")
    equal(missing("users", "server2022").get("session"), "there is none: Windows lists no Win32_LogonSession", "a server that nobody is logged on to")
    by = {p["name"]: p for p in section("processes")["process"]}
    equal(by["explorer.exe"], {"name": "explorer.exe", "pid": 5120, "parent": 5000, "user": "CORP\\lisa", "memoryBytes": 161480704, "cpuSeconds": 125.0,
                               "started": "2026-11-21T06:01:10Z", "threads": 61, "handles": 2900, "virtualBytes": 645922816, "cpuPercent": 25.0,
                               "privateBytes": 104857600}, "a process with its owner and load")
    equal((by["System"]["user"], "cpuPercent" in by["svchost.exe"]), ("PC17\\SYSTEM", False), "the system's; one that was not counted has no load")
    ok("hunter2" not in json.dumps(HOSTS["win11"]), "and no command line")


def network_and_domain():
    equal([(c["local"], c.get("process")) for c in section("connections")["connection"]],
          [("0.0.0.0:135", "svchost.exe"), ("192.168.40.17:50122", "explorer.exe"), ("[::]:445", "System"), ("0.0.0.0:5353", "svchost.exe"),
           ("[fe80::1c2d:3e4f:5a6b:7c8d]:1900", None)], "connections with their processes")
    equal([(c["protocol"], c["state"], c.get("remote")) for c in section("connections")["connection"]],
          [("tcp", "listen", None), ("tcp", "established", "20.54.37.73:443"), ("tcp6", "listen", None), ("udp", "listen", None), ("udp6", "listen", None)],
          "and those that wait, UDP's too, have nobody at the other end")
    ok("StandardCimv2" in missing("connections", "win7")["connection"], "which Windows 7 does not tell")
    equal(section("domain")["domain"], {"name": "corp.example", "joined": True, "role": "workstation", "controller": "DC01", "site": "Umea",
                                        "forest": "corp.example", "entraTenant": "3f0c6a52-0000-4000-8000-5d2c3c5f1a11",
                                        "entraUser": "lisa@corp.example", "mdm": "Norrland MDM"}, "domain, tenant, device management")
    equal(missing("domain", "server2022")["domain.entraTenant"], "the computer is not joined to Entra ID", "or why not")
    equal([section("time", m)["time"]["source"] for m in MACHINES], ["time.windows.com, ntp1.corp.example", "domain", "none"], "where the time is from")
    equal(section("time", "win7")["time"]["synchronised"], False, "a clock that nobody sets")
    equal(section("routes")["route"], [{"destination": "0.0.0.0/0", "gateway": "192.168.40.1", "nic": "Wi-Fi", "metric": 35},
                                       {"destination": "::/0", "gateway": "fe80::1", "nic": "Wi-Fi", "metric": 256},
                                       {"destination": "2001:db8:40::/64", "gateway": "::", "nic": "1", "metric": 0}],
          "routes of both families, with their adapters' names; those in force")
    equal(section("time")["time"]["timezone"], "W. Europe Standard Time", "the time zone in no language")
    by = {n["name"]: n for n in section("network")["nic"]}
    equal([(by[n].get("permanentMac"), by[n].get("driver"), by[n].get("type")) for n in ("Wi-Fi", "Ethernet", "Bluetooth Network Connection", "Ethernet 3")],
          [("70:a6:cc:91:05:4e", "Netwtw12.sys 22.250.1.2", "wifi"), ("a4:4c:c8:10:22:31", "e1dexpress.sys 12.19.2.45", "ethernet"),
           ("70:a6:cc:91:05:52", None, "ethernet"), (None, None, "ethernet")], "adapters as NDIS knows them")
    ok("MSFT_NetAdapter" in missing("network", "server2022")["nic.permanentMac"], "or that it does not", missing("network", "server2022"))
    share = section("shares")["share"]
    equal([(x["name"], x["hidden"], x.get("maxUsers"), x["status"]) for x in share], [("ADMIN$", True, None, "OK"), ("Public", False, 20, "OK")], "shares")
    service = section("services")["service"]
    equal([(x.get("pid"), x["exitCode"]) for x in service[:3]], [(1000, 0), (1001, 0), (None, 1077)], "services with process and exit code")


def programs_and_updates():
    got = section("software")["software"]
    equal([(x["name"], x["version"], x.get("arch"), x.get("user")) for x in got], [
        ("7-Zip 23.01 (x64)", "23.01", None, None), ("Delad", "2.0", None, None), ("Klotter för Windows", "4.2.1", "x86", None),
        ("Ritverk", "1.0.7", None, "CORP\\lisa"), ("Ritverk", "1.0.6", None, "ola")],
        "programs of both views, each once, and of the users who are logged on")
    equal(section("software", "server2022")["feature"], [{"name": "File and Storage Services"}, {"name": "Web Server (IIS)"},
                                                         {"name": "IIS-WebServerRole", "caption": "Internet Information Services"}], "roles and features of a server")
    equal(section("software")["feature"], [{"name": "NetFx4-AdvSrvs", "caption": ".NET Framework 4.8 Advanced Services"}], "features of a PC that are on")
    equal(section("updates")["patch"], {"level": "22631.2715", "lastInstalled": "2023-11-14T00:00:00Z", "pending": 3, "securityPending": 2,
                                          "rebootPending": True}, "how far it is patched; an update of two sources is one")
    ok("Configuration Manager" in [m["fix"] for m in section("updates", "server2022")["missing"] if m["what"] == "patch.pending"][0],
       "and who alone knows what is pending")
    equal(section("updates", "win7")["patch"]["level"], "7601", "of a system without revisions the build")
    equal(section("updates")["update"][1], {"id": "KB5032190", "title": "Security Update", "installed": "2023-11-14T00:00:00Z",
                                            "installedBy": "NT AUTHORITY\\SYSTEM"}, "an update")


def protection():
    s = section("security")
    equal(s["antivirus"], [{"name": "Microsoft Defender Antivirus", "enabled": True, "upToDate": True, "version": "4.18.23100.2009",
                            "signatures": "2026-11-21T05:15:00Z", "mode": "normal"}, {"name": "Skydd 9", "enabled": False, "upToDate": False}],
          "virus scanners: the state's bits, and what Defender says of itself")
    equal(section("security", "server2022")["antivirus"], [{"name": "Microsoft Defender Antivirus", "enabled": False, "upToDate": False,
          "version": "4.18.2301.6", "signatures": "2026-10-21T05:15:00Z", "mode": "passive mode"}], "a server, which has no security centre")
    equal(section("security", "win7")["antivirus"], [{"name": "Alter Schutz", "enabled": True, "upToDate": False}], "Windows 7, which has no Defender of that kind")
    equal([(f["name"], f["profile"], f["enabled"]) for f in s["firewall"]], [
        ("Skydd 9 brandvägg", "all", True), ("Windows Firewall", "domain", False), ("Windows Firewall", "private", True),
        ("Windows Firewall", "public", True)], "firewalls: policy goes before what was set by hand")
    equal([f["enabled"] for f in section("security", "server2022")["firewall"]], [True, True, False], "those of a server")
    equal(s["encryption"], [{"volume": "C:", "product": "BitLocker", "enabled": True, "state": "encrypted", "method": "XTS-AES-128"},
                            {"volume": "\\\\?\\Volume{0f1e2d3c-0000-0000-0000-200000000000}\\", "product": "BitLocker", "state": "decrypted",
                             "method": "none"}], "encryption; of a locked volume nobody knows whether it is protected")
    equal(s["tpm"], {"version": "2.0", "vendor": "NTC", "firmware": "7.2.3.1", "enabled": True, "activated": True, "present": True}, "the TPM")
    equal(section("security", "server2022")["tpm"], {"present": False}, "that there is none is an answer")
    equal(s["protection"], {"secureBoot": True, "firmware": "uefi", "uac": True, "virtualizationBased": "running", "credentialGuard": False,
                            "memoryIntegrity": True}, "secure boot, UAC, virtualization-based security")
    equal(section("security", "win7")["protection"], {"uac": True}, "Windows 7 has the second only")
    ok("BitLocker" in json.dumps([m["fix"] for m in section("security", "win7")["missing"]]), "and says what is not installed")


def devices():
    equal(section("battery")["battery"], [{"name": "NB-57", "vendor": "Norrland", "serial": "1234", "designMwh": 57000, "fullMwh": 51300, "cycles": 212,
                                           "chemistry": "li-poly", "state": "discharging", "healthPercent": 90.0, "chargePercent": 75.0}], "the battery")
    equal(missing("battery", "server2022")["battery"], "the host has no device that gives BatteryStaticData", "a server has none")
    equal(section("monitors")["monitor"], [
        {"vendor": "NOR", "model": "Norrland 24X", "serial": "N24X0077", "year": 2021, "connector": "displayport", "sizeInches": 24.0},
        {"vendor": "BOE", "model": "0A1C", "serial": "0", "year": 2022, "connector": "internal", "sizeInches": 14.0}], "displays that are on")
    equal(section("printers")["printer"][0], {"name": "Kopiator plan 2", "driver": "Universal PCL6", "port": "IP_10.0.4.9", "address": "10.0.4.9",
                                              "location": "Plan 2, vid trappan", "shared": False, "network": False, "isDefault": True, "state": "idle"},
          "a printer with its address")
    equal([(x["name"], x["state"]) for x in section("printers", "win7")["printer"]], [("HP LaserJet 1020", "printing")], "and one without")


for each in (scan_all, each_section_has_rows_somewhere, machine_and_system, load_of_two_samples, drives_and_volumes, people, network_and_domain,
             programs_and_updates, protection, devices):
    case(each)
done()
