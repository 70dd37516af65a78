#include "helper/report/report_eol.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define SOURCE(id, read, url) \
    static const char read_##id[] = read, url_##id[] = url;
#include "helper/report/report_eol.def"

static const struct eol rows[] = {
#define EOL(source, name, version, edition, label, ends, until, sold) \
	{ name, version, edition, label, ends, until, sold, read_##source, \
	  url_##source },
#include "helper/report/report_eol.def"
};

const struct eol *
eol_at(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

/* What stands before or between the words of a name and says nothing. */
static const char *const noise[] = { "(R)", "(TM)", "(C)", "\xc2\xae",
	"\xe2\x84\xa2", "Microsoft" };

/* Copies without noise, with single blanks. */
static void
plain(char *dst, size_t cap, const char *name)
{
	size_t at = 0;

	while (*name != '\0' && at + 1 < cap) {
		size_t skip = 0;

		for (size_t i = 0; i < ARRAY_LEN(noise); i++)
			if (strncasecmp(name, noise[i], strlen(noise[i])) == 0)
				skip = strlen(noise[i]);
		if (skip == 0 && *name == ' ' && (at == 0 || dst[at - 1] == ' '))
			skip = 1;
		if (skip == 0)
			dst[at++] = *name++;
		name += skip;
	}
	dst[at] = '\0';
}

/* Calls fits() with each word of "a|b"; true when one fits. */
static bool
one_of(const char *words, const char *text,
    bool (*fits)(const char *text, const char *word, size_t n))
{
	for (const char *word = words;; word++) {
		size_t n = strcspn(word, "|");

		if (fits(text, word, n))
			return true;
		word += n;
		if (*word == '\0')
			return false;
	}
}

static bool
begins(const char *text, const char *word, size_t n)
{
	return strncasecmp(text, word, n) == 0 &&
	    !isalnum((unsigned char)text[n]);
}

static bool
holds(const char *text, const char *word, size_t n)
{
	for (; *text != '\0'; text++)
		if (strncasecmp(text, word, n) == 0)
			return true;
	return n == 0;
}

/* In whole numbers: 10 is the start of 10 and 10.2, not of 100. */
static bool
version_fits(const char *version, const char *start)
{
	size_t n = strlen(start);

	return strncmp(version, start, n) == 0 &&
	    !isdigit((unsigned char)version[n]);
}

const struct eol *
eol_find(const char *name, const char *version)
{
	char text[200];

	if (name == NULL || version == NULL)
		return NULL;
	plain(text, sizeof(text), name);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (version_fits(version, rows[i].version) &&
		    one_of(rows[i].name, text, begins) &&
		    one_of(rows[i].edition, text, holds))
			return &rows[i];
	return NULL;
}

static bool
day_number(const char *day, long *n)
{
	struct tm tm = { 0 };
	int used = 0;

	if (sscanf(day, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
	    &used) != 3 || used != 10)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*n = (long)(timegm(&tm) / 86400);
	return true;
}

bool
eol_days(const char *from, const char *to, long *days)
{
	long a, b;

	if (!day_number(from, &a) || !day_number(to, &b))
		return false;
	*days = b - a;
	return true;
}

enum eol_status
eol_status(const struct eol *row, const char *day)
{
	long days;

	if (row == NULL)
		return EOL_UNKNOWN;
	if (row->ends[0] == '\0')
		return eol_days(row->read, day, &days) && days <= 365 ?
		    EOL_SUPPORTED : EOL_UNKNOWN;
	if (!eol_days(day, row->ends, &days))
		return EOL_UNKNOWN;
	return days < 0 ? EOL_ENDED : days <= EOL_SOON_DAYS ? EOL_ENDING :
	    EOL_SUPPORTED;
}

static const char *const names[EOL_STATUSES] = {
	"unknown", "supported", "ending", "ended",
};

const char *
eol_status_name(enum eol_status s)
{
	return names[s];
}
