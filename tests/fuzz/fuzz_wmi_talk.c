/* fuzz_wmi_talk.c: a whole conversation with a WMI exporter: namespace, queries of
 * both kinds, an object, the registry.  The input is what it answers: an octet
 * (bits 0-2 the RPC context, bit 7 a fault), two of length, the stub.  The first
 * octet of all says whether calls may be in flight together. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wmi/dcerpc_impl.h"
#include "wmi/wmi_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One PDU a packet: what is read at once is one answer. */
static void
answer(int fd, uint32_t id, uint8_t how, struct rd stub)
{
	struct wr w = wr_new(PDU_MAX);
	bool fault = (how & 0x80) != 0;

	wr_bytes(&w, (uint8_t[]){ 5, 0, fault ? PDU_FAULT : PDU_RESPONSE,
	    PFC_FIRST | PFC_LAST, 0x10, 0, 0, 0 }, 8);
	wr_le16(&w, (uint16_t)((fault ? 32 : 24) + stub.len));
	wr_le16(&w, 0);
	wr_le32(&w, id);
	wr_le32(&w, (uint32_t)stub.len);
	wr_le16(&w, how & 7);
	wr_le16(&w, 0);
	if (fault)
		wr_le64(&w, stub.len != 0 ? stub.p[0] : 5);
	wr_bytes(&w, stub.p, stub.len);
	if (!w.bad && send(fd, w.p, w.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		shutdown(fd, SHUT_WR);
	wr_free(&w);
}

static void
put_answers(int fd, struct rd r)
{
	uint32_t id = 2;

	while (rd_left(&r) >= 3) {
		uint8_t how = rd_u8(&r);
		size_t n = rd_le16(&r), left = rd_left(&r);

		answer(fd, id++, how, rd_take(&r, n < left ? n : left));
	}
	shutdown(fd, SHUT_WR);
}

/* As after wmi_export(). */
static struct wmi *
session(int fd, bool together)
{
	struct wmi *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->rpc = dcerpc_on(fd, NULL)) == NULL)
		abort();
	s->addr = (struct net_addr){ .family = 4, .ip = { 127, 0, 0, 1 } };
	s->port = s->export_port = 1;	/* nobody is there */
	s->cancel_fd = -1;
	s->orpc = (struct orpc){ .major = 5, .minor = 7 };
	s->host = strdup("pc");
	s->locale = strdup("en-US");
	s->rpc->bound = true;
	s->rpc->multiplexed = together;
	s->rpc->ncontexts = CTX_COUNT;
	s->rpc->next_id = 2;
	return s;
}

static size_t
look(const struct wmi_value *v)
{
	size_t sum = v->is_null + v->undecodable;

	for (size_t i = 0; !v->is_null && v->is_array && i < v->list.n; i++)
		sum += look(&v->list.v[i]);
	if (!v->is_null && !v->is_array && (v->type == WMI_STRING ||
	    v->type == WMI_DATETIME || v->type == WMI_REFERENCE))
		sum += strlen(v->text.s);
	return sum;
}

static size_t
take_rows(struct wmi_query *q, struct deadline by)
{
	const struct wmi_row *row = NULL;
	const struct wmi_value *v;
	struct err e = { .code = ERR_NONE };
	size_t sum = 0;

	for (int n = 0; q != NULL && n < 1000 && wmi_next(q, &row, by, &e) &&
	    row != NULL; n++)
		for (size_t i = 0; i < wmi_columns(row); i++)
			if (wmi_column(row, i, &v) != NULL)
				sum += look(v);
	if (q != NULL && row == NULL && e.code != ERR_NONE && e.text[0] == '\0')
		abort();
	return sum;
}

static void
registry(struct wmi *s, struct deadline by)
{
	struct wmi_reg_read x[3] = {
		{ .hive = WMI_HKLM, .key = "SOFTWARE", .kind = WMI_REG_KEYS },
		{ .hive = WMI_HKLM, .key = "A", .name = "b", .kind = WMI_REG_SZ },
		{ .hive = WMI_HKU, .key = "A", .kind = WMI_REG_VALUES } };
	struct err e = { .code = ERR_NONE };
	struct wmi_reg *r = wmi_reg_open(s, by, &e);
	size_t sum = 0;

	if (r == NULL)
		return;
	(void)!wmi_reg_read(r, x, 3, by, &e);
	for (int i = 0; i < 3; i++) {
		sum += x[i].value != NULL ? look(x[i].value) : 0;
		sum += x[i].types != NULL ? look(x[i].types) : 0;
	}
	if (sum == SIZE_MAX)
		abort();
	wmi_reg_clear(x, 3);
	wmi_reg_close(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct deadline by = deadline_in(5, -1);
	struct wmi_query *all, *some;
	struct wmi *s;
	int fd[2];

	if (size == 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd) != 0)
		abort();
	put_answers(fd[1], rd_new(data + 1, size - 1));
	s = session(fd[0], (data[0] & 1) != 0);
	all = wmi_query(s, NULL, "SELECT * FROM C", by, NULL);
	some = wmi_query(s, NULL, "SELECT a FROM C", by, NULL);
	if (take_rows(all, by) + take_rows(some, by) == SIZE_MAX)
		abort();
	wmi_query_close(all);
	wmi_query_close(some);
	wmi_object_free(wmi_get_object(s, NULL, "C", by, NULL));
	registry(s, by);
	wmi_close(s);
	close(fd[1]);
	return 0;
}
