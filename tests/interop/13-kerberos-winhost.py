#!/usr/bin/python3
"""WMI on tickets: the fake Windows host takes Kerberos and SPNEGO by MIT's
acceptor, with a keytab of the Samba domain, and our client queries it."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import domain                                           # noqa: E402
import tap                                              # noqa: E402

TOOL = os.path.join(tap.BUILD, "tests/wmi/wmi_tool")
ADDRESS, NAME = "127.0.51.1", "winhost.lab.test"
dc = domain.Domain()


def ask(auth, *more, level=6, user="good@lab.test", password=dc.users["good"]["password"], at=ADDRESS):
    got = dc.run(TOOL, "--user=" + user, "--password=" + password, "--kdc=" + dc.ip, "--auth=" + auth,
                 "--level=%d" % level, *more, at, "135", "root\\cimv2", "SELECT SerialNumber FROM Win32_BIOS",
                 "root\\cimv2", "SELECT * FROM Win32_Service")
    return [json.loads(line) for line in got.stdout.splitlines()]


def whole_sessions_run_on_tickets():
    host = domain.Windows(dc, dc.keytabs["winhost"])
    rows = None
    for auth, kind in (("kerberos", 16), ("negotiate", 9)):
        for level in (6, 5):
            what = "%s at level %d: " % (auth, level)
            lines = ask(auth, "--host=" + NAME, level=level)
            tap.ok(len(lines) == 3 and lines[0].get("count") == 1 and lines[1].get("count", 0) > 1,
                   what + "both queries are answered", lines)
            rows = rows or lines[1]
            tap.equal(lines[1], rows, what + "with the same rows")
            tap.ok(host.said().count("good@LAB.TEST accepted at level %d, type %d" % (level, kind)) == 2,
                   what + "both connections on a ticket", host.said())
    serial = [ask(auth, "--host=" + NAME, "--serial=1")[-1]["roundTrips"] for auth in ("kerberos", "negotiate")]
    tap.ok(serial[1] - serial[0] == 2, "SPNEGO with Kerberos costs two round trips more", serial)
    lines = ask("negotiate", "--host=" + NAME, password="not it")
    tap.equal(lines[0]["error"]["code"], "auth_failed", "a wrong password ends at the KDC")
    tap.ok("log-on of" not in host.said(), "and is not tried by NTLM too", host.said())
    dc.reset()
    host.stop()


def an_address_finds_its_name():
    host = domain.Windows(dc, dc.keytabs["winhost"], dnsName=NAME, dnsDomain="lab.test", name="WINHOST", domain="LAB")
    lines = ask("kerberos")
    tap.ok(lines and lines[0].get("count") == 1, "an address asks the host for its name, then Kerberos works", lines)
    tap.ok("type 16" in host.said(), "by ticket", host.said())
    host.stop()


def another_hosts_name_gets_no_ticket():
    """A host may say that it is the domain's controller; a ticket shown to it
    could be shown on, at the controller."""
    at = "127.0.51.2"       # it has no name in DNS
    host = domain.Windows(dc, dc.keytabs["winhost"], at, dnsName=dc.host, dnsDomain="lab.test", name="DC1", domain="LAB")
    lines = ask("kerberos", at=at)
    got = lines[0].get("error", {}) if lines else {}
    tap.equal(got.get("code"), "spn_unknown", "a name with other addresses is refused")
    tap.ok(dc.host in got.get("text", "") and "other addresses" in got["text"], "and named", got)
    tap.ok("accepted" not in host.said() and "log-on" not in host.said(), "nothing was shown to the host", host.said())
    host.stop()
    host = domain.Windows(dc, dc.keytabs["winhost"], dnsName=dc.host, dnsDomain="lab.test", name="DC1", domain="LAB")
    lines = ask("kerberos")
    tap.ok(lines and lines[0].get("count") == 1, "the name that DNS has for its address does instead", lines)
    host.stop()


def a_host_with_another_key_is_named():
    host = domain.Windows(dc, dc.keytabs["good"])
    lines = ask("kerberos", "--host=" + NAME)
    tap.equal(lines[0].get("error", {}).get("code"), "auth_method", "a host that cannot open the ticket is named")
    ask("negotiate", "--host=" + NAME)
    tap.ok("log-on of" in host.said(), "negotiate then tries NTLM: the password was not in doubt", host.said())
    host.stop()


try:
    for test in (whole_sessions_run_on_tickets, an_address_finds_its_name, another_hosts_name_gets_no_ticket, a_host_with_another_key_is_named):
        tap.case(test)
finally:
    dc.stop()
tap.done()
