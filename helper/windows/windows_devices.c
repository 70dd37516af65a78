/* windows_devices.c: graphics, batteries, displays, printers, shares, licences. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

void
win_join_gpu(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	uint64_t w, h;
	char s[50];

	(void)rows;
	if (!win_wants(ask, "gpu", "resolution") ||
	    !win_get_u64(from, "CurrentHorizontalResolution", &w) ||
	    !win_get_u64(from, "CurrentVerticalResolution", &h) ||
	    w == 0 || h == 0)
		return;
	snprintf(s, sizeof(s), "%llux%llu", (unsigned long long)w,
	    (unsigned long long)h);
	fact_str(to, "resolution", s);
}

/* --- batteries, displays, printers --------------------------------------------------- */

/* Four letters in a number, the first in the lowest octet: "LION".
 *                                  [Microsoft: BATTERY_INFORMATION.Chemistry] */
static const char *
chemistry(const struct fact_row *from)
{
	static const struct { const char *letters, *name; } kinds[] = {
		{ "LION", "li-ion" }, { "LI-I", "li-ion" }, { "LIP", "li-poly" },
		{ "LIPO", "li-poly" }, { "NICD", "ni-cd" }, { "NIMH", "ni-mh" },
		{ "NIZN", "ni-zn" }, { "PBAC", "lead-acid" },
		{ "RAM", "alkaline" } };
	char letters[5] = "";
	uint64_t v;

	if (!win_get_u64(from, "Chemistry", &v))
		return NULL;
	for (int i = 0; i < 4; i++)
		letters[i] = (char)(v >> 8 * i & 0xff);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcasecmp(kinds[i].letters, letters) == 0)
			return kinds[i].name;
	return NULL;
}

static const char *
power_state(const struct fact_row *now)
{
	bool yes;

	if (win_get_bool(now, "Charging", &yes) && yes)
		return "charging";
	if (win_get_bool(now, "Discharging", &yes) && yes)
		return "discharging";
	return win_get_bool(now, "PowerOnline", &yes) && yes ? "full" : NULL;
}

static void
percent(const struct win_ask *ask, const char *fact, uint64_t part,
    uint64_t whole, struct fact_row *to)
{
	if (whole > 0 && win_wants(ask, "battery", fact))
		fact_real(to, fact, part >= whole ? 100 :
		    100 * (double)part / (double)whole);
}

/* What Win32_Battery knows as well, for what is still missing. */
static void
power(const struct win_ask *ask, const struct fact_row *from,
    struct fact_row *to)
{
	uint64_t v;

	if (!win_holds(to, "chargePercent") &&
	    win_wants(ask, "battery", "chargePercent") &&
	    win_get_u64(from, "EstimatedChargeRemaining", &v))
		fact_real(to, "chargePercent", v > 100 ? 100 : (double)v);
	if (!win_holds(to, "state") && win_wants(ask, "battery", "state") &&
	    win_get_u64(from, "BatteryStatus", &v))
		fact_str(to, "state", win_code(WIN_BATTERY_STATE, v));
	if (!win_holds(to, "chemistry") &&
	    win_wants(ask, "battery", "chemistry") &&
	    win_get_u64(from, "Chemistry", &v))
		fact_str(to, "chemistry", win_code(WIN_CHEMISTRY, v));
}

void
win_join_battery(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact *name = fact_get(from, "InstanceName");
	const struct fact_row *full = win_find(rows, WQ_BATTERY_FULL,
	    "InstanceName", name);
	const struct fact_row *cycles = win_find(rows, WQ_BATTERY_CYCLES,
	    "InstanceName", name);
	const struct fact_row *now = win_find(rows, WQ_BATTERY_NOW,
	    "InstanceName", name);
	uint64_t v, design;

	if (cycles != NULL && win_wants(ask, "battery", "cycles") &&
	    win_get_u64(cycles, "CycleCount", &v) && v != 0)
		fact_uint(to, "cycles", v);
	if (win_wants(ask, "battery", "chemistry"))
		fact_str(to, "chemistry", chemistry(from));
	if (now != NULL && win_wants(ask, "battery", "state"))
		fact_str(to, "state", power_state(now));
	if (full != NULL && win_get_u64(full, "FullChargedCapacity", &v)) {
		uint64_t left;

		if (win_wants(ask, "battery", "fullMwh"))
			fact_uint(to, "fullMwh", v);
		if (win_get_u64(from, "DesignedCapacity", &design))
			percent(ask, "healthPercent", v, design, to);
		if (now != NULL && win_get_u64(now, "RemainingCapacity", &left))
			percent(ask, "chargePercent", left, v, to);
	}
	/* there it is known by another name; where there is one, it is this */
	if (win_rows(rows, WQ_POWER) == 1)
		power(ask, win_row(rows, WQ_POWER, 0), to);
}

/* Where the firmware's driver tells nothing, Win32_Battery still may. */
static void
only_power(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	if (facts_rows(out, "battery") > 0 || !win_wants(ask, "battery", NULL))
		return;
	for (size_t i = 0; i < win_rows(rows, WQ_POWER); i++) {
		const struct fact_row *from = win_row(rows, WQ_POWER, i);
		struct fact_row *to = facts_row(out, "battery");

		fact_str(to, "name", fact_text(from, "Name"));
		power(ask, from, to);
	}
}

/* Centimetres of both sides to inches across. */
static void
diagonal(const struct fact_row *size, struct fact_row *to)
{
	uint64_t w, h;
	double inches;

	if (size == NULL || !win_get_u64(size, "MaxHorizontalImageSize", &w) ||
	    !win_get_u64(size, "MaxVerticalImageSize", &h) || w == 0 || h == 0)
		return;
	inches = sqrt((double)(w * w + h * h)) / 2.54;
	fact_real(to, "sizeInches", round(inches * 10) / 10);
}

void
win_join_monitor(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact *name = fact_get(from, "InstanceName");
	const struct fact_row *plug = win_find(rows, WQ_PLUGS, "InstanceName",
	    name);
	uint64_t v;

	if (plug != NULL && win_wants(ask, "monitor", "connector") &&
	    win_get_u64(plug, "VideoOutputTechnology", &v))
		fact_str(to, "connector", win_code(WIN_PLUG, v));
	if (win_wants(ask, "monitor", "sizeInches"))
		diagonal(win_find(rows, WQ_SIZES, "InstanceName", name), to);
}

void
win_join_printer(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact_row *port = win_find(rows, WQ_PRINTER_PORTS, "Name",
	    fact_get(from, "PortName"));
	bool offline = false;
	uint64_t v;

	if (port != NULL && win_wants(ask, "printer", "address"))
		fact_str(to, "address", fact_text(port, "HostAddress"));
	if (!win_wants(ask, "printer", "state"))
		return;
	if (win_get_bool(from, "WorkOffline", &offline) && offline)
		fact_str(to, "state", "offline");
	else if (win_get_u64(from, "PrinterStatus", &v))
		fact_str(to, "state", win_code(WIN_PRINTER_STATE, v));
}

/* --- shares, licences --------------------------------------------------------------- */

void
win_join_share(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *name = fact_text(from, "Name");
	uint64_t type, most;
	bool any = false;

	(void)rows;
	if (win_wants(ask, "share", "hidden") && name != NULL)
		fact_bool(to, "hidden", (name[0] != '\0' &&
		    name[strlen(name) - 1] == '$') ||
		    (win_get_u64(from, "Type", &type) && type >> 31 != 0));
	if (win_wants(ask, "share", "maxUsers") &&
	    (!win_get_bool(from, "AllowMaximum", &any) || !any) &&
	    win_get_u64(from, "MaximumAllowed", &most) && most < UINT32_MAX)
		fact_uint(to, "maxUsers", most);
}

/* "Windows(R) Operating System, OEM_DM channel": before Windows 8 the channel
 * stands there alone. */
void
win_join_license(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	static const struct { const char *word, *channel; } channels[] = {
		{ "OEM", "oem" }, { "Retail", "retail" }, { "VOLUME", "volume" },
		{ "MAK", "volume" }, { "GVLK", "volume" },
		{ "TIMEBASED_EVAL", "evaluation" },
		{ "TIMEBASED_SUB", "subscription" } };
	const char *s = fact_text(from, "ProductKeyChannel");

	(void)rows;
	if (s == NULL || s[0] == '\0')
		s = fact_text(from, "Description");
	if (s == NULL || !win_wants(ask, "license", "channel"))
		return;
	if (strrchr(s, ',') != NULL)
		s = strrchr(s, ',') + 1;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (strcasestr(s, channels[i].word) != NULL) {
			fact_str(to, "channel", channels[i].channel);
			return;
		}
}

void
win_join_devices(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	only_power(ask, rows, out);
}
