/* wmio.h: encoded classes and instances -> named, typed values.  [MS-WMIO] 2.2
 *
 *   EncodingUnit   0x12345678, length, ObjectBlock
 *   ObjectBlock    flags, [server, namespace], class | instance
 *   class          parent's ClassPart and MethodsPart, its own two
 *   instance       ClassPart, instance part
 *   ClassPart      name, ancestors, qualifiers, properties, defaults, heap
 *
 * Lengths are capacities: what follows a part is at its start plus its length.
 * Everything is bounds-checked; every offset stays inside its own heap.
 * A value that cannot be read is marked, the row goes on; a structure that
 * cannot be read is ERR_PROTOCOL.
 */
#ifndef WMI_WMIO_H
#define WMI_WMIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"
#include "wmi/arena.h"
#include "wmi/wmi.h"

#define CIM_ARRAY 0x2000u
#define CIM_INHERITED 0x4000u
#define CIM_DEPTH 8		/* embedded objects in embedded objects */
#define CIM_COLUMNS 4096
#define CIM_ANCESTORS 64

/* One property of a class. */
struct cim_column {
	const char *name;
	uint32_t type;		/* with CIM_ARRAY and CIM_INHERITED */
	uint16_t order;
	uint32_t offset;	/* in the value table */
	uint32_t origin;	/* counted from the topmost ancestor */
	uint8_t nd;		/* the class's own two bits */
	struct rd qualifiers;	/* a QualifierSet, in the class's octets */
	struct wmi_value def;
};

/* A ClassPart decoded; all of it lies in an arena, which it does not own. */
struct cim_class {
	struct rd part;		/* its octets, kept where the arena is */
	const char *name;
	const char *ancestors[CIM_ANCESTORS];	/* the parent first */
	size_t nancestors;
	struct cim_column *columns;	/* in declaration order */
	uint16_t *by_name;
	size_t n;
	size_t nd_len, table_len;
	struct rd qualifiers, heap;	/* of the class itself; read only when asked */
};

struct wmi_row {
	const struct cim_class *class;
	const char *server, *space;
	struct wmi_value *values;
};

/* Reads a ClassPart at the cursor and moves behind it.  The octets are copied
 * into the arena when `keep`. */
bool cim_class_part(struct rd *, struct arena *, bool keep,
    const struct cim_class **, struct err *) CHECKED;
/* Reads an instance part (what follows the ClassPart) into `row`. */
bool cim_instance_part(struct rd *, const struct cim_class *, struct arena *,
    struct wmi_row *row, int depth, struct err *) CHECKED;
/* A whole ObjectBlock, class or instance, into `row`; what it needs is in the
 * arena.  methods: of a class, the windows of its two MethodsParts; or NULL. */
bool cim_block(struct rd, struct arena *, struct wmi_row *row,
    struct rd methods[2], int depth, struct err *) CHECKED;
/* The ObjectBlock of an EncodingUnit. */
bool cim_unit(struct rd unit, struct rd *block, struct err *) CHECKED;

/* Flags and decoration; what follows is at the cursor. */
struct cim_head {
	uint8_t flags;
	const char *server, *space;
};
enum { CIM_FLAG_CLASS = 1, CIM_FLAG_INSTANCE = 2, CIM_FLAG_DECORATED = 4 };
bool cim_head(struct rd *, struct arena *, struct cim_head *, struct err *) CHECKED;

/* A method's in (0) or out (1) signature in a MethodsPart: an ObjectBlock,
 * empty when it has none.  false: there is no such method. */
bool cim_signature(struct rd methods, const char *name, int out, struct rd *block);
size_t cim_methods(struct rd methods, struct arena *, const char **names, size_t cap);
/* An EncodingUnit with an instance of the signature's class. */
bool cim_build_params(struct rd signature, const struct wmi_arg *, size_t n,
    struct wr *unit, struct err *) CHECKED;

/* --- cim.c: single values ---------------------------------------------------------- */

/* Where values of one object come from and go to. */
struct cim_source {
	struct rd heap;
	struct arena *arena;
	int depth;
	struct err *e;		/* set only when the arena is full */
};
/* Octets of a value in a table; 0: unknown type. */
size_t cim_width(uint32_t type);
/* The value at the cursor; never fails but by `undecodable`. */
void cim_value(struct cim_source *, struct rd, uint32_t type, struct wmi_value *);
/* Text at a heap reference; NULL: none or malformed. */
const char *cim_text(struct cim_source *, uint32_t ref, size_t *len);
/* The text at a heap reference is that name, case ignored. */
bool cim_text_is(struct rd heap, uint32_t ref, const char *name);
/* An Encoded-String at the cursor. */
const char *cim_encoded(struct rd *, struct arena *, size_t *len);

#endif
