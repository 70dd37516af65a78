#include "helper/jira/weburl.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

static const struct { const char *prefix; uint16_t port; bool https; } schemes[] = {
	{ "https://", 443, true },
	{ "http://", 80, false },
};

static bool
bad(struct err *e, const char *why)
{
	fail(e, ERR_INVALID, "Jira's URL %s", why);
	return fail_hint(e, "Write it as https://jira.example.com or "
	    "https://intranet.example.com/jira.");
}

/* host[:port] or [v6][:port]; n octets. */
static bool
authority(struct weburl *u, const char *p, size_t n, struct err *e)
{
	const char *end = p + n, *host = p, *stop, *colon;
	char digits[6];
	uint64_t port;

	if (n > 0 && *p == '[') {
		host = p + 1;
		if ((stop = memchr(host, ']', n - 1)) == NULL)
			return bad(e, "has a bracket without its twin");
		colon = stop + 1;
	} else {
		stop = memchr(p, ':', n);
		colon = stop = stop != NULL ? stop : end;
	}
	if (stop == host || (size_t)(stop - host) >= sizeof(u->host))
		return bad(e, "has no host name, or one that is too long");
	memcpy(u->host, host, (size_t)(stop - host));
	u->host[stop - host] = '\0';
	for (char *c = u->host; *c != '\0'; c++) {
		*c = (char)tolower((unsigned char)*c);
		if (!isalnum((unsigned char)*c) && strchr("-._:%", *c) == NULL)
			return bad(e, "has a host name with odd characters");
	}
	if (colon == end)
		return true;
	if (*colon != ':' || (size_t)(end - colon) > sizeof(digits))
		return bad(e, "has an odd port");
	memcpy(digits, colon + 1, (size_t)(end - colon) - 1);
	digits[end - colon - 1] = '\0';
	if (!text_u64(digits, 1, 65535, &port))
		return bad(e, "has an odd port");
	u->port = (uint16_t)port;
	return true;
}

bool
weburl_parse(struct weburl *u, const char *text, struct err *e)
{
	const char *p = NULL, *path;
	size_t n;

	memset(u, 0, sizeof(*u));
	for (size_t i = 0; i < ARRAY_LEN(schemes) && p == NULL; i++) {
		n = strlen(schemes[i].prefix);
		if (strncasecmp(text, schemes[i].prefix, n) != 0)
			continue;
		p = text + n;
		u->port = schemes[i].port;
		u->https = schemes[i].https;
	}
	if (p == NULL)
		return bad(e, "starts with neither https:// nor http://");
	if (strlen(text) >= sizeof(u->text))
		return bad(e, "is too long");
	for (const char *c = p; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~' ||
		    strchr("\"<>\\^`{|}", *c) != NULL)
			return bad(e, "has blanks or characters that must be encoded");
	if (strpbrk(p, "?#") != NULL)
		return bad(e, "has a query or fragment");
	path = p + strcspn(p, "/");
	if (memchr(p, '@', (size_t)(path - p)) != NULL)
		return bad(e, "has a user in it; give the log-in by itself");
	if (!authority(u, p, (size_t)(path - p), e))
		return false;
	strcpy(u->text, text);
	for (n = 0; n < (size_t)(path - text); n++)
		u->text[n] = (char)tolower((unsigned char)u->text[n]);
	for (n = strlen(u->text); u->text[n - 1] == '/'; n--)
		u->text[n - 1] = '\0';
	return true;
}

void
weburl_encode(struct wr *w, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
		if (isalnum(*p) || strchr("-._~", *p) != NULL)
			wr_u8(w, *p);
		else
			wr_printf(w, "%%%02X", *p);
}
