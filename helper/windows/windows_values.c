/* windows_values.c: one value as WMI gives it to one fact. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "helper/base/text.h"
#include "helper/map/identity.h"
#include "helper/windows/windows_facts.h"

bool
win_u64(const struct fact *f, uint64_t *out)
{
	if (f == NULL)
		return false;
	if (f->type == FACT_UINT)
		*out = f->u;
	else if (f->type == FACT_INT && f->i >= 0)
		*out = (uint64_t)f->i;
	else
		return f->type == FACT_STRING && text_u64(f->s, 0, UINT64_MAX,
		    out);
	return true;
}

bool
win_get_u64(const struct fact_row *row, const char *name, uint64_t *out)
{
	return row != NULL && win_u64(fact_get(row, name), out);
}

bool
win_get_bool(const struct fact_row *row, const char *name, bool *out)
{
	const struct fact *f = row != NULL ? fact_get(row, name) : NULL;

	if (f == NULL || f->type != FACT_BOOL)
		return false;
	*out = f->b;
	return true;
}

/* --- text ------------------------------------------------------------------------ */

#define TEXT_MAX 4096

/* Blanks off both ends, hard blanks made soft; false: nothing is left. */
static bool
plain(const struct fact *f, char *out, size_t cap)
{
	const struct fact *v = f->type == FACT_LIST && f->list.n > 0 ?
	    &f->list.v[0] : f;
	char *s;

	if (v->type == FACT_NULL || v->type == FACT_LIST)
		return false;
	fact_format(v, out, cap);
	while ((s = strstr(out, "\xc2\xa0")) != NULL) {
		*s = ' ';
		memmove(s + 1, s + 2, strlen(s + 2) + 1);
	}
	text_trim(out);
	return out[0] != '\0';
}

static void
text(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[TEXT_MAX];

	if (plain(f, s, sizeof(s)))
		fact_str(out, name, s);
}

static void
lower(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[TEXT_MAX];

	if (!plain(f, s, sizeof(s)))
		return;
	for (char *p = s; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	fact_str(out, name, s);
}

/* "\\\\DC1" -> "DC1" */
static void
unc(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[TEXT_MAX];

	if (plain(f, s, sizeof(s)))
		fact_str(out, name, s + strspn(s, "\\"));
}

/* Win32_Volume.DeviceID="..." -> what stands in the quotes */
static void
reference(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[TEXT_MAX], *open, *close, *to;

	if (!plain(f, s, sizeof(s)))
		return;
	open = strchr(s, '"');
	close = strrchr(s, '"');
	if (open == NULL || close == open) {
		fact_str(out, name, s);
		return;
	}
	*close = '\0';
	to = ++open;
	for (char *p = open; *p != '\0'; p++) {	/* \\ is one backslash */
		if (p[0] == '\\' && p[1] != '\0')
			p++;
		*to++ = *p;
	}
	*to = '\0';
	fact_str(out, name, open);
}

/* Characters as numbers, ended by a zero: WmiMonitorID. */
static void
chars(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[256];
	size_t n = 0;
	uint64_t c;

	for (size_t i = 0; f->type == FACT_LIST && i < f->list.n &&
	    n < sizeof(s) - 1; i++) {
		if (!win_u64(&f->list.v[i], &c) || c == 0)
			break;
		s[n++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	}
	s[n] = '\0';
	if (text_trim(s)[0] != '\0')
		fact_str(out, name, text_trim(s));
}

bool
win_disk_serial(const char *hex, char *out, size_t cap)
{
	size_t n = strlen(hex), k = 0;

	/* ATA's field has 20 octets; shorter hexadecimal is a real serial. */
	if (n < 32 || n % 2 != 0 || n / 2 >= cap ||
	    strspn(hex, "0123456789abcdefABCDEF") != n)
		return false;
	for (size_t i = 0; i + 4 <= n; i += 4) {
		char pair[5];
		unsigned long v;

		memcpy(pair, hex + i, 4);
		pair[4] = '\0';
		v = strtoul(pair, NULL, 16);
		out[k++] = (char)(v & 0xff);
		out[k++] = (char)(v >> 8 & 0xff);
	}
	out[k] = '\0';
	for (size_t i = 0; i < k; i++)
		if (out[i] < 0x20 || out[i] > 0x7e)
			return false;
	text_trim(out);
	return out[0] != '\0';
}

static void
disk_serial(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[TEXT_MAX], swapped[TEXT_MAX];

	if (plain(f, s, sizeof(s)))
		fact_str(out, name, win_disk_serial(s, swapped,
		    sizeof(swapped)) ? swapped : s);
}

/* --- numbers ----------------------------------------------------------------------- */

static void
number(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v))
		fact_uint(out, name, v);
}

/* 0 is none: the process of a service that does not run. */
static void
positive(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v != 0)
		fact_uint(out, name, v);
}

static void
integer(const struct fact *f, struct fact_row *out, const char *name)
{
	if (f->type == FACT_INT)
		fact_int(out, name, f->i);
	else if (f->type == FACT_UINT && f->u <= INT64_MAX)
		fact_int(out, name, (int64_t)f->u);
}

static void
boolean(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (f->type == FACT_BOOL)
		fact_bool(out, name, f->b);
	else if (win_u64(f, &v))
		fact_bool(out, name, v != 0);
}

static void
kib(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v <= UINT64_MAX / 1024)
		fact_uint(out, name, v * 1024);
}

static void
mib(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v <= UINT64_MAX >> 20)
		fact_uint(out, name, v << 20);
}

/* 9223372036854775807 is Windows' way to say unknown. */
static void
mbps(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v != 0 && v < INT64_MAX)
		fact_uint(out, name, (v + 500000) / 1000000);
}

/* Of a memory module; 0 is unknown. */
static void
speed(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v != 0 && v < UINT32_MAX)
		fact_uint(out, name, v);
}

/* A limit of all ones is none. */
static void
limit(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v < INT64_MAX)
		fact_uint(out, name, v);
}

/* 32 bits: from 4 GiB on it is whatever the driver left there. */
static void
video_ram(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v) && v != 0 && v < 0xfff00000u)
		fact_uint(out, name, v);
}

/* --- times ---------------------------------------------------------------------------- */

/* Providers write a FILETIME of 0 as the year 1601: there is no time. */
static bool
is_time(const struct fact *f)
{
	return f->type == FACT_TIME && f->ms >= 0;
}

static void
instant(const struct fact *f, struct fact_row *out, const char *name)
{
	if (is_time(f))
		fact_time(out, name, f->ms);
}

/* A date was written as midnight of some time zone; half a day on it is the
 * same date in UTC. */
static void
day(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[40];

	if (!is_time(f))
		return;
	fact_format(&(struct fact){ .type = FACT_TIME,
	    .ms = f->ms + (f->ms % 86400000 != 0 ? 43200000 : 0) }, s,
	    sizeof(s));
	s[strcspn(s, "T")] = '\0';
	fact_str(out, name, s);
}

static bool
date_ms(int y, int m, int d, int64_t *ms)
{
	struct tm tm = { .tm_year = y - 1900, .tm_mon = m - 1, .tm_mday = d };

	if (y < 1980 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

bool
win_filetime_ms(uint64_t t, int64_t *ms)
{
	if (t == 0 || t > INT64_MAX)
		return false;
	*ms = (int64_t)(t / 10000) - 11644473600000;
	return *ms >= 0 && *ms < 7258118400000;		/* 2200 */
}

/* Win32_QuickFixEngineering writes month/day/year, the day first in some
 * languages, yyyymmdd, or a FILETIME in hexadecimal. */
static void
loose_day(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[64];
	int a, b, y;
	int64_t ms;
	size_t n;

	if (is_time(f))
		fact_time(out, name, f->ms);
	if (f->type != FACT_STRING || !plain(f, s, sizeof(s)))
		return;
	n = strlen(s);
	if (n == 16 && strspn(s, "0123456789abcdefABCDEF") == 16) {
		if (win_filetime_ms(strtoull(s, NULL, 16), &ms))
			fact_time(out, name, ms);
	} else if (n == 8 && strspn(s, "0123456789") == 8) {
		long v = strtol(s, NULL, 10);

		if (date_ms((int)(v / 10000), (int)(v / 100 % 100),
		    (int)(v % 100), &ms))
			fact_time(out, name, ms);
	} else if (sscanf(s, "%4d-%2d-%2d", &y, &a, &b) == 3 ||
	    sscanf(s, "%2d/%2d/%4d", &a, &b, &y) == 3 ||
	    sscanf(s, "%2d.%2d.%4d", &b, &a, &y) == 3) {
		if (date_ms(y, a, b, &ms) || date_ms(y, b, a, &ms))
			fact_time(out, name, ms);
	}
}

/* Minutes as "+01:00". */
static void
offset(const struct fact *f, struct fact_row *out, const char *name)
{
	int64_t m = f->type == FACT_INT ? f->i :
	    f->type == FACT_UINT && f->u < 1000 ? (int64_t)f->u : 10000;
	char s[16];

	if (m < -1000 || m > 1000)
		return;
	snprintf(s, sizeof(s), "%c%02d:%02d", m < 0 ? '-' : '+',
	    abs((int)m) / 60, abs((int)m) % 60);
	fact_str(out, name, s);
}

/* --- words ------------------------------------------------------------------------------- */

static void
connected(const struct fact *f, struct fact_row *out, const char *name)
{
	uint64_t v;

	if (win_u64(f, &v))
		fact_bool(out, name, v == 2);
}

/* "64-bit", "64 bits", "ARM 64-bit": the words differ by language. */
static void
arch(const struct fact *f, struct fact_row *out, const char *name)
{
	bool arm;

	if (f->type != FACT_STRING)
		return;
	arm = strcasestr(f->s, "arm") != NULL;
	if (strstr(f->s, "64") != NULL)
		fact_str(out, name, arm ? "aarch64" : "x86_64");
	else if (strstr(f->s, "32") != NULL)
		fact_str(out, name, arm ? "arm" : "x86");
}

static void
removable(const struct fact *f, struct fact_row *out, const char *name)
{
	if (f->type == FACT_STRING && f->s[0] != '\0')
		fact_bool(out, name, strncasecmp(f->s, "removable", 9) == 0 ||
		    strncasecmp(f->s, "external", 8) == 0);
}

/* "2.0, 0, 1.38" -> "2.0" */
static void
first_word(const struct fact *f, struct fact_row *out, const char *name)
{
	char s[TEXT_MAX];

	if (!plain(f, s, sizeof(s)))
		return;
	s[strcspn(s, ", ")] = '\0';
	if (s[0] != '\0')
		fact_str(out, name, s);
}

static void
number_text(const struct fact *f, struct fact_row *out, const char *name)
{
	text(f, out, name);
}

static void (*const converters[])(const struct fact *, struct fact_row *,
    const char *) = {
	[WIN_TEXT] = text, [WIN_LOWER] = lower, [WIN_SERIAL] = text,
	[WIN_UINT] = number, [WIN_POSITIVE] = positive, [WIN_INT] = integer,
	[WIN_BOOL] = boolean, [WIN_TIME] = instant, [WIN_TIME_TEXT] = text,
	[WIN_DAY] = day, [WIN_LOOSE_DAY] = loose_day, [WIN_KIB] = kib,
	[WIN_MIB] = mib, [WIN_MBPS] = mbps, [WIN_SPEED] = speed,
	[WIN_OFFSET] = offset, [WIN_CHARS] = chars,
	[WIN_NUMBER_TEXT] = number_text, [WIN_ARCH] = arch,
	[WIN_DISK_SERIAL] = disk_serial, [WIN_REMOVABLE] = removable,
	[WIN_VIDEO_RAM] = video_ram, [WIN_CONNECTED] = connected,
	[WIN_UNC] = unc, [WIN_REFERENCE] = reference, [WIN_LIMIT] = limit,
	[WIN_FIRST_WORD] = first_word, [WIN_BY_HAND] = NULL,
};

void
win_convert(enum win_how how, const struct fact *f, struct fact_row *out,
    const char *name)
{
	uint64_t code;

	if (how < ARRAY_LEN(converters) && converters[how] != NULL)
		converters[how](f, out, name);
	else if (how < WIN_BY_HAND && win_u64(f, &code))
		fact_str(out, name, win_code(how, code));
}
