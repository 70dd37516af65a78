/* err.h: an error is code + stage + sentence + hint, owned by the caller.
 * Stands alone: knows no protocol.
 *
 * The first cause wins: once an error is set, further fail() calls leave it
 * alone.  Callers say where they were with fail_in() and fail_at().  true is
 * success everywhere; fail() is always false, so `return fail(e, ...)` reads.
 * Text from a host is escaped by fail() (control octets, invalid UTF-8); a
 * secret never enters it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"

enum err_code {
	ERR_NONE,
#define ERR(id, code, class, sentence, hint) ERR_##id,
#include "helper/base/err_codes.def"
	ERR_COUNT
};

enum err_stage {
	STAGE_NONE,
#define STAGE(id, name) STAGE_##id,
#include "helper/base/err_codes.def"
	STAGE_COUNT
};

struct err {
	enum err_code code;
	enum err_stage stage;
	uint32_t native;	/* errno, HRESULT, NTSTATUS, HTTP status ...; 0: none */
	const char *hint;	/* static text closer than the table's; NULL: the table's */
	char text[400];
};

/* One row of err_codes.def, for documentation and JSON. */
struct err_info {
	const char *code;	/* the stable name */
	int rpc;		/* JSON-RPC error number of its class */
	const char *sentence, *hint;
};

/* Sets the error unless one is set; always false.  e may be NULL. */
bool fail(struct err *e, enum err_code, const char *fmt, ...) PRINTF(3, 4);
/* The same with the system's or protocol's own number. */
bool fail_native(struct err *e, enum err_code, uint32_t native,
    const char *fmt, ...) PRINTF(4, 5);
/* The same from errno, whose text is appended. */
bool fail_errno(struct err *e, enum err_code, const char *fmt, ...) PRINTF(3, 4);
/* Puts "…: " in front of the text; always false. */
bool fail_in(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Names the stage unless one is named; always false. */
bool fail_at(struct err *e, enum err_stage);
/* A hint closer than the table's: static text; always false. */
bool fail_hint(struct err *e, const char *hint);
/* Forgets the error, for a second try. */
void err_clear(struct err *e);

const struct err_info *err_info(enum err_code);
const char *err_name(enum err_code);		/* "auth_failed" */
const char *err_hint(const struct err *);	/* never NULL */
const char *stage_name(enum err_stage);		/* "" for none */

#endif
