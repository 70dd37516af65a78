/* ssh_bare.c: the bare loop that the ssh room is measured against: blocking
 * libssh2 with its defaults, a key that was parsed before, TCP_QUICKACK; no
 * deadline, no host key check, no limits.
 *
 *	ssh_bare ADDRESS PORT USER KEY(PEM, ed25519) HOSTS COMMAND
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libssh2.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static
LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(sign)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok;

	(void)session;
	*sig_len = 64;
	*sig = malloc(64);
	ok = EVP_DigestSignInit(ctx, NULL, NULL, NULL, *abstract) == 1 &&
	    EVP_DigestSign(ctx, *sig, sig_len, data, data_len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -1;
}

static ssize_t
quick_recv(libssh2_socket_t fd, void *p, size_t n, int flags, void **abstract)
{
	int one = 1;
	ssize_t got;

	(void)abstract;
	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
	got = recv(fd, p, n, flags);
	return got < 0 ? -errno : got;
}

static int
one_host(const struct sockaddr_in *sin, char **argv, EVP_PKEY *key)
{
	unsigned char blob[51] = { 0, 0, 0, 11, 's', 's', 'h', '-', 'e', 'd', '2',
	    '5', '5', '1', '9', 0, 0, 0, 32 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, status = -1;
	LIBSSH2_SESSION *s = libssh2_session_init();
	LIBSSH2_CHANNEL *c = NULL;
	void *abstract = key;
	char buf[16384];
	size_t n = 32;

	EVP_PKEY_get_raw_public_key(key, blob + 19, &n);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	libssh2_session_callback_set2(s, LIBSSH2_CALLBACK_RECV,
	    (libssh2_cb_generic *)quick_recv);
	if (connect(fd, (const struct sockaddr *)sin, sizeof(*sin)) == 0 &&
	    libssh2_session_handshake(s, fd) == 0 &&
	    libssh2_userauth_list(s, argv[3], (unsigned)strlen(argv[3])) != NULL &&
	    libssh2_userauth_publickey(s, argv[3], blob, sizeof(blob), sign,
	    &abstract) == 0 && (c = libssh2_channel_open_session(s)) != NULL &&
	    libssh2_channel_exec(c, argv[6]) == 0) {
		while (libssh2_channel_read(c, buf, sizeof(buf)) > 0)
			;
		libssh2_channel_close(c);
		status = libssh2_channel_get_exit_status(c);
		libssh2_channel_free(c);
	}
	libssh2_session_disconnect(s, "done");
	libssh2_session_free(s);
	close(fd);
	return status;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct rusage u;
	EVP_PKEY *key;
	FILE *f;
	int n;

	if (argc != 7 || libssh2_init(0) != 0 || (f = fopen(argv[4], "r")) == NULL ||
	    (key = PEM_read_PrivateKey(f, NULL, NULL, NULL)) == NULL)
		return 2;
	inet_pton(AF_INET, argv[1], &sin.sin_addr);
	sin.sin_port = htons((unsigned short)atoi(argv[2]));
	n = atoi(argv[5]);
	for (int i = 0; i < n; i++)
		if (one_host(&sin, argv, key) != 0)
			return 1;
	getrusage(RUSAGE_SELF, &u);
	printf("{\"hosts\":%d,\"cpuMs\":%.3f}\n", n,
	    ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3) / n);
	return 0;
}
