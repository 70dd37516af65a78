/* doctor_krb5.c: Kerberos on this machine: krb5.conf, KDCs, keytab, tickets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/base/secretfile.h"
#include "helper/base/text.h"
#include "helper/cmd/doctor.h"
#include "wmi/krb5_look.h"

#define KDC_SECONDS 10

void
doctor_krb5_config(struct doctor *d)
{
	const char *path = getenv("KRB5_CONFIG"), *given = opt_str(d->o, OPT_REALM);
	struct err e = { .code = ERR_NONE };
	char realm[256], fix[300];

	if (path == NULL || path[0] == '\0')
		path = "/etc/krb5.conf";
	if (!krb_look_config(realm, sizeof(realm), &e)) {
		if (e.native == EACCES)
			snprintf(fix, sizeof(fix), "chmod a+r %s", path);
		else
			snprintf(fix, sizeof(fix), "Correct %s (sections in "
			    "[brackets], then name = value, braces closed), or "
			    "move it away: it is not needed where DNS knows the "
			    "domain.", path);
		doctor_say(d, DOCTOR_FAILURE, fix, "%s cannot be used: %s", path,
		    e.text);
		return;
	}
	if (given != NULL)
		text_copy(d->realm, sizeof(d->realm), given);
	else
		text_copy(d->realm, sizeof(d->realm), realm);
	if (realm[0] != '\0')
		doctor_say(d, DOCTOR_OK, NULL, "%s: the default realm is %s", path,
		    realm);
	else if (given != NULL || opt_str(d->o, OPT_KDC) != NULL)
		doctor_say(d, DOCTOR_OK, NULL, "no default realm; a credential "
		    "names its own");
	else
		doctor_say(d, DOCTOR_OK, NULL, "not set up, and not needed: a "
		    "credential's domain is looked up, else NTLM is used");
}

/* One that answers is enough; what is wrong with the others is said too. */
void
doctor_kdc(struct doctor *d)
{
	struct deadline by = deadline_in(KDC_SECONDS, -1);
	const char *kdc = opt_str(d->o, OPT_KDC);
	struct krb_look_kdcs k = { .from = "--kdc", .n = 1 };
	char why[600] = "";
	bool answers = false;

	if (kdc != NULL)
		text_copy(k.host[0], sizeof(k.host[0]), kdc);
	else if (d->realm[0] != '\0')
		krb_look_kdcs(d->realm, &k, by);
	else
		return;
	for (size_t i = 0; i < k.n; i++) {
		struct err e = { .code = ERR_NONE };
		size_t n = strlen(why);

		if (krb_look_answers(k.host[i], by, &e)) {
			if (!answers)
				doctor_say(d, DOCTOR_OK, NULL, "%s answers (by %s)",
				    k.host[i], k.from);
			answers = true;
		} else {
			snprintf(why + n, sizeof(why) - n, "%s%s",
			    n > 0 ? "; " : "", e.text);
		}
	}
	if (!answers)
		doctor_say(d, DOCTOR_FAILURE, "Open TCP port 88 to a domain "
		    "controller, name one with `kdc` in the credential, or "
		    "correct DNS or [realms] in krb5.conf.", "no KDC of %s "
		    "answers (by %s): %s", d->realm[0] != '\0' ? d->realm :
		    "the realm", k.from, why);
	else if (why[0] != '\0')
		doctor_say_as(d, "kerberos.kdc.others", DOCTOR_WARNING, "Each "
		    "log-on may wait for it: take it out of DNS or krb5.conf, or "
		    "open TCP port 88 to it.", why);
}

static void
look_keytab(struct doctor *d, const char *given)
{
	struct err e = { .code = ERR_NONE };
	char detail[300], fix[500];
	struct stat st;
	char *path = credential_path(given);

	if (path == NULL)
		return;
	if (!krb_look_keytab(path, detail, sizeof(detail), &e)) {
		doctor_say(d, DOCTOR_FAILURE, "Let this user read it, or make it "
		    "anew: ktutil, or ktpass on a domain controller.", "%s",
		    e.text);
	} else if (stat(path, &st) == 0 && (st.st_mode & 0077) != 0) {
		snprintf(fix, sizeof(fix), "chmod 0600 '%.300s': whoever reads it "
		    "is that account.", path);
		doctor_say(d, DOCTOR_WARNING, fix, "%s: %s; mode %04o", path,
		    detail, (unsigned)st.st_mode & 07777u);
	} else {
		doctor_say(d, DOCTOR_OK, NULL, "%s: %s", path, detail);
	}
	free(path);
}

static void
look_tickets(struct doctor *d, const char *name)
{
	struct err e = { .code = ERR_NONE };
	char detail[400];
	long left = 0;

	if (!krb_look_ccache(name, detail, sizeof(detail), &left, &e))
		doctor_say(d, DOCTOR_FAILURE, "kinit as the scanning user, or "
		    "correct the name of the cache (KRB5CCNAME).", "%s", e.text);
	else if (left <= 0)
		doctor_say(d, DOCTOR_FAILURE, "kinit again; for a timer a keytab "
		    "is better, which does not end.", "%s: no ticket in %s is "
		    "valid", detail, name);
	else
		doctor_say(d, DOCTOR_OK, NULL, "%s, for %ld minutes", detail,
		    left / 60);
}

/* That of the options, and those that the request's credentials name. */
static void
look_at_each(struct doctor *d, const char *given, const char *member,
    void (*look)(struct doctor *, const char *))
{
	const json_t *list = json_object_get(d->request, "credentials");

	if (given != NULL)
		look(d, given);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_object_get(
		    json_array_get(list, i), member));

		if (name != NULL)
			look(d, name);
	}
}

void
doctor_keytab(struct doctor *d)
{
	look_at_each(d, opt_str(d->o, OPT_KEYTAB), "keytab", look_keytab);
}

/* Only who names a cache uses one. */
void
doctor_tickets(struct doctor *d)
{
	const char *name = opt_str(d->o, OPT_CCACHE);

	look_at_each(d, name != NULL ? name : getenv("KRB5CCNAME"), "ccache",
	    look_tickets);
}
