/* windows_host.c: the machine itself, from several rows or classes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

/* --- the host ---------------------------------------------------------------------- */

static void
host(const struct win_ask *ask, const struct fact_row *cs, struct facts *out)
{
	const char *domain = fact_text(cs, "Domain");
	const char *name = fact_text(cs, "DNSHostName");
	const char *group = fact_text(cs, "Workgroup");
	bool joined;
	char fqdn[600];

	if (!win_get_bool(cs, "PartOfDomain", &joined))
		joined = false;
	if (joined && domain != NULL && domain[0] != '\0') {
		if (win_wants(ask, "host", "domain"))
			fact_str(win_one(out, "host"), "domain", domain);
		if (win_wants(ask, "host", "fqdn") && name != NULL &&
		    facts_find(out, "host.fqdn") == NULL) {
			snprintf(fqdn, sizeof(fqdn), "%s.%s", name, domain);
			fact_str(win_one(out, "host"), "fqdn", fqdn);
		}
	} else if (!joined && win_wants(ask, "host", "workgroup")) {
		fact_str(win_one(out, "host"), "workgroup",
		    group != NULL ? group : domain);
	}
}

static void
chassis(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *cs, struct facts *out)
{
	const struct fact_row *box = win_rows(rows, WQ_ENCLOSURE) > 0 ?
	    win_row(rows, WQ_ENCLOSURE, 0) : NULL;
	const struct fact *types = box != NULL ? fact_get(box, "ChassisTypes") :
	    NULL;
	const char *vendor = cs != NULL ? fact_text(cs, "Manufacturer") : NULL;
	const char *model = cs != NULL ? fact_text(cs, "Model") : NULL;
	const char *virtual = win_virtualization(vendor, model), *name;
	bool portable = false, vm = strcmp(virtual, "none") != 0;
	uint64_t code, pc;

	if (win_wants(ask, "sys", "virtualization") && model != NULL)
		fact_str(win_one(out, "sys"), "virtualization", virtual);
	if (types == NULL || types->type != FACT_LIST || types->list.n == 0 ||
	    !win_u64(&types->list.v[0], &code))
		return;
	name = win_chassis(code, &portable);
	/* 2: mobile, by the power profile */
	if (!portable && cs != NULL && win_get_u64(cs, "PCSystemType", &pc))
		portable = pc == 2;
	if (win_wants(ask, "sys", "chassisCode"))
		fact_uint(win_one(out, "sys"), "chassisCode", code);
	if (win_wants(ask, "sys", "chassis"))
		fact_str(win_one(out, "sys"), "chassis", vm ? "vm" : name);
	if (win_wants(ask, "sys", "isPortable"))
		fact_bool(win_one(out, "sys"), "isPortable", portable && !vm);
}

static void
uptime(const struct win_ask *ask, const struct fact_row *os, struct facts *out)
{
	const struct fact *now = fact_get(os, "LocalDateTime");
	const struct fact *boot = fact_get(os, "LastBootUpTime");

	if (win_wants(ask, "os", "uptimeSeconds") && now != NULL &&
	    boot != NULL && now->type == FACT_TIME && boot->type == FACT_TIME &&
	    now->ms >= boot->ms)
		fact_uint(win_one(out, "os"), "uptimeSeconds",
		    (uint64_t)(now->ms - boot->ms) / 1000);
}

static void
swap(const struct win_ask *ask, const struct win_rows *rows, struct facts *out)
{
	uint64_t all, used, left = 0;
	bool any = false;

	for (size_t i = 0; i < win_rows(rows, WQ_PAGEFILE); i++) {
		const struct fact_row *r = win_row(rows, WQ_PAGEFILE, i);

		if (win_get_u64(r, "AllocatedBaseSize", &all) &&
		    win_get_u64(r, "CurrentUsage", &used) && used <= all &&
		    all < 1u << 30) {
			left += all - used;
			any = true;
		}
	}
	if (any && win_wants(ask, "memory", "swapFreeBytes"))
		fact_uint(win_one(out, "memory"), "swapFreeBytes", left << 20);
}

static void
memory_use(const struct win_ask *ask, const struct fact_row *os,
    struct facts *out)
{
	uint64_t all, left;

	if (win_wants(ask, "memory", "usedPercent") &&
	    win_get_u64(os, "TotalVisibleMemorySize", &all) &&
	    win_get_u64(os, "FreePhysicalMemory", &left) && all > 0 &&
	    left <= all)
		fact_real(win_one(out, "memory"), "usedPercent",
		    100 * (double)(all - left) / (double)all);
}

/* Win32_Tpm has no row where there is none: that is an answer. */
static void
tpm(const struct win_ask *ask, const struct win_rows *rows, struct facts *out)
{
	if (win_wants(ask, "tpm", "present") && rows[WQ_TPM].facts != NULL &&
	    rows[WQ_TPM].why == NULL)
		fact_bool(win_one(out, "tpm"), "present",
		    win_rows(rows, WQ_TPM) > 0);
}

/* When the newest of the updates was installed. */
static void
newest_update(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	struct facts *scratch = facts_new();
	int64_t newest = INT64_MIN;

	for (size_t i = 0; scratch != NULL && i < win_rows(rows, WQ_UPDATES) &&
	    win_wants(ask, "patch", "lastInstalled"); i++) {
		const struct fact *f = fact_get(win_row(rows, WQ_UPDATES, i),
		    "InstalledOn");
		struct fact_row *row = facts_row(scratch, "x");

		if (f == NULL)
			continue;
		win_convert(WIN_LOOSE_DAY, f, row, "t");
		f = fact_get(row, "t");
		if (f != NULL && f->type == FACT_TIME && f->ms > newest)
			newest = f->ms;
	}
	if (newest != INT64_MIN)
		fact_time(win_one(out, "patch"), "lastInstalled", newest);
	facts_free(scratch);
}

/* --- updates that are known and not installed ----------------------------------------- */

#define SECURITY_UPDATES "0fa1201d-4330-4fa8-8ae9-b877473b6441"

static int
by_update(const void *a, const void *b)
{
	return strcasecmp(fact_text(*(const struct fact_row *const *)a,
	    "UniqueId"), fact_text(*(const struct fact_row *const *)b,
	    "UniqueId"));
}

/* An update is listed once for every source that offers it. */
static void
count_updates(const struct fact_row **v, size_t n, uint64_t *all,
    uint64_t *security)
{
	bool counted = false;

	qsort(v, n, sizeof(v[0]), by_update);
	for (size_t i = 0; i < n; i++) {
		const char *kind = fact_text(v[i], "UpdateClassification");

		if (i == 0 || by_update(&v[i - 1], &v[i]) != 0) {
			(*all)++;
			counted = false;
		}
		if (!counted && kind != NULL &&
		    strcasestr(kind, SECURITY_UPDATES) != NULL) {
			(*security)++;
			counted = true;
		}
	}
}

/* What Configuration Manager has found to be missing; that it found none is an
 * answer. */
static void
pending_updates(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	size_t n = win_rows(rows, WQ_MANAGED), k = 0;
	const struct fact_row **v;
	uint64_t all = 0, security = 0;

	if (rows[WQ_MANAGED].facts == NULL || rows[WQ_MANAGED].why != NULL ||
	    !win_wants(ask, "patch", NULL) ||
	    (v = calloc(n + 1, sizeof(*v))) == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		if (fact_text(win_row(rows, WQ_MANAGED, i), "UniqueId") != NULL)
			v[k++] = win_row(rows, WQ_MANAGED, i);
	count_updates(v, k, &all, &security);
	free(v);
	if (win_wants(ask, "patch", "pending"))
		fact_uint(win_one(out, "patch"), "pending", all);
	if (win_wants(ask, "patch", "securityPending"))
		fact_uint(win_one(out, "patch"), "securityPending", security);
}

void
win_join_host(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	const struct fact_row *cs = win_rows(rows, WQ_SYSTEM) > 0 ?
	    win_row(rows, WQ_SYSTEM, 0) : NULL;

	if (cs != NULL)
		host(ask, cs, out);
	chassis(ask, rows, cs, out);
	if (win_rows(rows, WQ_OS) > 0)
		uptime(ask, win_row(rows, WQ_OS, 0), out);
	if (win_rows(rows, WQ_OS) > 0)
		memory_use(ask, win_row(rows, WQ_OS, 0), out);
	swap(ask, rows, out);
	tpm(ask, rows, out);
	newest_update(ask, rows, out);
	pending_updates(ask, rows, out);
}
