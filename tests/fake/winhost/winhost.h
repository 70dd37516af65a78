/* winhost.h: a fake Windows host that speaks DCE/RPC, NTLM, DCOM and WMI.
 *
 * Written from the open specifications without a line of the client's: it
 * shares the byte cursors of helper/base and nothing else, takes its
 * cryptography from OpenSSL (legacy provider), and is itself proven by a client
 * that nobody here wrote.      [MS-RPCE] [MS-NLMP] [MS-DCOM] [MS-WMI] [MS-WMIO]
 *
 *   main.c      options, sockets, a thread per connection
 *   machine.c   what the host is: a JSON file
 *   crypt.c     MD4, MD5, HMAC-MD5, RC4 through OpenSSL
 *   kerberos.c  the same for Kerberos and SPNEGO, by MIT's library
 *   ntlm.c      the server's side of NTLMv2, and signing and sealing after it
 *   rpc.c       PDUs in, PDUs out: bind, fragments, faults
 *   dcom.c      ServerAlive2, activation, IRemUnknown
 *   wbem.c      log-in, queries, enumerators, methods
 *   cim.c       classes and rows as CIM objects
 *   wql.c       the SELECT statement, evaluated over rows
 *   stdreg.c    StdRegProv over the machine's registry
 *   mischief.c  what it does wrong on demand
 */
#ifndef FAKE_WINHOST_H
#define FAKE_WINHOST_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/reader.h"
#include "helper/base/writer.h"

struct guid { uint8_t b[16]; };		/* as on the wire */

struct guid guid_of(const char *text);	/* "f309ad18-d86a-11d0-a075-00c04fb68820" */
bool guid_equal(const struct guid *, const struct guid *);
void wr_guid(struct wr *, const struct guid *);
struct guid rd_guid(struct rd *);
/* Capitals of any script, as account names are compared; malloc'd. */
char *utf8_upper(const char *utf8);
/* UTF-8 to UTF-16LE, without NUL; rd_utf16 gives malloc'd UTF-8. */
void  wr_utf16(struct wr *, const char *utf8);
char *utf16_to_utf8(const uint8_t *p, size_t n);

/* --- crypt.c ---------------------------------------------------------------- */
struct rc4;
void crypt_start(void);
void md4(const void *p, size_t n, uint8_t out[static 16]);
void md5(const void *p, size_t n, uint8_t out[static 16]);
void hmac_md5(const uint8_t key[static 16], const void *p, size_t n, uint8_t out[static 16]);
struct rc4 *rc4_new(const uint8_t key[static 16]);
void rc4_run(struct rc4 *, uint8_t *p, size_t n);
void rc4_free(struct rc4 *);
void random_bytes(void *p, size_t n);

/* --- machine.c --------------------------------------------------------------- */
struct machine {
	json_t *json;			/* immutable once loaded */
	const char *name;		/* NetBIOS */
	const char *domain;		/* NetBIOS domain or workgroup */
	const char *dns_name, *dns_domain;
	uint16_t build;
};
struct machine *machine_load(const char *path);
const json_t *machine_class(const struct machine *, const char *ns, const char *class);
bool machine_has_namespace(const struct machine *, const char *ns);
/* Names of all classes of a namespace and of their parents; the caller's. */
json_t *machine_class_names(const struct machine *, const char *ns);
/* The same as machine_class(), and for a parent that is only named in a
 * derivation a class without properties; *made: the caller's, or NULL. */
const json_t *machine_any_class(const struct machine *, const char *ns, const char *class, json_t **made);
const json_t *machine_registry(const struct machine *, uint32_t hive, const char *path);
/* The account with that name; NULL: none.  Domain and user ignore case. */
const json_t *machine_account(const struct machine *, const char *domain, const char *user);

/* --- mischief.c --------------------------------------------------------------- */
/* What goes wrong, from --mischief=NAME[:N]; N counts from 1 where it counts. */
enum mischief { GOOD, DROP_AT, STALL_AT, TRUNCATE_AT, BAD_LENGTH, BAD_SIGNATURE,
	GARBAGE_OBJECT, FAULT_AT, MANY_ROWS, SLOW_ROWS, NO_SMART, NO_ACTIVATOR,
	NO_MULTIPLEX, BIND_NAK, DENY_ACTIVATION, DENY_NAMESPACE, DENY_CLASS,
	OLD_COM, TINY_FRAGMENTS, DEAD_BINDINGS, ORPCTHAT_EXTENSIONS, TIMED_OUT_ROWS };
struct naughty { enum mischief what; long n; };
bool mischief_parse(const char *text, struct naughty *);

/* --- the host ------------------------------------------------------------------ */
struct object;
struct host {
	const struct machine *machine;
	struct naughty naughty;
	const char *address;		/* text of where it listens */
	const char *named;		/* what its bindings tell of that */
	uint16_t port, dynamic_port;
	unsigned level;			/* the least authentication level */
	bool sign_only;			/* answers as the client asked, level 5 too */
	pthread_mutex_t lock;		/* objects and counters */
	struct object *objects;
	struct guid remunknown;		/* IPID of IRemUnknown */
	uint64_t oxid;
	uint64_t next_oid;
	const json_t *sampled[64];	/* classes of counters that were asked */
	bool odd[64];			/* an odd number of times */
	atomic_ulong pdus;		/* answered so far, for mischief and tests */
	const char *lockout_file;	/* one account database for many hosts; NULL */
	long lockout_threshold;
	bool no_ntlm;
};

/* --- kerberos.c ----------------------------------------------------------------- */
struct kerberos;
struct kerberos *kerberos_new(void);	/* NULL: no keytab, no Kerberos */
void kerberos_free(struct kerberos *);
bool kerberos_accept(struct kerberos *, struct rd token, struct wr *reply, char **who);
bool kerberos_done(const struct kerberos *);
size_t kerberos_token_len(bool seal);
bool kerberos_protect(struct kerberos *, uint8_t *pdu, size_t n, size_t body, size_t body_len, bool seal, uint8_t *token);
bool kerberos_open(struct kerberos *, uint8_t *pdu, size_t n, size_t body, size_t body_len, bool seal, size_t token_len);

/* --- ntlm.c --------------------------------------------------------------------- */
struct ntlm;
struct ntlm *ntlm_new(const struct host *);
void ntlm_free(struct ntlm *);
bool ntlm_challenge(struct ntlm *, struct rd negotiate, struct wr *out);
/* False: refused; the account that tried is in *who (malloc'd) either way. */
bool ntlm_authenticate(struct ntlm *, struct rd authenticate, char **who, const json_t **account);
/* One PDU: header, body, trailer lie together in pdu[0..n); body is encrypted in
 * place when seal.  sig: 16 octets. */
void ntlm_protect(struct ntlm *, uint8_t *pdu, size_t n, size_t body, size_t body_len, bool seal, uint8_t sig[static 16]);
bool ntlm_open(struct ntlm *, uint8_t *pdu, size_t n, size_t body, size_t body_len, bool seal, const uint8_t sig[static 16]);

/* --- rpc.c ---------------------------------------------------------------------- */
enum iface { IF_NONE, IF_OBJECT_EXPORTER, IF_SCM_ACTIVATOR, IF_ACTIVATION, IF_REMUNKNOWN,
	IF_REMUNKNOWN2, IF_LEVEL1LOGIN, IF_LOGIN_CLIENT_ID, IF_SERVICES, IF_ENUM,
	IF_FETCH_SMART, IF_SMART_ENUM, IF_MGMT, IF_COUNT };
const struct guid *iface_guid(enum iface);

struct conn;
/* One request's way through; handlers write the answer's stub to out and give
 * 0, or a fault status. */
struct call {
	struct host *host;
	struct conn *conn;
	enum iface iface;
	uint16_t opnum;
	bool has_object;
	struct guid object;
	unsigned level;			/* authentication level of the call */
	const json_t *account;		/* NULL: not logged on */
	struct rd stub;
	struct wr out;
	bool silent;			/* it is never answered */
};
void conn_serve(struct host *, int fd, bool exporter);

/* --- dcom.c, wbem.c -------------------------------------------------------------- */
uint32_t exporter_call(struct call *);		/* IObjectExporter */
uint32_t activator_call(struct call *);		/* IRemoteSCMActivator, IActivation */
uint32_t remunknown_call(struct call *);
uint32_t wbem_call(struct call *);

enum object_kind { OBJ_LOGIN, OBJ_SERVICES, OBJ_ENUM, OBJ_SMART };
struct object {
	enum object_kind kind;
	struct guid ipid;
	uint64_t oid;
	long refs;
	char *ns;			/* SERVICES: "root/cimv2" */
	struct rows *rows;		/* ENUM, SMART: shared by both */
	struct object *next;
};
struct object *object_new(struct host *, enum object_kind);
/* NULL: there is none, or all its references were released. */
struct object *object_find(struct host *, const struct guid *ipid);
void object_release(struct host *, const struct guid *ipid, uint32_t refs);
/* ORPCTHIS in; 0, or the HRESULT that refuses it.  ORPCTHAT out. */
uint32_t orpc_this(struct call *);
void orpc_that(struct call *);
/* OBJREF_STANDARD inside an MInterfacePointer with its unique pointer. */
void wr_interface(struct call *, enum iface, const struct object *);

/* --- cim.c ------------------------------------------------------------------------- */
/* An EncodingUnit's ObjectBlock for a row; what[] names the columns, in order. */
struct columns { const char *name[512]; size_t n; };
void cim_class_block(struct wr *, const struct machine *, const char *ns, const char *class, const json_t *def, const struct columns *);
/* Where the columns of a class's rows lie. */
struct cim_layout;
struct cim_layout *cim_layout_new(const json_t *def, const struct columns *);
void cim_layout_free(struct cim_layout *);
void cim_instance_block(struct wr *, const struct machine *, const char *ns, const char *class, const json_t *def, struct cim_layout *, const json_t *row);
void cim_instance_no_class(struct wr *, const struct machine *, const char *ns, const char *class, const struct cim_layout *, const json_t *row);
void cim_encoding_unit(struct wr *, const struct wr *block);
/* OBJREF_CUSTOM around an EncodingUnit, as an MInterfacePointer's content. */
void cim_objref(struct wr *, const struct wr *block);

/* --- wql.c -------------------------------------------------------------------------- */
struct wql { char class[128]; struct columns columns; bool all; char *where; char *names; };
bool wql_parse(const char *text, struct wql *);
bool wql_match(const struct wql *, const json_t *row, const json_t *def);
void wql_free(struct wql *);

/* --- stdreg.c ------------------------------------------------------------------------ */
/* Runs a method of StdRegProv: in-parameters as a decoded object, the answer as
 * an instance of __PARAMETERS.  Gives the WBEM status. */
uint32_t stdreg_call(struct call *, const char *method, const json_t *in, struct wr *block);
/* The class __PARAMETERS of a method; the caller's to release. */
json_t *stdreg_signature(const char *method, bool in);
/* A row decoded from an EncodingUnit that the client built. */
json_t *cim_decode_params(struct rd);

#endif
