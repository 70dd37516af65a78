/* methods.h: what the plugin may ask: the table of JSON-RPC methods. */
#ifndef CMD_METHODS_H
#define CMD_METHODS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "helper/base/deadline.h"
#include "helper/cmd/scans.h"
#include "rpc/server.h"

/* What the handlers share; owned by cmd_rpc. */
struct app {
	struct rpc_server *server;
	struct scans *scans;
	const char *state_dir;		/* as given; NULL: the default */
	struct cancel *cancel;		/* fired when what runs must end at once */
	atomic_bool shutting_down;
	pthread_t finisher;		/* ends the server once the scans are done */
	atomic_uint queries;		/* names of host.query's answers */
	bool finishing;			/* finisher was started; input thread only */
};

extern const struct rpc_method methods[];

#endif
