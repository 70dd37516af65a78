/* wmi.h: ask a Windows host over WMI.  The front header of wmi/: all that
 * others see.  Knows no facts, no JSON.
 *                    [MS-RPCE] [MS-NLMP] [MS-DCOM] [MS-WMI] [MS-WMIO] [C706]
 *
 *   wmi_server_alive()      names and addresses, without a credential
 *   wmi_connect()           TCP to 135                             connect
 *   wmi_bind()              the log-on is offered and challenged   bind
 *   wmi_logon()             proof and activation, in one write     logon, activate
 *   wmi_export()            TCP to the dynamic port, its bind      connect, bind
 *   wmi_namespaces()        proof and log-in, in one write         namespace
 *   wmi_query(), wmi_next() rows                                   query
 *   wmi_reg_*()             the registry through StdRegProv        registry
 *
 * wmi_open() walks the first steps at once; a check walks them one by one.
 * A session is used by one thread at a time.  All waits obey the deadline and
 * its cancel descriptor; after ERR_CANCELLED the session can only be closed.
 * After ERR_TIMEOUT of one query the others may go on.
 * Errors carry the stage; `native` is the HRESULT, RPC fault or errno.
 */
#ifndef WMI_WMI_H
#define WMI_WMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/net.h"
#include "helper/base/secret.h"

/* Once, before any thread. */
bool wmi_start(struct err *) CHECKED;

/* --- credentials ---------------------------------------------------------------- */

enum wmi_auth { WMI_NEGOTIATE, WMI_KERBEROS, WMI_NTLM };

/* Everything borrowed for as long as the session lives.  user is DOMAIN\user,
 * user@domain, .\user (an account of the host itself) or user.  One of
 * password, nt_hash (16 octets or 32 hex digits), keytab, ccache. */
struct wmi_cred {
	const char *user;
	const struct secret *password, *nt_hash;
	enum wmi_auth auth;
	const char *keytab, *ccache, *realm, *kdc;	/* Kerberos; may be NULL */
};

/* What the sessions of a scan share: the tickets of its accounts, so that a
 * domain is asked for one once an account and not once a host, and which domains
 * keep silent.  Any thread.  Freed after the sessions that use it and before the
 * secrets of their credentials. */
struct wmi_tickets;
struct wmi_tickets *wmi_tickets_new(void) CHECKED;	/* NULL: no memory, or krb5.conf */
void                wmi_tickets_free(struct wmi_tickets *);	/* wipes; NULL is fine */

/* --- a session -------------------------------------------------------------------- */

/* Zero means the default. */
struct wmi_options {
	uint8_t level;		/* protection: 6 privacy (default) or 5 integrity */
	bool no_multiplex;	/* never several calls in flight */
	const char *host;	/* the name we came by, for the log-on's target; borrowed */
	const char *locale;	/* "en-US" */
	struct wmi_tickets *tickets;	/* shared with others; borrowed; NULL: none */
	double connect_timeout;	/* of each TCP connect: 5 seconds */
	double bind_timeout;	/* the dynamic port's first answer: 30 seconds */
};

struct wmi;
/* TCP only.  ERR_REFUSED, ERR_UNREACHABLE, ERR_TIMEOUT.  port 0: 135. */
struct wmi *wmi_connect(const struct net_addr *, uint16_t port,
    const struct wmi_options *, struct deadline by, struct err *) CHECKED;
/* The host names itself in its challenge (wmi_about()); the password is not
 * used yet.  ERR_AUTH_METHOD: the host does not offer strong enough NTLM.
 * Where it may be Kerberos the KDC judges the password before the host is
 * bound to: then only the host's name is found out here, if need be, and
 * wmi_logon() does the rest. */
bool wmi_bind(struct wmi *, const struct wmi_cred *, struct deadline by,
    struct err *) CHECKED;
/* One attempt to log on, with the activation behind it.  ERR_AUTH_FAILED: the
 * credential was refused, counts as a wrong password, and the session can only
 * be closed.  ERR_DENIED: logged on, but DCOM did not let it in. */
bool wmi_logon(struct wmi *, struct deadline by, struct err *) CHECKED;
/* The second connection, to the port that the activation named.  Asked again it
 * does nothing. */
bool wmi_export(struct wmi *, struct deadline by, struct err *) CHECKED;
/* connect, bind, logon, export and, unless ns is NULL, the log-in to it. */
struct wmi *wmi_open(const struct net_addr *, uint16_t port,
    const struct wmi_cred *, const struct wmi_options *, const char *ns,
    struct deadline by, struct err *) CHECKED;
/* A further session with the same host, credential and exporter, for queries
 * side by side: connect, bind, log-in.  `s` must have been exported. */
struct wmi *wmi_again(struct wmi *s, struct deadline by, struct err *) CHECKED;
/* Releases what the host holds for us (one call, at most a second), closes,
 * wipes the keys.  NULL is fine.  Queries and objects of it must be closed
 * before; not released after a cancel, on a broken connection or on one that
 * waits for an answer that was given up. */
void wmi_close(struct wmi *);

/* "Kerberos" or "NTLM" after wmi_logon(), else NULL. */
const char *wmi_mechanism(const struct wmi *);
/* Why it is not Kerberos, with the remedy; NULL: it is, or was not asked for. */
const struct err *wmi_no_kerberos(const struct wmi *);

unsigned wmi_round_trips(const struct wmi *);	/* waits for the peer, connects included */
bool     wmi_multiplexed(const struct wmi *);	/* several calls may be in flight */
/* No further call can be sent before an answer comes: after an ERR_TIMEOUT, to a
 * host that does not answer it at all, none ever can. */
bool     wmi_busy(const struct wmi *);
uint16_t wmi_export_port(const struct wmi *);	/* the dynamic port; 0: not known yet */

/* --- what a host says of itself ----------------------------------------------------- */

/* Owned by its session or by the caller (wmi_about_clear()).  NULL: not said. */
struct wmi_about {
	char *netbios_name, *netbios_domain;	/* from the challenge */
	char *dns_name, *dns_domain, *dns_forest;
	unsigned major, minor, build;		/* of the host's security package; 0: not said */
	int64_t clock_ms;			/* host's clock, ms since 1970 UTC; 0: not said */
	int64_t clock_at_ms;			/* ours at that moment */
	uint16_t com_major, com_minor;		/* 5.7 */
	char **bindings;			/* names and addresses that the host lists */
	size_t nbindings;
};
void wmi_about_clear(struct wmi_about *);
/* Filled from wmi_bind() on; borrowed. */
const struct wmi_about *wmi_about(const struct wmi *);

/* IObjectExporter::ServerAlive2 on a connection of its own, no credential:
 * bindings, COM version.  round_trips may be NULL.  Stage alive.
 * ERR_DENIED: the host's policy refuses unauthenticated calls; it is alive. */
bool wmi_server_alive(const struct net_addr *, uint16_t port,
    struct wmi_about *, unsigned *round_trips, struct deadline by,
    struct err *) CHECKED;
/* A bind alone with the NTLM challenge it brings: names, build, clock, without
 * a credential. */
bool wmi_ask_challenge(const struct net_addr *, uint16_t port,
    struct wmi_about *, unsigned *round_trips, struct deadline by,
    struct err *) CHECKED;

/* --- values ------------------------------------------------------------------------------- */

/* CIM types by their number on the wire.                     [MS-WMIO] 2.2.82 */
enum wmi_type {
	WMI_EMPTY = 0, WMI_SINT16 = 2, WMI_SINT32 = 3, WMI_REAL32 = 4,
	WMI_REAL64 = 5, WMI_STRING = 8, WMI_BOOLEAN = 11, WMI_OBJECT = 13,
	WMI_SINT8 = 16, WMI_UINT8 = 17, WMI_UINT16 = 18, WMI_UINT32 = 19,
	WMI_SINT64 = 20, WMI_UINT64 = 21, WMI_DATETIME = 101,
	WMI_REFERENCE = 102, WMI_CHAR16 = 103
};
const char *wmi_type_name(enum wmi_type);	/* "uint32"; "unknown" */

struct wmi_row;

/* Which union member holds it is decided by is_null, is_array, type, in this
 * order.  Text is UTF-8 with a NUL behind; a lone surrogate became U+FFFD. */
struct wmi_value {
	enum wmi_type type;
	bool is_null;
	bool is_array;
	bool is_default;	/* the class's default, not the instance's own */
	bool undecodable;	/* of a kind that cannot be read; is_null too */
	union {
		int64_t i;	/* SINT8 .. SINT64 */
		uint64_t u;	/* UINT8 .. UINT64, CHAR16 */
		double d;	/* REAL32, REAL64 */
		bool b;		/* BOOLEAN */
		struct { const char *s; size_t len; } text;	/* STRING, DATETIME, REFERENCE */
		const struct wmi_row *object;			/* OBJECT */
		struct { const struct wmi_value *v; size_t n; } list;	/* arrays */
	};
};

/* A CIM datetime.  Providers write anything into it: false, and the text is
 * all there is.                                              [MS-WMIO] 2.2.1 */
struct wmi_time {
	bool is_interval;
	int64_t us;		/* microseconds since 1970 UTC, or of the interval */
	int offset_minutes;	/* the host's own, as written */
	bool date_only;		/* the time of day was all asterisks */
};
bool wmi_time_parse(const char *text, struct wmi_time *) CHECKED;

/* One object; of a query for classes (meta_class) or wmi_get_object() a class, whose
 * values are the defaults.  Columns are in the order of their declaration; the server's
 * order, so look up by name.  Lives as long as its owner says. */
const char *wmi_class(const struct wmi_row *);		/* "Win32_BIOS"; "" */
const char *wmi_superclass(const struct wmi_row *);	/* the parent's name; "" */
const char *wmi_server(const struct wmi_row *);		/* __SERVER; "" when not sent */
const char *wmi_row_namespace(const struct wmi_row *);	/* __NAMESPACE; "" */
size_t      wmi_columns(const struct wmi_row *);
const char *wmi_column(const struct wmi_row *, size_t i, const struct wmi_value **);
/* NULL: no such column (case is ignored). */
const struct wmi_value *wmi_get(const struct wmi_row *, const char *name);
/* What the class says of a column. */
struct wmi_property { enum wmi_type type; bool is_array, inherited, key; };
bool wmi_property(const struct wmi_row *, size_t i, struct wmi_property *);
/* A qualifier of the class that is true: "abstract", "association", "singleton". */
bool wmi_class_says(const struct wmi_row *, const char *qualifier);
/* Short cuts: the value's text, NULL when NULL or no text ... */
const char *wmi_get_text(const struct wmi_row *, const char *name);
/* ... and any integer; false when there is none or it does not fit. */
bool        wmi_get_u64(const struct wmi_row *, const char *name, uint64_t *);

/* --- queries ------------------------------------------------------------------------------- */

/* Logs in to namespaces ("root\\cimv2"), together where calls may be in
 * flight.  A namespace is logged in to once; wmi_query() does it too.
 * ERR_UNSUPPORTED: the host has no such namespace.  ERR_DENIED: no right. */
bool wmi_namespaces(struct wmi *, const char *const *ns, size_t n,
    struct deadline by, struct err *) CHECKED;

/* AUTO: smart for `SELECT *` (the class is sent once instead of with every
 * row, two round trips more), plain where columns are named. */
enum wmi_enum { WMI_ENUM_AUTO, WMI_ENUM_PLAIN, WMI_ENUM_SMART };

/* A query under way.  Any number may be started before rows are taken; where
 * the host can, they run side by side, else each runs when its rows are taken.
 * Text is UTF-8, at most 16 000 characters.  Errors of the query itself (bad
 * class, bad WQL, no right) come from wmi_next(). */
struct wmi_query;
struct wmi_query *wmi_query(struct wmi *, const char *ns, const char *wql,
    struct deadline by, struct err *) CHECKED;
struct wmi_query *wmi_query_as(struct wmi *, const char *ns, const char *wql,
    enum wmi_enum, struct deadline by, struct err *) CHECKED;
/* The next row, borrowed until the next wmi_next() of this query; *row is NULL
 * at the end.  ERR_UNSUPPORTED: class or column does not exist on this host;
 * ERR_DENIED; ERR_REMOTE: WMI's own error; ERR_TIMEOUT: rows so far stand. */
bool wmi_next(struct wmi_query *, const struct wmi_row **row,
    struct deadline by, struct err *) CHECKED;
void wmi_query_close(struct wmi_query *);	/* NULL is fine; no round trip */

/* --- objects and methods ---------------------------------------------------------------------- */

/* One object that owns its memory: a class, an instance, a method's answer. */
struct wmi_object;
const struct wmi_row *wmi_object_row(const struct wmi_object *);
void                  wmi_object_free(struct wmi_object *);	/* NULL is fine */

/* path: "Win32_Process", "Win32_Process.Handle=\"4\"".  ERR_UNSUPPORTED: there
 * is no such object. */
struct wmi_object *wmi_get_object(struct wmi *, const char *ns, const char *path,
    struct deadline by, struct err *) CHECKED;

struct wmi_arg { const char *name; struct wmi_value value; };
/* `class` comes from wmi_get_object() and holds the methods' signatures.
 * Scalars, text and arrays of them.  The answer holds ReturnValue and the out
 * parameters. */
struct wmi_object *wmi_method(struct wmi *, const char *ns,
    const struct wmi_object *class, const char *path, const char *method,
    const struct wmi_arg *args, size_t nargs, struct deadline by,
    struct err *) CHECKED;

/* --- registry ------------------------------------------------------------------------------------ */

enum wmi_hive { WMI_HKCR = 0, WMI_HKCU = 1, WMI_HKLM = 2, WMI_HKU = 3, WMI_HKCC = 5 };
/* REG_SZ and REG_EXPAND_SZ are read alike by WMI_REG_TEXT's own method. */
enum wmi_reg_kind { WMI_REG_KEYS, WMI_REG_VALUES, WMI_REG_SZ, WMI_REG_EXPAND_SZ,
	WMI_REG_MULTI_SZ, WMI_REG_DWORD, WMI_REG_QWORD, WMI_REG_BINARY };
/* What EnumValues' Types says (1 REG_SZ, 4 REG_DWORD ...); false: none fits. */
bool wmi_reg_kind_of(uint32_t reg_type, enum wmi_reg_kind *) CHECKED;

struct wmi_reg;
/* Logs in to root\default and fetches StdRegProv, once. */
struct wmi_reg *wmi_reg_open(struct wmi *, struct deadline by, struct err *) CHECKED;
void            wmi_reg_close(struct wmi_reg *);	/* before wmi_close(); NULL is fine */

/* One read.  The caller fills the first part, wmi_reg_read() the second, and
 * wmi_reg_clear() frees that. */
struct wmi_reg_read {
	enum wmi_hive hive;
	const char *key;	/* "SOFTWARE\\Microsoft" */
	const char *name;	/* the value's; "" the default value; NULL for KEYS, VALUES */
	enum wmi_reg_kind kind;
	bool view32;		/* what 32-bit programs see: SOFTWARE\Wow6432Node */

	uint32_t status;	/* 0 read; 2 not found; 5 denied; else Win32 or WMI status */
	const struct wmi_value *value;	/* NULL or is_null: none.  KEYS: names */
	const struct wmi_value *types;	/* VALUES: their REG_ types, parallel to value */
	struct wmi_object *owner;
};
/* All of them, side by side where the host can.  false only when the session
 * broke or the deadline passed (what was read stays); one key's refusal is its
 * status. */
bool wmi_reg_read(struct wmi_reg *, struct wmi_reg_read *, size_t n,
    struct deadline by, struct err *) CHECKED;
void wmi_reg_clear(struct wmi_reg_read *, size_t n);

/* --- Windows's own errors ----------------------------------------------------------------------------- */

/* "WBEM_E_INVALID_CLASS", "RPC_S_SERVER_UNAVAILABLE"; NULL: not in the table. */
const char *wmi_status_name(uint32_t status);
/* What it means, in a sentence; NULL: not in the table. */
const char *wmi_status_text(uint32_t status);

#endif
