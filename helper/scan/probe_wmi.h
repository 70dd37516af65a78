/* probe_wmi.h: between the files that ask a Windows host. */
#ifndef SCAN_PROBE_WMI_H
#define SCAN_PROBE_WMI_H

#include "helper/scan/plan.h"
#include "helper/scan/windows_facts.h"
#include "wmi/wmi.h"

/* One value of a row, arrays as lists. */
void wmi_value_fact(struct fact_row *, const char *name,
    const struct wmi_value *);

/* probe_wmi_reg.c: what the table, the mapping and the section "software" read
 * from the registry.  false when the session broke or the deadline passed. */
bool wmi_registry(struct wmi *, const struct scan_plan *,
    const struct win_ask *, struct facts *, struct deadline by,
    struct err *) CHECKED;

#endif
