/* engine.h: the engine with other protocols under it, for its tests. */
#ifndef SCAN_ENGINE_H
#define SCAN_ENGINE_H

#include "helper/scan/job.h"
#include "helper/scan/scan.h"

/* scan_new(), asking `ops` [PROTO_COUNT] instead of what is built in; NULL
 * entries are the built-in ones. */
struct scan *scan_new_with(struct scan_plan *, const char *id,
    const struct scan_env *, const struct protocol_ops *const *ops,
    struct err *) CHECKED;

#endif
