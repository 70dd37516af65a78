/* log.h: levelled lines on standard error, for the engineer; never a secret.
 * Stands alone: knows no protocol.
 *
 * The scan log that the administrator sees is not this: that is scan.log.
 * Thread-safe; one write a line.  Text is escaped like an error's.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "helper/base/checked.h"

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Once, from main, before any thread.  Until then: LOG_WARN. */
void log_start(enum log_level);
bool log_wants(enum log_level);

void log_line(enum log_level, const char *fmt, ...) PRINTF(2, 3);
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
