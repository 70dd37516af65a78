"""tshark as a judge of our packets: whole conversations between our client and the
fake Windows host, captured, dissected and, with the password, decrypted.

Judged as genuine Windows traffic is: nothing malformed, and no expert entry that
captures of genuine hosts do not raise too.
"""
import os
import re
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, BUILD, case, done, end, equal, folder, ok, spawn, until     # noqa: E402
import winhost                                                              # noqa: E402

TOOL = os.path.join(BUILD, "tests", "wmi", "wmi_tool")
CV = "root/cimv2"

# What tshark says of genuine Windows traffic as well, and why it is no defect.
GENUINE = (
    "No specification available",           # it has no dissector for the activation's properties
    "Hresult: E_NOINTERFACE",               # an answer, dissected
    "fragment",                             # reassembly, named
    "Multiple DCE/RPC fragments",
    "NTLMv2 authenticated using",           # it could check our proof: what we want
    "NTLMv2 BaseSessionKey", "NTLMSSP SessionKey",
    "Connection establish", "Connection finish", "Connection reset",
    "This frame initiates", "This frame undergoes",
    "TCP window specified", "Window is full",   # TCP on a busy loopback
)


class Capture:
    """tcpdump on the loopback for one address; what it got is a file."""

    def __init__(self, address):
        self.address, self.path = address, os.path.join(folder(), "session.pcap")
        self.errors = open(self.path + ".log", "w+b")
        # The group's buffer is large so that a busy machine drops nothing.
        self.child = spawn(["tcpdump", "-i", "lo", "--immediate-mode", "-U", "-s0", "-B", "16384", "-Z", "root",
                            "-w", self.path, "tcp and host " + address], stderr=self.errors)
        until(lambda: b"listening" in open(self.path + ".log", "rb").read())

    def stop(self):
        # What was sent before a last knock at port 9 is in the file when that is.
        with socket.socket() as knock:
            knock.connect_ex((self.address, 9))
        mark = re.compile(re.escape(socket.inet_aton(self.address)) + b"..\0\x09", re.S)
        until(lambda: mark.search(open(self.path, "rb").read()))
        end(self.child)
        return one_pdu_a_segment(self.path)


def one_pdu_a_segment(path):
    """The same octets, cut so that each PDU has a TCP segment of its own.  tshark
    keeps one decrypted blob a frame, and calls the second PDU of a frame malformed
    whoever sent it; calls that leave together share segments."""
    with open(path, "rb") as f:
        data = f.read()
    out, at, streams = [data[:24]], 24, {}
    while at + 16 <= len(data):
        stamp, length = data[at:at + 8], struct.unpack_from("<I", data, at + 8)[0]
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        tcp = 14 + (frame[14] & 15) * 4
        start = tcp + (frame[tcp + 12] >> 4) * 4
        end_ = 14 + struct.unpack_from(">H", frame, 16)[0]
        payload, seq = frame[start:end_], struct.unpack_from(">I", frame, tcp + 4)[0]
        if not payload:
            out.append(stamp + struct.pack("<II", len(frame), len(frame)) + frame)
            continue
        key = frame[26:34] + frame[tcp:tcp + 4]
        begin, held = streams.get(key, (seq, b""))
        if (seq - begin - len(held)) & 0xffffffff == 0:     # else it was sent again
            held += payload
        while len(held) >= 16 and len(held) >= struct.unpack_from("<H", held, 8)[0]:
            size = max(16, struct.unpack_from("<H", held, 8)[0])
            head = bytearray(frame[:start])
            struct.pack_into(">H", head, 16, start - 14 + size)
            struct.pack_into(">I", head, tcp + 4, begin)
            piece = bytes(head) + held[:size]
            out.append(stamp + struct.pack("<II", len(piece), len(piece)) + piece)
            begin, held = (begin + size) & 0xffffffff, held[size:]
        streams[key] = (begin, held)
    with open(path + ".cut", "wb") as f:
        f.write(b"".join(out))
    return path + ".cut"


def dissect(path, port, *fields, password=winhost.PASSWORD, only=""):
    """The fields of every packet, as lists of lists of texts."""
    command = ["tshark", "-r", path, "-o", "ntlmssp.nt_password:" + password,
               "-d", "tcp.port==%d,dcerpc" % port, "-Y", only or "tcp", "-T", "fields", "-E", "aggregator=|"]
    for f in fields:
        command += ["-e", f]
    out = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True).stdout
    return [line.split("\t") for line in out.splitlines()]


def judge(what, path, port, calls, sealed):
    """The verdict on one capture; calls: what must be found dissected."""
    entries = [e for packet in dissect(path, port, "_ws.expert.message") for e in packet[0].split("|") if e]
    strange = [e for e in entries if not any(g in e for g in GENUINE)]
    ok(not strange, what + ": no expert entry that genuine captures do not raise", "\n".join(sorted(set(strange))))
    bad = dissect(path, port, "frame.number", "frame.protocols", only="_ws.malformed or _ws.unreassembled")
    ok(not bad, what + ": nothing malformed", bad)
    ok(any("NTLMv2 authenticated" in e for e in entries), what + ": the proof of the password was checked", entries)
    packets = dissect(path, port, "_ws.col.Info", only="dcerpc")
    for call in calls:
        ok(any(call in p[0] for p in packets), "%s: %s is dissected" % (what, call),
           "\n".join(p[0] for p in packets))
    if not sealed:
        return
    found = dissect(path, port, "frame.number", "dcerpc.decrypted_stub_data", "_ws.col.Protocol",
                    only="dcerpc.encrypted_stub_data and dcerpc.cn_flags.last_frag == 1")
    # A call that tshark knows is dissected on; of the others it shows the open octets.
    still = [n for n, stub, protocol in found if not stub and protocol == "DCERPC"]
    ok(len(found) > 5 and not still, what + ": every sealed stub was decrypted", "of %d: %r" % (len(found), still))
    wrong = dissect(path, port, "frame.number", "dcerpc.encrypted_stub_data", password="wrong",
                    only="dcerpc.decrypted_stub_data")
    equal(wrong, [], what + ": and with another password none is")


def converse(address, *options, mischief=(), alive=False):
    host = winhost.Host("win11", address, 135, *mischief)
    capture = Capture(address)
    if alive:
        subprocess.run([TOOL, "--alive=1", address, "135"], check=True, stdout=subprocess.DEVNULL, timeout=120)
    run = subprocess.run([TOOL, *options, address, "135", CV, "SELECT * FROM Win32_BIOS", CV,
                          "SELECT Size, Model FROM Win32_DiskDrive", CV, "SELECT * FROM Test_EveryType",
                          CV, "SELECT * FROM Win32_NoSuch", "reg:HKLM",
                          r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"],
                         capture_output=True, text=True, timeout=120, check=False)
    ok(run.returncode == 0, "the conversation was held", run.stdout + run.stderr)
    path = capture.stop()
    host.stop()
    return path, host.dynamic_port


def a_multiplexed_session():
    path, port = converse("127.0.77.31", "--smart=1", alive=True)
    judge("multiplexed", path, port, ("ServerAlive2 request", "ServerAlive2 response", "RemoteCreateInstance request",
                                      "RemoteCreateInstance response", "RemQueryInterface request",
                                      "RemRelease request", "RemRelease response -> S_OK"), True)


def a_serial_session():
    path, port = converse("127.0.77.32", "--serial=1", "--smart=0")
    judge("serial", path, port, ("RemoteCreateInstance request", "RemRelease request"), True)


def a_signed_session():
    path, port = converse("127.0.77.33", "--level=5")
    judge("signed only", path, port, ("RemoteCreateInstance request", "RemRelease request"), False)
    clear = dissect(path, port, "frame.number", only="dcerpc.pkt_type == 0 and dcerpc.auth_level == 5")
    ok(len(clear) > 5, "signed only: the requests are at packet integrity", clear)


def a_fragmented_session():
    # Signed, not sealed: tshark loses the key stream now and then when fragments of
    # several answers share TCP segments, and then calls our good octets malformed.
    path, port = converse("127.0.77.34", "--level=5", "--smart=1", mischief=("--mischief", "tiny_fragments"))
    judge("tiny fragments", path, port, ("RemRelease request",), False)
    parts = dissect(path, port, "frame.number", only="dcerpc.cn_flags == 0x00 or dcerpc.cn_flags == 0x01")
    ok(len(parts) > 5, "tiny fragments: the answers came in pieces", parts)


def an_old_host():
    path, port = converse("127.0.77.35", mischief=("--mischief", "no_activator"))
    judge("IActivation", path, port, ("RemoteActivation request", "RemoteActivation response"), True)


def a_whole_scan():
    """What `assetscan scan` sends to one host, from the first packet to the last."""
    host = winhost.Host("win7", "127.0.77.36", 135)
    capture = Capture("127.0.77.36")
    secret = os.path.join(folder(), "password")
    with open(secret, "w", encoding="utf-8") as f:
        f.write(winhost.PASSWORD + "\n")
    run = subprocess.run([ASSETSCAN, "scan", "--range=127.0.77.36", "--wmi-user=CORP\\scanner", "--wmi-password-file=" + secret,
                          "--state-dir=" + folder(), "--format=jsonl"], capture_output=True, text=True, timeout=240, check=False)
    ok(run.returncode == 0 and '"state":"scanned"' in run.stdout, "the scan went well", run.stdout + run.stderr)
    path = capture.stop()
    host.stop()
    judge("a whole scan", path, host.dynamic_port, ("RemoteCreateInstance request", "RemRelease request"), True)


for each in (a_whole_scan, a_multiplexed_session, a_serial_session, a_signed_session, a_fragmented_session, an_old_host):
    case(each)
done()
