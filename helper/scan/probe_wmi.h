/* probe_wmi.h: between the files that ask a Windows host. */
#ifndef SCAN_PROBE_WMI_H
#define SCAN_PROBE_WMI_H

#include <pthread.h>

#include "helper/scan/plan.h"
#include "helper/scan/windows_facts.h"
#include "wmi/wmi.h"

#define WMI_PROPS_MAX 128

struct question {
	const char *ns, *class, *condition;
	const char *rows;		/* in the host's facts; NULL: ours alone */
	enum win_query id;		/* WQ_COUNT: the mapping's alone */
	const char *props[WMI_PROPS_MAX];
	size_t nprops, nrows;
	bool star, answered;
	bool again;			/* its lane broke: the first lane asks */
	struct wmi_query *q;
	struct err err;
	char why[360];
	const char *fix;
};

/* What is asked of one host.  Several lanes, each a session in a thread of its
 * own, may share it: the lock guards what they change. */
struct asking {
	const struct scan_plan *plan;
	struct facts *facts;		/* the host's */
	struct facts *raw;		/* ours, gone after the conversion */
	struct win_ask ask;
	struct question *v;
	size_t n, cap, next, answered;
	struct deadline by;
	pthread_mutex_t lock;
	bool stop;			/* a lane met the end; `err` says which */
	struct err err;
	unsigned round_trips;		/* of further lanes */
};

/* probe_wmi_ask.c: asks all questions, over further sessions too where calls
 * cannot be in flight together and the plan allows it.  false: the session broke
 * or the deadline passed; what came is kept. */
bool wmi_ask_all(struct asking *, struct wmi *, struct err *) CHECKED;
/* Of no more use after this error. */
bool wmi_session_broke(const struct err *) CHECKED;
/* Where a question's rows lie; `name` is filled for those that are ours alone. */
struct facts *wmi_rows_of(const struct asking *, const struct question *,
    char name[static 16]);

/* One value of a row, arrays as lists. */
void wmi_value_fact(struct fact_row *, const char *name,
    const struct wmi_value *);

/* probe_wmi_reg.c: what the table, the mapping and the section "software" read
 * from the registry.  false when the session broke or the deadline passed. */
bool wmi_registry(struct wmi *, const struct scan_plan *,
    const struct win_ask *, struct facts *, struct deadline by,
    struct err *) CHECKED;

#endif
