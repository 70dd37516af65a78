/* fuzz_ssh_key.c: private keys.  The first octet chooses: 'R' wraps the rest as
 * the octets of OpenSSH's container, all else is the key's text; 'S' is the
 * blob of a log-on that is to be signed. */
#include <stdint.h>
#include <stdlib.h>

#include "ssh/base64.h"
#include "ssh/sshkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
parse(const void *text, size_t n)
{
	struct secret *s = secret_new(text, n);
	struct wr sig = wr_new(8192);
	struct ssh_key *key;
	size_t blob;

	if (s == NULL)
		abort();
	/* No passphrase: its derivation would be all that is measured. */
	if ((key = ssh_key_parse(s, NULL, NULL)) != NULL) {
		if (ssh_key_blob(key, &blob) == NULL || blob == 0)
			abort();
		(void)!ssh_key_sign(key, ssh_key_type(key), "data", 4, &sig, NULL);
	}
	wr_free(&sig);
	ssh_key_free(key);
	secret_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char algorithm[ALGORITHM_MAX];
	struct wr text;

	if (size == 0)
		return 0;
	if (data[0] == 'S') {
		(void)!sign_request_algorithm(data + 1, size - 1, algorithm);
	} else if (data[0] == 'R') {
		text = wr_new(2 * KEY_TEXT_MAX);
		wr_str(&text, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
		base64_encode(&text, data + 1, size - 1, true);
		wr_str(&text, "\n-----END OPENSSH PRIVATE KEY-----\n");
		if (!text.bad)
			parse(text.p, text.len);
		wr_free(&text);
	} else {
		parse(data, size);
	}
	return 0;
}
