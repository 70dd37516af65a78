"""The fake Windows host's mischief, each as it is named.  A client of a few lines, on
raw sockets, binds and asks ServerAlive2; what needs a log-on is seen by 61-wmi.py."""
import os
import socket
import struct
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import SLACK, case, done, equal, ok           # noqa: E402
import winhost                                  # noqa: E402

EXPORTER = "99fcfec4-5260-101b-bbcb-00aa0021347a"
ACTIVATOR = "000001a0-0000-0000-c000-000000000046"
OLD_ACTIVATOR = "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57"
NDR = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<L", 2)
BIND, BIND_ACK, NAK, REQUEST, RESPONSE, FAULT = 11, 12, 13, 0, 2, 3


class Client:
    """One connection; every answer is (type, flags, announced length, octets)."""

    def __init__(self, host):
        self.socket = socket.create_connection((host.address, host.port), 60)
        self.socket.settimeout(1)

    def send(self, kind, body, flags=3):
        self.socket.sendall(struct.pack("<BBBBLHHL", 5, 0, kind, flags, 0x10, 16 + len(body), 0, 7) + body)

    def receive(self):
        """Up to 1 s of octets; what came may be short, or nothing."""
        got = b""
        try:
            while len(got) < 16 or len(got) < struct.unpack("<H", got[8:10])[0]:
                more = self.socket.recv(65536)
                if not more:
                    return "closed", 0, 0, got
                got += more
        except ConnectionResetError:
            return "closed", 0, 0, got
        except socket.timeout:
            return "silent", 0, struct.unpack("<H", got[8:10])[0] if len(got) >= 10 else 0, got
        return got[2], got[3], struct.unpack("<H", got[8:10])[0], got

    def bind(self, *interfaces, flags=3):
        body = struct.pack("<HHLBBH", 5840, 5840, 0, len(interfaces), 0, 0)
        for number, each in enumerate(interfaces):
            body += struct.pack("<HBB", number, 1, 0) + uuid.UUID(each).bytes_le + struct.pack("<L", 0) + NDR
        self.send(BIND, body, flags)
        return self.receive()

    def alive(self):
        self.send(REQUEST, struct.pack("<LHH", 0, 0, 5))
        return self.receive()


def results(answer, n):
    """The results of a bind_ack, one per interface that was offered."""
    octets = answer[3]
    at = 26 + struct.unpack("<H", octets[24:26])[0]
    at = (at + 3) // 4 * 4 + 4
    return [struct.unpack("<H", octets[at + 24 * i:at + 24 * i + 2])[0] for i in range(n)]


def spoilt(mischief, address="127.0.77.61"):
    """The answers of bind and ServerAlive2 under a mischief."""
    host = winhost.Host("win11", address, 0, *(("--mischief", mischief) if mischief else ()))
    client = Client(host)
    began = time.monotonic()
    first = client.bind(EXPORTER)
    second = client.alive() if first[0] == BIND_ACK else None
    ok(host.child.poll() is None, "%s: the host goes on" % (mischief or "good"), host.said())
    return first, second, time.monotonic() - began


def version_and_names(answer):
    stub = answer[3][24:]
    return struct.unpack("<HH", stub[:4]), stub[16:].decode("utf-16-le", "replace")


def a_good_host():
    first, second, _ = spoilt("")
    equal((first[0], second[0], results(first, 1)), (BIND_ACK, RESPONSE, [0]), "a good host accepts and answers")
    version, names = version_and_names(second)
    equal(version, (5, 7), "a good host says COM 5.7")
    ok("PC17" in names and "127.0.77.61" in names, "a good host names itself", names)


def whole_answers():
    for mischief, wanted in (("drop_at:2", "closed"), ("stall_at:2", "silent"), ("truncate_at:2", "closed"),
                             ("bad_length:2", "silent"), ("fault_at:2", FAULT)):
        first, second, took = spoilt(mischief)
        equal((first[0], second[0]), (BIND_ACK, wanted), mischief + ": the bind is good, the answer is not")
        if mischief.startswith("truncate"):
            ok(0 < len(second[3]) < second[2] or len(second[3]) > 16, "truncate_at: a part came", second)
        if mischief.startswith("drop") or mischief.startswith("stall"):
            equal(second[3], b"", mischief + ": not an octet of it")
        if mischief.startswith("bad_length"):
            equal(second[2], 0xfff0, "bad_length: more announced than sent")
        ok(took < 3 + SLACK, mischief + ": in time")
    first, _, _ = spoilt("drop_at:1")
    equal(first[0], "closed", "drop_at:1: already the bind")
    first, _, _ = spoilt("bind_nak")
    equal(first[0], NAK, "bind_nak: bind_nak")


def kinds_of_host():
    version, _ = version_and_names(spoilt("old_com")[1])
    equal(version, (5, 6), "old_com: COM 5.6")
    _, names = version_and_names(spoilt("dead_bindings")[1])
    ok("no-such-host.invalid" in names and "127.0.77.61" not in names, "dead_bindings: nobody is there", names)
    first, second, _ = spoilt("no_activator")
    equal(second[0], FAULT, "no_activator: nor ServerAlive2, as below COM 5.6")
    for mischief, wanted in (("", [0, 0]), ("no_activator", [2, 0])):
        host = winhost.Host("win7", "127.0.77.62", 0, *(("--mischief", mischief) if mischief else ()))
        equal(results(Client(host).bind(ACTIVATOR, OLD_ACTIVATOR), 2), wanted,
              "%s: which activators it offers" % (mischief or "good"))


def multiplexing():
    for mischief, asked, granted in (("", True, True), ("", False, False), ("no_multiplex", True, False)):
        host = winhost.Host("win7", "127.0.77.63", 0, *(("--mischief", mischief) if mischief else ()))
        answer = Client(host).bind(EXPORTER, flags=0x13 if asked else 3)
        equal(bool(answer[1] & 0x10), granted, "%s, %s: multiplexing is %s" % (
            mischief or "good", "asked" if asked else "not asked", "granted" if granted else "not granted"))


def without_a_log_on():
    host = winhost.Host("win11", "127.0.77.64")
    client = Client(host)
    client.bind(ACTIVATOR)
    client.send(REQUEST, struct.pack("<LHH", 0, 0, 4) + bytes(32))
    answer = client.receive()
    equal((answer[0], struct.unpack("<L", answer[3][24:28])[0]), (FAULT, 5), "activation without a log-on: access denied")
    client = Client(host)
    equal(results(client.bind(str(uuid.uuid4())), 1), [2], "an interface that nobody has is refused")
    client.send(REQUEST, b"\xff" * 8)
    ok(client.receive()[0] in (FAULT, "closed"), "and a call of it is a fault")
    for rubbish in (b"GET / HTTP/1.0\r\n\r\n", bytes(64), b"\x05\x00\x0b\x03" + b"\xff" * 60):
        client = Client(host)
        client.socket.sendall(rubbish)
        client.receive()
    ok(host.stop(), "rubbish does not end the host", host.said())


for each in (a_good_host, whole_answers, kinds_of_host, multiplexing, without_a_log_on):
    case(each)
done()
