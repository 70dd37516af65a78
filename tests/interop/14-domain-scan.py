#!/usr/bin/python3
"""The whole program in a Samba domain: a scan on tickets, and a wrong password
that locks nobody out, with many hosts, workers and two scans one after the other."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import domain                                           # noqa: E402
import helper                                           # noqa: E402
import tap                                              # noqa: E402

dc = domain.Domain()
NAMES = {"dnsName": "winhost.lab.test", "dnsDomain": "lab.test", "name": "WINHOST", "domain": "LAB"}
ADDRESSES = ["127.0.51.%d" % i for i in range(1, 9)]
hosts = [domain.Windows(dc, dc.keytabs["winhost"], address, **NAMES) for address in ADDRESSES]


def program():
    """A wrapper that runs the program where the domain is."""
    path = tap.folder() + "/assetscan"
    with open(path, "w", encoding="utf-8") as f:
        f.write('#!/bin/sh\nexec %s run %s -- %s "$@"\n' % (domain.DC, dc.folder, os.path.abspath(tap.ASSETSCAN)))
    os.chmod(path, 0o755)
    return path


helper.ASSETSCAN = program()


def params(ranges, user, password, **more):
    return {"profile": {"name": "domain", "protocols": ["wmi"], "wmiTimeout": 60, "connectTimeout": 2,
                        "concurrency": 64},
            "ranges": ranges,
            "credentials": [dict({"id": "c", "protocol": "wmi", "user": user, "password": password,
                                  "kdc": dc.ip}, **more)]}


def a_scan_runs_on_tickets():
    for auth, kind in (("kerberos", 16), ("negotiate", 9)):
        h = helper.Helper(tap.folder())
        finished, got, _ = h.scan(params(ADDRESSES[:1], "good@lab.test", dc.users["good"]["password"], auth=auth))
        one = got.get(ADDRESSES[0], {})
        tap.equal(one.get("state"), "scanned", "auth %s: an address is scanned" % auth)
        tap.ok(one.get("warnings") == [], "auth %s: without a warning" % auth, one)
        tap.ok("good@LAB.TEST accepted at level 6, type %d" % kind in hosts[0].said(),
               "auth %s: on a ticket" % auth, hosts[0].said())
        tap.ok(not h.problems() and h.close() == 0, "auth %s: every line keeps its schema" % auth, h.errors)


def a_check_says_by_which_mechanism():
    h = helper.Helper(tap.folder())
    for user, password, words in (
            ("good@lab.test", dc.users["good"]["password"], "chosen Kerberos"),
            ("CORP\\scanner", "Passw0rd!", "chosen NTLM; not Kerberos: the account's realm is not known")):
        got = h.call("host.check", {"address": "winhost.lab.test", "credentials": [
            {"id": "c", "protocol": "wmi", "user": user, "password": password}]}).get("result", {})
        logon = [x for x in got.get("stages", []) if x["stage"] == "logon"]
        tap.ok(got.get("ok") and logon and words in logon[0]["detail"], "host.check: " + words, got)
    tap.ok(not h.problems() and h.close() == 0, "host.check: every line keeps its schema", h.problems())


def a_wrong_password_locks_nobody():
    state = tap.folder()
    domain.unnamed(dc.folder)
    for auth in ("negotiate", "kerberos"):
        user = "locked@lab.test"
        for run in range(2):
            h = helper.Helper(state)
            _, got, _ = h.scan(params(ADDRESSES, user, "not it " + auth, auth=auth))
            tap.equal(sorted({x["state"] for x in got.values()} - {"auth_failed", "credential_suspended"}), [],
                      "%s, run %d: no host lets it in" % (auth, run + 1))
            h.close()
        got = dc.rpc(dc.mgmt, "ifids", user="locked", auth="ntlm")
        tap.ok(got.get("count", 0) > 0, "%s: %d hosts and two runs later the account is not locked" %
               (auth, len(ADDRESSES)), got)
        dc.reset()


try:
    for test in (a_scan_runs_on_tickets, a_check_says_by_which_mechanism, a_wrong_password_locks_nobody):
        tap.case(test)
    for host in hosts:
        host.stop()
finally:
    dc.stop()
tap.done()
