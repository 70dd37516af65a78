/* cred_ssh.c: private keys of credentials, parsed once for a whole scan. */
#include "helper/scan/cred.h"

#include "ssh/ssh.h"

bool
cred_ssh_key(struct cred *c, const char *text, const char *path,
    const char *passphrase, struct err *e)
{
	struct secret *phrase = NULL, *pem = NULL;
	bool ok = false;

	if (passphrase != NULL &&
	    (phrase = secret_from_str(passphrase)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for a passphrase");
		goto out;
	}
	if (path != NULL) {
		c->key = ssh_key_load(path, phrase, e);
	} else if ((pem = secret_from_str(text)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for a private key");
		goto out;
	} else {
		c->key = ssh_key_parse(pem, phrase, e);
	}
	ok = c->key != NULL;
out:
	secret_free(pem);
	secret_free(phrase);
	return ok;
}

void
cred_ssh_key_free(struct ssh_key *key)
{
	ssh_key_free(key);
}
