"""sections.py: the classes behind the inventory's sections, for make.py.

Types are those of Microsoft's documentation; every value is made up here.
What a version of Windows lacks has no row here either: no security centre on a
server, no root/standardcimv2 on Windows 7.
"""
import calendar

CIMV2, WMI, STORAGE = "root/cimv2", "root/wmi", "root/microsoft/windows/storage"
PERF = ["Win32_PerfRawData", "Win32_Perf", "CIM_StatisticalInformation"]
TIMES = ("Timestamp_PerfTime:uint64* Frequency_PerfTime:uint64* Timestamp_Sys100NS:uint64* Frequency_Sys100NS:uint64* "
         "Timestamp_Object:uint64* Frequency_Object:uint64* ")

CLASSES = {
    "Win32_PageFileUsage": (CIMV2, ["CIM_LogicalElement", "CIM_ManagedSystemElement"],
        "Name:string* AllocatedBaseSize:uint32 CurrentUsage:uint32 PeakUsage:uint32"),
    "Win32_Volume": (CIMV2, ["CIM_StorageVolume", "CIM_StorageExtent", "CIM_LogicalDevice"],
        "Name:string* DeviceID:string* DriveLetter:string DriveType:uint32 FileSystem:string Capacity:uint64 FreeSpace:uint64 "
        "Label:string SerialNumber:uint32 Automount:boolean Compressed:boolean DirtyBitSet:boolean IndexingEnabled:boolean "
        "MaximumFileNameLength:uint32 QuotasEnabled:boolean QuotasIncomplete:boolean QuotasRebuilding:boolean "
        "SupportsDiskQuotas:boolean SupportsFileBasedCompression:boolean"),
    "MSFT_PhysicalDisk": (STORAGE, ["MSFT_StorageFaultDomain", "MSFT_StorageObject"],
        "ObjectId:string* DeviceId:string FriendlyName:string* MediaType:uint16 BusType:uint16 HealthStatus:uint16* Size:uint64 "
        "UniqueId:string* UniqueIdFormat:uint16 Manufacturer:string* "
        "SerialNumber:string FirmwareVersion:string"),
    "MSFT_StoragePool": (STORAGE, ["MSFT_StorageObject"],
        "ObjectId:string* FriendlyName:string Size:uint64 AllocatedSize:uint64 HealthStatus:uint16 IsPrimordial:boolean"),
    "MSFT_StoragePoolToPhysicalDisk": (STORAGE, [], "StoragePool:reference PhysicalDisk:reference"),
    "WmiMonitorID": (WMI, ["MSMonitorClass"],
        "Active:boolean InstanceName:string ManufacturerName:uint16[] ProductCodeID:uint16[] SerialNumberID:uint16[] "
        "UserFriendlyName:uint16[] UserFriendlyNameLength:uint16 WeekOfManufacture:uint8 YearOfManufacture:uint16"),
    "WmiMonitorConnectionParams": (WMI, ["MSMonitorClass"], "Active:boolean InstanceName:string VideoOutputTechnology:uint32"),
    "WmiMonitorBasicDisplayParams": (WMI, ["MSMonitorClass"],
        "Active:boolean InstanceName:string MaxHorizontalImageSize:uint8 MaxVerticalImageSize:uint8 VideoInputType:uint8"),
    "BatteryStaticData": (WMI, ["MSBatteryClass", "Win32_PerfRawData"],
        "Active:boolean InstanceName:string Chemistry:uint32 DesignedCapacity:uint32 DeviceName:string ManufactureName:string "
        "SerialNumber:string UniqueID:string"),
    "BatteryFullChargedCapacity": (WMI, ["MSBatteryClass"], "Active:boolean InstanceName:string FullChargedCapacity:uint32"),
    "BatteryCycleCount": (WMI, ["MSBatteryClass"], "Active:boolean InstanceName:string CycleCount:uint32"),
    "BatteryStatus": (WMI, ["MSBatteryClass"],
        "Active:boolean InstanceName:string Charging:boolean Discharging:boolean PowerOnline:boolean RemainingCapacity:uint32 "
        "Critical:boolean ChargeRate:sint32 DischargeRate:sint32 Voltage:uint32"),
    "Win32_Battery": (CIMV2, ["CIM_Battery", "CIM_PowerSource", "CIM_LogicalDevice"],
        "Name:string* DeviceID:string* EstimatedChargeRemaining:uint16* BatteryStatus:uint16 Chemistry:uint16* DesignVoltage:uint64*"),
    "Win32_Printer": (CIMV2, ["CIM_Printer", "CIM_LogicalDevice"],
        "Name:string* DriverName:string PortName:string Location:string Shared:boolean Network:boolean Local:boolean "
        "Default:boolean PrinterStatus:uint16* WorkOffline:boolean"),
    "Win32_TCPIPPrinterPort": (CIMV2, ["CIM_ServiceAccessPoint"], "Name:string* HostAddress:string PortNumber:uint32 Protocol:uint32"),
    "Win32_Group": (CIMV2, ["Win32_Account"], "Name:string* Domain:string* SID:string* LocalAccount:boolean* SIDType:uint8*"),
    "Win32_GroupUser": (CIMV2, ["CIM_Component"], "GroupComponent:reference* PartComponent:reference*"),
    "Win32_UserProfile": (CIMV2, [], "SID:string LocalPath:string Loaded:boolean Special:boolean LastUseTime:datetime"),
    "Win32_LogonSession": (CIMV2, ["Win32_Session", "CIM_LogicalElement"],
        "LogonId:string LogonType:uint32 StartTime:datetime* AuthenticationPackage:string"),
    "Win32_LoggedOnUser": (CIMV2, ["CIM_Dependency"], "Antecedent:reference* Dependent:reference*"),
    "Win32_SessionProcess": (CIMV2, [], "Antecedent:reference Dependent:reference"),
    "SoftwareLicensingProduct": (CIMV2, [],
        "ID:string Name:string Description:string ApplicationID:string LicenseStatus:uint32 PartialProductKey:string "
        "ProductKeyChannel:string LicenseFamily:string"),
    "Win32_ServerFeature": (CIMV2, [], "ID:uint32 ParentID:uint32 Name:string"),
    "Win32_OptionalFeature": (CIMV2, ["CIM_LogicalElement"], "Name:string* Caption:string* InstallState:uint32"),
    "Win32_ShadowStorage": (CIMV2, [],
        "Volume:reference DiffVolume:reference UsedSpace:uint64 AllocatedSpace:uint64 MaxSpace:uint64"),
    "Win32_ShadowCopy": (CIMV2, ["CIM_LogicalElement"], "ID:string VolumeName:string DeviceObject:string InstallDate:datetime* Persistent:boolean"),
    "Win32_NTDomain": (CIMV2, ["CIM_System"],
        "Name:string* DomainName:string DnsForestName:string DomainControllerName:string ClientSiteName:string DcSiteName:string"),
    "AntiVirusProduct": ("root/securitycenter2", [], "displayName:string instanceGuid:string productState:uint32 timestamp:string"),
    "FirewallProduct": ("root/securitycenter2", [], "displayName:string instanceGuid:string productState:uint32 timestamp:string"),
    "MSFT_MpComputerStatus": ("root/microsoft/windows/defender", ["BaseStatus"],
        "AMServiceEnabled:boolean AMProductVersion:string AMRunningMode:string AntivirusEnabled:boolean AntivirusSignatureAge:uint32 "
        "AntivirusSignatureLastUpdated:datetime RealTimeProtectionEnabled:boolean"),
    "Win32_Tpm": ("root/cimv2/security/microsofttpm", [],
        "SpecVersion:string ManufacturerIdTxt:string ManufacturerVersion:string IsEnabled_InitialValue:boolean "
        "IsActivated_InitialValue:boolean IsOwned_InitialValue:boolean"),
    "Win32_EncryptableVolume": ("root/cimv2/security/microsoftvolumeencryption", [],
        "DriveLetter:string DeviceID:string ProtectionStatus:uint32 ConversionStatus:uint32 EncryptionMethod:uint32 VolumeType:uint32"),
    "Win32_DeviceGuard": ("root/microsoft/windows/deviceguard", [],
        "SecurityServicesConfigured:uint32[] SecurityServicesRunning:uint32[] VirtualizationBasedSecurityStatus:uint32"),
    "MSFT_NetTCPConnection": ("root/standardcimv2", ["CIM_ManagedElement"],
        "InstanceID:string* LocalAddress:string LocalPort:uint16 RemoteAddress:string RemotePort:uint16 State:uint8 OwningProcess:uint32 "
        "CreationTime:datetime"),
    "MSFT_NetUDPEndpoint": ("root/standardcimv2", ["CIM_ManagedElement"],
        "InstanceID:string* LocalAddress:string LocalPort:uint16 OwningProcess:uint32 CreationTime:datetime"),
    "MSFT_NetRoute": ("root/standardcimv2", ["CIM_NextHopRoute"],
        "InstanceID:string* DestinationPrefix:string NextHop:string InterfaceIndex:uint32 InterfaceAlias:string RouteMetric:uint16* "
        "AddressFamily:uint16 Store:uint8 Protocol:uint16"),
    "MSFT_NetAdapter": ("root/standardcimv2", ["CIM_NetworkPort", "CIM_LogicalPort"],
        "Name:string* InterfaceIndex:uint32 InterfaceDescription:string PermanentAddress:string* NdisPhysicalMedium:uint32 Virtual:boolean "
        "HardwareInterface:boolean DriverName:string DriverVersionString:string"),
    "Win32_PerfRawData_Counters_ProcessorInformation": (CIMV2, PERF, TIMES + "Name:string* PercentProcessorTime:uint64 ProcessorFrequency:uint32"),
    "CCM_UpdateStatus": ("root/ccm/softwareupdates/updatesstore", ["CCM_UpdateSource"],
        "UniqueId:string Title:string Article:string Bulletin:string Status:string UpdateClassification:string ScanTime:datetime SourceUniqueId:string"),
    "Win32_PerfRawData_PerfOS_Processor": (CIMV2, PERF, TIMES + "Name:string* PercentProcessorTime:uint64 PercentIdleTime:uint64"),
    "Win32_PerfRawData_PerfDisk_PhysicalDisk": (CIMV2, PERF, TIMES + "Name:string* DiskReadBytesPersec:uint64 DiskWriteBytesPersec:uint64 "
        "DiskReadsPersec:uint32 DiskWritesPersec:uint32 PercentDiskReadTime:uint64 PercentDiskReadTime_Base:uint64 "
        "PercentDiskWriteTime:uint64 PercentDiskWriteTime_Base:uint64 PercentIdleTime:uint64 PercentIdleTime_Base:uint64 "
        "AvgDiskReadQueueLength:uint64 AvgDiskWriteQueueLength:uint64"),
    "Win32_PerfRawData_PerfDisk_LogicalDisk": (CIMV2, PERF, TIMES + "Name:string* DiskReadBytesPersec:uint64 DiskWriteBytesPersec:uint64 "
        "DiskReadsPersec:uint32 DiskWritesPersec:uint32"),
    "Win32_PerfRawData_Tcpip_NetworkInterface": (CIMV2, PERF, TIMES + "Name:string* BytesReceivedPersec:uint64 BytesSentPersec:uint64 "
        "CurrentBandwidth:uint64 PacketsReceivedErrors:uint32 PacketsOutboundErrors:uint32 PacketsReceivedDiscarded:uint32 "
        "PacketsOutboundDiscarded:uint32 OutputQueueLength:uint32"),
    "Win32_PerfRawData_PerfProc_Process": (CIMV2, PERF, TIMES + "Name:string* IDProcess:uint32 CreatingProcessID:uint32 "
        "PercentProcessorTime:uint64 PrivateBytes:uint64 HandleCount:uint32 ThreadCount:uint32"),
}
for _v in "46":
    CLASSES["Win32_PerfRawData_Tcpip_TCPv" + _v] = (CIMV2, PERF, TIMES + "ConnectionsEstablished:uint32 ConnectionsActive:uint32 "
        "ConnectionsPassive:uint32 ConnectionFailures:uint32 ConnectionsReset:uint32 SegmentsPersec:uint32 SegmentsReceivedPersec:uint32 "
        "SegmentsSentPersec:uint32 SegmentsRetransmittedPersec:uint32")
    CLASSES["Win32_PerfRawData_Tcpip_UDPv" + _v] = (CIMV2, PERF, TIMES + "DatagramsPersec:uint32 DatagramsReceivedPersec:uint32 "
        "DatagramsSentPersec:uint32 DatagramsNoPortPersec:uint32 DatagramsReceivedErrors:uint32")


def chars(text):
    """Text as the monitor classes have it: numbers, filled up with zeros."""
    return [ord(c) for c in text] + [0] * (16 - len(text))


def path(host, cls, **keys):
    return "\\\\%s\\root\\cimv2:%s.%s" % (host, cls, ",".join('%s="%s"' % (k, v.replace("\\", "\\\\")) for k, v in keys.items()))


def volume(guid, letter=None, mount=None, fs="NTFS", size=0, free=0, label="", serial=0, **more):
    device = "\\\\?\\Volume{%s}\\" % guid
    row = {"Name": (letter + "\\") if letter else mount or device, "DeviceID": device, "DriveType": 3, "FileSystem": fs, "Capacity": size,
           "FreeSpace": free, "Label": label, "SerialNumber": serial, "Automount": True, "Compressed": False, "DirtyBitSet": False,
           "IndexingEnabled": True, "MaximumFileNameLength": 255, "QuotasEnabled": False, "QuotasIncomplete": False,
           "QuotasRebuilding": False, "SupportsDiskQuotas": True, "SupportsFileBasedCompression": True}
    if letter:
        row["DriveLetter"] = letter
    return dict(row, **more)


# --- two samples ---------------------------------------------------------------------

SECONDS = 2                     # between them, by the host's own clocks


def moment(later):
    ticks = 7_000_000_000_000 + later * SECONDS * 10_000_000
    return {"Timestamp_PerfTime": ticks, "Frequency_PerfTime": 10_000_000, "Timestamp_Sys100NS": 133_000_000_000_000_000 + later * SECONDS * 10_000_000,
            "Frequency_Sys100NS": 10_000_000, "Timestamp_Object": 0, "Frequency_Object": 0}


def samples(*rows):
    """Rows whose (start, a second's growth) pairs become two lists of rows."""
    def at(row, later):
        return dict(moment(later), **{k: v[0] + int(v[1] * SECONDS * later) if isinstance(v, tuple) else v for k, v in row.items()})
    return {"rows": [at(r, 0) for r in rows], "later": [at(r, 1) for r in rows]}


def processors(idle):
    """idle: how idle each is, from 0 to 1."""
    rows = [{"Name": str(i), "PercentProcessorTime": (5_000_000_000 + i, share * 10_000_000)} for i, share in enumerate(idle)]
    return samples(*rows, {"Name": "_Total", "PercentProcessorTime": (5_000_000_000, sum(idle) / len(idle) * 10_000_000)})


def nodes(*idle):
    """The same, of NUMA nodes: each has its processors and a sum."""
    rows = [{"Name": "%d,%d" % (node, i), "PercentProcessorTime": (5_000_000_000 + i, share * 10_000_000)}
            for node, each in enumerate(idle) for i, share in enumerate(each)]
    rows += [{"Name": "%d,_Total" % node, "PercentProcessorTime": (5_000_000_000, sum(each) / len(each) * 10_000_000)} for node, each in enumerate(idle)]
    everything = [share for each in idle for share in each]
    return samples(*rows, {"Name": "_Total", "PercentProcessorTime": (5_000_000_000, sum(everything) / len(everything) * 10_000_000)})


def drive(name, read=0, write=0, reads=0, writes=0, reading=0.0, writing=0.0, idle=1.0, waits=(0.0, 0.0), **base):
    base_time = (900_000_000_000, 10_000_000)
    return dict({"Name": name, "DiskReadBytesPersec": (10 ** 12, read), "DiskWriteBytesPersec": (10 ** 11, write),
                 "DiskReadsPersec": (base.get("start", 10 ** 6), reads), "DiskWritesPersec": (10 ** 6, writes),
                 "PercentDiskReadTime": (10 ** 9, reading * 10_000_000), "PercentDiskReadTime_Base": base_time,
                 "PercentDiskWriteTime": (10 ** 9, writing * 10_000_000), "PercentDiskWriteTime_Base": base_time,
                 "PercentIdleTime": (10 ** 10, idle * 10_000_000), "PercentIdleTime_Base": base_time,
                 "AvgDiskReadQueueLength": (10 ** 9, waits[0] * 10_000_000), "AvgDiskWriteQueueLength": (10 ** 9, waits[1] * 10_000_000)})


def logical(name, **more):
    row = drive(name, **more)
    return {k: v for k, v in row.items() if k in ("Name", "DiskReadBytesPersec", "DiskWriteBytesPersec", "DiskReadsPersec", "DiskWritesPersec")}


def interface(name, received, sent, bandwidth, errors=(0, 0), discards=(0, 0), queue=0):
    return {"Name": name, "BytesReceivedPersec": (5_000_000_000, received), "BytesSentPersec": (700_000_000, sent), "CurrentBandwidth": bandwidth,
            "PacketsReceivedErrors": errors[0], "PacketsOutboundErrors": errors[1], "PacketsReceivedDiscarded": discards[0],
            "PacketsOutboundDiscarded": discards[1], "OutputQueueLength": queue}


def tcp(established, opened, accepted, received, sent, again):
    return samples({"ConnectionsEstablished": established, "ConnectionsActive": opened, "ConnectionsPassive": accepted, "ConnectionFailures": 17,
                    "ConnectionsReset": 23, "SegmentsReceivedPersec": (4_000_000, received), "SegmentsSentPersec": (3_000_000, sent),
                    "SegmentsRetransmittedPersec": (900, again), "SegmentsPersec": (7_000_000, received + sent)})


def udp(received, sent, nobody):
    return samples({"DatagramsReceivedPersec": (60_000, received), "DatagramsSentPersec": (50_000, sent), "DatagramsNoPortPersec": (70, nobody),
                    "DatagramsReceivedErrors": 3, "DatagramsPersec": (110_000, received + sent)})


def process(name, pid, parent, busy, private):
    return {"Name": name, "IDProcess": pid, "CreatingProcessID": parent, "PercentProcessorTime": (90_000_000, busy * 10_000_000),
            "PrivateBytes": private, "HandleCount": 100, "ThreadCount": 4}


# --- machines --------------------------------------------------------------------------

def win11():
    screen, panel = "DISPLAY\\NOR2419\\5&1a2b&0&UID4357_0", "DISPLAY\\BOE0A1C\\4&3c4d&0&UID8388688_0"
    pack = "ACPI\\PNP0C0A\\1_0"
    system, data, recovery = ("0f1e2d3c-0000-0000-0000-100000000000", "0f1e2d3c-0000-0000-0000-200000000000",
                              "0f1e2d3c-0000-0000-0000-300000000000")

    def session(number):
        return path("PC17", "Win32_LogonSession", LogonId=number)

    def account(domain, name, cls="Win32_Account"):
        return path("PC17", cls, Domain=domain, Name=name)
    return {
        "Win32_PageFileUsage": [{"Name": "C:\\pagefile.sys", "AllocatedBaseSize": 3584, "CurrentUsage": 412, "PeakUsage": 780}],
        "Win32_Volume": [volume(system, "C:", size=510770802688, free=201863462912, label="Windows", serial=0x5E2A1F03, DirtyBitSet=True),
                         volume(data, mount="C:\\data\\maps\\", fs="ReFS", size=107374182400, free=26843545600, label="Maps", serial=0x11223344, Compressed=True),
                         volume(recovery, size=1073741824, free=536870912, label="Recovery", serial=0xA0B0C0D0),
                         dict(volume("0f1e2d3c-0000-0000-0000-400000000000", "D:"), DriveType=5)],
        "MSFT_PhysicalDisk": [{"ObjectId": "{1}\\\\PC17\\root\\Microsoft\\Windows\\Storage\\Providers_v2\\SPACES_PhysicalDisk.ObjectId=\"{a}:PD:{b}\"",
                               "DeviceId": "0", "FriendlyName": "NVMe Havsvind 512GB", "MediaType": 4, "BusType": 17, "HealthStatus": 0,
                               "Size": 512110190592, "SerialNumber": "0025_38A4_31B2_0C11.", "FirmwareVersion": "3B7QFXO7",
                               "UniqueId": "eui.002538A431B20C11", "UniqueIdFormat": 2, "Manufacturer": "NVMe"}],
        "MSFT_StoragePool": [{"ObjectId": "{p}", "FriendlyName": "Primordial", "Size": 512110190592, "AllocatedSize": 0, "HealthStatus": 0,
                              "IsPrimordial": True}],
        "MSFT_StoragePoolToPhysicalDisk": [],
        "WmiMonitorID": [{"Active": True, "InstanceName": screen, "ManufacturerName": chars("NOR"), "ProductCodeID": chars("2419"),
                          "SerialNumberID": chars("N24X0077"), "UserFriendlyName": chars("Norrland 24X"), "UserFriendlyNameLength": 13,
                          "WeekOfManufacture": 12, "YearOfManufacture": 2021},
                         {"Active": True, "InstanceName": panel, "ManufacturerName": chars("BOE"), "ProductCodeID": chars("0A1C"),
                          "SerialNumberID": chars("0"), "YearOfManufacture": 2022, "WeekOfManufacture": 1, "UserFriendlyNameLength": 0},
                         {"Active": False, "InstanceName": "DISPLAY\\OLD0001\\1", "ManufacturerName": chars("OLD"), "YearOfManufacture": 2001}],
        "WmiMonitorConnectionParams": [{"Active": True, "InstanceName": screen, "VideoOutputTechnology": 10},
                                       {"Active": True, "InstanceName": panel, "VideoOutputTechnology": 2147483648}],
        "WmiMonitorBasicDisplayParams": [{"Active": True, "InstanceName": screen, "MaxHorizontalImageSize": 53, "MaxVerticalImageSize": 30},
                                         {"Active": True, "InstanceName": panel, "MaxHorizontalImageSize": 30, "MaxVerticalImageSize": 19}],
        "BatteryStaticData": [{"Active": True, "InstanceName": pack, "Chemistry": int.from_bytes(b"LiP\0", "little"), "DesignedCapacity": 57000,
                               "DeviceName": "NB-57", "ManufactureName": "Norrland", "SerialNumber": " 1234", "UniqueID": "1234Norrland"}],
        "BatteryFullChargedCapacity": [{"Active": True, "InstanceName": pack, "FullChargedCapacity": 51300}],
        "BatteryCycleCount": [{"Active": True, "InstanceName": pack, "CycleCount": 212}],
        "BatteryStatus": [{"Active": True, "InstanceName": pack, "Charging": False, "Discharging": True, "PowerOnline": False,
                           "RemainingCapacity": 38475, "Critical": False, "DischargeRate": 9120, "ChargeRate": 0, "Voltage": 15400}],
        "Win32_Battery": [{"Name": "NB-57", "DeviceID": "1234Norrland", "EstimatedChargeRemaining": 75, "BatteryStatus": 1, "Chemistry": 2}],
        "Win32_Printer": [
            {"Name": "Kopiator plan 2", "DriverName": "Universal PCL6", "PortName": "IP_10.0.4.9", "Location": "Plan 2, vid trappan", "Shared": False,
             "Network": False, "Local": True, "Default": True, "PrinterStatus": 3, "WorkOffline": False},
            {"Name": "Microsoft Print to PDF", "DriverName": "Microsoft Print To PDF", "PortName": "PORTPROMPT:", "Shared": False, "Network": False,
             "Local": True, "Default": False, "PrinterStatus": 3, "WorkOffline": True}],
        "Win32_TCPIPPrinterPort": [{"Name": "IP_10.0.4.9", "HostAddress": "10.0.4.9", "PortNumber": 9100, "Protocol": 1}],
        "Win32_Group": [{"Name": "Administratörer", "Domain": "PC17", "SID": "S-1-5-32-544", "LocalAccount": True, "SIDType": 4},
                        {"Name": "Användare", "Domain": "PC17", "SID": "S-1-5-32-545", "LocalAccount": True, "SIDType": 4},
                        {"Name": "Tom's", "Domain": "PC17", "SID": "S-1-5-21-1-2-3-1009", "LocalAccount": True, "SIDType": 4},
                        {"Name": "Domain Admins", "Domain": "CORP", "SID": "S-1-5-21-9-9-9-512", "LocalAccount": False, "SIDType": 2}],
        "Win32_GroupUser": [{"GroupComponent": account("PC17", g, "Win32_Group"), "PartComponent": account(d, n, c)} for g, d, n, c in (
            ("Administratörer", "PC17", "Administrator", "Win32_UserAccount"), ("Administratörer", "CORP", "Domain Admins", "Win32_Group"),
            ("Användare", "PC17", "ola", "Win32_UserAccount"), ("Tom's", "PC17", "ola", "Win32_UserAccount"))] +
            [{"GroupComponent": account("CORP", "Domain Admins", "Win32_Group"), "PartComponent": account("CORP", "ingrid", "Win32_UserAccount")}],
        "Win32_UserProfile": [{"SID": "S-1-5-21-1-2-3-1001", "LocalPath": "C:\\Users\\ola", "Loaded": False, "Special": False,
                               "LastUseTime": "20261101080000.000000+000"},
                              {"SID": "S-1-5-18", "LocalPath": "%systemroot%\\system32\\config\\systemprofile", "Loaded": True, "Special": True}],
        "Win32_LogonSession": [{"LogonId": "195342", "LogonType": 2, "StartTime": "20261121070105.000000+060", "AuthenticationPackage": "Kerberos"},
                               {"LogonId": "801177", "LogonType": 10, "StartTime": "20261121090000.000000+060", "AuthenticationPackage": "Kerberos"},
                               {"LogonId": "777", "LogonType": 2, "StartTime": "20261120080000.000000+060", "AuthenticationPackage": "Kerberos"},
                               {"LogonId": "999", "LogonType": 0, "AuthenticationPackage": "NTLM"}],
        "Win32_LoggedOnUser": [{"Antecedent": account(d, n), "Dependent": session(s)} for d, n, s in (
            ("CORP", "lisa", "195342"), ("CORP", "ingrid", "801177"), ("CORP", "lisa", "777"), ("PC17", "SYSTEM", "999"))],
        "Win32_SessionProcess": [{"Antecedent": session(s), "Dependent": path("PC17", "Win32_Process", Handle=h)} for s, h in (
            ("999", "4"), ("195342", "5120"), ("801177", "6044"))],
        "SoftwareLicensingProduct": [
            {"ID": "a1", "Name": "Windows(R), Professional edition", "Description": "Windows(R) Operating System, OEM_DM channel",
             "ApplicationID": "55c92734-d682-4d71-983e-d6ec3f16059f", "LicenseStatus": 1, "PartialProductKey": "3V66T", "ProductKeyChannel": "OEM:DM"},
            {"ID": "a2", "Name": "Windows(R), Enterprise edition", "ApplicationID": "55c92734-d682-4d71-983e-d6ec3f16059f", "LicenseStatus": 0},
            {"ID": "a3", "Name": "Office 24", "ApplicationID": "0ff1ce15-a989-479d-af46-f275c6370663", "LicenseStatus": 1, "PartialProductKey": "XXXXX"}],
        "Win32_OptionalFeature": [{"Name": "NetFx4-AdvSrvs", "Caption": ".NET Framework 4.8 Advanced Services", "InstallState": 1},
                                  {"Name": "TelnetClient", "Caption": "Telnet Client", "InstallState": 2}],
        "Win32_ShadowStorage": [{"Volume": path("PC17", "Win32_Volume", DeviceID="\\\\?\\Volume{%s}\\" % system),
                                 "DiffVolume": path("PC17", "Win32_Volume", DeviceID="\\\\?\\Volume{%s}\\" % system),
                                 "UsedSpace": 2147483648, "AllocatedSpace": 2684354560, "MaxSpace": 10215415808}],
        "Win32_ShadowCopy": [{"ID": "{s%d}" % i, "VolumeName": "\\\\?\\Volume{%s}\\" % system, "Persistent": True} for i in range(2)],
        "Win32_NTDomain": [{"Name": "Domain: PC17", "DomainName": "PC17"},
                           {"Name": "Domain: CORP", "DomainName": "CORP", "DnsForestName": "corp.example", "DomainControllerName": "\\\\DC01",
                            "ClientSiteName": "Umea", "DcSiteName": "Umea"}],
        "AntiVirusProduct": [{"displayName": "Microsoft Defender Antivirus", "instanceGuid": "{D68DDC3A}", "productState": 0x061100},
                             {"displayName": "Skydd 9", "instanceGuid": "{AA}", "productState": 0x040010}],
        "FirewallProduct": [{"displayName": "Skydd 9 brandv\u00e4gg", "instanceGuid": "{BB}", "productState": 0x041010}],
        "MSFT_MpComputerStatus": [{"AMServiceEnabled": True, "AMProductVersion": "4.18.23100.2009", "AMRunningMode": "Normal", "AntivirusEnabled": True,
                                   "AntivirusSignatureAge": 0, "AntivirusSignatureLastUpdated": "20261121051500.000000+000",
                                   "RealTimeProtectionEnabled": True}],
        "Win32_Tpm": [{"SpecVersion": "2.0, 0, 1.59", "ManufacturerIdTxt": "NTC", "ManufacturerVersion": "7.2.3.1", "IsEnabled_InitialValue": True,
                       "IsActivated_InitialValue": True, "IsOwned_InitialValue": True}],
        "Win32_EncryptableVolume": [{"DriveLetter": "C:", "DeviceID": "\\\\?\\Volume{%s}\\" % system, "ProtectionStatus": 1, "ConversionStatus": 1,
                                     "EncryptionMethod": 6, "VolumeType": 0},
                                    {"DriveLetter": "", "DeviceID": "\\\\?\\Volume{%s}\\" % data, "ProtectionStatus": 2, "ConversionStatus": 0,
                                     "EncryptionMethod": 0, "VolumeType": 1}],
        "Win32_DeviceGuard": [{"SecurityServicesConfigured": [1, 2], "SecurityServicesRunning": [2], "VirtualizationBasedSecurityStatus": 2}],
        "MSFT_NetUDPEndpoint": [
            {"InstanceID": "1", "LocalAddress": "0.0.0.0", "LocalPort": 5353, "OwningProcess": 1001},
            {"InstanceID": "2", "LocalAddress": "fe80::1c2d:3e4f:5a6b:7c8d", "LocalPort": 1900, "OwningProcess": 4242}],
        "MSFT_NetRoute": [
            {"InstanceID": str(i), "DestinationPrefix": net, "NextHop": hop, "InterfaceIndex": index, "InterfaceAlias": name, "RouteMetric": metric,
             "AddressFamily": family, "Store": store, "Protocol": 3} for i, (net, hop, index, name, metric, family, store) in enumerate((
                 ("::/0", "fe80::1", 6, "Wi-Fi", 256, 23, 1), ("2001:db8:40::/64", "::", 1, "", 0, 23, 1), ("::/0", "fe80::1", 6, "Wi-Fi", 256, 23, 0),
                 ("0.0.0.0/0", "192.168.40.1", 6, "Wi-Fi", 0, 2, 1)))],
        "MSFT_NetAdapter": [
            {"Name": name, "InterfaceIndex": index, "InterfaceDescription": name, "PermanentAddress": mac, "NdisPhysicalMedium": medium,
             "HardwareInterface": mac is not None, "Virtual": mac is None, "DriverName": driver, "DriverVersionString": version}
            for name, index, mac, medium, driver, version in (
                ("Ethernet", 5, "A44CC8102231", 14, "\\SystemRoot\\System32\\drivers\\e1dexpress.sys", "12.19.2.45"),
                ("Wi-Fi", 6, "70A6CC91054E", 9, "\\SystemRoot\\System32\\drivers\\Netwtw12.sys", "22.250.1.2"),
                ("Bluetooth Network Connection", 7, "70A6CC910552", 10, "", ""), ("Ethernet 3", 11, None, 0, None, None))],
        "MSFT_NetTCPConnection": [
            {"InstanceID": "1", "LocalAddress": "0.0.0.0", "LocalPort": 135, "RemoteAddress": "0.0.0.0", "RemotePort": 0, "State": 2, "OwningProcess": 1001},
            {"InstanceID": "2", "LocalAddress": "192.168.40.17", "LocalPort": 50122, "RemoteAddress": "20.54.37.73", "RemotePort": 443, "State": 5,
             "OwningProcess": 5120},
            {"InstanceID": "3", "LocalAddress": "::", "LocalPort": 445, "RemoteAddress": "::", "RemotePort": 0, "State": 2, "OwningProcess": 4}],
        "CCM_UpdateStatus": [{"UniqueId": u, "Title": title, "Article": u[:7], "Status": status, "UpdateClassification": kind, "SourceUniqueId": source}
                             for u, title, status, kind, source in (
            ("5032190-a", "Cumulative Update", "Installed", SECURITY_UPDATES, "wsus1"), ("5033375-b", "Cumulative Update", "Missing", SECURITY_UPDATES, "wsus1"),
            ("5033375-b", "Cumulative Update", "Missing", SECURITY_UPDATES, "wsus2"), ("5033920-c", ".NET", "Missing", SECURITY_UPDATES.upper(), "wsus1"),
            ("4023057-d", "Update", "Missing", "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83", "wsus1"))],
        "Win32_PerfRawData_Counters_ProcessorInformation": nodes([0.9, 0.8] + [1.0] * 10),
        "Win32_PerfRawData_PerfOS_Processor": processors([0.9, 0.8] + [1.0] * 10),
        "Win32_PerfRawData_PerfDisk_PhysicalDisk": samples(
            drive("0 C:", read=1_000_000, write=2_500_000, reads=40, writes=80, reading=0.03, writing=0.05, idle=0.9, waits=(0.03, 0.05),
                  start=2 ** 32 - 30), drive("_Total")),
        "Win32_PerfRawData_PerfDisk_LogicalDisk": samples(logical("C:", read=900_000, write=2_400_000, reads=38, writes=77), logical("_Total")),
        "Win32_PerfRawData_Tcpip_NetworkInterface": samples(
            interface("Intel[R] Wi-Fi 6E AX211 160MHz", 10_833_750, 200_000, 866700000, errors=(2, 1), discards=(5, 0), queue=1)),
        "Win32_PerfRawData_Tcpip_TCPv4": tcp(41, 9000, 120, 300, 250, 2), "Win32_PerfRawData_Tcpip_TCPv6": tcp(4, 800, 12, 30, 25, 0),
        "Win32_PerfRawData_Tcpip_UDPv4": udp(20, 10, 0.5), "Win32_PerfRawData_Tcpip_UDPv6": udp(2, 1, 0),
        "Win32_PerfRawData_PerfProc_Process": samples(process("Idle", 0, 0, 11.5, 61440), process("System", 4, 0, 0.02, 45056),
            process("explorer", 5120, 5000, 0.25, 104857600), process("mstsc#1", 6044, 5120, 0, 20971520), process("_Total", 0, 0, 12, 0)),
    }


def server2022():
    host = "SRV-DB01"
    pool = "{1}\\\\%s\\root\\Microsoft\\Windows\\Storage\\Providers_v2\\SPACES_StoragePool.ObjectId=\"{c}:SP:{d}\"" % host
    disks = ["{1}\\\\%s\\root\\Microsoft\\Windows\\Storage\\Providers_v2\\SPACES_PhysicalDisk.ObjectId=\"{c}:PD:{%d}\"" % (host, i) for i in range(8)]

    def of(cls, object_id):
        escaped = object_id.replace("\\", "\\\\").replace('"', '\\"')
        return "\\\\%s\\root\\microsoft\\windows\\storage:%s.ObjectId=\"%s\"" % (host, cls, escaped)
    return {
        "Win32_PageFileUsage": [{"Name": "%s:\\pagefile.sys" % d, "AllocatedBaseSize": 32768, "CurrentUsage": 1024, "PeakUsage": 2048} for d in "CD"],
        "Win32_Volume": [volume("aaaaaaaa-0000-0000-0000-%012d" % i, "%s:" % l, fs="ReFS" if i else "NTFS", size=1199637872640 * (i + 1),
                                free=400000000000 * (i + 1), label="Data %d" % i, serial=0xAA000000 + i, QuotasEnabled=i == 1)
                         for i, l in enumerate("CDEFGHIJ")],
        "MSFT_PhysicalDisk": [{"ObjectId": disks[i], "DeviceId": str(i), "FriendlyName": "PSTAR RAID-%d" % i, "MediaType": 3 if i else 4,
                               "BusType": 10, "HealthStatus": 1 if i == 3 else 0, "Size": 1199637872640 * (i + 1), "SerialNumber": "00%02d" % i, "UniqueIdFormat": 3,
                               "UniqueId": "600508B1001C%020X" % i, "Manufacturer": "PSTAR "} for i in range(8)] +
            [{"ObjectId": "{pooled}", "DeviceId": "8", "FriendlyName": "PSTAR SSD-8", "MediaType": 4, "BusType": 11, "HealthStatus": 0, "Size": 960197124096,
              "SerialNumber": " S8", "FirmwareVersion": "F2", "UniqueIdFormat": 0, "UniqueId": "PSTAR S8", "Manufacturer": "ATA"},
             {"ObjectId": "{elsewhere}", "DeviceId": "2001", "FriendlyName": "PSTAR SSD-9", "MediaType": 4, "BusType": 11, "HealthStatus": 0,
              "Size": 960197124096, "SerialNumber": "S9"}],
        "MSFT_StoragePool": [{"ObjectId": "{prim}", "FriendlyName": "Primordial", "Size": 9 * 10 ** 12, "AllocatedSize": 5 * 10 ** 12, "HealthStatus": 0,
                              "IsPrimordial": True},
                             {"ObjectId": pool, "FriendlyName": "Pool 1", "Size": 6 * 10 ** 12, "AllocatedSize": 45 * 10 ** 11, "HealthStatus": 1,
                              "IsPrimordial": False}],
        "MSFT_StoragePoolToPhysicalDisk": [{"StoragePool": of("MSFT_StoragePool", pool), "PhysicalDisk": of("MSFT_PhysicalDisk", disks[i])} for i in (2, 3)] +
            [{"StoragePool": of("MSFT_StoragePool", "{prim}"), "PhysicalDisk": of("MSFT_PhysicalDisk", d)} for d in disks],
        "Win32_Printer": [], "Win32_TCPIPPrinterPort": [], "Win32_UserProfile": [], "Win32_LogonSession": [], "Win32_LoggedOnUser": [],
        "Win32_SessionProcess": [], "Win32_Group": [{"Name": "Administrators", "Domain": host, "SID": "S-1-5-32-544", "LocalAccount": True, "SIDType": 4}],
        "Win32_GroupUser": [{"GroupComponent": path(host, "Win32_Group", Domain=host, Name="Administrators"),
                             "PartComponent": path(host, "Win32_Group", Domain="CORP", Name="Domain Admins")}],
        "SoftwareLicensingProduct": [{"ID": "b1", "Name": "Windows(R), ServerStandard edition", "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
                                      "ApplicationID": "55c92734-d682-4d71-983e-d6ec3f16059f", "LicenseStatus": 5, "PartialProductKey": "8Q4FR",
                                      "ProductKeyChannel": "Volume:GVLK"}],
        "Win32_ServerFeature": [{"ID": 481, "ParentID": 0, "Name": "File and Storage Services"}, {"ID": 2, "ParentID": 0, "Name": "Web Server (IIS)"}],
        "Win32_OptionalFeature": [{"Name": "IIS-WebServerRole", "Caption": "Internet Information Services", "InstallState": 1}],
        "Win32_ShadowStorage": [{"Volume": path(host, "Win32_Volume", DeviceID="\\\\?\\Volume{aaaaaaaa-0000-0000-0000-%012d}\\" % 1),
                                 "DiffVolume": path(host, "Win32_Volume", DeviceID="\\\\?\\Volume{aaaaaaaa-0000-0000-0000-%012d}\\" % 2),
                                 "UsedSpace": 0, "AllocatedSpace": 0, "MaxSpace": "18446744073709551615"}],
        "Win32_ShadowCopy": [],
        "Win32_NTDomain": [{"Name": "Domain: CORP", "DomainName": "CORP", "DnsForestName": "corp.example", "DomainControllerName": "\\\\DC01",
                            "ClientSiteName": "Umea", "DcSiteName": "Umea"}],
        "MSFT_MpComputerStatus": [{"AMServiceEnabled": True, "AMProductVersion": "4.18.2301.6", "AMRunningMode": "Passive Mode", "AntivirusEnabled": True,
                                   "AntivirusSignatureAge": 31, "AntivirusSignatureLastUpdated": "20261021051500.000000+000",
                                   "RealTimeProtectionEnabled": False}],
        "Win32_Tpm": [], "Win32_DeviceGuard": [{"SecurityServicesConfigured": [0], "SecurityServicesRunning": [0], "VirtualizationBasedSecurityStatus": 0}],
        "MSFT_NetTCPConnection": [{"InstanceID": "1", "LocalAddress": "::", "LocalPort": 1433, "RemoteAddress": "::", "RemotePort": 0, "State": 2,
                                   "OwningProcess": 2001}],
        "Win32_PerfRawData_Counters_ProcessorInformation": nodes([0.5] * 32, [0.25] * 32),
        "Win32_PerfRawData_PerfOS_Processor": processors([0.5] * 32 + [0.25] * 32),
        "Win32_PerfRawData_PerfDisk_PhysicalDisk": samples(*[drive("%d %s:" % (i, l), read=10 ** 6 * i) for i, l in enumerate("CDEFGHIJ")], drive("_Total")),
        "Win32_PerfRawData_PerfDisk_LogicalDisk": samples(logical("C:"), logical("HarddiskVolume1"), logical("_Total")),
        "Win32_PerfRawData_Tcpip_NetworkInterface": samples(interface("Broadcom P225p NetXtreme-E Dual-port", 125_000_000, 1_250_000_000, 25000000000)),
        "Win32_PerfRawData_Tcpip_TCPv4": tcp(400, 90000, 12000, 30000, 25000, 20), "Win32_PerfRawData_Tcpip_TCPv6": tcp(0, 0, 0, 0, 0, 0),
        "Win32_PerfRawData_Tcpip_UDPv4": udp(0, 0, 0), "Win32_PerfRawData_Tcpip_UDPv6": udp(0, 0, 0),
        "Win32_PerfRawData_PerfProc_Process": samples(process("sqlservr", 2001, 700, 12.5, 2 ** 35), process("_Total", 0, 0, 64, 0)),
    }


def win7():
    return {
        "Win32_PageFileUsage": [{"Name": "C:\\pagefile.sys", "AllocatedBaseSize": 4086, "CurrentUsage": 96, "PeakUsage": 200}],
        "Win32_Volume": [volume("77777777-0000-0000-0000-000000000001", "C:", size=499999830016, free=102005473280, serial=0xC8A1B2C3),
                         volume("77777777-0000-0000-0000-000000000000", size=104853504, free=70000000, label="System-reserviert", serial=0x10203040)],
        "Win32_Battery": [], "Win32_Printer": [
            {"Name": "HP LaserJet 1020", "DriverName": "HP LaserJet 1020", "PortName": "USB001", "Shared": True, "Network": False, "Local": True,
             "Default": True, "PrinterStatus": 4, "WorkOffline": False}],
        "Win32_TCPIPPrinterPort": [],
        "Win32_Group": [{"Name": "Administratoren", "Domain": "ALTER-PC", "SID": "S-1-5-32-544", "LocalAccount": True, "SIDType": 4}],
        "Win32_GroupUser": [{"GroupComponent": path("ALTER-PC", "Win32_Group", Domain="ALTER-PC", Name="Administratoren"),
                             "PartComponent": path("ALTER-PC", "Win32_UserAccount", Domain="ALTER-PC", Name="J\u00fcrgen")}],
        "Win32_UserProfile": [{"SID": "S-1-5-21-7-7-7-1000", "LocalPath": "C:\\Users\\J\u00fcrgen", "Loaded": False, "Special": False,
                               "LastUseTime": "20261119181500.000000+060"},
                              {"SID": "S-1-5-21-7-7-7-1001", "LocalPath": "C:\\Users\\Gast", "Loaded": True, "Special": False,
                               "LastUseTime": "20261121103000.000000+060"}],
        "Win32_LogonSession": [], "Win32_LoggedOnUser": [], "Win32_SessionProcess": [],
        "SoftwareLicensingProduct": [
            {"ID": "c1", "Name": "Windows(R) 7, Professional edition", "Description": "Windows Operating System - Windows(R) 7, RETAIL channel",
             "ApplicationID": "55c92734-d682-4d71-983e-d6ec3f16059f", "LicenseStatus": 1, "PartialProductKey": "7QKDJ"}],
        "Win32_OptionalFeature": [{"Name": "MediaPlayback", "Caption": "", "InstallState": 1}],
        "Win32_ShadowStorage": [], "Win32_ShadowCopy": [],
        "AntiVirusProduct": [{"displayName": "Alter Schutz", "instanceGuid": "{CC}", "productState": 0x041010}],
        "FirewallProduct": [], "Win32_Tpm": [],
        "Win32_PerfRawData_Counters_ProcessorInformation": nodes([0.25, 0.75]),
        "Win32_PerfRawData_PerfOS_Processor": processors([0.25, 0.75]),
        "Win32_PerfRawData_PerfDisk_PhysicalDisk": samples(drive("0 C:"), drive("_Total")),
        "Win32_PerfRawData_PerfDisk_LogicalDisk": samples(logical("C:"), logical("_Total")),
        "Win32_PerfRawData_Tcpip_NetworkInterface": samples(interface("Realtek PCIe GBE Family Controller", 1000, 500, 1000000000)),
        "Win32_PerfRawData_Tcpip_TCPv4": tcp(3, 30, 1, 4, 4, 0), "Win32_PerfRawData_Tcpip_TCPv6": tcp(0, 0, 0, 0, 0, 0),
        "Win32_PerfRawData_Tcpip_UDPv4": udp(1, 1, 0), "Win32_PerfRawData_Tcpip_UDPv6": udp(0, 0, 0),
        "Win32_PerfRawData_PerfProc_Process": samples(process("System", 4, 0, 0.01, 45056), process("_Total", 0, 0, 2, 0)),
    }


# Namespaces that are there even where no class above has a row.
NAMESPACES = {"win11": [], "server2022": ["root/wmi"], "win7": ["root/wmi"]}
# What drivers answer for where there is no such device: WBEM_E_NOT_SUPPORTED.
NO_DEVICE = {"server2022": ["WmiMonitorID", "WmiMonitorConnectionParams", "WmiMonitorBasicDisplayParams", "BatteryStaticData",
                            "BatteryFullChargedCapacity", "BatteryCycleCount", "BatteryStatus"],
             "win7": ["BatteryStaticData", "BatteryFullChargedCapacity", "BatteryCycleCount", "BatteryStatus",
                      "WmiMonitorID", "WmiMonitorConnectionParams", "WmiMonitorBasicDisplayParams"], "win11": []}
# Properties that this version does not know yet.
LACKING = {"win7": {"SoftwareLicensingProduct": ["ProductKeyChannel"]}}


# --- registries ----------------------------------------------------------------------------

SOFTWARE, CONTROL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\", "HKLM\\SYSTEM\\CurrentControlSet\\"
NT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\"
SECURITY_UPDATES = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
LISA, INGRID, OLD = "S-1-5-21-9-9-9-1104", "S-1-5-21-9-9-9-1105", "S-1-5-21-1-2-3-1001"


def values(**named):
    """Texts, numbers, lists, octets as the registry has them."""
    def one(v):
        if isinstance(v, bytes):
            return {"type": 3, "data": list(v)}
        if isinstance(v, list):
            return {"type": 7, "data": v}
        return {"type": 4 if isinstance(v, int) else 1, "data": v}
    return {k.replace("_dot_", ".").replace("_", " "): v if isinstance(v, dict) else one(v) for k, v in named.items()}


def loaded(sid, *when):
    """A profile, and when it was loaded last: a FILETIME in two halves."""
    t = (calendar.timegm(when + (0,) * (6 - len(when))) + 11644473600) * 10 ** 7
    return {NT + "ProfileList\\" + sid: values(LocalProfileLoadTimeHigh=t >> 32, LocalProfileLoadTimeLow=t & 0xffffffff)}


def walls(domain, private, public):
    root = CONTROL + "Services\\SharedAccess\\Parameters\\FirewallPolicy\\"
    return {root + "DomainProfile": values(EnableFirewall=domain), root + "StandardProfile": values(EnableFirewall=private),
            root + "PublicProfile": values(EnableFirewall=public)}


def win11_registry(uninstall):
    gpu = CONTROL + "Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
    enrolled = "HKLM\\SOFTWARE\\Microsoft\\Enrollments"
    registry = {
        SOFTWARE + "Component Based Servicing\\RebootPending": {},
        CONTROL + "Control\\Session Manager": values(PendingFileRenameOperations=["\\??\\C:\\tmp\\a", ""]),
        SOFTWARE + "Policies\\System": values(EnableLUA=1),
        SOFTWARE + "Authentication\\LogonUI": values(LastLoggedOnUser="CORP\\lisa", LastLoggedOnUserSID=LISA),
        "HKLM\\SOFTWARE\\Microsoft\\Cryptography": values(MachineGuid="0D1E2F30-4151-6273-8495-A6B7C8D9EAFB"),
        CONTROL + "Control": values(PEFirmwareType=2),
        CONTROL + "Control\\TimeZoneInformation": values(TimeZoneKeyName="W. Europe Standard Time"),
        CONTROL + "Control\\SecureBoot\\State": values(UEFISecureBootEnabled=1),
        CONTROL + "Services\\W32Time\\Parameters": values(Type="NTP", NtpServer="time.windows.com,0x9 ntp1.corp.example,0x1"),
        "HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile": values(EnableFirewall=0),
        gpu + "\\0000": values(DriverDesc="Intel(R) Iris(R) Xe Graphics", HardwareInformation_dot_qwMemorySize=(8 << 30).to_bytes(8, "little")),
        gpu + "\\Properties": {},
        CONTROL + "Control\\CloudDomainJoin\\JoinInfo\\1A2B": values(TenantId="3f0c6a52-0000-4000-8000-5d2c3c5f1a11", UserEmail="lisa@corp.example"),
        enrolled + "\\Status": {}, enrolled + "\\AA": values(ProviderID="MS DM Server", EnrollmentState=2),
        enrolled + "\\BB": values(ProviderID="Norrland MDM", EnrollmentState=1),
        "HKU\\.DEFAULT": {}, "HKU\\S-1-5-18": {}, "HKU\\%s_Classes" % LISA: {},
        "HKU\\%s\\Volatile Environment" % LISA: values(USERDOMAIN="CORP", USERNAME="lisa"),
        "HKU\\%s\\Volatile Environment\\1" % LISA: values(SESSIONNAME="Console", CLIENTNAME=""),
        "HKU\\%s\\Volatile Environment" % INGRID: values(USERDOMAIN="CORP", USERNAME="ingrid"),
        "HKU\\%s\\Volatile Environment\\2" % INGRID: values(SESSIONNAME="RDP-Tcp#5", CLIENTNAME="PLATTAN-12"),
        "HKU\\%s" % OLD: {}, NT + "ProfileList\\S-1-5-18": values(Flags=12),
    }
    for profile in (loaded(LISA, 2026, 11, 21, 6, 1, 5), loaded(INGRID, 2026, 11, 21, 8), loaded(OLD, 2026, 10, 30, 16, 20)):
        registry.update(profile)
    registry[NT + "ProfileList\\" + OLD]["ProfileImagePath"] = {"type": 2, "data": "C:\\Users\\ola"}
    registry.update(walls(1, 1, 1))
    registry.update(uninstall(64, "Ritverk", "Ritverk", "1.0.7", "Lisa AB", "20240301", 512, hive="HKU\\" + LISA))
    registry.update(uninstall(64, "Ritverk", "Ritverk", "1.0.6", "Lisa AB", "20230301", 512, hive="HKU\\" + OLD))
    # one entry that shows in both views, and what "Programs and Features" hides
    for view in (64, 32):
        registry.update(uninstall(view, "{11111111-0000-4000-8000-000000000000}", "Delad", "2.0", "Delat AB", "20240101", 1))
    hidden = uninstall(64, "Hidden", "Hidden part", "1", "x", "20240101", 1)
    for key in hidden:
        hidden[key]["SystemComponent"] = {"type": 4, "data": 1}
    registry.update(hidden)
    return registry


def server2022_registry():
    return dict(walls(1, 1, 0), **{
        CONTROL + "Control": values(PEFirmwareType=2), CONTROL + "Control\\SecureBoot\\State": values(UEFISecureBootEnabled=0),
        SOFTWARE + "Policies\\System": values(EnableLUA=0),
        CONTROL + "Services\\W32Time\\Parameters": values(Type="NT5DS", NtpServer="time.windows.com,0x8")})


def win7_registry():
    return dict(walls(1, 1, 1), **{SOFTWARE + "Policies\\System": values(EnableLUA=1),
                                   SOFTWARE + "WindowsUpdate\\Auto Update\\RebootRequired": {},
                                   SOFTWARE + "Authentication\\LogonUI": values(LastLoggedOnUser=".\\J\u00fcrgen"),
                                   CONTROL + "Services\\W32Time\\Parameters": values(Type="NoSync")})
