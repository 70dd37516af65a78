/* probe_ssh.c: a Unix host is asked everything in one script, one channel. */
#include "helper/scan/probe_unix.h"
#include "helper/scan/protocols.h"
#include "ssh/ssh.h"

/* What the server itself shows, for free. */
static void
about_server(struct ssh *s, struct facts *facts)
{
	struct fact_row *row = facts_row(facts, "ssh");

	fact_str(row, "hostKey", ssh_hostkey_sha256(s));
	fact_str(row, "hostKeyType", ssh_hostkey_type(s));
	fact_str(row, "banner", ssh_banner(s));
}

bool
probe_ssh(struct ssh *s, const struct scan_plan *plan, struct facts *facts,
    struct deadline by, struct err *e)
{
	struct unix_question q;
	struct ssh_output out = { .out = NULL };
	struct unix_reply r;
	bool ok;

	about_server(s, facts);
	if (!unix_question(&q, plan, e))
		return false;
	r = (struct unix_reply){ .asked_ms = now_unix_ms(), .ran = true };
	ok = ssh_run(s, UNIX_COMMAND, q.script.p, q.script.len,
	    (struct ssh_limits){ 0, 0 }, &out, by, e);
	r.got_ms = now_unix_ms();
	r.ran = ok;
	r.out = out.out;
	r.out_len = out.out_len;
	r.err = out.err;
	r.err_len = out.err_len;
	r.status = out.status;
	r.truncated = out.truncated;
	ok = unix_reply(&q, plan, &r, facts, e);
	ssh_output_free(&out);
	unix_question_free(&q);
	return ok;
}
