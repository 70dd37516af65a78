/* check.h: one host stage by stage, each with its time and its remedy. */
#ifndef SCAN_CHECK_H
#define SCAN_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/scan/job.h"

/* Adds {stage, ok, seconds, detail, error}; detail may be NULL. */
void check_stage(json_t *stages, enum err_stage, double seconds,
    const char *detail, const struct err *);
/* {ok, stages}; takes stages. */
json_t *check_answer(json_t *stages) CHECKED;

/* A check under way; the stages of a protocol share it. */
struct check {
	const struct scan_plan *plan;
	const char *address;
	enum protocol proto;
	const struct protocol_ops *ops;
	struct protocol_shared *shared;
	struct protocol_session *session;
	struct creds *creds;
	const char *state_dir;
	struct net_addr addr;
	struct deadline by;
	json_t *stages;
	int64_t since;
};
/* Says what became of a stage since the last one; gives whether to go on. */
bool check_said(struct check *, enum err_stage, const char *detail,
    const struct err *);

/* check_wmi.c: what follows the connect to 135: alive, bind, logon, activate,
 * port, namespace, query, registry. */
bool check_wmi(struct check *);
/* check_ssh.c: what an open session shows of a stage: the host's banner and
 * algorithms, its key, the methods it offers. */
void check_ssh_detail(const struct protocol_session *, enum err_stage,
    char *dst, size_t cap);

#endif
