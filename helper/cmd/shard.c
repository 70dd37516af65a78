#include "helper/cmd/shard.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/cmd/front.h"

#define SHARDS_MAX 65536
#define INDEX_VARIABLE "JOB_COMPLETION_INDEX"

static bool
index_of(const char *text, uint64_t count, uint64_t *index, struct err *e)
{
	const char *from = "--shard";

	if (strcmp(text, "auto") == 0) {
		from = INDEX_VARIABLE;
		if ((text = getenv(INDEX_VARIABLE)) == NULL)
			return fail(e, ERR_USAGE, "--shard=auto/%llu takes the "
			    "index from " INDEX_VARIABLE ", which is not set; "
			    "Kubernetes sets it for Jobs with completionMode "
			    "Indexed", (unsigned long long)count);
	}
	if (text_u64(text, 0, count - 1, index))
		return true;
	return fail(e, ERR_USAGE, "%s is \"%.20s\"; of %llu shards the index is "
	    "0 to %llu", from, text, (unsigned long long)count,
	    (unsigned long long)count - 1);
}

bool
shard_option(const char *text, json_t *params, struct err *e)
{
	const char *slash = strchr(text, '/');
	uint64_t index, count;
	char first[24];

	if (slash == NULL || (size_t)(slash - text) >= sizeof(first) ||
	    !text_u64(slash + 1, 1, SHARDS_MAX, &count))
		return fail(e, ERR_USAGE, "--shard takes INDEX/COUNT or "
		    "auto/COUNT, COUNT from 1 to %d, not \"%.40s\"", SHARDS_MAX,
		    text);
	memcpy(first, text, (size_t)(slash - text));
	first[slash - text] = '\0';
	if (!index_of(first, count, &index, e))
		return false;
	if (!json_is_object(params))
		return true;	/* the request's own check says it better */
	return front_set(params, "shard", json_pack("{s:I, s:I}",
	    "index", (json_int_t)index, "count", (json_int_t)count)) ||
	    fail(e, ERR_MEMORY, "no memory");
}
