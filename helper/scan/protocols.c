#include "helper/scan/protocols.h"

static const struct protocol_ops *const table[PROTO_COUNT] = {
	[PROTO_WMI] = &wmi_protocol,
	[PROTO_SSH] = &ssh_protocol,
};

const struct protocol_ops *
protocol_ops(enum protocol proto)
{
	return table[proto];
}
