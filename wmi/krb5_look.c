/* krb5_look.c: krb5.conf, KDCs, keytabs and ticket caches of this machine. */
#include "wmi/krb5_look.h"

#include <dlfcn.h>
#include <krb5/krb5.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/net.h"
#include "helper/base/text.h"
#include "wmi/krb5.h"
#include "wmi/krb5_dns.h"

/* The library has no call for it, but carries "KRB5_BRAND: krb5-1.20.1-final". */
void
krb_look_library(char *dst, size_t cap)
{
	static const char mark[] = "KRB5_BRAND: krb5-";
	static const size_t most = 16u << 20;
	Dl_info where;
	char *all = NULL, *at;
	FILE *f = NULL;
	size_t n;

	dst[0] = '\0';
	if (dladdr((void *)(uintptr_t)krb5_init_context, &where) != 0 &&
	    where.dli_fname != NULL &&
	    (f = fopen(where.dli_fname, "re")) != NULL &&
	    (all = malloc(most)) != NULL) {
		n = fread(all, 1, most, f);
		at = memmem(all, n, mark, sizeof(mark) - 1);
		if (at != NULL) {
			at += sizeof(mark) - 1;
			n = (size_t)(all + n - at);
			snprintf(dst, cap, "%.*s", (int)(strnlen(at, n) < 40 ?
			    strcspn(at, "- ") : 0), at);
		}
	}
	free(all);
	if (f != NULL)
		fclose(f);
}

static bool
said(krb5_context ctx, krb5_error_code code, const char *what, struct err *e)
{
	const char *text = krb5_get_error_message(ctx, code);

	fail_native(e, ERR_IO, (uint32_t)code, "%s: %s", what, text);
	krb5_free_error_message(ctx, text);
	return false;
}

bool
krb_look_config(char *realm, size_t cap, struct err *e)
{
	krb5_context ctx = NULL;
	krb5_error_code code = krb5_init_context(&ctx);
	char *name = NULL;

	realm[0] = '\0';
	if (code != 0)
		return said(NULL, code, "krb5.conf", e);
	if (krb5_get_default_realm(ctx, &name) == 0) {
		text_copy(realm, cap, name);
		krb5_free_default_realm(ctx, name);
	}
	krb5_free_context(ctx);
	return true;
}

/* --- KDCs ---------------------------------------------------------------------- */

static void
configured(const char *realm, struct krb_look_kdcs *k)
{
	const char *names[] = { "realms", realm, "kdc", NULL };
	krb5_context ctx = NULL;
	profile_t profile;
	char **hosts = NULL;

	if (krb5_init_context(&ctx) != 0)
		return;
	if (krb5_get_profile(ctx, &profile) == 0) {
		if (profile_get_values(profile, names, &hosts) == 0)
			for (size_t i = 0; hosts[i] != NULL &&
			    k->n < KRB_LOOK_KDCS; i++)
				text_copy(k->host[k->n++], sizeof(k->host[0]),
				    hosts[i]);
		profile_free_list(hosts);
		profile_release(profile);
	}
	krb5_free_context(ctx);
}

void
krb_look_kdcs(const char *realm, struct krb_look_kdcs *k, struct deadline by)
{
	struct krb_srv srv[KRB_LOOK_KDCS];
	size_t n;

	*k = (struct krb_look_kdcs){ .from = "krb5.conf" };
	configured(realm, k);
	if (k->n > 0)
		return;
	k->from = "DNS SRV records";
	n = krb_find_srv(realm, srv, KRB_LOOK_KDCS, by);
	for (size_t i = 0; i < n; i++)
		snprintf(k->host[k->n++], sizeof(k->host[0]), "%s:%u",
		    srv[i].host, srv[i].port);
	if (k->n > 0)
		return;
	k->from = "the realm's name";
	text_copy(k->host[k->n++], sizeof(k->host[0]), realm);
}

bool
krb_look_answers(const char *kdc, struct deadline by, struct err *e)
{
	struct net_addr at[4];
	char host[300];
	uint16_t port;
	size_t n;
	int fd = -1;

	if (!krb_kdc_split(kdc, host, sizeof(host), &port))
		return fail(e, ERR_KDC, "\"%s\" is no KDC's address", kdc);
	n = net_resolve(host, at, 4, by, e);
	for (size_t i = 0; i < n && fd < 0; i++) {
		err_clear(e);
		fd = net_connect(&at[i], port, deadline_within(by, 4), e);
	}
	if (fd < 0)
		return n == 0 ? false : fail_in(e, "%s", kdc);
	close(fd);
	return true;
}

/* --- keytab and ticket cache -------------------------------------------------------- */

bool
krb_look_keytab(const char *path, char *detail, size_t cap, struct err *e)
{
	krb5_context ctx = NULL;
	krb5_keytab keytab = NULL;
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code = krb5_init_context(&ctx);
	char *name = NULL;
	unsigned n = 0;

	if (code != 0)
		return said(NULL, code, "krb5.conf", e);
	if ((code = krb5_kt_resolve(ctx, path, &keytab)) == 0 &&
	    (code = krb5_kt_start_seq_get(ctx, keytab, &cursor)) == 0) {
		while ((code = krb5_kt_next_entry(ctx, keytab, &entry,
		    &cursor)) == 0) {
			if (n++ == 0)
				(void)krb5_unparse_name(ctx, entry.principal,
				    &name);
			krb5_free_keytab_entry_contents(ctx, &entry);
		}
		if (code == KRB5_KT_END)
			code = n > 0 ? 0 : KRB5_KT_NOTFOUND;
		(void)krb5_kt_end_seq_get(ctx, keytab, &cursor);
	}
	if (code != 0)
		said(ctx, code, path, e);
	else
		snprintf(detail, cap, "%s, %u key%s", name != NULL ? name : "?",
		    n, n == 1 ? "" : "s");
	krb5_free_unparsed_name(ctx, name);
	if (keytab != NULL)
		krb5_kt_close(ctx, keytab);
	krb5_free_context(ctx);
	return code == 0;
}

/* When the ticket that gets other tickets ends; 0: there is none. */
static krb5_timestamp
ticket_end(krb5_context ctx, krb5_ccache cache)
{
	krb5_timestamp end = 0;
	krb5_cc_cursor cursor;
	krb5_creds c;

	if (krb5_cc_start_seq_get(ctx, cache, &cursor) != 0)
		return 0;
	while (krb5_cc_next_cred(ctx, cache, &cursor, &c) == 0) {
		if (c.server->length == 2 && c.server->data[0].length == 6 &&
		    memcmp(c.server->data[0].data, "krbtgt", 6) == 0)
			end = c.times.endtime;
		krb5_free_cred_contents(ctx, &c);
	}
	(void)krb5_cc_end_seq_get(ctx, cache, &cursor);
	return end;
}

bool
krb_look_ccache(const char *name, char *detail, size_t cap, long *left,
    struct err *e)
{
	krb5_context ctx = NULL;
	krb5_ccache cache = NULL;
	krb5_principal client = NULL;
	krb5_error_code code = krb5_init_context(&ctx);
	char *text = NULL;

	if (code != 0)
		return said(NULL, code, "krb5.conf", e);
	code = name != NULL ? krb5_cc_resolve(ctx, name, &cache) :
	    krb5_cc_default(ctx, &cache);
	if (code == 0 && (code = krb5_cc_get_principal(ctx, cache, &client)) == 0 &&
	    (code = krb5_unparse_name(ctx, client, &text)) == 0) {
		/* unsigned: a ticket may end behind 2038 */
		*left = (long)((uint32_t)ticket_end(ctx, cache) -
		    (int64_t)time(NULL));
		snprintf(detail, cap, "tickets of %s", text);
	} else {
		said(ctx, code, name != NULL ? name : "the ticket cache", e);
	}
	krb5_free_unparsed_name(ctx, text);
	krb5_free_principal(ctx, client);
	if (cache != NULL)
		krb5_cc_close(ctx, cache);
	krb5_free_context(ctx);
	return code == 0;
}
