#include "wmi/krb5_dns.h"

#include <poll.h>
#include <resolv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/reader.h"
#include "helper/base/writer.h"
#include "wmi/ntlm_crypto.h"

#define MESSAGE_MAX 4096u
#define ANSWER_SECONDS 2.0
#define NAME_HOPS 32u		/* pointers in one name */

enum { DNS_SRV = 33, DNS_IN = 1, DNS_ANSWER = 0x8000, DNS_RECURSE = 0x0100,
	DNS_CODE = 0x000f };

/* --- messages                                                  [RFC 1035] 4.1 --- */

static void
put_name(struct wr *w, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		if (n == 0 || n > 63) {
			w->bad = true;
			return;
		}
		wr_u8(w, (uint8_t)n);
		wr_bytes(w, name, n);
		name += n + (name[n] == '.');
	}
	wr_u8(w, 0);
}

size_t
krb_srv_question(const char *realm, uint16_t id, uint8_t *out, size_t cap)
{
	struct wr w = wr_new(512);
	size_t n = 0;

	wr_be16(&w, id);
	wr_be16(&w, DNS_RECURSE);
	wr_be16(&w, 1);
	wr_zero(&w, 6);
	wr_u8(&w, 9);
	wr_str(&w, "_kerberos");
	wr_u8(&w, 4);
	wr_str(&w, "_tcp");
	put_name(&w, realm);
	wr_be16(&w, DNS_SRV);
	wr_be16(&w, DNS_IN);
	if (!w.bad && w.len <= cap) {
		memcpy(out, w.p, w.len);
		n = w.len;
	}
	wr_free(&w);
	return n;
}

/* A name at the cursor, pointers followed; the cursor stands behind it. */
static bool
take_name(struct rd *r, char *out, size_t cap)
{
	struct rd at = *r;
	size_t used = 0;
	bool jumped = false;

	for (unsigned hops = 0; hops < NAME_HOPS; ) {
		uint8_t n = rd_u8(&at);

		if (n >= 0xc0) {
			size_t to = (size_t)(n & 0x3f) << 8 | rd_u8(&at);

			if (!jumped)
				*r = at;
			jumped = true;
			hops++;
			rd_seek(&at, to);
		} else if (n == 0) {
			if (!jumped)
				*r = at;
			r->bad |= at.bad;
			out[used > 0 ? used - 1 : 0] = '\0';
			return !at.bad;
		} else {
			const uint8_t *label = rd_bytes(&at, n);

			if (n > 63 || label == NULL || used + n + 1 >= cap)
				break;
			memcpy(out + used, label, n);
			out[used + n] = '.';
			used += n + 1u;
		}
	}
	r->bad = true;
	return false;
}

static int
by_priority(const void *a, const void *b)
{
	const struct krb_srv *x = a, *y = b;

	return x->priority != y->priority ? x->priority - y->priority :
	    y->weight - x->weight;
}

size_t
krb_srv_answer(const uint8_t *p, size_t n, uint16_t id, struct krb_srv *out,
    size_t cap)
{
	struct rd r = rd_new(p, n);
	unsigned got = rd_be16(&r), flags = rd_be16(&r);
	unsigned questions = rd_be16(&r), answers = rd_be16(&r);
	size_t found = 0;
	char name[256];

	rd_skip(&r, 4);
	if (r.bad || got != id || (flags & DNS_ANSWER) == 0 || (flags & DNS_CODE) != 0)
		return 0;
	for (unsigned i = 0; i < questions && take_name(&r, name, sizeof(name)); i++)
		rd_skip(&r, 4);
	for (unsigned i = 0; i < answers && found < cap && !r.bad; i++) {
		struct krb_srv *s = &out[found];
		unsigned type;
		size_t end;

		if (!take_name(&r, name, sizeof(name)))
			break;
		type = rd_be16(&r);
		rd_skip(&r, 6);
		end = rd_be16(&r);
		end += r.pos;
		if (type == DNS_SRV) {
			s->priority = rd_be16(&r);
			s->weight = rd_be16(&r);
			s->port = rd_be16(&r);
			/* "." says that there is none. */
			if (take_name(&r, s->host, sizeof(s->host)) &&
			    s->host[0] != '\0' && s->port != 0)
				found++;
		}
		rd_seek(&r, end);
	}
	qsort(out, found, sizeof(*out), by_priority);
	return found;
}

/* --- asking ------------------------------------------------------------------------ */

/* From a connected socket only the one who was asked is heard. */
static size_t
ask(const struct sockaddr *to, socklen_t len, const char *realm, struct krb_srv *out,
    size_t cap, struct deadline by)
{
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	uint8_t question[512], answer[MESSAGE_MAX];
	uint16_t id = 0;
	size_t n = 0, found = 0;
	ssize_t got;

	if (random_bytes(&id, sizeof(id)))
		n = krb_srv_question(realm, id, question, sizeof(question));
	if (fd >= 0 && n != 0 && connect(fd, to, len) == 0 &&
	    send(fd, question, n, 0) == (ssize_t)n)
		while (found == 0 && deadline_wait(fd, POLLIN, by, NULL)) {
			if ((got = recv(fd, answer, sizeof(answer), 0)) < 12)
				break;
			found = krb_srv_answer(answer, (size_t)got, id, out, cap);
			/* The right answer, and it is no. */
			if ((answer[0] << 8 | answer[1]) == id)
				break;
		}
	if (fd >= 0)
		close(fd);
	return found;
}

size_t
krb_find_srv(const char *realm, struct krb_srv *out, size_t cap, struct deadline by)
{
	struct __res_state servers = { 0 };
	size_t found = 0;

	if (res_ninit(&servers) != 0)
		return 0;
	for (int i = 0; i < servers.nscount && found == 0; i++) {
		const struct sockaddr_in6 *six = servers._u._ext.nsaddrs[i];
		const struct sockaddr_in *four = &servers.nsaddr_list[i];
		struct deadline each = deadline_within(by, ANSWER_SECONDS);

		if (deadline_passed(by) || deadline_cancelled(by))
			break;
		if (four->sin_family == AF_INET)
			found = ask((const struct sockaddr *)four, sizeof(*four), realm,
			    out, cap, each);
		else if (six != NULL)
			found = ask((const struct sockaddr *)six, sizeof(*six), realm,
			    out, cap, each);
	}
	res_nclose(&servers);
	return found;
}
