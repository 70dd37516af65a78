#!/usr/bin/python3
"""Whole scans on tickets: Windows hosts with a keytab of Samba's domain, by name
and by address, and a wrong password that locks nobody in it."""
import datetime
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import domain                                           # noqa: E402
import memory                                           # noqa: E402
import tap                                              # noqa: E402
import winhosts                                         # noqa: E402
from helper import Helper                               # noqa: E402
from tap import case, equal, folder, ok, until                 # noqa: E402
from winhost import Host, machine                       # noqa: E402

NAME = "winhost.lab.test"
MANY = 50


def outside():
    """Starts the domain, and this script again inside it."""
    dc = domain.Domain()
    try:
        inner = subprocess.run([domain.DC, "run", dc.folder, "--", "env", "KRB5_CONFIG=/dev/null", sys.executable,
                                os.path.abspath(__file__), dc.folder], check=False, timeout=560)
    finally:
        dc.stop()
    sys.exit(inner.returncode)


if len(sys.argv) == 1:
    outside()
with open(sys.argv[1] + "/domain.json", encoding="utf-8") as f:
    DC = json.load(f)
KEYTAB = DC["keytabs"]["winhost"]


def keytab(path):
    """The fake Windows hosts that are started from now on have this one."""
    os.environ["KRB5RCACHENAME"] = "none:"
    os.environ.pop("KRB5_KTNAME", None)
    if path:
        os.environ["KRB5_KTNAME"] = path


def as_named(name):
    """A machine that says it has that DNS name."""
    m = machine("win11")
    m["dnsName"], m["dnsDomain"] = name, "lab.test"
    path = os.path.join(folder(), "machine.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(m, out)
    return path


def credential(user="good", **more):
    secret = {"password": DC["users"][user]["password"]}
    if more.keys() & {"password", "keytab"}:
        secret = {}
    return dict({"id": "lab", "protocol": "wmi", "user": user + "@lab.test", "auth": "kerberos", "realm": DC["realm"],
                 "kdc": DC["ip"]}, **secret, **more)


def params(*hosts, credentials=None, **more):
    return {"profile": dict({"name": "lab", "protocols": ["wmi"], "wmiTimeout": 120, "connectTimeout": 5}, **more),
            "ranges": list(hosts), "credentials": credentials or [credential()]}


def logons(host):
    return [x for x in host.said().splitlines() if "log-on" in x or "ticket" in x]


def scanned(target, host, what, word="type 16", **more):
    h = Helper(folder())
    before = len(logons(host))
    _, hosts, _ = h.scan(params(target, **more))
    got = next(iter(hosts.values()), {})
    new = logons(host)[before:]
    equal((got.get("state"), got.get("name")), ("scanned", got.get("name")), what)
    if got.get("state") != "scanned":
        ok(False, "its error", json.dumps(got.get("error")) + host.said())
    ok(len(new) == 2 and all(word in x and "accepted" in x for x in new), "%s: both connections are by Kerberos, %s" % (
        what, word), host.said())
    ok(not h.problems(), "%s: every line keeps its schema" % what, h.problems())
    h.close()


def tickets_by_name_and_by_address():
    keytab(KEYTAB)
    named = Host("win11", "127.0.51.1", 135)
    scanned(NAME, named, "a name")
    scanned(NAME, named, "negotiated", "type 9", credentials=[credential(auth="negotiate")])
    scanned(NAME, named, "a keytab", credentials=[credential(keytab=DC["keytabs"]["good"])])
    domain.unnamed(sys.argv[1])
    says = Host(as_named(NAME), "127.0.51.2", 135)
    scanned("127.0.51.2", says, "an address whose host says its name in NTLM's challenge")
    strict = Host(as_named("x.lab.test"), "127.0.51.3", 135, "--ntlm", "no", "--named", NAME)
    scanned("127.0.51.3", strict, "an address without NTLM, its name in ServerAlive2")
    scanned("127.0.51.3", strict, "the same negotiated", "type 9",
            credentials=[credential(auth="negotiate")])
    h = Helper(folder())
    got = next(iter(h.scan(params("127.0.51.3", sections=["time"]))[1].values()))["sections"]["time"]["time"]
    there = datetime.datetime.fromisoformat(got["now"].replace("Z", "+00:00")).timestamp()
    ok(abs(got["skewSeconds"] - (there - time.time())) < 30, "a ticket tells no clock, so the host's own answer does", got)
    h.close()
    sealed = Host(as_named(NAME), "127.0.51.4", 135, "--mischief", "tiny_fragments")
    scanned("127.0.51.4", sealed, "answers in small fragments")


def a_host_that_does_not_say_its_name():
    """Neither NTLM nor ServerAlive2: the resolver has the name of the address."""
    keytab(KEYTAB)
    mute = Host(as_named("x.lab.test"), "127.0.51.19", 135, "--ntlm", "no", "--mischief", "no_activator")
    path = sys.argv[1] + "/etc/hosts"
    with open(path, encoding="utf-8") as f:
        before = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(before + "127.0.51.19 %s\n" % NAME)
    try:
        scanned("127.0.51.19", mute, "an address whose name only the resolver knows")
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(before)


def Kerberos_only_hosts_and_others():
    keytab(None)
    plain = Host(as_named(NAME), "127.0.51.5", 135)
    h = Helper(folder())
    _, hosts, _ = h.scan(params("127.0.51.5"))
    error = hosts["127.0.51.5"]["error"]
    ok(error["code"] == "auth_method" and error["hint"], "a host without Kerberos refuses a Kerberos-only credential, "
       "and that is told", error)
    ok(not logons(plain), "without an NTLM log-on")
    keytab(DC["keytabs"]["good"])
    forged = Host(as_named(NAME), "127.0.51.6", 135)
    _, hosts, _ = h.scan(params("127.0.51.6"))
    ok(hosts["127.0.51.6"]["state"] != "scanned" and hosts["127.0.51.6"]["error"]["hint"],
       "a host with another key than the domain's is told", [hosts["127.0.51.6"]["error"], forged.said()])
    h.close()


def a_check_says_which_and_why():
    keytab(KEYTAB)
    Host(as_named(NAME), "127.0.51.7", 135)
    keytab(None)
    Host(as_named(NAME), "127.0.51.8", 135)
    h = Helper(folder())
    corp = dict(credential(auth="negotiate"), user="CORP\\scanner", password="Passw0rd!")
    cases = [("127.0.51.7", credential(), "offered Kerberos alone, chosen Kerberos; not NTLM: the credential's auth"),
             ("127.0.51.7", credential(auth="negotiate"), "offered Kerberos and NTLM, chosen Kerberos"),
             ("127.0.51.7", credential(auth="negotiate", keytab=DC["keytabs"]["good"]), "the credential has no password"),
             ("127.0.51.8", corp, None)]
    for address, c, words in cases:
        got = h.call("host.check", {"address": address, "protocol": "wmi", "credentials": [c]})["result"]
        stage = next((x for x in got["stages"] if x["stage"] == "logon"), {"detail": None})
        if words is None:       # the domain does not know that account, so it is not tried elsewhere
            ok(not stage["ok"] and stage["error"]["code"] == "auth_failed", "an account the domain refuses ends there",
               stage)
        else:
            ok(got["ok"] and words in (stage["detail"] or ""), "a check says: " + words, got)
    ok(not h.problems(), "every line of the checks keeps its schema", h.problems())
    h.close()


def no_key_or_password_stays():
    """The account's long-term keys are known from its keytab."""
    said = subprocess.run(["klist", "-kK", DC["keytabs"]["good"]], check=True, stdout=subprocess.PIPE, text=True).stdout
    keys = [bytes.fromhex(x) for x in re.findall(r"\(0x([0-9a-f]+)\)", said)]
    ok(len(keys) >= 2, "the keytab tells the account's keys", said)
    password = DC["users"]["good"]["password"]
    secrets = {"password": [password.encode(), password.encode("utf-16-le")], "keys": keys}
    keytab(KEYTAB)
    Host(as_named(NAME), "127.0.51.9", 135)
    state = folder()
    h = Helper(state)
    for c in (credential(), credential(auth="negotiate"), credential(keytab=DC["keytabs"]["good"])):
        _, got, _ = h.scan(params("127.0.51.9", credentials=[c]))
        equal([x["state"] for x in got.values()], ["scanned"], "a scan whose secrets are searched for")
    if memory.READABLE:
        until(lambda: not memory.places(h.child.pid, secrets), step=0.2)
        found = memory.places(h.child.pid, dict(secrets, state=[state.encode()]))
        ok("state" in found, "the memory of the program is read")
        for name in secrets:
            ok(name not in found, "memory: the account's %s gone" % ("password is" if name == "password" else "keys are"),
               "\n".join(found.get(name, [])[:4]))
    h.close()
    kept = []
    for path, _, files in os.walk(state):
        for name in files:
            with open(os.path.join(path, name), "rb") as f:
                data = f.read()
            kept += [name for forms in secrets.values() for x in forms if x in data]
    equal(kept, [], "no file of the state folder has them")


def a_wrong_password_locks_nobody():
    """Threshold 3, 50 hosts, 64 workers, two scans one after the other."""
    path = as_named(NAME)
    keytab(KEYTAB)
    hosts = [Host(path, "127.0.52.%d" % (i + 1), 135) for i in range(MANY)]
    state = folder()
    wrong = credential("locked", password="not it")
    for number in range(2):
        h = Helper(state)
        finished, got, _ = h.scan(params("127.0.52.1-127.0.52.%d" % MANY, credentials=[wrong], concurrency=64))
        equal(len(got), MANY, "scan %d: every host is told" % (number + 1))
        refused = [x for x in got.values() if (x["error"] or {}).get("code") == "auth_failed"]
        ok(len(refused) <= 2 and all(x["state"] == "auth_failed" for x in got.values()),
           "and no more than two of them asked the domain", finished["hosts"])
        ok("not it" not in json.dumps(got), "and no password is told")
        h.close()
    h = Helper(state)
    _, got, _ = h.scan(params("127.0.52.1-127.0.52.%d" % MANY, credentials=[credential("locked")], concurrency=64))
    # one machine at all addresses: the others are seen to be the first
    ok(all(x["state"] in ("scanned", "skipped") for x in got.values()) and len(got) == MANY, "the right password scans them all: not locked",
       {(x["state"], json.dumps(x["error"])) for x in got.values()})
    ok(all(logons(x) and all("ticket" in y and "accepted" in y for y in logons(x)) for x in hosts), "on tickets, each",
       [logons(x) for x in hosts][:3])
    h.close()


class Relay:
    """A KDC's place that counts what is asked and hands it on, or keeps silent."""

    def __init__(self, silent=False):
        self.silent, self.asked, self.kept = silent, [], []
        self.socket = socket.create_server(("127.0.52.99", 0))
        self.address = "127.0.52.99:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.socket.accept()
            threading.Thread(target=self.one, args=(peer,), daemon=True).start()

    @staticmethod
    def message(peer):
        head = peer.recv(4, socket.MSG_WAITALL)
        return head + peer.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL)

    def one(self, peer):
        data = self.message(peer)
        self.asked.append({0x6a: "AS", 0x6c: "TGS"}.get(data[4], "?"))     # RFC 4120 5.10
        if self.silent:
            self.kept.append(peer)
            return
        with peer, socket.create_connection((DC["ip"], 88)) as kdc:
            kdc.sendall(data)
            peer.sendall(self.message(kdc))


def an_account_asks_for_its_ticket_once():
    relay = Relay()
    path = as_named(NAME)
    keytab(KEYTAB)
    addresses = ["127.0.52.%d" % i for i in range(101, 106)]
    hosts = [Host(path, a, 135) for a in addresses]
    h = Helper(folder())
    _, got, _ = h.scan(params(*addresses, credentials=[dict(credential(), kdc=relay.address)], concurrency=1))
    ok(all(x["state"] in ("scanned", "skipped") for x in got.values()) and len(got) == 5, "five hosts on tickets",
       [x["error"] for x in got.values()])
    ok(all(logons(x) for x in hosts), "each logged on to")
    # the KDC wants a proof first, then there is one: two questions
    equal(relay.asked.count("AS"), 2, "and the domain was asked for the account's ticket once")
    equal(relay.asked.count("TGS"), 5, "and for one ticket a host")
    h.close()


def a_silent_domain_is_waited_for_once():
    relay = Relay(silent=True)
    keytab(None)
    addresses = ["127.0.52.%d" % i for i in range(111, 114)]
    path = as_named(NAME)
    hosts = [Host(path, a, 135) for a in addresses]
    h = Helper(folder())
    corp = dict(credential(auth="negotiate"), user="CORP\\scanner", password="Passw0rd!", kdc=relay.address)
    _, got, _ = h.scan(params(*addresses, credentials=[corp], concurrency=1))
    ok(all(x["state"] in ("scanned", "skipped") for x in got.values()) and len(got) == 3,
       "hosts of a domain whose KDC keeps silent, by NTLM", [x["error"] for x in got.values()])
    ok(all(logons(x) for x in hosts), "each logged on to")
    equal(relay.asked, ["AS"], "the KDC was waited for once, not at every host")
    h.close()


for test in (tickets_by_name_and_by_address, a_host_that_does_not_say_its_name, Kerberos_only_hosts_and_others, a_check_says_which_and_why,
             an_account_asks_for_its_ticket_once, a_silent_domain_is_waited_for_once, no_key_or_password_stays,
             a_wrong_password_locks_nobody):
    case(test)
tap.done()
