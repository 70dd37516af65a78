/* unix_shares.c: folders and printers that a host shares. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define SHARES_MAX 2000
#define FILE_MAX 200000		/* octets of a file, as asked */

static struct fact_row *
share(struct unix_host *h, const char *type, struct span name)
{
	struct fact_row *row;

	name = span_trim(name);
	if (name.n == 0 || (row = unix_row(h, "share", SHARES_MAX)) == NULL)
		return NULL;
	fact_span(row, "name", name);
	fact_str(row, "type", type);
	return row;
}

/* --- NFS ------------------------------------------------------------------------- */

/* A first word that may stand in quotes. */
static bool
path_word(struct span *line, struct span *path)
{
	struct span s = span_trim(*line);
	const char *end;

	if (!span_starts(s, "\"")) {
		*line = s;
		return span_word(line, path);
	}
	s = span_after(s, 1);
	end = s.n > 0 ? memchr(s.p, '"', s.n) : NULL;
	if (end == NULL)
		return false;
	*path = (struct span){ s.p, (size_t)(end - s.p) };
	*line = span_after(s, path->n + 1);
	return true;
}

/* "/srv/nfs 192.0.2.0/24(rw,sync) *(ro)"; a "\" at the end goes on */
static void
exports(struct unix_host *h, struct span text)
{
	struct span line, path;
	struct fact_row *row = NULL;
	bool goes_on = false;

	while (span_line(&text, &line)) {
		bool part = goes_on;

		line = span_trim(line);
		goes_on = line.n > 0 && line.p[line.n - 1] == '\\';
		if (goes_on)
			line.n--;
		if (part || line.n == 0 || span_starts(line, "#") ||
		    !path_word(&line, &path) || !span_starts(path, "/"))
			continue;
		if ((row = share(h, "nfs", path)) == NULL)
			continue;
		fact_span(row, "path", path);
		fact_span(row, "description", line);
	}
}

/* Solaris: "/export/home  -  nfs  rw  remark" */
static void
sharetab(struct unix_host *h, struct span text)
{
	struct span line, path, w, type;
	char kind[20];

	while (span_line(&text, &line))
		if (span_word(&line, &path) && span_word(&line, &w) &&
		    span_word(&line, &type))
			fact_span(share(h, span_text(type, kind, sizeof(kind)),
			    path), "path", path);
}

/* --- Samba ------------------------------------------------------------------------- */

static bool
yes(struct span v)
{
	return span_is(v, "yes") || span_is(v, "Yes") || span_is(v, "true") ||
	    span_is(v, "True") || span_is(v, "1");
}

/* Keys are written in any case and with or without blanks. */
static bool
key_is(struct span key, const char *want)
{
	size_t n = strlen(want), k = 0;

	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];

		if (c == ' ' || c == '\t')
			continue;
		if (k == n || (c | 0x20) != want[k])
			return false;
		k++;
	}
	return k == n;
}

static void
smb_key(struct fact_row *row, struct span key, struct span v)
{
	uint64_t n;

	if (key_is(key, "path") || key_is(key, "directory"))
		fact_span(row, "path", v);
	else if (key_is(key, "comment"))
		fact_span(row, "description", v);
	else if (key_is(key, "printable") || key_is(key, "printok"))
		fact_str(row, "type", yes(v) ? "printer" : "smb");
	else if (key_is(key, "browseable") || key_is(key, "browsable"))
		fact_bool(row, "hidden", !yes(v));
	else if (key_is(key, "maxconnections") && span_u64(v, &n) && n > 0)
		fact_uint(row, "maxUsers", n);
	else if (key_is(key, "available") && !yes(v))
		fact_str(row, "status", "not available");
}

/* smb.conf, as it stands or as testparm prints it */
static void
samba(struct unix_host *h, struct span text)
{
	struct span line, key, v;
	struct fact_row *row = NULL;

	while (span_line(&text, &line)) {
		line = span_trim(line);
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[' && line.p[line.n - 1] == ']') {
			key = (struct span){ line.p + 1, line.n - 2 };
			row = key_is(key, "global") ? NULL : share(h, "smb", key);
			if (key.n > 0 && key.p[key.n - 1] == '$')
				fact_bool(row, "hidden", true);
		} else if (row != NULL && span_split(line, '=', &key, &v)) {
			smb_key(row, key, v);
		}
	}
}

/* A share that a user made: "#VERSION 2", "path=/home/ann", "sharename=ann" */
static void
usershare(struct unix_host *h, struct span text)
{
	struct fact_row *row = share(h, "smb", span_get(text, "sharename"));

	fact_key(row, "path", text, "path");
	fact_key(row, "description", text, "comment");
}

/* --- macOS ---------------------------------------------------------------------------- */

/* "name:\t\tPublic", "path:\t\t/Users/ann/Public", then "\tsmb:\t{ ... }" */
static void
sharing(struct unix_host *h, struct span text)
{
	struct span line, key, v;
	struct fact_row *row = NULL;

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &key, &v) || line.p[0] == '\t')
			continue;
		if (span_is(key, "name"))
			row = share(h, "smb", v);
		else if (span_is(key, "path"))
			fact_span(row, "path", v);
	}
}

void
parse_shares(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, label, text;

	while (unix_part(h->frame, &rest, &label, &text)) {
		unix_cut_at(h, "share", text, FILE_MAX);
		if (span_has(label, "exports"))
			exports(h, text);
		else if (span_is(label, "/etc/dfs/sharetab"))
			sharetab(h, text);
		else if (span_is(label, "smb"))
			samba(h, text);
		else if (span_is(label, "usershare"))
			usershare(h, text);
		else if (span_is(label, "sharing"))
			sharing(h, text);
	}
}
