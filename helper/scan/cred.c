#include "helper/scan/cred.h"

#include <stdlib.h>

void
cred_clear(struct cred *c)
{
	free(c->id);
	free(c->user);
	free(c->agent);
	free(c->keytab);
	free(c->ccache);
	free(c->realm);
	free(c->kdc);
	secret_free(c->password);
	secret_free(c->nt_hash);
	if (c->key != NULL)
		cred_ssh_key_free(c->key);
	*c = (struct cred){ .id = NULL };
}

bool
cred_is_guessable(const struct cred *c)
{
	return c->password != NULL || c->nt_hash != NULL;
}
