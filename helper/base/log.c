#include "helper/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/text.h"

/* Set once before any thread starts; see EXAMPLES' rule for *_start(). */
static enum log_level threshold = LOG_WARN;

void
log_start(enum log_level level)
{
	threshold = level;
}

bool
log_wants(enum log_level level)
{
	return level <= threshold;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = {
		"", "error", "warning", "info", "debug",
	};
	char raw[1024], line[1200];
	size_t used;
	va_list ap;
	int n;

	if (!log_wants(level) || level == LOG_QUIET)
		return;
	va_start(ap, fmt);
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	used = (size_t)snprintf(line, sizeof(line), "assetscan: %s: ",
	    names[level]);
	used += text_line(line + used, sizeof(line) - used - 1, raw,
	    strlen(raw));
	line[used++] = '\n';
	/* Nobody to tell when standard error itself fails. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}
