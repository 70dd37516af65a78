/* windows_security.c: virus scanner, firewall, encryption, virtualization-based
 * security. */
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

/* --- products that registered with the security centre --------------------------------- */

/* productState 0xAABBCC: BB is what it does, CC whether its signatures are old. */
static void
product_state(const struct fact_row *from, struct fact_row *to, bool signatures)
{
	uint64_t state;

	if (!win_get_u64(from, "productState", &state))
		return;
	fact_bool(to, "enabled", (state >> 8 & 0xf0) == 0x10);
	if (signatures)
		fact_bool(to, "upToDate", (state & 0xff) == 0);
}

void
win_join_virus(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	(void)rows;
	if (win_wants(ask, "antivirus", "enabled"))
		product_state(from, to, true);
}

/* --- Defender says more of itself -------------------------------------------------------- */

#define DEFENDER "Microsoft Defender Antivirus"
#define OLD_DAYS 7			/* from then on Windows itself complains */

static struct fact_row *
defender_row(struct facts *out)
{
	struct fact_row *row;

	for (size_t i = 0; i < facts_rows(out, "antivirus"); i++) {
		const char *name;

		row = win_out(out, "antivirus", i);
		name = fact_text(row, "name");
		/* "Windows Defender", "Microsoft Defender Antivirus" */
		if (name != NULL && strcasestr(name, "defender") != NULL)
			return row;
	}
	row = facts_row(out, "antivirus");
	fact_str(row, "name", DEFENDER);
	return row;
}

static void
defender(const struct win_rows *rows, struct facts *out)
{
	static const struct { const char *property, *fact; enum win_how how; }
	    plain[] = { { "AMProductVersion", "version", WIN_TEXT },
		{ "AntivirusSignatureLastUpdated", "signatures", WIN_TIME },
		{ "AMRunningMode", "mode", WIN_LOWER } };
	const struct fact_row *from;
	struct fact_row *to;
	bool service, live;
	uint64_t days;

	if (win_rows(rows, WQ_DEFENDER) == 0)
		return;
	from = win_row(rows, WQ_DEFENDER, 0);
	to = defender_row(out);
	if (win_get_bool(from, "AMServiceEnabled", &service) &&
	    win_get_bool(from, "RealTimeProtectionEnabled", &live))
		fact_bool(to, "enabled", service && live);
	/* all ones: it has none */
	if (win_get_u64(from, "AntivirusSignatureAge", &days))
		fact_bool(to, "upToDate", days < OLD_DAYS);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		const struct fact *f = fact_get(from, plain[i].property);

		if (f != NULL && f->type != FACT_NULL)
			win_convert(plain[i].how, f, to, plain[i].fact);
	}
}

static void
walls(const struct win_rows *rows, struct facts *out)
{
	for (size_t i = 0; i < win_rows(rows, WQ_WALLS); i++) {
		const struct fact_row *from = win_row(rows, WQ_WALLS, i);
		struct fact_row *to = facts_row(out, "firewall");

		fact_str(to, "name", fact_text(from, "displayName"));
		fact_str(to, "profile", "all");
		product_state(from, to, false);
	}
}

/* --- encryption ---------------------------------------------------------------------------- */

void
win_join_cipher(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *letter = fact_text(from, "DriveLetter");
	uint64_t v;

	(void)rows;
	fact_str(to, "product", "BitLocker");
	if (win_wants(ask, "encryption", "volume"))
		fact_str(to, "volume", letter != NULL && letter[0] != '\0' ?
		    letter : fact_text(from, "DeviceID"));
	/* 2: locked, so nobody knows */
	if (win_wants(ask, "encryption", "enabled") &&
	    win_get_u64(from, "ProtectionStatus", &v) && v < 2)
		fact_bool(to, "enabled", v == 1);
}

/* --- virtualization-based security ------------------------------------------------------------ */

static bool
runs(const struct fact *list, uint64_t service)
{
	uint64_t v;

	for (size_t i = 0; list->type == FACT_LIST && i < list->list.n; i++)
		if (win_u64(&list->list.v[i], &v) && v == service)
			return true;
	return false;
}

/* SecurityServicesRunning: 1 Credential Guard, 2 memory integrity (HVCI). */
static void
guard(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	const struct fact *f;

	if (win_rows(rows, WQ_GUARD) == 0)
		return;
	f = fact_get(win_row(rows, WQ_GUARD, 0), "SecurityServicesRunning");
	if (f == NULL)
		return;
	if (win_wants(ask, "protection", "credentialGuard"))
		fact_bool(win_one(out, "protection"), "credentialGuard",
		    runs(f, 1));
	if (win_wants(ask, "protection", "memoryIntegrity"))
		fact_bool(win_one(out, "protection"), "memoryIntegrity",
		    runs(f, 2));
}

void
win_join_security(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	if (win_wants(ask, "antivirus", NULL))
		defender(rows, out);
	if (win_wants(ask, "firewall", NULL))
		walls(rows, out);
	guard(ask, rows, out);
}
