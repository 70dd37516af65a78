/* map_builtin.c: the mapping for type.computer that needs no file.
 *
 * It is loaded from its own text, once, the first time somebody asks; from then
 * on it is immutable and shared by all threads.  That one pointer is this room's
 * only state.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "helper/base/log.h"
#include "helper/map/map_rules.h"

static const char xml_text[] =
#define MAP_XML
#include "helper/map/map_builtin_text.def"
#undef MAP_XML
;
static const char json_text[] =
#define MAP_JSON
#include "helper/map/map_builtin_text.def"
#undef MAP_JSON
;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Atomic(const struct mapping *) made;

const char *
mapping_builtin_text(bool as_json)
{
	return as_json ? json_text : xml_text;
}

static void
make(void)
{
	struct err e = { .code = ERR_NONE };
	const struct mapping *m;

	/* Our own text: what cannot be loaded is a mistake of the program's. */
	if ((m = mapping_from_xml(xml_text, sizeof(xml_text) - 1, &e)) == NULL) {
		log_error("the built-in mapping: %s", e.text);
		abort();
	}
	atomic_store(&made, m);
}

const struct mapping *
mapping_builtin(void)
{
	pthread_once(&once, make);
	return atomic_load(&made);
}

const struct mapping *
mapping_builtin_made(void)
{
	return atomic_load(&made);
}
