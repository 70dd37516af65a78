/* probe_wmi_why.c: why a class gave nothing, and what to do about it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/scan/probe_wmi.h"

#define INVALID_CLASS		0x80041010u
#define INVALID_NAMESPACE	0x8004100eu
#define NOT_SUPPORTED		0x8004100cu

/* Namespaces that are not on every host: what that means. */
static const struct { const char *ns, *fix; } absent[] = {
	{ "root\\SecurityCenter2", "Nothing to do: Windows Server has no "
	    "security centre." },
	{ "root\\StandardCimv2", "Nothing to do: Windows tells it since "
	    "version 8." },
	{ "root\\Microsoft\\Windows\\Storage", "Nothing to do: Windows tells "
	    "it since version 8." },
	{ "root\\Microsoft\\Windows\\DeviceGuard", "Nothing to do: Windows "
	    "has it since version 10." },
	{ "root\\ccm\\SoftwareUpdates\\UpdatesStore", "Nothing to do: only "
	    "where Configuration Manager looks after the host are they known. "
	    "Else counting them would make it ask Windows Update." },
	{ "root\\Microsoft\\Windows\\Defender", "Nothing to do: Microsoft "
	    "Defender is not installed there." },
	{ "root\\cimv2\\Security\\MicrosoftVolumeEncryption", "Nothing to do: "
	    "BitLocker is not installed there." },
	{ "root\\cimv2\\Security\\MicrosoftTpm", "Nothing to do: this Windows "
	    "has no TPM services." },
};

/* Classes whose providers refuse everybody but administrators, whatever the
 * namespace grants. */
static const char *const administrators[] = { "Win32_EncryptableVolume",
	"Win32_Tpm", "Win32_DeviceGuard", "Win32_ShadowStorage",
	"Win32_ShadowCopy", "Win32_ServerFeature", "Win32_OptionalFeature",
	"MSFT_PhysicalDisk", "MSFT_StoragePool", "MSFT_StoragePoolToPhysicalDisk",
	"WmiMonitorID", "WmiMonitorConnectionParams",
	"WmiMonitorBasicDisplayParams" };

static const char *
fix_of_absent(const char *ns)
{
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		if (strcasecmp(absent[i].ns, ns) == 0)
			return absent[i].fix;
	return "Nothing to do: the feature is not installed there.";
}

static const char *
fix_of_denied(const char *class)
{
	for (size_t i = 0; i < ARRAY_LEN(administrators); i++)
		if (strcasecmp(administrators[i], class) == 0)
			return "Windows gives it to administrators of the host "
			    "only: use such an account (a local one needs "
			    "LocalAccountTokenFilterPolicy=1), or leave the "
			    "section out.";
	return "Grant the account \"Enable Account\" and \"Remote Enable\" on "
	    "that namespace (wmimgmt.msc, Properties, Security), or use a local "
	    "administrator; some classes want an administrator.";
}

/* Why a class gave nothing, as the person who reads an asset wants it. */
void
wmi_excuse(struct asking *a, struct question *q)
{
	const struct err *e = &q->err;

	q->fix = err_hint(e);
	if (e->native == INVALID_CLASS) {
		snprintf(q->why, sizeof(q->why), "class %s does not exist on "
		    "this Windows version", q->class);
		q->fix = "Nothing to do: this version of Windows cannot tell it.";
		return;
	}
	if (e->native == INVALID_NAMESPACE) {
		snprintf(q->why, sizeof(q->why), "namespace %s does not exist on "
		    "this host", q->ns);
		q->fix = fix_of_absent(q->ns);
		return;
	}
	/* what drivers give by themselves, where there is no such device */
	if (e->native == NOT_SUPPORTED) {
		snprintf(q->why, sizeof(q->why), "the host has no device that "
		    "gives %s", q->class);
		q->fix = "Nothing to do, unless the device is there: then its "
		    "driver does not tell.";
		return;
	}
	if (e->code == ERR_TIMEOUT && !deadline_passed(a->by)) {
		snprintf(q->why, sizeof(q->why), "%s did not answer within %g s%s",
		    q->class, wmi_limit_of(a, q), q->turn == TURN_SLOW ?
		    ", its own limit" : "");
		q->fix = q->turn == TURN_SLOW ? "Some hosts hang there, so the "
		    "others do not wait for it. It gets half of queryTimeout: "
		    "raise that, or leave the section out." : "Raise "
		    "queryTimeout, or look on the host why WMI hangs there "
		    "(Event Viewer, WMI-Activity).";
	} else if (e->code == ERR_DENIED) {
		snprintf(q->why, sizeof(q->why), "the account may not read %s in "
		    "%s", q->class, q->ns);
		q->fix = fix_of_denied(q->class);
	} else {
		snprintf(q->why, sizeof(q->why), "%s: %.300s", q->class, e->text);
	}
	facts_warn(a->facts, "%s%s", q->why, q->nrows > 0 ?
	    "; the rows that came are kept" : "");
}
