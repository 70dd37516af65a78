#include "helper/jira/ca.h"

#include <stddef.h>
#include <unistd.h>

#include "helper/base/checked.h"

const char *
ca_system(const char *own)
{
	const char *const places[] = {
		own,
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Arch */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Red Hat */
		"/etc/ssl/ca-bundle.pem",		/* SUSE */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/cert.pem",			/* Alpine */
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i] != NULL && access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}
