/* openrpc.h: the OpenRPC document that travels inside the program, which
 * rpc.discover answers; made from schemas/openrpc.json by schemas/embed. */
#ifndef SCHEMAS_OPENRPC_H
#define SCHEMAS_OPENRPC_H

#include <stddef.h>

extern const char openrpc_json[];	/* UTF-8, a NUL behind it */
extern const size_t openrpc_json_len;	/* without the NUL */

#endif
