#include "helper/scan/protocols.h"

/* A protocol without a row here is checked in requests but not spoken. */
static const struct protocol_ops *const table[PROTO_COUNT] = {
	[PROTO_SSH] = &ssh_protocol,
};

const struct protocol_ops *
protocol_ops(enum protocol proto)
{
	return table[proto];
}
