/* krb5_dns.h: where a realm's KDCs are, by DNS.        [RFC 2782] [RFC 4120] 7.2.3
 *   _kerberos._tcp.REALM SRV -> priority, weight, port, host ...
 *
 * Asks the name servers of resolv.conf over UDP, under the deadline: a silent
 * one costs two seconds.  An answer that was cut gives what is in it.
 */
#ifndef WMI_KRB5_DNS_H
#define WMI_KRB5_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"

struct krb_srv {
	uint16_t priority, weight, port;
	char host[256];
};

/* Gives how many, at most cap, the best first; 0: none, or nobody answers. */
size_t krb_find_srv(const char *realm, struct krb_srv *, size_t cap,
    struct deadline by) CHECKED;

/* --- the messages, for tests and fuzzing -------------------------------------------- */

/* 0: the name does not fit. */
size_t krb_srv_question(const char *realm, uint16_t id, uint8_t *out, size_t cap);
size_t krb_srv_answer(const uint8_t *, size_t n, uint16_t id, struct krb_srv *,
    size_t cap);

#endif
