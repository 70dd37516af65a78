/* windows_codes.c: numbers that Windows gives, and the words they mean. */
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

static const struct { enum win_how how; uint64_t code; const char *name; }
    words[] = {
	{ WIN_ROLE, 0, "workstation" },
	{ WIN_ROLE, 1, "workstation" },
	{ WIN_ROLE, 2, "server" },
	{ WIN_ROLE, 3, "server" },
	{ WIN_ROLE, 4, "domain controller" },
	{ WIN_ROLE, 5, "domain controller" },

	{ WIN_CPU_ARCH, 0, "x86" },
	{ WIN_CPU_ARCH, 1, "mips" },
	{ WIN_CPU_ARCH, 2, "alpha" },
	{ WIN_CPU_ARCH, 3, "ppc" },
	{ WIN_CPU_ARCH, 5, "arm" },
	{ WIN_CPU_ARCH, 6, "ia64" },
	{ WIN_CPU_ARCH, 9, "x86_64" },
	{ WIN_CPU_ARCH, 12, "aarch64" },

	/* DMTF DSP0134 7.18.2 */
	{ WIN_MEMORY_TYPE, 20, "DDR" },
	{ WIN_MEMORY_TYPE, 21, "DDR2" },
	{ WIN_MEMORY_TYPE, 22, "DDR2 FB-DIMM" },
	{ WIN_MEMORY_TYPE, 24, "DDR3" },
	{ WIN_MEMORY_TYPE, 26, "DDR4" },
	{ WIN_MEMORY_TYPE, 27, "LPDDR" },
	{ WIN_MEMORY_TYPE, 28, "LPDDR2" },
	{ WIN_MEMORY_TYPE, 29, "LPDDR3" },
	{ WIN_MEMORY_TYPE, 30, "LPDDR4" },
	{ WIN_MEMORY_TYPE, 32, "HBM" },
	{ WIN_MEMORY_TYPE, 33, "HBM2" },
	{ WIN_MEMORY_TYPE, 34, "DDR5" },
	{ WIN_MEMORY_TYPE, 35, "LPDDR5" },

	{ WIN_TCP_STATE, 1, "closed" },
	{ WIN_TCP_STATE, 2, "listen" },
	{ WIN_TCP_STATE, 3, "syn-sent" },
	{ WIN_TCP_STATE, 4, "syn-received" },
	{ WIN_TCP_STATE, 5, "established" },
	{ WIN_TCP_STATE, 6, "fin-wait-1" },
	{ WIN_TCP_STATE, 7, "fin-wait-2" },
	{ WIN_TCP_STATE, 8, "close-wait" },
	{ WIN_TCP_STATE, 9, "closing" },
	{ WIN_TCP_STATE, 10, "last-ack" },
	{ WIN_TCP_STATE, 11, "time-wait" },
	{ WIN_TCP_STATE, 12, "delete-tcb" },
	{ WIN_TCP_STATE, 100, "bound" },

	{ WIN_LOGON_TYPE, 2, "console" },
	{ WIN_LOGON_TYPE, 10, "rdp" },
	{ WIN_LOGON_TYPE, 11, "console" },

	{ WIN_FIRMWARE, 1, "bios" },
	{ WIN_FIRMWARE, 2, "uefi" },

	{ WIN_SHARE_TYPE, 0, "disk" },
	{ WIN_SHARE_TYPE, 1, "printer" },
	{ WIN_SHARE_TYPE, 2, "device" },
	{ WIN_SHARE_TYPE, 3, "ipc" },
	{ WIN_SHARE_TYPE, 0x80000000u, "disk, administrative" },
	{ WIN_SHARE_TYPE, 0x80000001u, "printer, administrative" },
	{ WIN_SHARE_TYPE, 0x80000002u, "device, administrative" },
	{ WIN_SHARE_TYPE, 0x80000003u, "ipc, administrative" },

	/* MSFT_StoragePool, MSFT_PhysicalDisk */
	{ WIN_HEALTH, 0, "healthy" }, { WIN_HEALTH, 1, "warning" },
	{ WIN_HEALTH, 2, "unhealthy" }, { WIN_HEALTH, 5, "unknown" },

	{ WIN_LICENSE_STATUS, 0, "unlicensed" },
	{ WIN_LICENSE_STATUS, 1, "licensed" },
	{ WIN_LICENSE_STATUS, 2, "grace" },
	{ WIN_LICENSE_STATUS, 3, "grace, out of tolerance" },
	{ WIN_LICENSE_STATUS, 4, "grace, not genuine" },
	{ WIN_LICENSE_STATUS, 5, "notification" },
	{ WIN_LICENSE_STATUS, 6, "grace, extended" },

	/* Win32_EncryptableVolume */
	{ WIN_CONVERSION, 0, "decrypted" }, { WIN_CONVERSION, 1, "encrypted" },
	{ WIN_CONVERSION, 2, "encrypting" }, { WIN_CONVERSION, 3, "decrypting" },
	{ WIN_CONVERSION, 4, "encrypting, paused" },
	{ WIN_CONVERSION, 5, "decrypting, paused" },
	{ WIN_CIPHER, 0, "none" },
	{ WIN_CIPHER, 1, "AES-128 with diffuser" },
	{ WIN_CIPHER, 2, "AES-256 with diffuser" },
	{ WIN_CIPHER, 3, "AES-128" }, { WIN_CIPHER, 4, "AES-256" },
	{ WIN_CIPHER, 5, "hardware" },
	{ WIN_CIPHER, 6, "XTS-AES-128" }, { WIN_CIPHER, 7, "XTS-AES-256" },

	{ WIN_VBS, 0, "off" }, { WIN_VBS, 1, "enabled" }, { WIN_VBS, 2, "running" },

	/* Win32_Printer.PrinterStatus */
	{ WIN_PRINTER_STATE, 1, "other" }, { WIN_PRINTER_STATE, 2, "unknown" },
	{ WIN_PRINTER_STATE, 3, "idle" }, { WIN_PRINTER_STATE, 4, "printing" },
	{ WIN_PRINTER_STATE, 5, "warming up" },
	{ WIN_PRINTER_STATE, 6, "stopped" },
	{ WIN_PRINTER_STATE, 7, "offline" },

	/* Win32_Battery */
	{ WIN_BATTERY_STATE, 1, "discharging" },
	{ WIN_BATTERY_STATE, 2, "not charging" },
	{ WIN_BATTERY_STATE, 3, "full" }, { WIN_BATTERY_STATE, 4, "low" },
	{ WIN_BATTERY_STATE, 5, "critical" },
	{ WIN_BATTERY_STATE, 6, "charging" }, { WIN_BATTERY_STATE, 7, "charging" },
	{ WIN_BATTERY_STATE, 8, "charging" }, { WIN_BATTERY_STATE, 9, "charging" },
	{ WIN_BATTERY_STATE, 11, "partially charged" },
	{ WIN_CHEMISTRY, 3, "lead-acid" }, { WIN_CHEMISTRY, 4, "ni-cd" },
	{ WIN_CHEMISTRY, 5, "ni-mh" }, { WIN_CHEMISTRY, 6, "li-ion" },
	{ WIN_CHEMISTRY, 7, "zinc-air" }, { WIN_CHEMISTRY, 8, "li-poly" },

	/* D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY */
	{ WIN_PLUG, 0, "vga" }, { WIN_PLUG, 1, "s-video" },
	{ WIN_PLUG, 2, "composite" }, { WIN_PLUG, 3, "component" },
	{ WIN_PLUG, 4, "dvi" }, { WIN_PLUG, 5, "hdmi" }, { WIN_PLUG, 6, "lvds" },
	{ WIN_PLUG, 8, "d-jpn" }, { WIN_PLUG, 9, "sdi" },
	{ WIN_PLUG, 10, "displayport" },
	{ WIN_PLUG, 11, "displayport, embedded" },
	{ WIN_PLUG, 12, "udi" }, { WIN_PLUG, 13, "udi, embedded" },
	{ WIN_PLUG, 14, "sdtv dongle" }, { WIN_PLUG, 15, "miracast" },
	{ WIN_PLUG, 16, "indirect, wired" }, { WIN_PLUG, 17, "indirect, virtual" },
	{ WIN_PLUG, 18, "displayport, usb" }, { WIN_PLUG, 0x80000000u, "internal" },
};

const char *
win_code(enum win_how how, uint64_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].how == how && words[i].code == code)
			return words[i].name;
	return NULL;
}

/* --- machines -------------------------------------------------------------------------------- */

static const struct { const char *name; bool portable; } chassis[] = {
	[3] = { "desktop", false }, [4] = { "desktop", false },
	[5] = { "desktop", false }, [6] = { "tower", false },
	[7] = { "tower", false }, [8] = { "laptop", true },
	[9] = { "laptop", true }, [10] = { "laptop", true },
	[11] = { "handheld", true }, [12] = { "docking station", false },
	[13] = { "all-in-one", false }, [14] = { "laptop", true },
	[15] = { "desktop", false }, [16] = { "desktop", false },
	[17] = { "server", false }, [18] = { "expansion chassis", false },
	[22] = { "raid chassis", false }, [23] = { "rack", false },
	[24] = { "desktop", false }, [25] = { "server", false },
	[28] = { "blade", false }, [29] = { "blade enclosure", false },
	[30] = { "tablet", true }, [31] = { "convertible", true },
	[32] = { "detachable", true }, [33] = { "iot gateway", false },
	[34] = { "embedded", false }, [35] = { "mini", false },
	[36] = { "stick", false },
};

const char *
win_chassis(uint64_t code, bool *portable)
{
	code &= 0x7f;			/* the top bit says that it can be locked */
	*portable = code < ARRAY_LEN(chassis) && chassis[code].portable;
	return code < ARRAY_LEN(chassis) ? chassis[code].name : NULL;
}

static const struct { const char *vendor, *model, *name; } machines[] = {
	{ "VMware", "", "vmware" }, { "innotek", "", "virtualbox" },
	{ "", "VirtualBox", "virtualbox" }, { "QEMU", "", "kvm" },
	{ "", "KVM", "kvm" }, { "Red Hat", "", "kvm" }, { "", "oVirt", "kvm" },
	{ "Microsoft", "Virtual Machine", "hyperv" }, { "Xen", "", "xen" },
	{ "", "HVM domU", "xen" }, { "Parallels", "", "parallels" },
	{ "Amazon EC2", "", "kvm" }, { "Google", "Compute Engine", "kvm" },
	{ "Nutanix", "AHV", "kvm" }, { "", "BHYVE", "bhyve" },
};

const char *
win_virtualization(const char *vendor, const char *model)
{
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if ((machines[i].vendor[0] == '\0' || (vendor != NULL &&
		    strcasestr(vendor, machines[i].vendor) != NULL)) &&
		    (machines[i].model[0] == '\0' || (model != NULL &&
		    strcasestr(model, machines[i].model) != NULL)))
			return machines[i].name;
	return "none";
}
