/* wmi_tool.c: the wmi room from a script: one host, some questions, JSON lines.
 *
 *	wmi_tool [--member=value ...] ADDRESS PORT [NAMESPACE WQL ...]
 *
 * A question whose namespace is "reg:HKLM" or "reg:HKU" reads a key: its subkeys, its values
 * and what they hold.  One line a question, {"rows": [...]} or {"error": ...},
 * in the order asked, then one of the whole session.  All queries are started
 * before the first row is taken.  See `options` for the members.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "helper/base/writer.h"
#include "wmi/wmi.h"

struct job {
	const char *user, *password, *level, *serial, *smart, *seconds, *each;
	const char *count, *repeat, *alive, *host;
	const char *auth, *realm, *kdc, *keytab, *ccache;
};

#define OPTION(name) { #name, offsetof(struct job, name) }
static const struct { const char *name; size_t at; } options[] = {
	OPTION(user), OPTION(password),
	OPTION(level),		/* 5 or 6 */
	OPTION(serial),		/* 1: one call at a time */
	OPTION(smart),		/* 1: smart enumeration, 0: plain */
	OPTION(seconds),	/* for everything */
	OPTION(each),		/* for each query; the others go on */
	OPTION(count),		/* 1: rows are counted, not shown */
	OPTION(repeat),		/* whole sessions */
	OPTION(alive),		/* 1: ServerAlive2 only; 2: the challenge only */
	OPTION(host),
	OPTION(auth),		/* ntlm, kerberos; else negotiate */
	OPTION(realm), OPTION(kdc), OPTION(keytab), OPTION(ccache),
};

/* --- JSON --------------------------------------------------------------------- */

static void
put_text(struct wr *w, const char *s, size_t n)
{
	wr_u8(w, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			wr_u8(w, '\\');
		if (c < 0x20)
			wr_printf(w, "\\u%04x", c);
		else
			wr_u8(w, c);
	}
	wr_u8(w, '"');
}

static void put_row(struct wr *, const struct wmi_row *);

static void
put_scalar(struct wr *w, const struct wmi_value *v)
{
	if (v->is_null)
		wr_str(w, "null");
	else if (v->type == WMI_STRING || v->type == WMI_DATETIME ||
	    v->type == WMI_REFERENCE)
		put_text(w, v->text.s, v->text.len);
	else if (v->type == WMI_BOOLEAN)
		wr_str(w, v->b ? "true" : "false");
	else if (v->type == WMI_OBJECT)
		put_row(w, v->object);
	else if (v->type == WMI_REAL32 || v->type == WMI_REAL64)
		wr_printf(w, "%.17g", v->d);
	else if (v->type == WMI_UINT8 || v->type == WMI_UINT16 ||
	    v->type == WMI_UINT32 || v->type == WMI_UINT64 ||
	    v->type == WMI_CHAR16)
		wr_printf(w, "%llu", (unsigned long long)v->u);
	else
		wr_printf(w, "%lld", (long long)v->i);
}

static void
put_value(struct wr *w, const struct wmi_value *v)
{
	if (v == NULL || v->is_null || !v->is_array) {
		if (v == NULL)
			wr_str(w, "null");
		else
			put_scalar(w, v);
		return;
	}
	wr_u8(w, '[');
	for (size_t i = 0; i < v->list.n; i++) {
		wr_str(w, i > 0 ? "," : "");
		put_scalar(w, &v->list.v[i]);
	}
	wr_u8(w, ']');
}

static void
put_row(struct wr *w, const struct wmi_row *row)
{
	const struct wmi_value *v;
	const char *name;

	wr_u8(w, '{');
	for (size_t i = 0; i < wmi_columns(row); i++) {
		name = wmi_column(row, i, &v);
		wr_str(w, i > 0 ? "," : "");
		put_text(w, name, strlen(name));
		wr_u8(w, ':');
		put_value(w, v);
	}
	wr_u8(w, '}');
}

static void
put_error(struct wr *w, const struct err *e)
{
	wr_printf(w, "\"error\":{\"code\":\"%s\",\"stage\":\"%s\",\"native\":%u,"
	    "\"text\":", err_name(e->code), stage_name(e->stage), e->native);
	put_text(w, e->text, strlen(e->text));
	wr_str(w, ",\"hint\":");
	put_text(w, err_hint(e), strlen(err_hint(e)));
	wr_u8(w, '}');
}

static void
print(struct wr *w)
{
	printf("%s\n", wr_cstr(w) != NULL ? wr_cstr(w) : "{\"error\":\"too long\"}");
	fflush(stdout);
	wr_free(w);
}

/* --- questions ------------------------------------------------------------------- */

static struct deadline
each(const struct job *j, struct deadline by)
{
	return j->each != NULL ? deadline_within(by, atof(j->each)) : by;
}

static void
show_query(const struct job *j, struct wmi_query *q, struct deadline by,
    struct err *e)
{
	struct wr w = wr_new(256u << 20);
	const struct wmi_row *row = NULL;
	size_t n = 0;

	wr_str(&w, "{\"rows\":[");
	while (q != NULL && wmi_next(q, &row, by, e) && row != NULL) {
		if (j->count == NULL) {
			wr_str(&w, n > 0 ? "," : "");
			put_row(&w, row);
		}
		n++;
	}
	wr_printf(&w, "],\"count\":%zu", n);
	if (e->code != ERR_NONE) {
		wr_u8(&w, ',');
		put_error(&w, e);
	}
	wr_u8(&w, '}');
	print(&w);
}

static void
show_values(struct wmi_reg *r, enum wmi_hive hive, const char *key,
    const struct wmi_reg_read *list,
    struct wr *w, struct deadline by, struct err *e)
{
	size_t n = list->value != NULL && !list->value->is_null ?
	    list->value->list.n : 0;
	struct wmi_reg_read *read = calloc(n + 1, sizeof(*read));

	for (size_t i = 0; read != NULL && i < n; i++) {
		read[i] = (struct wmi_reg_read){ .hive = hive, .key = key,
			.name = list->value->list.v[i].text.s };
		if (!wmi_reg_kind_of((uint32_t)list->types->list.v[i].i,
		    &read[i].kind))
			read[i].kind = WMI_REG_BINARY;
	}
	if (read != NULL && n > 0 && !wmi_reg_read(r, read, n, by, e))
		n = 0;
	for (size_t i = 0; read != NULL && i < n; i++) {
		wr_str(w, i > 0 ? "," : "");
		put_text(w, read[i].name, strlen(read[i].name));
		wr_printf(w, ":{\"status\":%u,\"type\":%lld,\"data\":",
		    read[i].status, (long long)list->types->list.v[i].i);
		put_value(w, read[i].value);
		wr_u8(w, '}');
	}
	if (read != NULL)
		wmi_reg_clear(read, n);
	free(read);
}

static void
show_key(struct wmi *s, enum wmi_hive hive, const char *key, struct deadline by,
    struct err *e)
{
	struct wmi_reg *r = wmi_reg_open(s, by, e);
	struct wmi_reg_read list[2] = {
		{ .hive = hive, .key = key, .kind = WMI_REG_KEYS },
		{ .hive = hive, .key = key, .kind = WMI_REG_VALUES } };
	struct wr w = wr_new(1u << 20);

	wr_str(&w, "{\"keys\":");
	if (r != NULL && wmi_reg_read(r, list, 2, by, e)) {
		put_value(&w, list[0].value);
		wr_printf(&w, ",\"status\":%u,\"values\":{", list[1].status);
		show_values(r, hive, key, &list[1], &w, by, e);
		wr_u8(&w, '}');
		wmi_reg_clear(list, 2);
	} else {
		wr_str(&w, "null");
	}
	if (e->code != ERR_NONE) {
		wr_u8(&w, ',');
		put_error(&w, e);
	}
	wr_u8(&w, '}');
	print(&w);
	wmi_reg_close(r);
}

static void
ask(const struct job *j, struct wmi *s, char **what, int n, struct deadline by)
{
	enum wmi_enum how = j->smart == NULL ? WMI_ENUM_AUTO :
	    *j->smart == '1' ? WMI_ENUM_SMART : WMI_ENUM_PLAIN;
	struct wmi_query **q = calloc((size_t)n + 1, sizeof(struct wmi_query *));
	struct err *e = calloc((size_t)n + 1, sizeof(*e));

	for (int i = 0; q != NULL && e != NULL && i + 1 < n; i += 2)
		if (strncmp(what[i], "reg:", 4) != 0)
			q[i] = wmi_query_as(s, what[i], what[i + 1], how,
			    each(j, by), &e[i]);
	for (int i = 0; q != NULL && e != NULL && i + 1 < n; i += 2) {
		if (strncmp(what[i], "reg:", 4) == 0)
			show_key(s, strcmp(what[i], "reg:HKU") == 0 ? WMI_HKU :
			    WMI_HKLM, what[i + 1], each(j, by), &e[i]);
		else
			show_query(j, q[i], each(j, by), &e[i]);
		wmi_query_close(q[i]);
	}
	free(q);
	free(e);
}

/* --- the session ---------------------------------------------------------------------- */

/* The most memory so far; getrusage() would count who started us, too. */
static long
high_water_kib(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[200];
	long kib = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return kib;
}

static double
seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void
show_session(struct wr *w, const struct wmi_about *a, unsigned trips)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	wr_printf(w, "\"roundTrips\":%u,\"user\":%.6f,\"sys\":%.6f,\"rssKiB\":%ld,"
	    "\"build\":%u,\"com\":\"%u.%u\",\"clockMs\":%lld,\"name\":", trips,
	    seconds_of(u.ru_utime), seconds_of(u.ru_stime), high_water_kib(),
	    a->build, a->com_major, a->com_minor, (long long)a->clock_ms);
	put_text(w, a->netbios_name != NULL ? a->netbios_name : "",
	    a->netbios_name != NULL ? strlen(a->netbios_name) : 0);
	wr_str(w, ",\"bindings\":[");
	for (size_t i = 0; i < a->nbindings; i++) {
		wr_str(w, i > 0 ? "," : "");
		put_text(w, a->bindings[i], strlen(a->bindings[i]));
	}
	wr_u8(w, ']');
}

static bool
session(const struct job *j, const struct net_addr *to, uint16_t port,
    const struct wmi_cred *cred, char **what, int n)
{
	struct deadline by = deadline_in(j->seconds != NULL ? atof(j->seconds) : 30,
	    -1);
	struct wmi_options o = { .no_multiplex = j->serial != NULL,
		.level = (uint8_t)(j->level != NULL ? atoi(j->level) : 0),
		.host = j->host };
	struct wr w = wr_new(1 << 20);
	int64_t began = now_ns();
	struct err e = { 0 };
	struct wmi *s = wmi_open(to, port, cred, &o, NULL, by, &e);
	bool open = s != NULL;

	wr_u8(&w, '{');
	if (open) {
		ask(j, s, what, n, by);
		show_session(&w, wmi_about(s), wmi_round_trips(s));
		wr_printf(&w, ",\"multiplexed\":%s", wmi_multiplexed(s) ? "true" :
		    "false");
		wmi_close(s);
	} else {
		put_error(&w, &e);
	}
	wr_printf(&w, ",\"seconds\":%.6f}", (double)(now_ns() - began) / 1e9);
	print(&w);
	return open;
}

static bool
alive(const struct job *j, const struct net_addr *to, uint16_t port)
{
	struct deadline by = deadline_in(j->seconds != NULL ? atof(j->seconds) : 30,
	    -1);
	struct wmi_about a = { 0 };
	struct wr w = wr_new(1 << 20);
	unsigned trips = 0;
	struct err e = { 0 };
	bool good = (*j->alive == '1' ? wmi_server_alive : wmi_ask_challenge)(to,
	    port, &a, &trips, by, &e);

	wr_u8(&w, '{');
	if (good)
		show_session(&w, &a, trips);
	else
		put_error(&w, &e);
	wr_u8(&w, '}');
	print(&w);
	wmi_about_clear(&a);
	return good;
}

static bool
take_option(struct job *j, const char *arg)
{
	const char *value = strchr(arg, '=');

	for (size_t i = 0; value != NULL && i < ARRAY_LEN(options); i++)
		if (strncmp(arg + 2, options[i].name,
		    (size_t)(value - arg - 2)) == 0 &&
		    strlen(options[i].name) == (size_t)(value - arg - 2)) {
			*(const char **)((char *)j + options[i].at) = value + 1;
			return true;
		}
	fprintf(stderr, "wmi_tool: %s?\n", arg);
	return false;
}

int
main(int argc, char **argv)
{
	struct job j = { .user = "CORP\\scanner", .password = "Passw0rd!" };
	struct wmi_cred cred = { .auth = WMI_NTLM };
	struct secret *password;
	struct net_addr to;
	struct err e = { 0 };
	bool good = true;
	uint16_t port;
	int at = 1;

	while (at < argc && strncmp(argv[at], "--", 2) == 0)
		if (!take_option(&j, argv[at++]))
			return 2;
	if (at + 2 > argc || !net_addr_parse(argv[at], &to) || !wmi_start(&e)) {
		fprintf(stderr, "wmi_tool: ADDRESS PORT: %s\n", e.text);
		return 2;
	}
	port = (uint16_t)atoi(argv[at + 1]);
	if (j.alive != NULL)
		return alive(&j, &to, port) ? 0 : 1;
	password = secret_from_str(j.password);
	cred.user = j.user;
	if (j.auth != NULL)
		cred.auth = strcmp(j.auth, "ntlm") == 0 ? WMI_NTLM :
		    strcmp(j.auth, "kerberos") == 0 ? WMI_KERBEROS : WMI_NEGOTIATE;
	cred.realm = j.realm;
	cred.kdc = j.kdc;
	cred.keytab = j.keytab;
	cred.ccache = j.ccache;
	cred.password = password;
	for (int i = j.repeat != NULL ? atoi(j.repeat) : 1; i > 0; i--)
		good = session(&j, &to, port, &cred, argv + at + 2,
		    argc - at - 2) && good;
	secret_free(password);
	return good ? 0 : 1;
}
