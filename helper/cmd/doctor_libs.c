/* doctor_libs.c: which libraries run, and which of them are too old. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/cmd/doctor.h"
#include "helper/jira/http.h"
#include "helper/map/mapping.h"
#include "helper/scan/hash.h"
#include "ssh/ssh.h"
#include "wmi/krb5_look.h"

int
doctor_version_cmp(const char *a, const char *b)
{
	for (;;) {
		unsigned long x = strtoul(a, (char **)&a, 10);
		unsigned long y = strtoul(b, (char **)&b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		if (*a != '.' && *b != '.')
			return 0;
		a += *a == '.';
		b += *b == '.';
	}
}

/* The first digit and what follows: "expat_2.5.0", "OpenSSL 3.0.17 1 Jul". */
static const char *
number_in(const char *text)
{
	while (*text != '\0' && !isdigit((unsigned char)*text))
		text++;
	return text;
}

static void
judge(struct doctor *d, const char *runs, const char *least, const char *why)
{
	char fix[300];

	if (runs[0] == '\0') {
		doctor_say(d, DOCTOR_OK, NULL, "there; it does not say which");
		return;
	}
	if (doctor_version_cmp(number_in(runs), least) >= 0) {
		doctor_say(d, DOCTOR_OK, NULL, "%s", runs);
		return;
	}
	snprintf(fix, sizeof(fix), "Install %s or newer with the system's "
	    "package manager: %s.", least, why);
	doctor_say(d, DOCTOR_FAILURE, fix, "%s is too old", runs);
}

/* Plain 1.11.1 has holes that distributions mend without a new number. */
enum verdict
doctor_libssh2_verdict(const char *built, const char *running)
{
	const char *debian = strstr(built, "-1+deb13u");

	if (doctor_version_cmp(running, "1.11.1") < 0)
		return DOCTOR_FAILURE;
	if (doctor_version_cmp(running, "1.11.1") > 0)
		return DOCTOR_OK;
	if (debian != NULL && atoi(debian + strlen("-1+deb13u")) >= 2)
		return DOCTOR_OK;
	return DOCTOR_WARNING;
}

void
doctor_libssh2(struct doctor *d)
{
	const char *built = ssh_library(), *runs = ssh_library_running();

	switch (doctor_libssh2_verdict(built, runs)) {
	case DOCTOR_OK:
		doctor_say(d, DOCTOR_OK, NULL, "%s", built);
		break;
	case DOCTOR_WARNING:
		doctor_say(d, DOCTOR_WARNING, "See that the distribution has "
		    "mended it (Debian: 1.11.1-1+deb13u2 or newer), or use a "
		    "package that brings its own: scanned hosts may be hostile.",
		    "%s; whether it is patched cannot be told", runs);
		break;
	case DOCTOR_FAILURE:
		doctor_say(d, DOCTOR_FAILURE, "Install libssh2 1.11.1 or newer, "
		    "or a package of assetscan that brings its own: older ones "
		    "cannot log on with RSA keys to today's OpenSSH, nor at all "
		    "to a hardened one.", "%s is too old", runs);
		break;
	}
}

void
doctor_jansson(struct doctor *d)
{
	judge(d, jansson_version_str(), "2.13", "it was built for that");
}

void
doctor_libcurl(struct doctor *d)
{
	char text[160];

	http_library(text, sizeof(text));
	judge(d, text, "7.76.0", "older ones get no security fixes");
}

void
doctor_openssl(struct doctor *d)
{
	judge(d, hash_library(), "3.0.0", "older ones get no security fixes");
}

void
doctor_expat(struct doctor *d)
{
	judge(d, mapping_xml_library(), "2.4.0", "older ones let a small XML "
	    "file take all memory");
}

void
doctor_krb5_library(struct doctor *d)
{
	char text[64];

	krb_look_library(text, sizeof(text));
	judge(d, text, "1.17", "older ones get no security fixes");
}

/* Only https:// to Jira needs them. */
void
doctor_certificates(struct doctor *d)
{
	const char *given = json_string_value(json_object_get(d->jira, "caFile"));
	const char *system = http_ca();

	if (given != NULL)
		doctor_say(d, DOCTOR_OK, NULL, "Jira's are judged by %s", given);
	else if (system != NULL)
		doctor_say(d, DOCTOR_OK, NULL, "%s", system);
	else
		doctor_say(d, DOCTOR_WARNING, "Install the package "
		    "ca-certificates, or name the CA's file with --ca-file.",
		    "this machine has no list of CAs: no https:// address can "
		    "be trusted");
}
