#!/usr/bin/python3
"""make.py: writes the machines that the fake Windows host plays.

  make.py          writes *.json beside itself; the files are committed

Classes and types are Windows' own; every value is made up here.
"""
import json
import os

import sections

HERE = os.path.dirname(os.path.abspath(__file__))
MSE = "CIM_ManagedSystemElement"
LE = ["CIM_LogicalElement", MSE]
DEV = ["CIM_LogicalDevice"] + LE

# class: (derivation, "name:type ..."); "[]" after a type is an array, "*" marks
# what is inherited.
CLASSES = {
    "Win32_ComputerSystem": (["CIM_UnitaryComputerSystem", "CIM_ComputerSystem", "CIM_System"] + LE,
        "Caption:string* Name:string* DNSHostName:string Domain:string DomainRole:uint16 Manufacturer:string "
        "Model:string SystemSKUNumber:string PartOfDomain:boolean Workgroup:string PCSystemType:uint16 "
        "TotalPhysicalMemory:uint64 NumberOfProcessors:uint32 NumberOfLogicalProcessors:uint32 UserName:string "
        "SystemFamily:string SystemType:string HypervisorPresent:boolean BootupState:string Roles:string[]* CurrentTimeZone:sint16"),
    "Win32_ComputerSystemProduct": (["CIM_Product"],
        "Caption:string* Description:string* IdentifyingNumber:string* Name:string* Vendor:string* Version:string* "
        "SKUNumber:string UUID:string"),
    "Win32_BIOS": (["CIM_BIOSElement", "CIM_SoftwareElement"] + LE,
        "Caption:string* Name:string* Manufacturer:string* SerialNumber:string* Version:string* "
        "SMBIOSBIOSVersion:string SMBIOSMajorVersion:uint16 SMBIOSMinorVersion:uint16 ReleaseDate:datetime "
        "PrimaryBIOS:boolean* BiosCharacteristics:uint16[] BIOSVersion:string[] SMBIOSPresent:boolean"),
    "Win32_SystemEnclosure": (["CIM_Chassis", "CIM_PhysicalFrame", "CIM_PhysicalPackage", "CIM_PhysicalElement", MSE],
        "Manufacturer:string* Model:string* SerialNumber:string* SMBIOSAssetTag:string ChassisTypes:uint16[] "
        "LockPresent:boolean*"),
    "Win32_BaseBoard": (["CIM_Card", "CIM_PhysicalPackage", "CIM_PhysicalElement", MSE],
        "Manufacturer:string* Product:string SerialNumber:string* Version:string*"),
    "Win32_OperatingSystem": (["CIM_OperatingSystem"] + LE,
        "Caption:string* Name:string* CSName:string* Version:string* BuildNumber:string OSArchitecture:string "
        "InstallDate:datetime* LastBootUpTime:datetime* LocalDateTime:datetime* CurrentTimeZone:sint16* "
        "ServicePackMajorVersion:uint16 ServicePackMinorVersion:uint16 CSDVersion:string SerialNumber:string "
        "ProductType:uint32 OSLanguage:uint32 Locale:string MUILanguages:string[] SystemDirectory:string "
        "TotalVisibleMemorySize:uint64* FreePhysicalMemory:uint64* TotalVirtualMemorySize:uint64* "
        "MaxNumberOfProcesses:uint32* NumberOfProcesses:uint32* RegisteredUser:string Organization:string Primary:boolean "
        "OperatingSystemSKU:uint32"),
    "Win32_Processor": (["CIM_Processor"] + DEV,
        "Caption:string* DeviceID:string* Name:string* Manufacturer:string MaxClockSpeed:uint32* CurrentClockSpeed:uint32* "
        "NumberOfCores:uint32 NumberOfLogicalProcessors:uint32 SocketDesignation:string Architecture:uint16 "
        "LoadPercentage:uint16* L2CacheSize:uint32 ProcessorId:string"),
    "Win32_PhysicalMemory": (["CIM_PhysicalMemory", "CIM_Chip", "CIM_PhysicalComponent", "CIM_PhysicalElement", MSE],
        "BankLabel:string* Capacity:uint64* DeviceLocator:string Manufacturer:string* PartNumber:string* "
        "SerialNumber:string* Speed:uint32* ConfiguredClockSpeed:uint32 MemoryType:uint16* SMBIOSMemoryType:uint32 "
        "FormFactor:uint16*"),
    "Win32_PhysicalMemoryArray": (["CIM_PhysicalPackage", "CIM_PhysicalElement", MSE],
        "MaxCapacity:uint32 MaxCapacityEx:uint64 MemoryDevices:uint16 Use:uint16"),
    "Win32_DiskDrive": (["CIM_DiskDrive", "CIM_MediaAccessDevice"] + DEV,
        "Caption:string* DeviceID:string* Model:string SerialNumber:string Size:uint64 InterfaceType:string MediaType:string "
        "FirmwareRevision:string Index:uint32 Partitions:uint32 Capabilities:uint16[]* PNPDeviceID:string* Status:string*"),
    "Win32_LogicalDisk": (["CIM_LogicalDisk", "CIM_StorageExtent"] + DEV,
        "Caption:string* DeviceID:string* DriveType:uint32 FileSystem:string FreeSpace:uint64 Size:uint64 "
        "VolumeName:string VolumeSerialNumber:string Compressed:boolean ProviderName:string"),
    "Win32_VideoController": (["CIM_PCVideoController", "CIM_VideoController", "CIM_Controller"] + DEV,
        "Name:string* AdapterRAM:uint32 DriverVersion:string VideoProcessor:string* CurrentHorizontalResolution:uint32* "
        "CurrentVerticalResolution:uint32* PNPDeviceID:string*"),
    "Win32_NetworkAdapter": (["CIM_NetworkAdapter"] + DEV,
        "DeviceID:string* Name:string* Description:string* MACAddress:string Manufacturer:string NetConnectionID:string "
        "NetConnectionStatus:uint16 NetEnabled:boolean PhysicalAdapter:boolean PNPDeviceID:string* ServiceName:string "
        "Speed:uint64* AdapterType:string AdapterTypeID:uint16 Index:uint32 InterfaceIndex:uint32 ProductName:string"),
    "Win32_NetworkAdapterConfiguration": (["CIM_Setting"],
        "Caption:string* Description:string* Index:uint32 InterfaceIndex:uint32 IPEnabled:boolean MACAddress:string "
        "IPAddress:string[] IPSubnet:string[] DefaultIPGateway:string[] GatewayCostMetric:uint16[] DHCPEnabled:boolean "
        "DHCPServer:string DHCPLeaseExpires:datetime DNSServerSearchOrder:string[] DNSDomain:string DNSHostName:string "
        "DNSDomainSuffixSearchOrder:string[] ServiceName:string MTU:uint32"),
    "Win32_QuickFixEngineering": (["CIM_LogicalElement", MSE],
        "Caption:string* Description:string* HotFixID:string InstalledBy:string InstalledOn:string FixComments:string "
        "ServicePackInEffect:string"),
    "Win32_Service": (["Win32_BaseService", "CIM_Service"] + LE,
        "Name:string* DisplayName:string* State:string* StartMode:string* StartName:string* PathName:string* Started:boolean* "
        "ExitCode:uint32* ProcessId:uint32 ServiceType:string* DesktopInteract:boolean* Description:string*"),
    "Win32_Share": (LE, "Name:string* Path:string Type:uint32 Description:string* AllowMaximum:boolean MaximumAllowed:uint32 Status:string*"),
    "Win32_UserAccount": (["Win32_Account"] + LE,
        "Name:string* Domain:string* SID:string* LocalAccount:boolean* Disabled:boolean Lockout:boolean FullName:string "
        "PasswordRequired:boolean"),
    "Win32_TimeZone": (["CIM_Setting"], "Caption:string* StandardName:string Bias:sint32 DaylightBias:sint32"),
    "Win32_UTCTime": (["Win32_CurrentTime"],
        "Year:uint32* Month:uint32* Day:uint32* Hour:uint32* Minute:uint32* Second:uint32*"),
    "Win32_PerfFormattedData_PerfOS_System": (["Win32_PerfFormattedData", "Win32_Perf", "CIM_StatisticalInformation"],
        "SystemUpTime:uint64 Processes:uint32 Threads:uint32"),
    "Win32_PerfFormattedData_PerfOS_Memory": (["Win32_PerfFormattedData", "Win32_Perf", "CIM_StatisticalInformation"],
        "CommitLimit:uint64 CommittedBytes:uint64 PercentCommittedBytesInUse:uint32 AvailableBytes:uint64 CacheBytes:uint64"),
    "Win32_IP4RouteTable": (LE, "Destination:string Mask:string NextHop:string Metric1:sint32 InterfaceIndex:sint32 "
        "Protocol:uint32 Type:uint32"),
    "Win32_Process": (["CIM_Process"] + LE,
        "Name:string* ProcessId:uint32 ParentProcessId:uint32 WorkingSetSize:uint64* CommandLine:string ExecutablePath:string "
        "CreationDate:datetime* ThreadCount:uint32 HandleCount:uint32 KernelModeTime:uint64* UserModeTime:uint64* VirtualSize:uint64"),
    # Not Windows': every type once, for decoders.
    "Test_EveryType": ([], "s8:sint8 u8:uint8 s16:sint16 u16:uint16 c16:char16 s32:sint32 u32:uint32 r32:real32 s64:sint64 "
        "u64:uint64 r64:real64 flag:boolean text:string when:datetime ref:reference thing:object as8:sint8[] au8:uint8[] "
        "as16:sint16[] au16:uint16[] as32:sint32[] au32:uint32[] as64:sint64[] au64:uint64[] ar32:real32[] ar64:real64[] "
        "aflag:boolean[] atext:string[] awhen:datetime[] athing:object[] empty:string[] gap:uint32 standard:string"),
}


def define(name, derivation=None, text=None, without=()):
    if text is None:
        derivation, text = CLASSES[name]
    properties = []
    for word in text.split():
        prop, kind = word.split(":")
        if prop in without:
            continue
        p = {"name": prop, "type": kind.rstrip("*").replace("[]", "")}
        if "[]" in kind:
            p["array"] = True
        if kind.endswith("*"):
            p["inherited"] = True
        if prop == "standard":
            p["default"] = "the default"
        properties.append(p)
    return {"class": name, "derivation": derivation, "properties": properties, "rows": []}


def add_sections(name, namespaces):
    """What sections.py has for a machine, into its namespaces."""
    rows = getattr(sections, name)()
    lacking = sections.LACKING.get(name, {})
    for ns in sections.NAMESPACES[name]:
        namespaces.setdefault(ns, {})
    for cls, (ns, derivation, text) in sections.CLASSES.items():
        if cls in sections.NO_DEVICE[name]:
            namespaces[ns][cls] = dict(define(cls, derivation, text), status=0x8004100c)
        elif cls in rows:
            made = rows[cls] if isinstance(rows[cls], dict) else {"rows": rows[cls]}
            one = namespaces.setdefault(ns, {})[cls] = dict(define(cls, derivation, text, lacking.get(cls, ())), **made)
            known = {p["name"] for p in one["properties"]}
            for row in one["rows"] + one.get("later", []):
                assert set(row) <= known, (cls, set(row) - known)


def machine(name, domain, dns_domain, build, accounts, rows, extra=None, registry=None):
    cimv2 = {}
    for cls in CLASSES:
        if cls in rows:
            cimv2[cls] = dict(define(cls), rows=rows[cls])
            known = {p["name"] for p in cimv2[cls]["properties"]}
            for row in rows[cls]:
                assert set(row) <= known, (cls, set(row) - known)
    return {"name": name, "domain": domain, "dnsDomain": dns_domain,
            "dnsName": "%s.%s" % (name.lower(), dns_domain) if dns_domain else name,
            "build": build, "accounts": accounts,
            "namespaces": dict({"root/cimv2": cimv2, "root/default": {}}, **(extra or {})),
            "registry": registry or {}}


def adapter(index, name, mac, net=None, pnp="PCI\\VEN_8086&DEV_15FC\\3", service="e1dexpress", physical=True, speed=1000000000,
            status=2, kind="Ethernet 802.3", kind_id=0):
    row = {"DeviceID": str(index), "Name": name, "Description": name, "Index": index, "InterfaceIndex": index + 4,
           "PNPDeviceID": pnp, "ServiceName": service, "PhysicalAdapter": physical, "ProductName": name,
           "Manufacturer": "Intel Corporation"}
    if mac:
        row.update(MACAddress=mac, AdapterType=kind, AdapterTypeID=kind_id)
    if net:
        row.update(NetConnectionID=net, NetConnectionStatus=status, NetEnabled=status == 2)
    # An adapter without a link says the largest number there is.
    row["Speed"] = speed if status == 2 else "9223372036854775807"
    return row


def configuration(index, name, mac, addresses=None, masks=None, gateways=None, dhcp=True, dns=None):
    row = {"Index": index, "InterfaceIndex": index + 4, "Description": name, "Caption": "[%08d] %s" % (index, name),
           "IPEnabled": bool(addresses), "DHCPEnabled": dhcp}
    if mac:
        row["MACAddress"] = mac
    if addresses:
        row.update(IPAddress=addresses, IPSubnet=masks, DefaultIPGateway=gateways, GatewayCostMetric=[0] if gateways else None,
                   DNSServerSearchOrder=dns, DNSHostName="host", DNSDomainSuffixSearchOrder=[])
    return row


def uninstall(view, key, name, version, publisher, date, size, hive="HKLM"):
    root = "%s\\SOFTWARE\\%sMicrosoft\\Windows\\CurrentVersion\\Uninstall" % (hive, "Wow6432Node\\" if view == 32 else "")
    return {"%s\\%s" % (root, key): {
        "DisplayName": {"type": 1, "data": name}, "DisplayVersion": {"type": 1, "data": version},
        "Publisher": {"type": 1, "data": publisher}, "InstallDate": {"type": 1, "data": date},
        "EstimatedSize": {"type": 4, "data": size},
        "UninstallString": {"type": 2, "data": "%ProgramFiles%\\" + name + "\\uninstall.exe"}}}


def current_version(product, build, ubr, edition):
    return {"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion": {
        "ProductName": {"type": 1, "data": product}, "CurrentBuild": {"type": 1, "data": str(build)},
        "UBR": {"type": 4, "data": ubr}, "EditionID": {"type": 1, "data": edition},
        "InstallDate": {"type": 4, "data": 1690000000}, "DigitalProductId": {"type": 3, "data": [164, 0, 0, 255, 3]},
        "InstallTime": {"type": 11, "data": "133344556677889900"}},
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters": {
            "Hostname": {"type": 1, "data": "host"}, "Domain": {"type": 1, "data": "corp.example"},
            "SearchList": {"type": 7, "data": ["corp.example", "example"]}},
        "HKLM\\SOFTWARE\\Empty": {}}


ACCOUNTS = [{"user": "scanner", "domain": "CORP", "password": "Passw0rd!"},
            {"user": "Ångström", "domain": "CORP", "password": "pässwörd€"}]


def every_type():
    thing = {"class": "Test_Inner", "properties": [{"name": "Name", "type": "string"}, {"name": "N", "type": "uint32"}],
             "row": {"Name": "inner", "N": 7}}
    return [
        {"s8": -128, "u8": 255, "s16": -32768, "u16": 65535, "c16": 0x20ac, "s32": -2147483648, "u32": 4294967295, "r32": 1.5,
         "s64": "-9223372036854775808", "u64": "18446744073709551615", "r64": -2.25, "flag": True, "text": "plain",
         "when": "20240229235959.123456-240", "ref": "\\\\PC17\\root\\cimv2:Win32_BIOS.Name=\"x\"", "thing": thing,
         "as8": [-1, 0, 127], "au8": [0, 1, 255], "as16": [-1, 1], "au16": [65535], "as32": [-1, 0], "au32": [4294967295, 0],
         "as64": ["-1", "9223372036854775807"], "au64": ["18446744073709551615", "0"], "ar32": [0.5], "ar64": [0.25, -4],
         "aflag": [True, False, True], "atext": ["a", "", "日本", "é"], "awhen": ["00000001020304.000000:000"],
         "athing": [thing, thing], "empty": [], "standard": "its own"},
        {"text": "Zażółć gęślą jaźń", "flag": False, "u32": 0, "u64": 0, "when": "2024****000000.******+***"},
        {"text": "", "s8": 0},
    ]


def win11():
    hotfixes = [("KB5031455", "10/31/2023"), ("KB5032190", "11/14/2023"), ("KB5012170", "01d8c1f4b0a12345"), ("KB5027397", "")]
    rows = {
        "Win32_ComputerSystem": [{"Caption": "PC17", "Name": "PC17", "DNSHostName": "pc17", "Domain": "corp.example",
            "DomainRole": 1, "Manufacturer": "Norrland Computers", "Model": "Fjell 14 G3", "SystemSKUNumber": "F14-G3-SE",
            "PartOfDomain": True, "PCSystemType": 2, "TotalPhysicalMemory": 16886341632, "NumberOfProcessors": 1,
            "NumberOfLogicalProcessors": 12, "UserName": "CORP\\lisa", "SystemType": "x64-based PC",
            "HypervisorPresent": True, "Roles": ["LM_Workstation", "LM_Server", "NT"], "CurrentTimeZone": 60}],
        "Win32_ComputerSystemProduct": [{"IdentifyingNumber": "NL5CG1234A", "Name": "Fjell 14 G3", "Vendor": "Norrland Computers",
            "Version": "G3", "UUID": "4C4C4544-0031-3510-8052-B7C04F4A3132"}],
        "Win32_BIOS": [{"Caption": "N3FET41W (1.26)", "Name": "N3FET41W (1.26)", "Manufacturer": "Norrland", "SerialNumber": "NL5CG1234A  ",
            "Version": "NORRL  - 1260", "SMBIOSBIOSVersion": "N3FET41W (1.26)", "SMBIOSMajorVersion": 3, "SMBIOSMinorVersion": 4,
            "ReleaseDate": "20230815000000.000000+000", "PrimaryBIOS": True, "BiosCharacteristics": [7, 9, 11, 12, 15, 16],
            "BIOSVersion": ["NORRL  - 1260", "N3FET41W (1.26)"], "SMBIOSPresent": True}],
        "Win32_SystemEnclosure": [{"Manufacturer": "Norrland Computers", "SerialNumber": "NL5CG1234A", "SMBIOSAssetTag": "IT-00817",
            "ChassisTypes": [10], "LockPresent": False}],
        "Win32_BaseBoard": [{"Manufacturer": "Norrland Computers", "Product": "21CB-F14", "SerialNumber": "L1HF2BD00PJ", "Version": "SDK0T76463"}],
        "Win32_OperatingSystem": [{"Caption": "Microsoft Windows 11 Pro", "Name": "Microsoft Windows 11 Pro|C:\\WINDOWS|\\Device\\Harddisk0\\Partition3",
            "CSName": "PC17", "Version": "10.0.22631", "BuildNumber": "22631", "OSArchitecture": "64-bit",
            "InstallDate": "20230722043640.000000+060", "LastBootUpTime": "20261119071500.500000+060",
            "LocalDateTime": "20261121103000.123000+060", "CurrentTimeZone": 60, "ServicePackMajorVersion": 0,
            "ServicePackMinorVersion": 0, "SerialNumber": "00330-80000-00000-AA123", "ProductType": 1, "OSLanguage": 1033,
            "Locale": "041d", "MUILanguages": ["en-US", "sv-SE"], "SystemDirectory": "C:\\WINDOWS\\system32",
            "TotalVisibleMemorySize": 16490568, "FreePhysicalMemory": 6130244, "TotalVirtualMemorySize": 20160584,
            "MaxNumberOfProcesses": 4294967295, "NumberOfProcesses": 241, "RegisteredUser": "Lisa Öberg", "Organization": "",
            "Primary": True, "OperatingSystemSKU": 48}],
        "Win32_Processor": [{"Caption": "Intel64 Family 6 Model 154 Stepping 4", "DeviceID": "CPU0",
            "Name": "12th Gen Intel(R) Core(TM) i5-1245U", "Manufacturer": "GenuineIntel", "MaxClockSpeed": 1600,
            "CurrentClockSpeed": 1600, "NumberOfCores": 10, "NumberOfLogicalProcessors": 12, "SocketDesignation": "U3E1",
            "Architecture": 9, "LoadPercentage": 7, "L2CacheSize": 6656, "ProcessorId": "BFEBFBFF000906A4"}],
        "Win32_PhysicalMemory": [{"BankLabel": "BANK 0", "Capacity": 8589934592, "DeviceLocator": "DIMM A", "Manufacturer": "Samsung",
            "PartNumber": "M471A1G44BB0-CWE    ", "SerialNumber": "00000000", "Speed": 3200, "ConfiguredClockSpeed": 3200,
            "MemoryType": 0, "SMBIOSMemoryType": 26, "FormFactor": 12},
            {"BankLabel": "BANK 1", "Capacity": 8589934592, "DeviceLocator": "DIMM B", "Manufacturer": "Samsung",
             "PartNumber": "M471A1G44BB0-CWE    ", "SerialNumber": "3A7F11C2", "Speed": 3200, "ConfiguredClockSpeed": 3200,
             "MemoryType": 0, "SMBIOSMemoryType": 26, "FormFactor": 12}],
        "Win32_PhysicalMemoryArray": [{"MaxCapacity": 67108864, "MaxCapacityEx": 67108864, "MemoryDevices": 2, "Use": 3}],
        "Win32_DiskDrive": [{"Caption": "NVMe Havsvind 512GB", "DeviceID": "\\\\.\\PHYSICALDRIVE0", "Model": "NVMe Havsvind 512GB",
            "SerialNumber": "0025_38A4_31B2_0C11.", "Size": 512105932800, "InterfaceType": "SCSI", "MediaType": "Fixed hard disk media",
            "FirmwareRevision": "3B7QFXO7", "Index": 0, "Partitions": 3, "Capabilities": [3, 4],
            "PNPDeviceID": "SCSI\\DISK&VEN_NVME&PROD_HAVSVIND\\4&2E", "Status": "OK"}],
        "Win32_LogicalDisk": [{"Caption": "C:", "DeviceID": "C:", "DriveType": 3, "FileSystem": "NTFS", "FreeSpace": 201863462912,
            "Size": 510770802688, "VolumeName": "Windows", "VolumeSerialNumber": "5E2A1F03", "Compressed": False},
            {"Caption": "D:", "DeviceID": "D:", "DriveType": 5},
            {"Caption": "H:", "DeviceID": "H:", "DriveType": 4, "ProviderName": "\\\\fil\\hem", "Size": 1099511627776, "FreeSpace": 1}],
        "Win32_VideoController": [{"Name": "Intel(R) Iris(R) Xe Graphics", "AdapterRAM": 1073741824, "DriverVersion": "31.0.101.4502",
            "VideoProcessor": "Intel(R) Iris(R) Xe Graphics Family", "CurrentHorizontalResolution": 1920,
            "CurrentVerticalResolution": 1200, "PNPDeviceID": "PCI\\VEN_8086&DEV_46A8\\3"}],
        "Win32_NetworkAdapter": [
            adapter(1, "Intel(R) Ethernet Connection (16) I219-LM", "A4:4C:C8:10:22:31", "Ethernet", status=7),
            adapter(2, "Intel(R) Wi-Fi 6E AX211 160MHz", "70:A6:CC:91:05:4E", "Wi-Fi", service="Netwtw12",
                    pnp="PCI\\VEN_8086&DEV_51F0\\3", speed=866700000),
            adapter(3, "Bluetooth Device (Personal Area Network)", "70:A6:CC:91:05:52", "Bluetooth Network Connection",
                    pnp="BTH\\MS_BTHPAN\\6", service="BthPan", status=7),
            adapter(4, "Microsoft Wi-Fi Direct Virtual Adapter", "72:A6:CC:91:05:4E", "Local Area Connection* 1",
                    pnp="{5D624F94-8850-40C3-A3FA-A4FD2080BAF3}\\VWIFIMP_WFD\\5", service="vwifimp", status=7, physical=False),
            adapter(5, "WAN Miniport (IP)", "50:50:54:50:30:30", pnp="SWD\\MSRRAS\\MS_NDISWANIP", service="NdisWan", physical=False),
            adapter(6, "Realtek USB GbE Family Controller", "00:E0:4C:68:01:9A", "Ethernet 2",
                    pnp="USB\\VID_0BDA&PID_8153\\000001", service="rtux64w10"),
            adapter(7, "Fortinet SSL VPN Virtual Ethernet Adapter", "00:09:0F:AA:00:01", "Ethernet 3", status=0,
                    pnp="ROOT\\NET\\0000", service="ftsvnic", physical=False)],
        "Win32_NetworkAdapterConfiguration": [
            configuration(1, "Intel(R) Ethernet Connection (16) I219-LM", "A4:4C:C8:10:22:31"),
            configuration(2, "Intel(R) Wi-Fi 6E AX211 160MHz", "70:A6:CC:91:05:4E", ["192.168.40.17", "fe80::88b1:d5a3:1:2"],
                          ["255.255.255.0", "64"], ["192.168.40.1"], dns=["192.168.40.2", "192.168.40.3"]),
            configuration(5, "WAN Miniport (IP)", None, dhcp=False)],
        "Win32_QuickFixEngineering": [{"Caption": "http://support.example/kb/%s" % k, "Description": "Security Update" if i % 2 else "Update",
            "HotFixID": k, "InstalledBy": "NT AUTHORITY\\SYSTEM", "InstalledOn": d} for i, (k, d) in enumerate(hotfixes)],
        "Win32_Service": [{"Name": n, "DisplayName": d, "State": s, "StartMode": m, "StartName": "LocalSystem", "Started": s == "Running",
            "PathName": "C:\\WINDOWS\\system32\\svchost.exe -k %s" % n, "ExitCode": 0 if s == "Running" else 1077,
            "ProcessId": 1000 + i if s == "Running" else 0, "ServiceType": "Share Process", "DesktopInteract": False}
            for i, (n, d, s, m) in enumerate([("Dnscache", "DNS Client", "Running", "Auto"), ("Winmgmt", "Windows Management Instrumentation",
                "Running", "Auto"), ("WSearch", "Windows Search", "Stopped", "Disabled"), ("Spooler", "Print Spooler", "Running", "Auto")])],
        "Win32_Share": [{"Name": "ADMIN$", "Path": "C:\\WINDOWS", "Type": 2147483648, "Description": "Remote Admin", "AllowMaximum": True,
                         "Status": "OK"},
                        {"Name": "Public", "Path": "C:\\Users\\Public", "Type": 0, "Description": "", "AllowMaximum": False, "MaximumAllowed": 20,
                         "Status": "OK"}],
        "Win32_UserAccount": [{"Name": n, "Domain": "PC17", "SID": "S-1-5-21-1-2-3-%d" % rid, "LocalAccount": True,
            "Disabled": off, "Lockout": False, "FullName": full, "PasswordRequired": True} for n, rid, off, full in (
                ("Administrator", 500, True, ""), ("ola", 1001, False, "Ola Nordmann"))],
        "Win32_TimeZone": [{"Caption": "(UTC+01:00) Stockholm", "StandardName": "Västeuropa, normaltid", "Bias": 60, "DaylightBias": -60}],
        "Win32_UTCTime": [{"Year": 2026, "Month": 11, "Day": 21, "Hour": 9, "Minute": 30, "Second": 0}],
        "Win32_PerfFormattedData_PerfOS_System": [{"SystemUpTime": 184500, "Processes": 241, "Threads": 3107}],
        "Win32_PerfFormattedData_PerfOS_Memory": [{"CommitLimit": 20644438016, "CommittedBytes": 11811160064,
            "PercentCommittedBytesInUse": 57, "AvailableBytes": 6277369856, "CacheBytes": 268435456}],
        "Win32_IP4RouteTable": [{"Destination": "0.0.0.0", "Mask": "0.0.0.0", "NextHop": "192.168.40.1", "Metric1": 35,
            "InterfaceIndex": 6, "Protocol": 3, "Type": 4}],
        "Win32_Process": [{"Name": n, "ProcessId": pid, "ParentProcessId": up, "WorkingSetSize": size, "ThreadCount": threads, "HandleCount": handles,
            "KernelModeTime": kernel, "UserModeTime": user, "VirtualSize": 4 * size, "CreationDate": since,
            "CommandLine": n + " --secret=hunter2"} for n, pid, up, size, threads, handles, kernel, user, since in (
                ("System", 4, 0, 139264, 190, 3800, 55500000000, 0, "20261119071500.500000+060"),
                ("explorer.exe", 5120, 5000, 161480704, 61, 2900, 812500000, 437500000, "20261121070110.000000+060"),
                ("mstsc.exe", 6044, 5120, 41943040, 12, 400, 0, 0, "20261121090001.000000+060"),
                ("svchost.exe", 1001, 700, 12582912, 9, 310, 10000000, 0, "20261119071510.000000+060"))],
        "Test_EveryType": every_type(),
    }
    registry = current_version("Windows 10 Pro", 22631, 2715, "Professional")
    registry.update(uninstall(64, "7-Zip", "7-Zip 23.01 (x64)", "23.01", "Igor Pavlov", "20230801", 5632))
    registry.update(uninstall(32, "Klotter", "Klotter för Windows", "4.2.1", "Åkesson & Söner AB", "20240115", 88123))
    registry.update(sections.win11_registry(uninstall))
    return machine("PC17", "CORP", "corp.example", 22631, ACCOUNTS, rows, registry=registry)


def server2022():
    nics, configs = [], []
    for i in range(1, 13):
        mac = "3C:EC:EF:20:7%X:0%X" % (i // 4, i % 4)
        name = "Broadcom P225p NetXtreme-E Dual-port #%d" % i
        nics.append(adapter(i, name, mac, "SLOT %d" % i, service="bnxtnd", pnp="PCI\\VEN_14E4&DEV_16D7\\%d" % i,
                            speed=25000000000, status=2 if i < 9 else 7))
        configs.append(configuration(i, name, mac, ["10.20.%d.5" % i] if i < 5 else None, ["255.255.255.0"], ["10.20.%d.1" % i] if i == 1 else None,
                                     dhcp=False, dns=["10.20.1.10"]))
    nics.append(adapter(13, "Microsoft Network Adapter Multiplexor Driver", "3C:EC:EF:20:70:01", "Team", service="NdisImPlatformMp",
                        pnp="COMPOSITEBUS\\MS_IMPLAT_MP\\1", physical=False))
    services = [{"Name": "Svc%03d" % i, "DisplayName": "Service number %d" % i, "State": "Running" if i % 3 else "Stopped",
                 "StartMode": ["Auto", "Manual", "Disabled"][i % 3], "StartName": ["LocalSystem", "NT AUTHORITY\\LocalService", "CORP\\svc-%d" % i][i % 3],
                 "PathName": "\"C:\\Program Files\\Svc%d\\svc.exe\" --service" % i, "Started": bool(i % 3), "ExitCode": 0, "ProcessId": 2000 + i if i % 3 else 0,
                 "ServiceType": "Own Process", "DesktopInteract": False, "Description": "does thing %d" % i} for i in range(306)]
    rows = {
        "Win32_ComputerSystem": [{"Caption": "SRV-DB01", "Name": "SRV-DB01", "DNSHostName": "srv-db01", "Domain": "corp.example", "DomainRole": 3,
            "Manufacturer": "Polarstern", "Model": "PS-2U 740", "PartOfDomain": True, "PCSystemType": 4, "TotalPhysicalMemory": "549411880960",
            "NumberOfProcessors": 2, "NumberOfLogicalProcessors": 64, "SystemType": "x64-based PC", "HypervisorPresent": False,
            "Roles": ["LM_Workstation", "LM_Server", "SQLServer", "NT", "Server_NT"], "CurrentTimeZone": 60}],
        "Win32_ComputerSystemProduct": [{"IdentifyingNumber": "PS740X0042", "Name": "PS-2U 740", "Vendor": "Polarstern", "Version": "",
            "UUID": "31323934-3536-4D32-3237-333630315950"}],
        "Win32_BIOS": [{"Name": "2.19.1", "Manufacturer": "Polarstern", "SerialNumber": "PS740X0042", "SMBIOSBIOSVersion": "2.19.1",
            "ReleaseDate": "20230602000000.000000+000", "PrimaryBIOS": True, "BiosCharacteristics": [7, 9], "BIOSVersion": ["PSTAR - 2"],
            "SMBIOSPresent": True, "SMBIOSMajorVersion": 3, "SMBIOSMinorVersion": 2}],
        "Win32_SystemEnclosure": [{"Manufacturer": "Polarstern", "SerialNumber": "PS740X0042", "SMBIOSAssetTag": "", "ChassisTypes": [23]}],
        "Win32_OperatingSystem": [{"Caption": "Microsoft Windows Server 2022 Standard", "CSName": "SRV-DB01", "Version": "10.0.20348",
            "BuildNumber": "20348", "OSArchitecture": "64-bit", "InstallDate": "20220311101112.000000+060",
            "LastBootUpTime": "20261001030405.000000+120", "LocalDateTime": "20261121103000.000000+060", "CurrentTimeZone": 60,
            "ServicePackMajorVersion": 0, "ProductType": 3, "OSLanguage": 1033, "Locale": "0409", "MUILanguages": ["en-US"],
            "TotalVisibleMemorySize": "536534067", "FreePhysicalMemory": "230534067", "MaxNumberOfProcesses": 4294967295, "Primary": True,
            "OperatingSystemSKU": 7}],
        "Win32_Processor": [{"DeviceID": "CPU%d" % i, "Name": "Intel(R) Xeon(R) Gold 6346 CPU @ 3.10GHz", "Manufacturer": "GenuineIntel",
            "MaxClockSpeed": 3100, "NumberOfCores": 16, "NumberOfLogicalProcessors": 32, "SocketDesignation": "CPU %d" % (i + 1),
            "Architecture": 9, "LoadPercentage": 11 + i} for i in range(2)],
        "Win32_PhysicalMemory": [{"BankLabel": "B%d" % i, "Capacity": "34359738368", "DeviceLocator": "A%d" % (i + 1), "Manufacturer": "Hynix",
            "PartNumber": "HMA84GR7", "SerialNumber": "8000%04X" % (i * 17), "Speed": 3200, "SMBIOSMemoryType": 26, "FormFactor": 8} for i in range(16)],
        "Win32_PhysicalMemoryArray": [{"MaxCapacity": 0, "MaxCapacityEx": "8589934592", "MemoryDevices": 32, "Use": 3}],
        "Win32_DiskDrive": [{"DeviceID": "\\\\.\\PHYSICALDRIVE%d" % i, "Model": "PSTAR RAID-%d" % i, "SerialNumber": "00%02d" % i,
            "Size": str(1199637872640 * (i + 1)), "InterfaceType": "SCSI", "MediaType": "Fixed hard disk media", "Index": i, "Partitions": 2,
            "Capabilities": [3, 4], "Status": "OK"} for i in range(8)],
        "Win32_LogicalDisk": [{"DeviceID": "%s:" % l, "Caption": "%s:" % l, "DriveType": 3, "FileSystem": "ReFS" if i else "NTFS",
            "FreeSpace": str(400000000000 * (i + 1)), "Size": str(1199637872640 * (i + 1)), "VolumeName": "Data %d" % i,
            "VolumeSerialNumber": "AA%06X" % i, "Compressed": False} for i, l in enumerate("CDEFGHIJ")],
        "Win32_VideoController": [{"Name": "Matrox G200eW3", "AdapterRAM": None, "DriverVersion": "4.4.5.0"}],
        "Win32_NetworkAdapter": nics, "Win32_NetworkAdapterConfiguration": configs,
        "Win32_QuickFixEngineering": [{"Caption": "", "Description": "Security Update", "HotFixID": "KB50%05d" % i,
            "InstalledOn": "%d/%d/2023" % (i % 12 + 1, i % 28 + 1)} for i in range(120)],
        "Win32_Service": services,
        "Win32_Share": [{"Name": "Data$", "Path": "E:\\Data", "Type": 0, "Description": "daten", "AllowMaximum": False}],
        "Win32_PerfFormattedData_PerfOS_System": [{"SystemUpTime": 4412345, "Processes": 199, "Threads": 2900}],
        "Win32_TimeZone": [{"Caption": "(UTC+01:00) Berlin", "StandardName": "W. Europe Standard Time", "Bias": 60, "DaylightBias": -60}],
    }
    registry = current_version("Windows Server 2022 Standard", 20348, 2031, "ServerStandard")
    for i in range(40):
        registry.update(uninstall(64 if i % 2 else 32, "{%08X-0000-4000-8000-000000000000}" % i, "Program %d" % i, "1.%d" % i, "Maker %d" % (i % 5),
                                  "202301%02d" % (i % 28 + 1), 1024 * i))
    registry.update(sections.server2022_registry())
    return machine("SRV-DB01", "CORP", "corp.example", 20348, ACCOUNTS, rows, registry=registry,
                   extra={"root/standardcimv2": {}, "root/microsoft/windows/storage": {}})


def win7():
    rows = {
        "Win32_ComputerSystem": [{"Caption": "ALTER-PC", "Name": "ALTER-PC", "DNSHostName": "Alter-PC", "Domain": "ARBEITSGRUPPE", "DomainRole": 0,
            "Manufacturer": "To Be Filled By O.E.M.", "Model": "To Be Filled By O.E.M.", "PartOfDomain": False, "Workgroup": "ARBEITSGRUPPE",
            "PCSystemType": 1, "TotalPhysicalMemory": 4284817408, "NumberOfProcessors": 1, "NumberOfLogicalProcessors": 2,
            "UserName": "Alter-PC\\Jürgen", "SystemType": "x64-based PC"}],
        "Win32_ComputerSystemProduct": [{"IdentifyingNumber": "To Be Filled By O.E.M.", "Name": "To Be Filled By O.E.M.",
            "Vendor": "To Be Filled By O.E.M.", "Version": "To Be Filled By O.E.M.", "UUID": "03000200-0400-0500-0006-000700080009"}],
        "Win32_BIOS": [{"Name": "BIOS Date: 03/19/10 10:20:11 Ver: 08.00.15", "Manufacturer": "American Megatrends Inc.",
            "SerialNumber": "To Be Filled By O.E.M.", "SMBIOSBIOSVersion": "P1.70", "ReleaseDate": "20100319000000.000000+000",
            "PrimaryBIOS": True, "BIOSVersion": ["ALASKA - 1072009"], "SMBIOSPresent": True}],
        "Win32_SystemEnclosure": [{"Manufacturer": "To Be Filled By O.E.M.", "SerialNumber": "To Be Filled By O.E.M.", "ChassisTypes": [3]}],
        "Win32_OperatingSystem": [{"Caption": "Microsoft Windows 7 Professional ", "CSName": "ALTER-PC", "Version": "6.1.7601", "BuildNumber": "7601",
            "OSArchitecture": "64-Bit", "InstallDate": "20110401120000.000000+120", "LastBootUpTime": "20261120080000.123456+060",
            "LocalDateTime": "20261121103000.000000+060", "CurrentTimeZone": 60, "ServicePackMajorVersion": 1, "CSDVersion": "Service Pack 1",
            "ProductType": 1, "OSLanguage": 1031, "Locale": "0407", "MUILanguages": ["de-DE"], "TotalVisibleMemorySize": 4184392,
            "FreePhysicalMemory": 1684392, "MaxNumberOfProcesses": 4294967295, "RegisteredUser": "Jürgen", "Primary": True}],
        "Win32_Processor": [{"DeviceID": "CPU0", "Name": "Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz", "Manufacturer": "GenuineIntel",
            "MaxClockSpeed": 3003, "NumberOfCores": 2, "NumberOfLogicalProcessors": 2, "SocketDesignation": "CPUSocket", "Architecture": 9}],
        "Win32_PhysicalMemory": [{"BankLabel": "BANK0", "Capacity": 2147483648, "DeviceLocator": "DIMM0", "Manufacturer": "Manufacturer00",
            "PartNumber": "ModulePartNumber00", "SerialNumber": "SerNum00", "Speed": 800, "MemoryType": 21}],
        "Win32_DiskDrive": [{"DeviceID": "\\\\.\\PHYSICALDRIVE0", "Model": "SAMSUNG HD501LJ ATA Device",
            "SerialNumber": "3053504d4a31515735323234333020202020202020", "Size": 500105249280, "InterfaceType": "IDE",
            "MediaType": "Fixed hard disk media", "Index": 0, "Partitions": 2}],
        "Win32_LogicalDisk": [{"DeviceID": "C:", "Caption": "C:", "DriveType": 3, "FileSystem": "NTFS", "FreeSpace": 102005473280,
            "Size": 499999830016, "VolumeName": "", "VolumeSerialNumber": "C8A1B2C3"}],
        "Win32_VideoController": [{"Name": "NVIDIA GeForce 9600 GT", "AdapterRAM": 536870912, "DriverVersion": "9.18.13.4192"}],
        "Win32_NetworkAdapter": [adapter(7, "Realtek PCIe GBE Family Controller", "00:25:22:A1:B2:C3", "LAN-Verbindung", service="RTL8167",
                                         pnp="PCI\\VEN_10EC&DEV_8168\\4"),
                                 adapter(11, "VirtualBox Host-Only Ethernet Adapter", "08:00:27:00:70:11", "VirtualBox Host-Only Network",
                                         service="VBoxNetAdp", pnp="ROOT\\NET\\0001", physical=False)],
        "Win32_NetworkAdapterConfiguration": [configuration(7, "Realtek PCIe GBE Family Controller", "00:25:22:A1:B2:C3", ["192.168.2.104"],
                                                            ["255.255.255.0"], ["192.168.2.1"], dns=["192.168.2.1"])],
        "Win32_UserAccount": [{"Name": n, "Domain": "ALTER-PC", "SID": "S-1-5-21-7-7-7-%d" % rid, "LocalAccount": True, "Disabled": False,
            "Lockout": False, "FullName": "", "PasswordRequired": False} for n, rid in (("Jürgen", 1000), ("Gast", 1001))],
        "Win32_QuickFixEngineering": [{"HotFixID": "KB976902", "Description": "Update", "InstalledOn": "11/20/2010", "Caption": ""}],
        "Win32_Service": [{"Name": "Winmgmt", "DisplayName": "Windows-Verwaltungsinstrumentation", "State": "Running", "StartMode": "Auto",
            "StartName": "localSystem", "PathName": "C:\\Windows\\system32\\svchost.exe -k netsvcs", "Started": True, "ExitCode": 0, "ProcessId": 900}],
        "Win32_PerfFormattedData_PerfOS_System": [{"SystemUpTime": 95000, "Processes": 61, "Threads": 800}],
    }
    return machine("ALTER-PC", "ARBEITSGRUPPE", "", 7601, [{"user": "admin", "password": "geheim"},
        {"user": "scanner", "domain": "CORP", "password": "Passw0rd!"}], rows,
        registry=dict(current_version("Windows 7 Professional", 7601, 0, "Professional"), **sections.win7_registry(),
                      **uninstall(64, "Irfan", "IrfanView (remove only)", "4.38", "Irfan Skiljan", "20140301", 4096)))


for name, make in (("win11", win11), ("server2022", server2022), ("win7", win7)):
    with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as f:
        host = make()
        add_sections(name, host["namespaces"])
        json.dump(host, f, ensure_ascii=False, indent=1)
        f.write("\n")
