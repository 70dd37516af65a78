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

/* All three: false when the session broke or the deadline passed. */
bool wmi_reg_needs(const struct reading *, struct err *) CHECKED;
bool wmi_reg_programs(const struct reading *, struct err *) CHECKED;

#endif
