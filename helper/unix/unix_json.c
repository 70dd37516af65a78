/* unix_json.c: JSON from a host.  The library recurses, a worker's stack is
 * small: the depth is checked before it sees the text. */
#include <jansson.h>

#include "helper/unix/unix_parse.h"

#define DEPTH_MAX 32

static bool
shallow(struct span s)
{
	unsigned depth = 0;
	bool text = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (text) {
			if (c == '\\')
				i++;
			else if (c == '"')
				text = false;
		} else if (c == '"') {
			text = true;
		} else if (c == '[' || c == '{') {
			if (++depth > DEPTH_MAX)
				return false;
		} else if ((c == ']' || c == '}') && depth > 0) {
			depth--;
		}
	}
	return true;
}

json_t *
unix_json(struct span s)
{
	s = span_trim(s);
	return s.n > 0 && shallow(s) ?
	    json_loadb(s.p, s.n, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
}
