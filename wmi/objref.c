#include "wmi/objref.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "wmi/utf16.h"

enum { OBJREF_STANDARD = 1, OBJREF_HANDLER = 2, OBJREF_CUSTOM = 4,
	OBJREF_EXTENDED = 8 };

static uint32_t
take_head(struct rd *r, uint8_t iid[static 16])
{
	const uint8_t *magic = rd_bytes(r, 4);
	uint32_t kind = rd_le32(r);

	rd_copy(r, iid, 16);
	return magic == NULL || r->bad || memcmp(magic, "MEOW", 4) != 0 ? 0 : kind;
}

void
objref_stdobjref(struct rd *r, struct std_ref *s)
{
	rd_skip(r, 4);			/* SORF_NOPING: our sessions are short */
	s->refs = rd_le32(r);
	s->oxid = rd_le64(r);
	s->oid = rd_le64(r);
	rd_copy(r, s->ipid, sizeof(s->ipid));
}

bool
objref_std(struct rd r, struct std_ref *s, struct err *e)
{
	uint32_t kind = take_head(&r, s->iid);

	if (kind != OBJREF_STANDARD && kind != OBJREF_HANDLER &&
	    kind != OBJREF_EXTENDED)
		return fail(e, ERR_PROTOCOL, "the host's object reference is none");
	objref_stdobjref(&r, s);
	return !r.bad ||
	    fail(e, ERR_PROTOCOL, "the host's object reference is cut short");
}

bool
objref_custom(struct rd r, const uint8_t iid[static 16], struct rd *data,
    struct err *e)
{
	uint8_t got[16];
	uint32_t kind = take_head(&r, got);

	if (kind != OBJREF_CUSTOM || memcmp(got, iid, 16) != 0)
		return fail(e, ERR_PROTOCOL, "the host's object is of another kind");
	rd_skip(&r, 16 + 4 + 4);	/* CLSID, 0, a size not to be trusted */
	*data = rd_take(&r, rd_left(&r));
	return !r.bad || fail(e, ERR_PROTOCOL, "the host's object is cut short");
}

void
objref_put_custom(struct wr *w, const uint8_t iid[static 16],
    const uint8_t clsid[static 16], const void *data, size_t n, size_t size)
{
	wr_bytes(w, "MEOW", 4);
	wr_le32(w, OBJREF_CUSTOM);
	wr_bytes(w, iid, 16);
	wr_bytes(w, clsid, 16);
	wr_le32(w, 0);
	wr_le32(w, (uint32_t)size);
	wr_bytes(w, data, n);
}

void
bindings_clear(struct bindings *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->v[i].text);
	free(b->v);
	*b = (struct bindings){ 0 };
}

bool
bindings_take(struct rd *r, struct bindings *b, struct err *e)
{
	size_t units = rd_le16(r), security = rd_le16(r);
	struct rd in = rd_take(r, units * 2), strings = rd_window(&in, 0, security * 2);
	uint16_t tower;

	*b = (struct bindings){ 0 };
	if ((b->v = calloc(BINDINGS_MAX, sizeof(*b->v))) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	while (b->n < BINDINGS_MAX && rd_left(&strings) != 0 &&
	    (tower = rd_le16(&strings)) != 0) {
		char *text = utf16_take_z(&strings);

		if (text == NULL)
			break;
		b->v[b->n++] = (struct binding){ text, tower };
	}
	if (!r->bad && !in.bad && !strings.bad)
		return true;
	bindings_clear(b);
	return fail(e, ERR_PROTOCOL, "the host's list of addresses is malformed");
}

uint16_t
bindings_port(const struct bindings *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const char *open = strrchr(b->v[i].text, '['), *end;
		char digits[8];
		uint64_t port;

		if (b->v[i].tower != TOWER_TCP || open == NULL ||
		    (end = strchr(open, ']')) == NULL || end[1] != '\0' ||
		    (size_t)(end - open) > sizeof(digits))
			continue;
		memcpy(digits, open + 1, (size_t)(end - open) - 1);
		digits[end - open - 1] = '\0';
		if (text_u64(digits, 1, UINT16_MAX, &port))
			return (uint16_t)port;
	}
	return 0;
}
