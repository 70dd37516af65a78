/* probe_wmi_reg.h: between the files that read a Windows host's registry. */
#ifndef SCAN_PROBE_WMI_REG_H
#define SCAN_PROBE_WMI_REG_H

#include "helper/scan/probe_wmi.h"

#define WMI_REG_NOT_FOUND 2u

struct reading {
	struct wmi_reg *reg;
	const struct scan_plan *plan;
	const struct win_ask *ask;
	struct facts *facts, *raw;	/* the host's; what the table read */
	struct deadline by;
};

/* Something was read. */
static inline bool
wmi_reg_came(const struct wmi_reg_read *r)
{
	return r->status == 0 && r->value != NULL && !r->value->is_null;
}

/* The SIDs of people whose hives are loaded; `n` holds how many. */
#define WMI_REG_USERS 64
#define WMI_REG_SID 200
bool wmi_reg_users(const struct reading *, char (*sids)[WMI_REG_SID], size_t *n,
    struct err *) CHECKED;
/* Where they sit: WIN_LOGONS. */
bool wmi_reg_logons(const struct reading *, struct err *) CHECKED;
/* Text that was read and is not empty; NULL: none. */
const char *wmi_reg_text(const struct wmi_reg_read *);
/* All of these: false when the session broke or the deadline passed. */
bool wmi_reg_needs(const struct reading *, struct err *) CHECKED;
bool wmi_reg_programs(const struct reading *, struct err *) CHECKED;

#endif
