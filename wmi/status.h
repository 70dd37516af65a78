/* status.h: Windows's error numbers named, explained and given a remedy. */
#ifndef WMI_STATUS_H
#define WMI_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/err.h"

/* Whom the sentence is about. */
struct status_who {
	const char *user;	/* as it was given; may be NULL */
	bool local;		/* an account of the host: remote UAC filters it */
	const char *what;	/* namespace, query or call; may be NULL */
};

/* Sets the error for an HRESULT or fault at a stage; always false. */
bool status_fail(struct err *, enum err_stage, uint32_t status,
    const struct status_who *);
/* The first call of a secured connection was refused or dropped: the log-on. */
bool status_logon_refused(struct err *, uint32_t status, const struct status_who *);
/* TCP to 135 or to the dynamic port failed: the hint with the remedy. */
const char *status_port_hint(enum err_code, bool dynamic);

#endif
