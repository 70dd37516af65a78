#!/usr/bin/python3
"""tests/bench/20-ssh.py: client CPU per SSH host and memory in flight, as ratios.

All clients do the same in one run against the same cheap server: connect,
curve25519 key exchange, log on with an ed25519 key, one command with 8 KiB of
output.  HOSTS=n changes how many.  Printed, never a gate.
"""
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

BUILD = "build/" + os.environ.get("MODE", "release")
HOSTS = int(os.environ.get("HOSTS", "300"))
ADDRESS = "127.0.77.%d" % (os.getpid() % 250 + 1)
CLIENTS = {
    "asyncssh": """
import asyncio, asyncssh, sys
async def one(key):
    async with asyncssh.connect(sys.argv[1], int(sys.argv[2]), username="u", client_keys=[key], known_hosts=None,
                                config=None, agent_path=None, kex_algs=["curve25519-sha256"]) as c:
        assert (await c.run("true")).exit_status == 0
async def main():
    key = asyncssh.read_private_key(sys.argv[3])
    for _ in range(int(sys.argv[4])):
        await one(key)
asyncio.run(main())
""",
    "paramiko": """
import paramiko, sys
key = paramiko.Ed25519Key.from_private_key_file(sys.argv[3])
for _ in range(int(sys.argv[4])):
    c = paramiko.SSHClient()
    c.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    c.connect(sys.argv[1], int(sys.argv[2]), "u", pkey=key, look_for_keys=False, allow_agent=False)
    o = c.exec_command("true")[1]
    o.read()
    assert o.channel.recv_exit_status() == 0
    c.close()
""",
}


def sh(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def build(top):
    with open("build/deps/libssh2.mk") as f:
        var = dict(line.rstrip("\n").split(" := ", 1) for line in f if " := " in line)
    flags = "-O2 -std=c11 -D_GNU_SOURCE -pthread"
    sh("sh", "-c", "cc %s -Wno-deprecated-declarations -o %s/server tests/bench/ssh_server.c -lssh" % (flags, top))
    sh("sh", "-c", "cc %s %s -o %s/bare tests/bench/ssh_bare.c %s -lcrypto"
       % (flags, var["LIBSSH2_CFLAGS"], top, var["LIBSSH2_LIBS"]))
    sh("make", "-s", "MODE=" + BUILD.split("/")[1], BUILD + "/tests/ssh/many_tool")


def serve(top, octets, delay):
    with socket.create_server((ADDRESS, 0)) as s:
        port = s.getsockname()[1]
    p = subprocess.Popen([top + "/server", ADDRESS, str(port), top + "/host", str(octets), str(delay)])
    for _ in range(200):
        try:
            socket.create_connection((ADDRESS, port), 1).close()
            return p, port
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server does not start")


def cpu_of(hosts, *argv, **more):
    """Client CPU in milliseconds a host, of a whole process with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000 / hosts


def tool(*argv):
    p = subprocess.run(argv, stdout=subprocess.PIPE, text=True)
    return json.loads(p.stdout) if p.returncode == 0 else sys.exit("%s failed" % argv[0])


def main():
    top = tempfile.mkdtemp(prefix="ssh-bench.")
    servers = []
    try:
        build(top)
        sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", top + "/host")
        shutil.copy("tests/vectors/ssh/ed25519", top + "/key")
        shutil.copy("tests/vectors/ssh/ed25519_pkcs8", top + "/pem")
        os.chmod(top + "/key", 0o600)
        p, port = serve(top, 8192, 0)
        servers.append(p)
        many = [BUILD + "/tests/ssh/many_tool", ADDRESS, str(port), "u", top + "/key"]
        rounds = {"bare": [], "ours": []}
        for _ in range(3):      # in turns, the machine is not ours alone
            rounds["ours"].append(tool(*many, "1", str(HOSTS), "true")["cpuMs"])
            rounds["bare"].append(tool(top + "/bare", ADDRESS, str(port), "u", top + "/pem", str(HOSTS), "true")["cpuMs"])
        ours, bare = min(rounds["ours"]), min(rounds["bare"])
        print("ssh, one after the other:  %.3f ms of client CPU a host" % ours)
        print("  bare libssh2 loop with a parsed key: %.3f ms; ours is %.2f times that (aim: at most 1.3)"
              % (bare, ours / bare))
        wide = tool(*many, "64", str(max(1, HOSTS // 64)), "true")
        print("ssh, 64 threads:  %.3f ms a host, %.0f hosts/s" % (wide["cpuMs"], wide["hosts"] / wide["seconds"]))
        few = max(20, HOSTS // 5)
        for name, text in CLIENTS.items():
            cpu = cpu_of(few, "/usr/bin/python3", "-W", "ignore", "-c", text, ADDRESS, str(port), top + "/key", str(few))
            print("  %s: %.2f ms, %.1f times ours (aim: at least 3)" % (name, cpu, cpu / ours))
        command = ("ssh -F none -q -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
                   "-o KexAlgorithms=curve25519-sha256 -o IdentitiesOnly=yes -i %s/key -p %d u@%s true" % (top, port, ADDRESS))
        cpu = cpu_of(few, "sh", "-c", "seq %d | xargs -P 8 -I{} %s" % (few, command))
        print("  xargs -P 8 of OpenSSH's client, same key exchange: %.2f ms, %.1f times ours (aim: at least 3)"
              % (cpu, cpu / ours))
        p, port = serve(top, 8192, 8000)
        servers.append(p)
        many[2] = str(port)
        held = tool(*many, "500", "1", "true")
        print("ssh, 500 hosts in flight: peak %.1f MiB, %.0f KiB each (aim: at most 192 and the host's output)"
              % (held["peakKib"] / 1024, held["kibEach"]))
    finally:
        for p in servers:
            p.terminate()
            p.wait()
        shutil.rmtree(top)


if __name__ == "__main__":
    main()
