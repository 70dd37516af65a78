/* checked.h: the few compiler attributes everybody uses.  Stands alone. */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

/* The answer must be looked at: an error that is dropped is a bug. */
#define CHECKED __attribute__((warn_unused_result))
/* printf-like: argument `f` is the format, `a` the first value. */
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
