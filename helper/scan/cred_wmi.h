/* cred_wmi.h: a credential of a plan as wmi/ takes it. */
#ifndef SCAN_CRED_WMI_H
#define SCAN_CRED_WMI_H

#include "helper/scan/cred.h"
#include "wmi/wmi.h"

/* Borrows from `c`. */
struct wmi_cred cred_wmi_of(const struct cred *c);

#endif
