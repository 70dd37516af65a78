/* weburl.h: Jira's base URL, checked and in one spelling; percent-encoding.
 * Knows nothing of HTTP.
 */
#ifndef JIRA_WEBURL_H
#define JIRA_WEBURL_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"

#define WEBURL_MAX 1024

struct weburl {
	char text[WEBURL_MAX];	/* scheme and host in lower case, no slash at the end */
	char host[256];		/* without the brackets of an IPv6 address */
	uint16_t port;
	bool https;
};

/* "https://jira.example.com:8443/jira/".  Refused with ERR_INVALID: another
 * scheme, a user or password, a query, a fragment, blanks. */
bool weburl_parse(struct weburl *, const char *text, struct err *) CHECKED;
/* Percent-encodes all but letters, digits and -._~ */
void weburl_encode(struct wr *, const char *text);

#endif
