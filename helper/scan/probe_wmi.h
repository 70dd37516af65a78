/* probe_wmi.h: between the files that ask a Windows host. */
#ifndef SCAN_PROBE_WMI_H
#define SCAN_PROBE_WMI_H

#include <pthread.h>

#include "helper/scan/plan.h"
#include "helper/windows/windows_facts.h"
#include "wmi/wmi.h"

#define WMI_PROPS_MAX 128

/* When a question is asked.  The registry is read between FIRST and SECOND;
 * SLOW ones are sent with FIRST where calls may be in flight together, and
 * their answers taken last. */
enum wmi_turn { TURN_FIRST, TURN_SECOND, TURN_THIRD, TURN_SLOW };

struct question {
	const char *ns, *class, *condition;
	const char *rows;		/* in the host's facts; NULL: ours alone */
	enum win_query id;		/* WQ_COUNT: the mapping's alone */
	enum wmi_turn turn;
	bool second;			/* the second sample of one that came before */
	char *made;			/* the condition, where it was made up; owned */
	const char *props[WMI_PROPS_MAX];
	size_t nprops, nrows;
	bool star, taken, settled, answered;	/* sent; over; with success */
	bool again;			/* its lane broke: the first lane asks */
	int64_t at_ns, at_unix_ms;	/* when its rows were there */
	struct wmi_query *q;
	struct err err;
	char why[360];
	const char *fix;
};

#define WMI_SPARES 8

/* What is asked of one host.  Several lanes, each a session in a thread of its
 * own, may share it: the lock guards what they change. */
struct asking {
	const struct scan_plan *plan;
	struct facts *facts;		/* the host's */
	struct facts *raw;		/* ours, gone after the conversion */
	struct win_ask ask;
	bool if_random;			/* MSFT_NetAdapter: only where it matters */
	struct question *v;
	size_t n, cap, answered;
	struct deadline by;
	pthread_mutex_t lock;
	pthread_mutex_t opening;	/* one session is opened at a time */
	bool stop;			/* a lane met the end; `err` says which */
	struct err err;
	unsigned round_trips;		/* of further lanes */
	struct wmi *wmi;		/* in use: the caller's, or the last spare */
	struct wmi *own;		/* the caller's */
	struct wmi *spare[WMI_SPARES];	/* for sessions that hang; ours */
	size_t nspares;
};

/* probe_wmi_ask.c: asks the questions of one turn, over further sessions too
 * where calls cannot be in flight together and the plan allows it.  false: the
 * session broke or the deadline passed; what came is kept. */
bool wmi_ask_turn(struct asking *, enum wmi_turn, struct err *) CHECKED;
/* A question is not asked: why is a constant, or is copied. */
void wmi_leave_out(struct question *, const char *why, const char *fix);
/* Seconds that a question has. */
double wmi_limit_of(const struct asking *, const struct question *);
/* probe_wmi_why.c: fills `why` and `fix` from its error. */
void wmi_excuse(struct asking *, struct question *);
/* Of no more use after this error. */
bool wmi_session_broke(const struct err *) CHECKED;
/* Another session where the one in use waits for an answer that does not
 * come.  false: there is none to be had. */
bool wmi_unblock(struct asking *, struct err *) CHECKED;
/* Seconds that a class which is known to be slow has. */
double wmi_slow_limit(const struct scan_plan *);
/* probe_wmi_later.c: what waits for other answers: the second and third turn. */
bool wmi_ask_later(struct asking *, struct err *) CHECKED;
/* Where a question's rows lie; `name` is filled for those that are ours alone. */
struct facts *wmi_rows_of(const struct asking *, const struct question *,
    char name[static 16]);

/* One value of a row, arrays as lists. */
void wmi_value_fact(struct fact_row *, const char *name,
    const struct wmi_value *);

/* probe_wmi_query.c: a value as host.query shows it; new reference. */
json_t *wmi_value_json(const struct wmi_value *) CHECKED;

/* probe_wmi_list.c: classes of a namespace, properties of a class. */
struct query;
bool wmi_list_classes(struct wmi *, struct query *, struct deadline by,
    struct err *) CHECKED;
bool wmi_list_properties(struct wmi *, struct query *, struct deadline by,
    struct err *) CHECKED;
/* After a query failed because of a name that the host does not know: adds the
 * name that is meant, if one is near. */
void wmi_suggest(struct wmi *, const char *ns, const char *wql,
    struct deadline by, struct err *);

/* probe_wmi_reg.c: what the table, the mapping and the section "software" read
 * from the registry; raw: see windows_facts.h.  false when the session broke or
 * the deadline passed. */
bool wmi_registry(struct wmi *, const struct scan_plan *,
    const struct win_ask *, struct facts *, struct facts *raw,
    struct deadline by, struct err *) CHECKED;

#endif
