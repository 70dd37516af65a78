#!/usr/bin/python3
"""tests/fake/ssh_hostile.py ADDRESS: SSH peers that hang, cut, flood and lie.

Listens on one port for each kind, prints {"KIND": PORT, ...} as one line, and
serves until its standard input ends.  Kinds: see RAW (no SSH is spoken, or
only its first words) and LATE (a true server, by paramiko, that goes bad at a
later stage; user "u", password "right").
"""
import json
import os
import socket
import struct
import sys
import threading
import time

import paramiko

HELLO = b"SSH-2.0-OpenSSH_9.2p1 hostile\r\n"


def flood(c, piece):
    while True:
        c.sendall(piece)


def packet(payload):
    pad = 8 - (len(payload) + 5) % 8 + 4
    return struct.pack(">IB", len(payload) + pad + 1, pad) + payload + bytes(pad)


def kexinit(lists):
    body = b"\x14" + os.urandom(16)
    for x in lists:
        body += struct.pack(">I", len(x)) + x
    return packet(body + bytes(5))


LISTS = [b"curve25519-sha256", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr", b"hmac-sha2-256", b"hmac-sha2-256",
         b"none", b"none", b"", b""]


def silent(c):
    c.recv(1 << 16)
    time.sleep(60)


def drop(c):
    pass


def reset(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def http(c):
    c.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: not ssh\r\n\r\n<html></html>\r\n")


def half_hello(c):
    c.sendall(HELLO[:9])
    time.sleep(60)


def hello_drop(c):
    c.sendall(HELLO)


def hello_silent(c):
    c.sendall(HELLO)
    time.sleep(60)


def hello_drip(c):
    for b in HELLO * 50:
        c.sendall(bytes([b]))
        time.sleep(0.1)


def lines_flood(c):
    flood(c, b"please wait\r\n" * 1000)


def line_flood(c):
    flood(c, b"A" * 65536)


def zeroes_flood(c):
    c.sendall(HELLO)
    flood(c, bytes(65536))


def huge_length(c):
    c.sendall(HELLO + b"\xff\xff\xff\xff" + bytes(1000))
    time.sleep(60)


def no_length(c):
    c.sendall(HELLO + bytes(64))
    time.sleep(60)


def bad_kexinit(c):
    c.sendall(HELLO + packet(b"\x14" + bytes(16) + b"\xff\xff\xff\xf0abc"))
    time.sleep(60)


def kexinit_drop(c):
    c.sendall(HELLO + kexinit(LISTS))


def kexinit_silent(c):
    c.sendall(HELLO + kexinit(LISTS))
    time.sleep(60)


def bad_reply(c):
    c.sendall(HELLO + kexinit(LISTS))
    time.sleep(0.2)
    c.sendall(packet(b"\x1f" + struct.pack(">I", 0x7fffffff) + bytes(200)))
    time.sleep(60)


def ignore_flood(c):
    c.sendall(HELLO + kexinit(LISTS))
    flood(c, packet(b"\x02" + struct.pack(">I", 1000) + bytes(1000)) * 50)


def disconnect(c):
    text = b"go \x1b[31maway\n"
    c.sendall(HELLO + packet(b"\x01" + struct.pack(">II", 12, len(text)) + text + bytes(4)))
    time.sleep(0.5)  # closing with unread octets would take the words back


RAW = [silent, drop, reset, http, half_hello, hello_drop, hello_silent, hello_drip, lines_flood, line_flood,
       zeroes_flood, huge_length, no_length, bad_kexinit, kexinit_drop, kexinit_silent, bad_reply, ignore_flood,
       disconnect]
LATE = ["auth_drop", "auth_silent", "auth_banner_flood", "prompts_for_ever", "channel_refused", "channel_drop",
        "channel_silent", "exec_refused", "exec_drop", "exec_silent", "output_drop", "output_flood", "output_drip",
        "error_flood", "no_status", "ignore_after_exec"]


class Late(paramiko.ServerInterface):
    def __init__(self, kind):
        self.kind = kind
        self.transport = None

    def stop_here(self, stage):
        if self.kind == stage + "_drop":
            self.transport.sock.close()
            time.sleep(0.1)
        if self.kind == stage + "_silent":
            time.sleep(60)

    def get_allowed_auths(self, user):
        return "keyboard-interactive" if self.kind == "prompts_for_ever" else "password"

    def get_banner(self):
        return ("x" * 30000 if self.kind == "auth_banner_flood" else None, "")

    def check_auth_password(self, user, password):
        self.stop_here("auth")
        return paramiko.AUTH_SUCCESSFUL if password == "right" else paramiko.AUTH_FAILED

    def check_auth_interactive(self, user, submethods):
        return paramiko.InteractiveQuery("", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses):
        return paramiko.InteractiveQuery("", "Again", ("Password: ", False))

    def check_channel_request(self, kind, number):
        self.stop_here("channel")
        if self.kind == "channel_refused":
            return paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        self.stop_here("exec")
        if self.kind == "exec_refused":
            return False
        threading.Thread(target=self.serve, args=(channel,), daemon=True).start()
        return True

    def serve(self, channel):
        time.sleep(0.05)
        try:
            channel.sendall(b"begun\n")
            if self.kind == "output_drop":
                self.transport.sock.close()
            while self.kind == "output_flood":
                channel.sendall(b"y" * 30000)
            while self.kind == "error_flood":
                channel.sendall_stderr(b"y" * 30000)
            while self.kind == "output_drip":
                channel.sendall(b".")
                time.sleep(0.1)
            while self.kind == "ignore_after_exec":
                self.transport.send_ignore(200)
            if self.kind == "auth_banner_flood":
                channel.send_exit_status(0)
            if self.kind in ("no_status", "auth_banner_flood"):
                channel.close()
        except (OSError, EOFError, paramiko.SSHException):
            pass


def late(kind, key):
    def serve(c):
        t = paramiko.Transport(c)
        t.add_server_key(key)
        server = Late(kind)
        server.transport = t
        try:
            t.start_server(server=server)
            while t.is_active():
                time.sleep(0.1)
        except (paramiko.SSHException, OSError, EOFError):
            pass
    return serve


def one(serve, c):
    try:
        serve(c)
    except OSError:
        pass
    c.close()


def listen(serve, s):
    while True:
        c, _ = s.accept()
        threading.Thread(target=one, args=(serve, c), daemon=True).start()


def main():
    key = paramiko.ECDSAKey.generate()
    kinds = {f.__name__: f for f in RAW}
    kinds.update({k: late(k, key) for k in LATE})
    ports = {}
    for name, serve in kinds.items():
        s = socket.create_server((sys.argv[1], 0), backlog=64)
        ports[name] = s.getsockname()[1]
        threading.Thread(target=listen, args=(serve, s), daemon=True).start()
    print(json.dumps(ports), flush=True)
    sys.stderr = open(os.devnull, "w")
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
