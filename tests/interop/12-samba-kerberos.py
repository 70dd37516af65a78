#!/usr/bin/python3
"""Samba's domain controller judges our Kerberos and SPNEGO: raw and negotiated,
sealed and signed, password, keytab and ticket cache, and each way to fail."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import domain                                           # noqa: E402
import tap                                              # noqa: E402

dc = domain.Domain()
USERS = len(dc.users) + dc.many + 2
CACHE = dc.folder + "/tickets"


def call(user="good@lab.test", auth="kerberos", kdc=dc.ip, host=dc.host, **more):
    if user == "good@lab.test" and not {"password", "keytab", "ccache"} & more.keys():
        more["password"] = dc.users["good"]["password"]
    return dc.rpc(more.pop("port", dc.mgmt), more.pop("what", "ifids"), *more.pop("args", ()), user=user, auth=auth,
                  kdc=kdc, host=host, **more)


def works(got, what, kind=16):
    tap.ok(got.get("count", 0) > 2 and got.get("type") == kind and got.get("header_signing") is True, what, got)


def fails(got, code, what, number=None, word=""):
    tap.ok(got.get("error") == code and (number is None or got.get("native") == number) and
           word in got.get("text", "") + got.get("hint", "") and got.get("hint"), what, got)


def calls_are_sealed_and_signed():
    for auth, kind, trips in (("kerberos", 16, 3), ("negotiate", 9, 4)):
        for level, how in ((6, "sealed"), (5, "signed")):
            what = "%s, %s: " % (auth, how)
            got = call(auth=auth, level=level, args=(20,))
            works(got, what + "twenty calls in flight", kind)
            got = call(auth=auth, level=level)
            tap.equal(got.get("round_trips"), trips, what + "%d round trips to the host" % trips)
            got = call(auth=auth, level=level, port=dc.samr, what="users")
            tap.equal(got.get("count"), USERS, what + "an answer in many fragments")
            got = call(auth=auth, level=level, port=dc.samr, what="names", args=(401,), repeat=3)
            tap.equal(got.get("count"), 401, what + "requests in many fragments")


def every_secret_and_name_works():
    works(call(user="good", realm="lab.test", password=dc.users["good"]["password"]), "user and realm")
    works(call(user="LAB\\good", realm="LAB.TEST", password=dc.users["good"]["password"]), "DOMAIN\\user and realm")
    works(call(user="lab.test\\good", password=dc.users["good"]["password"]), "dns.domain\\user")
    works(call(user="umlaut", realm="lab.test"), "a password that is not ASCII")
    works(call(keytab=dc.keytabs["good"]), "a keytab")
    before = os.stat(CACHE).st_size
    works(call(user=None, ccache="FILE:" + CACHE), "the caller's tickets")
    tap.equal(os.stat(CACHE).st_size, before, "the caller's ticket cache is not written")
    works(call(kdc=None), "the KDC by its SRV record")
    works(call(user="good", kdc=None, realm=None, password=dc.users["good"]["password"],
               env={"KRB5_CONFIG": dc.krb5_conf}), "realm and KDC of krb5.conf")
    works(call(kdc=dc.ip + ":88"), "a KDC with its port")


def refusals_say_why():
    fails(call(password="not it"), "auth_failed", "a wrong password", 24)
    fails(call(user="disabled@lab.test", password=dc.users["disabled"]["password"]), "auth_failed",
          "a disabled account", 18, "disabled")
    fails(call(user="expired@lab.test", password=dc.users["expired"]["password"]), "auth_failed",
          "an expired password", 23, "expired")
    fails(call(user="gone@lab.test", password=dc.users["gone"]["password"]), "auth_failed", "an expired account", 18)
    fails(call(user="no-such@lab.test", password="x"), "auth_failed", "an unknown account", 6)
    fails(call(host="no-such.lab.test"), "spn_unknown", "an unknown host", 7, "name")
    fails(call(host="127.0.50.10"), "spn_unknown", "an address instead of a name", None, "name")
    fails(call(user="good", realm=None, kdc=None, password="x"), "auth_method", "no realm at all", None, "realm")
    fails(call(user=".\\good", password="x"), "auth_method", "a local account")
    fails(call(keytab=dc.folder + "/none"), "auth_method", "no such keytab", None, "nonexistent")
    fails(call(keytab=dc.keytabs["winhost"]), "auth_method", "a keytab of another account")
    fails(call(user=None, ccache=dc.folder + "/none"), "auth_method", "no such ticket cache")
    dc.reset()


def NTLM_follows_only_where_it_may():
    got = call(auth="negotiate", host="no-such.lab.test")
    tap.ok(got.get("type") == 10 and got.get("count", 0) > 2, "negotiate: an unknown host is asked by NTLM", got)
    got = call(auth="negotiate", kdc="127.0.50.99")
    tap.ok(got.get("type") == 10, "negotiate: without a KDC it is NTLM", got)
    # Threshold 3: each log-on that tried twice would lock on the second run.
    for i in range(dc.lockout - 1):
        fails(call(auth="negotiate", user="locked@lab.test", password="not it"), "auth_failed",
              "negotiate: wrong password %d ends at the KDC" % (i + 1), 24)
    works(call(auth="negotiate", user="locked@lab.test", password=dc.users["locked"]["password"]),
          "and each counted once", 9)


def clocks_may_differ():
    for hours in ("+2h", "-3h"):
        skew = ("faketime", "-f", hours)
        works(call(prefix=skew), "a clock %s off: the KDC's time is taken with a password" % hours)
        fails(call(user=None, ccache="FILE:" + CACHE, prefix=skew), "clock_skew",
              "a clock %s off with the caller's tickets is named" % hours, None, "clock")


def a_silent_KDC_costs_the_deadline_only():
    dc.kdc("stop")
    began = time.monotonic()
    got = call(seconds=2)
    took = time.monotonic() - began
    dc.kdc("start")
    fails(got, "kdc_unreachable", "a stopped KDC is named", None, "88")
    tap.ok(took < 4 + tap.SLACK, "within the deadline", "%.1f s" % took)
    fails(call(kdc="127.0.50.99"), "kdc_unreachable", "so is one that refuses", None, "127.0.50.99")
    fails(call(kdc="no-such-kdc.lab.test"), "kdc_unreachable", "and one that has no address")


# Tickets of the caller's own, host ticket included, as kinit and kvno leave them.
subprocess.run([domain.DC, "run", dc.folder, "--", "env", "KRB5_CONFIG=" + dc.krb5_conf, "KRB5CCNAME=" + CACHE, "sh",
                "-c", "kinit good && kvno -q host/%s" % dc.host], input=dc.users["good"]["password"] + "\n",
               text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
try:
    for test in (calls_are_sealed_and_signed, every_secret_and_name_works, refusals_say_why,
                 NTLM_follows_only_where_it_may, clocks_may_differ, a_silent_KDC_costs_the_deadline_only):
        tap.case(test)
finally:
    dc.stop()
tap.done()
