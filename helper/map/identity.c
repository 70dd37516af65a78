#include "helper/map/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

#define MACS_MAX 64
#define NICS_MAX 4096	/* adapters looked at: a hostile host may list more */

struct ignored { char mac[MAC_TEXT]; const char *why; };

struct identity {
	char macs[MACS_MAX][MAC_TEXT];
	size_t nmacs;
	bool weak;			/* the addresses: nothing better was there */
	struct ignored ignored[MACS_MAX];
	size_t nignored;
	char *serial;
	const char *serial_why;		/* why it does not identify; NULL: it does */
	char uuid[UUID_TEXT];		/* "": none */
	const char *uuid_why;
};

/* --- rules ------------------------------------------------------------------------ */

static const struct { const char *prefix; bool digit; const char *why; } names[] = {
#define NAME(prefix, digit, why) { prefix, digit, why },
#include "helper/map/adapters.def"
};
static const struct { const char *kind, *why; } kinds[] = {
#define KIND(kind, why) { kind, why },
#include "helper/map/adapters.def"
};
static const struct { const char *word, *why; } words[] = {
#define WORD(word, why) { word, why },
#include "helper/map/adapters.def"
};
static const struct { const char *prefix, *why; } pnp_ids[] = {
#define PNP(prefix, why) { prefix, why },
#include "helper/map/adapters.def"
};
static const char *const docks[] = {
#define DOCK(oui, maker) oui,
#include "helper/map/adapters.def"
};
static const char *const onboard_usb[] = {
#define ONBOARD_USB(oui, maker) oui,
#include "helper/map/adapters.def"
};
static const struct { const char *prefix, *why; bool cloud; } reserved[] = {
#define RESERVED(prefix, why, cloud) { prefix, why, cloud },
#include "helper/map/adapters.def"
};

static unsigned
first_octet(const char *mac)
{
	return (unsigned)strtoul((char[]){ mac[0], mac[1], '\0' }, NULL, 16);
}

static bool
says(const struct fact_row *r, const char *name, bool *value)
{
	const struct fact *f = fact_get(r, name);

	if (f == NULL || f->type != FACT_BOOL)
		return false;
	*value = f->b;
	return true;
}

static bool
yes(const struct fact_row *r, const char *name)
{
	bool v = false;

	return says(r, name, &v) && v;
}

const char *
mac_why_not(const char *mac)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (text_starts(mac, reserved[i].prefix))
			return reserved[i].why;
	return (first_octet(mac) & 1) != 0 ? "a multicast address" : NULL;
}

static const char *
why_by_address(const struct fact_row *r, const char *mac)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (text_starts(mac, reserved[i].prefix))
			return reserved[i].cloud && yes(r, "device") ? NULL :
			    reserved[i].why;
	return mac_why_not(mac);
}

static const char *
why_by_name(const struct fact_row *r)
{
	const char *name = fact_text(r, "name"), *kind = fact_text(r, "kind");
	const char *type = fact_text(r, "type");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if ((kind != NULL && strcasecmp(kind, kinds[i].kind) == 0) ||
		    (type != NULL && strcasecmp(type, kinds[i].kind) == 0))
			return kinds[i].why;
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(names); i++) {
		const char *rest = name + strlen(names[i].prefix);

		if (text_starts(name, names[i].prefix) && (!names[i].digit ||
		    *rest == '\0' || isdigit((unsigned char)*rest)))
			return names[i].why;
	}
	return NULL;
}

static const char *
why_by_words(const struct fact_row *r)
{
	static const char *const where[] = { "description", "service", "pnpId",
		"hardwarePort", "driver" };
	const char *pnp = fact_text(r, "pnpId");
	const char *port = fact_text(r, "hardwarePort");

	for (size_t k = 0; k < ARRAY_LEN(where); k++) {
		const char *text = fact_text(r, where[k]);

		/* A host's text may be long; what counts is at its start. */
		char head[256];

		if (text == NULL)
			continue;
		text_copy(head, sizeof(head), text);
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (strcasestr(head, words[i].word) != NULL)
				return words[i].why;
	}
	for (size_t i = 0; pnp != NULL && i < ARRAY_LEN(pnp_ids); i++)
		if (strncasecmp(pnp, pnp_ids[i].prefix,
		    strlen(pnp_ids[i].prefix)) == 0)
			return pnp_ids[i].why;
	if (port != NULL && strncasecmp(port, "Thunderbolt ", 12) == 0)
		return isdigit((unsigned char)port[12]) ? "a Thunderbolt port" :
		    "a Thunderbolt adapter, which may be plugged into another "
		    "computer";
	return NULL;
}

/* "enx" and the address: how udev names an adapter that hangs on USB. */
static bool
is_usb(const struct fact_row *r)
{
	const char *bus = fact_text(r, "bus"), *pnp = fact_text(r, "pnpId");
	const char *name = fact_text(r, "name"), *port;

	port = fact_text(r, "hardwarePort");
	return (bus != NULL && strcasecmp(bus, "usb") == 0) ||
	    (pnp != NULL && strncasecmp(pnp, "USB\\", 4) == 0) ||
	    (port != NULL && strncasecmp(port, "USB ", 4) == 0) ||
	    (name != NULL && text_starts(name, "enx") && strlen(name) == 15) ||
	    (name != NULL && text_starts(name, "usb") &&
	    isdigit((unsigned char)name[3]));
}

static bool
in(const char *const *list, size_t n, const char *mac)
{
	for (size_t i = 0; i < n; i++)
		if (text_starts(mac, list[i]))
			return true;
	return false;
}

/* Whether it hangs on a cable; *dock: surely, and moves from desk to desk. */
static bool
is_plugged(const struct fact_row *r, const char *mac, bool *dock)
{
	const char *bus = fact_text(r, "bus");

	*dock = bus != NULL && strcasecmp(bus, "thunderbolt") == 0;
	if (*dock)
		return true;
	if (!is_usb(r) || in(onboard_usb, ARRAY_LEN(onboard_usb), mac))
		return false;
	*dock = in(docks, ARRAY_LEN(docks), mac);
	return true;
}

/* Why an adapter's address may never identify; NULL: it may. */
static const char *
why_never(const struct fact_row *r, const char *mac)
{
	const char *why;
	bool device, dock;

	if ((why = why_by_address(r, mac)) != NULL ||
	    (why = why_by_name(r)) != NULL || (why = why_by_words(r)) != NULL)
		return why;
	if (is_plugged(r, mac, &dock) && dock)
		return "USB dock adapter";
	if (yes(r, "virtual") || (says(r, "device", &device) && !device))
		return "a virtual adapter: no device stands behind it";
	return NULL;
}

/* Addresses that the system made up: no maker's, or said to be random. */
static bool
is_local(const struct fact_row *r, const char *mac)
{
	const struct fact *assign = fact_get(r, "addrAssignType");
	const char *permanent = fact_text(r, "permanentMac");
	char burnt_in[MAC_TEXT];

	/* A hypervisor's prefix is as good as burnt in. */
	if (text_starts(mac, "52:54:00:"))
		return false;
	if ((first_octet(mac) & 2) != 0)
		return true;
	if (permanent != NULL && mac_canonical(permanent, burnt_in) &&
	    strcmp(burnt_in, mac) == 0)
		return false;	/* the random one is only what is in use */
	return assign != NULL && assign->type == FACT_UINT && assign->u == 1;
}

static bool
is_wifi(const struct fact_row *r)
{
	const char *type = fact_text(r, "type"), *port;

	port = fact_text(r, "hardwarePort");
	return yes(r, "wireless") ||
	    (type != NULL && strcasecmp(type, "wifi") == 0) ||
	    (port != NULL && strcasecmp(port, "Wi-Fi") == 0);
}

/* How good an address is; less is better. */
enum rank { GOOD, PLUGGED, LOCAL, NEVER, RANKS };

/* why: for all ranks but GOOD. */
static enum rank
rank_of(const struct fact_row *r, const char *mac, const char **why)
{
	bool dock;

	if ((*why = why_never(r, mac)) != NULL)
		return NEVER;
	if (is_local(r, mac)) {
		*why = is_wifi(r) ? "a random Wi-Fi address" :
		    "a locally administered address; a better one exists";
		if (is_wifi(r))
			return NEVER;
		if (yes(r, "device") && !is_usb(r))
			return LOCAL;
		*why = "a locally administered address";
		return NEVER;
	}
	if (is_plugged(r, mac, &dock)) {
		*why = "USB adapter, which may be plugged into another computer";
		return PLUGGED;
	}
	return GOOD;
}

/* --- the verdict -------------------------------------------------------------------- */

static bool
has(const struct identity *id, const char *mac)
{
	for (size_t i = 0; i < id->nmacs; i++)
		if (strcmp(id->macs[i], mac) == 0)
			return true;
	return false;
}

static void
accept(struct identity *id, const char *mac)
{
	if (id->nmacs < MACS_MAX && !has(id, mac))
		strcpy(id->macs[id->nmacs++], mac);
}

static void
ignore(struct identity *id, const char *mac, const char *why)
{
	for (size_t i = 0; i < id->nignored; i++)
		if (strcmp(id->ignored[i].mac, mac) == 0)
			return;
	if (id->nignored == MACS_MAX)
		return;
	strcpy(id->ignored[id->nignored].mac, mac);
	id->ignored[id->nignored++].why = why;
}

/* The burnt-in address before the one in use: a bond's members carry the
 * bond's. */
static bool
mac_of(const struct fact_row *r, char out[static MAC_TEXT])
{
	const char *permanent = fact_text(r, "permanentMac");
	const char *mac = fact_text(r, "mac");

	return (permanent != NULL && mac_canonical(permanent, out) &&
	    mac_why_not(out) == NULL) ||
	    (mac != NULL && mac_canonical(mac, out));
}

/* The addresses of the best rank there is: a cloud machine has nothing but a
 * locally administered one, a small board nothing but one on USB. */
static void
judge(struct identity *id, const struct facts *f)
{
	size_t rows = facts_rows(f, "nic"), n = rows < NICS_MAX ? rows : NICS_MAX;
	char mac[MAC_TEXT];
	const char *why;
	enum rank best = NEVER, rank;

	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && (rank = rank_of(r, mac, &why)) < best)
			best = rank;
	}
	for (size_t i = 0; i < n && best < NEVER; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && rank_of(r, mac, &why) == best)
			accept(id, mac);
	}
	id->weak = best != GOOD;
	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && !has(id, mac) &&
		    rank_of(r, mac, &why) != GOOD)
			ignore(id, mac, why);
	}
}

static const char *
text_fact(const struct facts *f, const char *name)
{
	const struct fact *v = facts_find(f, name);

	return v != NULL && v->type == FACT_STRING ? v->s : NULL;
}

static bool
judge_numbers(struct identity *id, const struct facts *f)
{
	const char *serial = text_fact(f, "sys.serial");
	const char *uuid = text_fact(f, "sys.uuid");

	if (uuid != NULL && (id->uuid_why = uuid_why_not(uuid)) == NULL &&
	    !uuid_parse(uuid, id->uuid))
		id->uuid[0] = '\0';
	if (serial == NULL)
		return true;
	id->serial_why = serial_why_not(serial);
	if (id->serial_why == NULL && serial_is_of_uuid(serial) &&
	    id->uuid[0] == '\0')
		id->serial_why = "the hypervisor made it from a UUID that is "
		    "missing or says nothing";
	if (id->serial_why != NULL)
		return true;
	if ((id->serial = strdup(serial)) != NULL)
		text_trim(id->serial);
	return id->serial != NULL;
}

struct identity *
identity_from_facts(const struct facts *f)
{
	struct identity *id = calloc(1, sizeof(*id));

	if (id == NULL)
		return NULL;
	judge(id, f);
	if (judge_numbers(id, f))
		return id;
	identity_free(id);
	return NULL;
}

void
identity_free(struct identity *id)
{
	if (id == NULL)
		return;
	free(id->serial);
	free(id);
}

size_t
identity_macs(const struct identity *id)
{
	return id->nmacs;
}

const char *
identity_mac(const struct identity *id, size_t i)
{
	return i < id->nmacs ? id->macs[i] : NULL;
}

size_t
identity_ignored(const struct identity *id)
{
	return id->nignored;
}

const char *
identity_ignored_mac(const struct identity *id, size_t i)
{
	return i < id->nignored ? id->ignored[i].mac : NULL;
}

const char *
identity_ignored_why(const struct identity *id, size_t i)
{
	return i < id->nignored ? id->ignored[i].why : NULL;
}

const char *
identity_serial(const struct identity *id)
{
	return id->serial;
}

const char *
identity_uuid(const struct identity *id)
{
	return id->uuid[0] != '\0' ? id->uuid : NULL;
}

bool
identity_macs_weak(const struct identity *id)
{
	return id->weak;
}

const char *
identity_serial_why(const struct identity *id)
{
	return id->serial_why;
}

const char *
identity_uuid_why(const struct identity *id)
{
	return id->uuid_why;
}
