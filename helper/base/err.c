#include "helper/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/text.h"

enum {
#define ERR_CLASS(id, number, meaning) CLASS_##id = number,
#include "helper/base/err_codes.def"
};

static const struct err_info infos[ERR_COUNT] = {
	[ERR_NONE] = { "none", 0, "no error", "" },
#define ERR(id, code, class, sentence, hint) \
	[ERR_##id] = { code, CLASS_##class, sentence, hint },
#include "helper/base/err_codes.def"
};

static const char *const stages[STAGE_COUNT] = {
	[STAGE_NONE] = "",
#define STAGE(id, name) [STAGE_##id] = name,
#include "helper/base/err_codes.def"
};

static bool
set(struct err *e, enum err_code code, uint32_t native, const char *fmt,
    va_list ap)
{
	char raw[sizeof(e->text)];
	int n;

	if (e == NULL || e->code != ERR_NONE)
		return false;
	e->code = code;
	e->native = native;
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	if (n < 0)
		n = 0;
	else if ((size_t)n >= sizeof(raw))
		n = (int)sizeof(raw) - 1;
	text_line(e->text, sizeof(e->text), raw, (size_t)n);
	return false;
}

bool
fail(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, code, 0, fmt, ap);
	va_end(ap);
	return false;
}

bool
fail_native(struct err *e, enum err_code code, uint32_t native,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, code, native, fmt, ap);
	va_end(ap);
	return false;
}

bool
fail_errno(struct err *e, enum err_code code, const char *fmt, ...)
{
	int saved = errno;
	char reason[96];
	size_t used;
	va_list ap;

	if (e == NULL || e->code != ERR_NONE)
		return false;
	va_start(ap, fmt);
	set(e, code, (uint32_t)saved, fmt, ap);
	va_end(ap);
	used = strlen(e->text);
	snprintf(e->text + used, sizeof(e->text) - used, ": %s",
	    strerror_r(saved, reason, sizeof(reason)));
	return false;
}

bool
fail_in(struct err *e, const char *fmt, ...)
{
	char where[sizeof(e->text)], all[2 * sizeof(e->text)];
	va_list ap;
	int n;

	if (e == NULL || e->code == ERR_NONE)
		return false;
	va_start(ap, fmt);
	vsnprintf(where, sizeof(where), fmt, ap);
	va_end(ap);
	n = snprintf(all, sizeof(all), "%s: %s", where, e->text);
	if (n > 0)
		text_line(e->text, sizeof(e->text), all, strlen(all));
	return false;
}

bool
fail_at(struct err *e, enum err_stage stage)
{
	if (e != NULL && e->stage == STAGE_NONE)
		e->stage = stage;
	return false;
}

bool
fail_hint(struct err *e, const char *hint)
{
	if (e != NULL && e->hint == NULL)
		e->hint = hint;
	return false;
}

void
err_clear(struct err *e)
{
	if (e != NULL)
		*e = (struct err){ .code = ERR_NONE };
}

const struct err_info *
err_info(enum err_code code)
{
	return &infos[(unsigned)code < ERR_COUNT ? code : ERR_INTERNAL];
}

const char *
err_name(enum err_code code)
{
	return err_info(code)->code;
}

const char *
err_hint(const struct err *e)
{
	return e->hint != NULL ? e->hint : err_info(e->code)->hint;
}

const char *
stage_name(enum err_stage stage)
{
	return stages[(unsigned)stage < STAGE_COUNT ? stage : STAGE_NONE];
}
