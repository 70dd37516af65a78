/* fuzz_wmi_challenge.c: an NTLM CHALLENGE, and the answer that it gets. */
#include <stdint.h>
#include <stdlib.h>

#include "helper/base/secret.h"
#include "wmi/ntlm.h"
#include "wmi/ntlm_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret *hash = secret_from_str("a4f49c406510bdcab6824ee7c30fd852");
	struct wmi_cred c = { .user = ".\\u", .nt_hash = hash };
	struct wmi_about about = { .netbios_name = NULL };
	struct ntlm_session *session = NULL;
	struct err e = { .code = ERR_NONE };
	struct wr out = wr_new(1u << 20);
	struct ntlm *n;

	if (!ntlm_crypto_start(&e) || (n = ntlm_new(&c, "host/pc", &e)) == NULL)
		abort();
	if (ntlm_negotiate(n, &out) && ntlm_challenge(n, data, size, true, &about, &e) &&
	    ntlm_authenticate(n, &out, &session, &e) && session == NULL)
		abort();
	ntlm_session_free(session);
	ntlm_free(n);
	wmi_about_clear(&about);
	wr_free(&out);
	secret_free(hash);
	return 0;
}
