/* dcom_make.h: DCOM answers made by hand from [MS-DCOM] 2.2.18-2.2.22, for tests. */
#ifndef TESTS_WMI_DCOM_MAKE_H
#define TESTS_WMI_DCOM_MAKE_H

#include <string.h>

#include "helper/base/writer.h"
#include "wmi/dcom.h"

static inline void
put_units(struct wr *w, const char *ascii)
{
	do
		wr_le16(w, (uint8_t)*ascii);
	while (*ascii++ != '\0');
}

/* One TCP binding, one named pipe before it, one security binding. */
static inline void
put_bindings(struct wr *w, const char *tcp)
{
	size_t from = w->len + 4, at;

	(void)wr_hole16(w);
	at = wr_hole16(w);
	wr_le16(w, 0x0f);
	put_units(w, "\\\\PC[\\pipe\\x]");
	wr_le16(w, 7);
	put_units(w, tcp);
	wr_le16(w, 0);
	wr_fill16(w, at, (w->len - from) / 2);
	wr_le16(w, 0x0a);
	wr_le16(w, 0xffff);
	put_units(w, "");
	wr_le16(w, 0);
	wr_fill16(w, at - 2, (w->len - from) / 2);
}

static inline void
put_stdobjref(struct wr *w, uint8_t ipid)
{
	wr_le32(w, 0);
	wr_le32(w, 5);
	wr_le64(w, 0x1122334455667788);
	wr_le64(w, 0x99);
	for (int i = 0; i < 16; i++)
		wr_u8(w, ipid);
}

static inline void
put_std(struct wr *w, uint32_t kind, uint8_t ipid)
{
	wr_bytes(w, "MEOW", 4);
	wr_le32(w, kind);
	wr_bytes(w, dcom_iid(IF_IWbemLevel1Login), 16);
	put_stdobjref(w, ipid);
	put_bindings(w, "PC");
}

static inline void
put_com_guid(struct wr *w, uint32_t first)
{
	wr_le32(w, first);
	wr_le32(w, 0);
	wr_le32(w, 0xc0);
	wr_le32(w, 0x46000000);
}

/* A property with its serialization header. */
static inline void
put_pickled(struct wr *w, const struct wr *data)
{
	wr_le32(w, 0x00081001);
	wr_le32(w, 0xcccccccc);
	wr_le32(w, (uint32_t)(data->len + 7) & ~7u);
	wr_le32(w, 0);
	wr_bytes(w, data->p, data->len);
	wr_zero(w, -data->len & 7);
}

static inline void
put_activated_props(struct wr *props, struct wr *reply, uint32_t hresult)
{
	struct wr ref = wr_new(1024);

	put_std(&ref, 1, 0x42);
	wr_le32(props, 1);
	for (uint32_t i = 0; i < 3; i++)
		wr_le32(props, 0x20000 + 4 * i);
	wr_le32(props, 1);
	wr_bytes(props, dcom_iid(IF_IWbemLevel1Login), 16);
	wr_le32(props, 1);
	wr_le32(props, hresult);
	wr_le32(props, 1);
	wr_le32(props, 0x2000c);
	wr_le32(props, (uint32_t)ref.len);
	wr_le32(props, (uint32_t)ref.len);
	wr_bytes(props, ref.p, ref.len);
	wr_le32(reply, 0);
	wr_le32(reply, 0x20000);
	wr_le64(reply, 0x1122334455667788);
	wr_le32(reply, 0x20004);
	for (int i = 0; i < 16; i++)
		wr_u8(reply, 0x24);
	wr_le32(reply, 4);
	wr_le16(reply, 5);
	wr_le16(reply, 7);
	wr_le32(reply, 40);
	put_bindings(reply, "pc17.corp.example[49670]");
	wr_free(&ref);
}

/* A whole response stub of RemoteCreateInstance; `junk` octets lie behind the
 * header, as Windows 2000 leaves them. */
static inline void
put_activated(struct wr *w, uint32_t hresult, size_t junk)
{
	struct wr props = wr_new(4096), reply = wr_new(4096), head = wr_new(4096),
	    body = wr_new(8192), blob = wr_new(16384), ref = wr_new(16384);
	size_t first;

	put_activated_props(&props, &reply, hresult);
	put_pickled(&body, &props);
	first = body.len;
	put_pickled(&body, &reply);
	wr_le32(&head, (uint32_t)(112 + junk + body.len));
	wr_le32(&head, (uint32_t)(112 + junk));
	wr_le32(&head, 0);
	wr_le32(&head, 2);
	wr_le32(&head, 2);
	wr_zero(&head, 16);
	wr_le32(&head, 0x20000);
	wr_le32(&head, 0x20004);
	wr_le32(&head, 0);
	wr_le32(&head, 2);
	put_com_guid(&head, 0x339);
	put_com_guid(&head, 0x1b6);
	wr_le32(&head, 2);
	wr_le32(&head, (uint32_t)first);
	wr_le32(&head, (uint32_t)(body.len - first));
	wr_le32(&blob, (uint32_t)(112 + junk + body.len));
	wr_le32(&blob, 0);
	put_pickled(&blob, &head);
	for (size_t i = 0; i < junk; i++)
		wr_u8(&blob, 0xee);
	wr_bytes(&blob, body.p, body.len);
	wr_bytes(&ref, "MEOW", 4);
	wr_le32(&ref, 4);
	put_com_guid(&ref, 0x1a3);
	put_com_guid(&ref, 0x339);
	wr_le32(&ref, 0);
	wr_le32(&ref, (uint32_t)blob.len + 8);
	wr_bytes(&ref, blob.p, blob.len);
	wr_le32(w, 0);
	wr_le32(w, 0);
	wr_le32(w, 0x20000);
	wr_le32(w, (uint32_t)ref.len);
	wr_le32(w, (uint32_t)ref.len);
	wr_bytes(w, ref.p, ref.len);
	wr_align(w, 0, 4);
	wr_le32(w, 0);
	wr_free(&props);
	wr_free(&reply);
	wr_free(&head);
	wr_free(&body);
	wr_free(&blob);
	wr_free(&ref);
}

#endif
