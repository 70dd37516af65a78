#!/usr/bin/python3
"""tests/bench/30-wmi.py: client CPU and wall time per Windows host, rows a second.

Our client and impacket against the same fake Windows host in one run: twelve
queries, properties named, every answer sealed; then one long query of ten
columns; then the twelve queries with 20 ms added in each direction.  impacket
does not verify the signatures of answers, ours does.  HOSTS=n and ROWS=n change
how many.  Printed, never a gate.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.join(ROOT, "build", os.environ.get("MODE", "release"))
HOSTS = int(os.environ.get("HOSTS", "200"))
ROWS = int(os.environ.get("ROWS", "50000"))
THEIR_HOSTS, THEIR_ROWS = max(HOSTS // 40, 1), max(ROWS // 25, 1)
TOOL = os.path.join(BUILD, "tests", "wmi", "wmi_tool")
HOST, BEHIND, CV = "127.0.78.%d" % (os.getpid() % 120 * 2 + 1), "127.0.78.%d" % (os.getpid() % 120 * 2 + 2), "root/cimv2"
QUERIES = [
    "SELECT Name,Domain,Manufacturer,Model,TotalPhysicalMemory,UserName,PartOfDomain FROM Win32_ComputerSystem",
    "SELECT IdentifyingNumber,UUID,Vendor,Name FROM Win32_ComputerSystemProduct",
    "SELECT Manufacturer,SerialNumber,SMBIOSBIOSVersion,ReleaseDate FROM Win32_BIOS",
    "SELECT Manufacturer,SerialNumber,SMBIOSAssetTag,ChassisTypes FROM Win32_SystemEnclosure",
    "SELECT Caption,Version,BuildNumber,OSArchitecture,InstallDate,LastBootUpTime FROM Win32_OperatingSystem",
    "SELECT Name,NumberOfCores,NumberOfLogicalProcessors,MaxClockSpeed FROM Win32_Processor",
    "SELECT Capacity,DeviceLocator,Manufacturer,PartNumber,Speed FROM Win32_PhysicalMemory",
    "SELECT Model,SerialNumber,Size,InterfaceType FROM Win32_DiskDrive",
    "SELECT DeviceID,FileSystem,FreeSpace,Size,VolumeName FROM Win32_LogicalDisk",
    "SELECT Name,AdapterRAM,DriverVersion FROM Win32_VideoController",
    "SELECT Name,MACAddress,NetEnabled,Speed FROM Win32_NetworkAdapter",
    "SELECT Description,MACAddress,IPAddress,IPSubnet FROM Win32_NetworkAdapterConfiguration",
]
LONG = "SELECT Name,DisplayName,State,StartMode,PathName,StartName,ProcessId,Description,Started,ServiceType FROM Win32_Service"
IMPACKET = """
import json, resource, sys, time
from impacket.dcerpc.v5.dcom import wmi
from impacket.dcerpc.v5.dcomrt import DCOMConnection
from impacket.dcerpc.v5.dtypes import NULL
address, hosts, most, queries = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
def host():
    dcom = DCOMConnection(address, "scanner", "Passw0rd!", "CORP", "", "", "", authLevel=6, oxidResolver=False)
    login = wmi.IWbemLevel1Login(dcom.CoCreateInstanceEx(wmi.CLSID_WbemLevel1Login, wmi.IID_IWbemLevel1Login))
    services = login.NTLMLogin("//./root/cimv2", NULL, NULL)
    services.get_dce_rpc().set_auth_level(6)
    rows = 0
    for q in queries:
        found = services.ExecQuery(q)
        while rows < most:
            try:
                rows += len(found.Next(0xffffffff, 1))
            except wmi.DCERPCSessionError:
                break
    dcom.disconnect()
    return rows
host() if most > 100000 else None
before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
rows = sum(host() for _ in range(hosts))
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"user": (after.ru_utime - before.ru_utime) / hosts, "sys": (after.ru_stime - before.ru_stime) / hosts,
                  "seconds": (time.monotonic() - began) / hosts, "rows": rows / hosts}))
"""


def children():
    """Every child started here is ended here."""
    for child in started:
        child.terminate()
        child.wait()


started = []


def winhost(machine, *options):
    """A fake host; gives its dynamic port."""
    ready = tempfile.mktemp(prefix="assetscan-bench-")
    child = subprocess.Popen([os.path.join(BUILD, "tests/fake/winhost/winhost"), "--machine",
                              os.path.join(ROOT, "tests/fake/machines", machine + ".json"), "--address", HOST,
                              "--named", BEHIND, "--port", "135", "--ready", ready, *options],
                             stderr=subprocess.DEVNULL)
    started.append(child)
    while not (os.path.exists(ready) and os.path.getsize(ready)):
        if child.poll() is not None:
            sys.exit("the fake host did not start: port 135 of %s" % HOST)
        time.sleep(0.01)
    port = int(open(ready, encoding="ascii").read().split()[1])
    os.unlink(ready)
    return child, port


def proxy(milliseconds, port):
    """In front of the host: everything goes through it, delayed or not."""
    child = subprocess.Popen([os.path.join(BUILD, "tests/bench/delay_proxy"), str(milliseconds), BEHIND, HOST,
                              "135", str(port)], stdout=subprocess.PIPE, text=True)
    started.append(child)
    child.stdout.readline()
    return child


def stop(*list_):
    for child in list_:
        child.terminate()
        child.wait()
        started.remove(child)


def ours(hosts, queries, *options, address=HOST):
    """Per host: user and system CPU, wall time, rows, round trips."""
    words = [w for q in queries for w in (CV, q)]
    out = subprocess.run([TOOL, "--count=1", "--seconds=100", "--repeat=%d" % hosts, *options, address, "135", *words],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    ends = [line for line in lines if "roundTrips" in line]
    rows = sum(line["count"] for line in lines if "count" in line)
    assert len(ends) == hosts and not any("error" in line for line in lines), out
    first, last, n = ends[0], ends[-1], max(hosts - 1, 1)
    if hosts == 1:
        first = {"user": 0, "sys": 0}
    return {"user": (last["user"] - first["user"]) / n, "sys": (last["sys"] - first["sys"]) / n,
            "seconds": sum(e["seconds"] for e in ends) / hosts, "rows": rows / hosts,
            "trips": last["roundTrips"], "rss": last["rssKiB"]}


def theirs(hosts, queries, most=1 << 30, address=HOST):
    out = subprocess.run(["/usr/bin/python3", "-c", IMPACKET, address, str(hosts), str(most), *queries], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return json.loads(out.splitlines()[-1])


def show(what, r):
    print("  %-34s %8.2f ms user %7.2f ms system %9.2f ms wall %6d rows%s" % (
        what, r["user"] * 1e3, r["sys"] * 1e3, r["seconds"] * 1e3, r["rows"],
        " %4d trips" % r["trips"] if "trips" in r else ""), flush=True)


def rate(what, r):
    print("  %-34s %10.0f rows a second of wall time %10.0f of client CPU" % (
        what, r["rows"] / r["seconds"], r["rows"] / max(r["user"] + r["sys"], 1e-6)), flush=True)


def twelve_queries():
    print("12 queries on one Windows 11 host, per host (log-on included):")
    host, _ = winhost("win11", "--named", HOST)
    cpu = {}
    for what, options in (("ours, multiplexed", ()), ("ours, serial", ("--serial=1",)),
                          ("ours, serial, signed only", ("--serial=1", "--level=5"))):
        r = cpu[what] = ours(HOSTS, QUERIES, "--smart=0", *options)
        show(what, r)
    r = theirs(THEIR_HOSTS, QUERIES)
    show("impacket", r)
    least = cpu["ours, multiplexed"]
    print("  ratio of client CPU, impacket to ours: %.0f" % (
        (r["user"] + r["sys"]) / max(least["user"] + least["sys"], 1e-6)))
    stop(host)


def long_query():
    print("one query of 10 columns, %d rows (impacket: the first %d):" % (ROWS, THEIR_ROWS))
    host, _ = winhost("server2022", "--named", HOST, "--mischief", "many_rows:%d" % ROWS)
    for what, smart in (("ours, plain", "0"), ("ours, smart", "1")):
        rate(what, ours(1, [LONG], "--smart=" + smart))
    rate("impacket", theirs(1, [LONG], THEIR_ROWS))
    stop(host)


def far_away():
    print("the 12 queries with 20 ms added in each direction:")
    host, port = winhost("win11")
    behind = proxy(20, port)
    for what, options in (("ours, multiplexed", ()), ("ours, serial", ("--serial=1",))):
        show(what, ours(1, QUERIES, "--smart=0", *options, address=BEHIND))
    show("impacket", theirs(1, QUERIES, 100000, address=BEHIND))
    stop(behind, host)


try:
    twelve_queries()
    long_query()
    far_away()
finally:
    children()
