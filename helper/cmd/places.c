#include "helper/cmd/places.h"

#include <stdio.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/cmd/config.h"

static const struct { const char *pointer; enum opt_id id; } places[] = {
	{ "/profile/name", OPT_PROFILE },
	{ "/profile/folder", OPT_FOLDER },
	{ "/profile/assetType", OPT_ASSET_TYPE },
	{ "/profile/protocols", OPT_PROTOCOLS },
	{ "/profile/sections", OPT_SECTIONS },
	{ "/profile/pingTimeout", OPT_PING_TIMEOUT },
	{ "/profile/connectTimeout", OPT_CONNECT_TIMEOUT },
	{ "/profile/sshTimeout", OPT_SSH_TIMEOUT },
	{ "/profile/wmiTimeout", OPT_WMI_TIMEOUT },
	{ "/profile/queryTimeout", OPT_QUERY_TIMEOUT },
	{ "/profile/concurrency", OPT_CONCURRENCY },
	{ "/profile/connectRate", OPT_CONNECT_RATE },
	{ "/profile/ports/ssh", OPT_SSH_PORT },
	{ "/profile/ports/wmi", OPT_WMI_PORT },
	{ "/profile/hostKeys/pins", OPT_HOST_KEY },
	{ "/profile/hostKeys", OPT_HOST_KEYS },
	{ "/ranges", OPT_RANGE },
	{ "/jira/url", OPT_JIRA_URL },
	{ "/jira/proxy", OPT_PROXY },
	{ "/jira/caFile", OPT_CA_FILE },
	{ "/jira/auth/user", OPT_JIRA_USER },
	{ "/jira/auth/name", OPT_JIRA_HEADER },
};

/* What follows the place in the pointer; NULL: it is another place. */
static const char *
below(const char *pointer, const char *place)
{
	size_t n = strlen(place);

	if (strncmp(pointer, place, n) != 0 ||
	    (pointer[n] != '\0' && pointer[n] != '/'))
		return NULL;
	return pointer + n;
}

const char *
place_of(const struct opts *o, const char *pointer, char *dst, size_t cap)
{
	const char *rest = below(pointer, "/profile/config");
	const char *path = config_path(o);

	if (rest != NULL && path != NULL) {
		snprintf(dst, cap, "%s%s%s", path, *rest != '\0' ? ": " : "", rest);
		return dst;
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (below(pointer, places[i].pointer) != NULL &&
		    opt_on(o, places[i].id)) {
			snprintf(dst, cap, "--%s", opt_name(places[i].id));
			return dst;
		}
	if (below(pointer, "/jira/url") != NULL && opts_nargs(o) > 0)
		return opts_args(o)[0];
	if (below(pointer, "/credentials") != NULL && opt_str(o, OPT_REQUEST) ==
	    NULL && strstr(pointer, "/privateKeyFile") != NULL)
		return "--ssh-key-file";
	return pointer;
}

void
place_print(const struct opts *o, const char *pointer, const char *message)
{
	char place[1024];

	fprintf(stderr, "assetscan: %s: %s\n", place_of(o, pointer, place,
	    sizeof(place)), message);
}
