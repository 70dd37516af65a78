#!/usr/bin/python3
"""Samba's domain controller judges our DCE/RPC and NTLM: sealed and signed
calls, fragments both ways, calls in flight together, and refusals."""
import hashlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import domain                                           # noqa: E402
import tap                                              # noqa: E402

dc = domain.Domain()
# Our accounts, the many, Guest and krbtgt.
USERS = len(dc.users) + dc.many + 2


def nt_hash(password):
    return hashlib.new("md4", password.encode("utf-16-le")).hexdigest()


def NTLM_works_inside_SPNEGO():
    for level, what in ((6, "sealed"), (5, "signed")):
        got = dc.rpc(dc.mgmt, "ifids", 8, user="good", auth="spnego", level=level)
        tap.ok(got.get("count", 0) > 2 and got.get("type") == 9, "%s calls behind SPNEGO are answered" % what, got)
        tap.equal(got.get("round_trips"), 4, "%s: SPNEGO costs one more round trip" % what)
        got = dc.rpc(dc.samr, "names", 401, user="good", auth="spnego", level=level, repeat=3)
        tap.equal(got.get("count"), 401, "%s: streams and numbers hold over many fragments" % what)
    got = dc.rpc(dc.mgmt, "ifids", user="good", password="not it", auth="spnego")
    tap.equal(got.get("error"), "auth_failed", "a wrong password inside SPNEGO is auth_failed")
    dc.reset()


def the_endpoint_mapper_says_where_SAMR_is():
    got = dc.rpc(135, "eptmap")
    tap.ok(49152 <= got.get("port", 0) <= 49160, "the endpoint mapper says where SAMR is", got)


def sealed_and_signed_calls_are_answered():
    for level, what in ((6, "sealed"), (5, "signed")):
        got = dc.rpc(dc.mgmt, "ifids", user="good", auth="ntlm", level=level)
        tap.ok(got.get("count", 0) > 2, "a %s call is answered" % what, got)
        tap.equal(got.get("type"), 10, "%s: it was raw NTLM" % what)
        tap.equal(got.get("header_signing"), True, "%s: headers are signed" % what)
        tap.equal(got.get("round_trips"), 3, "%s: TCP, bind and one call are three round trips" % what)
        got = dc.rpc(dc.samr, "users", user="good", auth="ntlm", level=level)
        tap.equal(got.get("count"), USERS, "%s: an answer in many fragments comes whole" % what)
        got = dc.rpc(dc.samr, "names", 401, user="good", auth="ntlm", level=level, repeat=3)
        tap.equal(got.get("count"), 401, "%s: a request in many fragments, three times, is understood" % what)


def calls_in_flight_together_are_told_apart():
    got = dc.rpc(dc.mgmt, "ifids", 20, user="good", auth="ntlm")
    tap.equal(got.get("multiplexed"), True, "Samba grants concurrent multiplexing")
    tap.ok(got.get("count", 0) > 2, "twenty calls in flight are told apart", got)
    tap.ok(got.get("round_trips", 99) < 10, "and need few round trips", got)
    got = dc.rpc(dc.mgmt, "ifids", 20, user="good", auth="ntlm", serial=1)
    tap.equal(got.get("multiplexed"), False, "multiplexing can be switched off")
    tap.equal(got.get("round_trips"), 22, "then each call waits for the one before")


def every_form_of_a_user_is_understood():
    for form in ("LAB\\good", "lab\\GOOD", "good@lab.test", "good@LAB.TEST", "lab.test\\good"):
        got = dc.rpc(dc.mgmt, "ifids", user=form, password=dc.users["good"]["password"], auth="ntlm")
        tap.ok(got.get("count", 0) > 2, "%s logs on" % form, got)


def a_hash_is_as_good_as_a_password():
    try:
        secret = nt_hash(dc.users["good"]["password"])
    except ValueError:                                  # this OpenSSL has no MD4
        secret = dc.run("/usr/bin/python3", "-c", "import sys; from samba import generate_random_password; "
                        "from samba.credentials import Credentials; c = Credentials(); c.set_password(sys.argv[1]); "
                        "print(c.get_nt_hash().hex())", dc.users["good"]["password"]).stdout.strip()
    got = dc.rpc(dc.mgmt, "ifids", user="good", hash=secret, auth="ntlm")
    tap.ok(got.get("count", 0) > 2, "an NT hash logs on", got)
    got = dc.rpc(dc.mgmt, "ifids", user="umlaut", auth="ntlm")
    tap.ok(got.get("count", 0) > 2, "a password that is not ASCII logs on", got)


def refusals_are_one_kind():
    for user, what in (("disabled", "a disabled account"), ("gone", "an account past its time"),
                       ("expired", "an expired password")):
        got = dc.rpc(dc.mgmt, "ifids", user=user, auth="ntlm")
        tap.equal(got.get("error"), "auth_failed", "%s is auth_failed" % what)
    got = dc.rpc(dc.mgmt, "ifids", user="nobody-of-that-name", password="x", auth="ntlm")
    tap.equal(got.get("error"), "auth_failed", "an unknown user is auth_failed")


def wrong_passwords_count_one_each():
    for i in range(dc.lockout - 1):
        got = dc.rpc(dc.mgmt, "ifids", user="locked", password="not it", auth="ntlm")
        tap.equal(got.get("error"), "auth_failed", "wrong password %d is auth_failed" % (i + 1))
    got = dc.rpc(dc.mgmt, "ifids", user="locked", auth="ntlm")
    tap.ok(got.get("count", 0) > 2, "so many tries cost no more than one each: the account is not locked", got)
    for _ in range(dc.lockout):
        dc.rpc(dc.mgmt, "ifids", user="locked", password="not it", auth="ntlm")
    got = dc.rpc(dc.mgmt, "ifids", user="locked", auth="ntlm")
    tap.equal(got.get("error"), "auth_failed", "one more locks it: the right password is refused too")


def a_weak_level_is_refused_by_the_server():
    got = dc.rpc(dc.samr, "users", user="good", auth="ntlm", level=2)
    tap.ok("error" in got, "connect level is refused for SAMR", got)


try:
    for test in (the_endpoint_mapper_says_where_SAMR_is, sealed_and_signed_calls_are_answered,
                 calls_in_flight_together_are_told_apart, every_form_of_a_user_is_understood,
                 NTLM_works_inside_SPNEGO,
                 a_hash_is_as_good_as_a_password, refusals_are_one_kind, wrong_passwords_count_one_each,
                 a_weak_level_is_refused_by_the_server):
        tap.case(test)
finally:
    dc.stop()
tap.done()
