#!/usr/bin/python3
"""Our WMI codecs held against recorded sessions of real Windows hosts.

Every response stub is decoded, every decoded table compared, every request that
we make too is made again and compared octet for octet, and a sealed NTLM
exchange is opened with our own signing and sealing.  CAPTURES names the folder;
its README says where the recordings come from.  Prints TAP.
"""
import csv
import gzip
import os
import struct
import subprocess
import sys

CAPTURES = os.environ["CAPTURES"]
TOOL = os.path.join(os.environ.get("BUILD", "build/release"), "tests/wmi/captures_tool")
QUERY = os.path.join(CAPTURES, "theshire-wmi-query")
TRAILER = bytes.fromhex("8ae3137102f43671")
number = 0


def check(good, what, why=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}")
    if not good:
        for line in str(why).splitlines()[:12]:
            print("#", line[:300])


def tool(*args, stdin=None):
    done = subprocess.run([TOOL, *args], input=stdin, capture_output=True)
    return done.returncode, done.stdout.decode()


def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader((line for line in f if not line.startswith("# ")),
                                   delimiter="\t", quoting=csv.QUOTE_NONE))


def head(path):
    out = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("# "):
                key, _, value = line[2:].rstrip("\n").partition("\t")
                out[key] = value
    return out


def stub(name):
    with open(os.path.join(QUERY, "stubs", name), "rb") as f:
        return f.read()


# --- every response ------------------------------------------------------------

def responses():
    bad = []
    seen = 0
    for s in rows(os.path.join(QUERY, "stubs.tsv")):
        if s["kind"] != "response":
            continue
        path = os.path.join(QUERY, "stubs", s["file"])
        code, out = tool("reply", s["method"], path)
        seen += 1
        # the enumeration's end is success too
        if code != 0 or "hresult\t0x0000000" not in out:
            bad.append(f"{s['file']}: {out}")
    check(seen > 30 and not bad, f"all {seen} response stubs are decoded", "\n".join(bad))


# --- the decoded tables -----------------------------------------------------------

def ours(out):
    """The tool's lines as a dictionary of head lines and lists of fields."""
    lines = [line.split("\t") for line in out.splitlines()]
    return ({v[0]: v[1] for v in lines if len(v) == 2},
            {v[1]: v[2:] for v in lines if v[0] == "property"},
            [v[1:] for v in lines if v[0] == "method"])


def tables():
    folder = os.path.join(QUERY, "decoded")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        h = head(path)
        source = h["from"].split(",")[0]
        if ".in.instance" in name:
            data = stub(source)
            at = int(h["from"].split("offset ")[1].split(",")[0]) + 48
            code, out = tool("object", "-", stdin=data[at:])
        else:
            method = source.removesuffix(".bin").split("-")[-1]
            code, out = tool("reply", method, os.path.join(QUERY, "stubs", source))
        said, properties, methods = ours(out)
        wrong = [f"{k}: {said.get(k)} is not {h[k]}" for k in
                 ("class", "derivation", "server", "namespace") if said.get(k) != h[k]]
        is_class = ".class." in name
        want_methods = []
        count = 0
        for r in rows(path):
            if r.get("kind") == "method":
                want_methods.append([r["name"], r["cim_type"], r["qualifiers_or_params"]])
                continue
            count += 1
            want = [r["cim_type"].removesuffix(" (inherited)"), r["declaration_order"],
                    r["value_offset"], r["class_of_origin"]]
            got = properties.get(r["name"] if is_class else r["property"])
            if got is None or got[:4] != want:
                wrong.append(f"{r}: {got}")
            elif is_class and got[4] != r["nd_bits"]:
                wrong.append(f"{r}: bits {got[4]}")
            elif not is_class and got[5] != r["value"]:
                wrong.append(f"{r}: value {got[5]}")
        if count != len(properties):
            wrong.append(f"{len(properties)} properties, not {count}")
        if is_class and methods != want_methods:
            wrong += [f"{a} is not {b}" for a, b in zip(methods, want_methods) if a != b]
            wrong.append(f"{len(methods)} and {len(want_methods)} signatures")
        check(code == 0 and not wrong, f"{name}: {count} properties and "
              f"{len(want_methods)} signatures say the same", "\n".join(wrong) or out)


# --- the requests we make too ----------------------------------------------------------

def wide(data, at):
    """A conformant varying string: its text and where it ends."""
    n = struct.unpack_from("<I", data, at + 8)[0]
    end = at + 12 + 2 * n
    return data[at + 12:end - 2].decode("utf-16le"), (end + 3) & ~3


def bstr(data, at):
    n = struct.unpack_from("<I", data, at + 4)[0]
    end = at + 16 + 2 * n
    return data[at + 16:end].decode("utf-16le"), (end + 3) & ~3


def arguments(method, data):
    """What to tell our encoder so that it makes the same request."""
    if method == "RemoteCreateInstance":
        return [wide(data, 0x2a4)[0], data[0x24c:0x25c].hex()]
    if method == "NTLMLogin":
        ns, at = wide(data, 36)
        return [ns, wide(data, at + 4)[0]]
    if method == "ExecQuery":
        wql, at = bstr(data, bstr(data, 32)[1])
        return [wql, str(struct.unpack_from("<I", data, at)[0])]
    if method == "GetObject":
        return [bstr(data, 32)[0]]
    if method == "ExecMethod":
        path, at = bstr(data, 32)
        name, at = bstr(data, at)
        n = struct.unpack_from("<I", data, at + 12)[0]
        return [path, name, data[at + 20:at + 20 + n].hex()]
    if method == "GetSmartEnum":
        return []
    if method == "Next":
        return [data[32:48].hex(), *map(str, struct.unpack_from("<II", data, 48))]
    if method == "RemQueryInterface":
        return [data[32:48].hex(), data[60:76].hex()]
    if method == "RemRelease":
        n = struct.unpack_from("<H", data, 32)[0]
        return [data[40 + 24 * i:60 + 24 * i].hex() for i in range(n)]
    return None


def requests():
    seen, wrong = {}, []
    for s in rows(os.path.join(QUERY, "stubs.tsv")):
        if s["kind"] != "request":
            continue
        data = stub(s["file"])
        args = arguments(s["method"], data)
        if args is None:
            continue
        end = data.rfind(TRAILER)
        code, out = tool("request", s["method"], data[12:28].hex(), *args)
        made = bytes.fromhex(out.strip()) if code == 0 else b""
        seen[s["method"]] = seen.get(s["method"], 0) + 1
        # Windows puts a verification trailer behind, and its proxies' padding before it
        if made != data[:len(made)] or not made or \
                (end < 0 and len(made) != len(data)) or (end >= 0 and end - len(made) not in range(4)):
            at = next((i for i, (a, b) in enumerate(zip(made, data)) if a != b), len(made))
            wrong.append(f"{s['file']}: {len(made)} of {len(data)} octets, first difference "
                         f"at {at}: {made[at:at + 8].hex()} {data[at:at + 8].hex()}")
    check(len(seen) == 9 and not wrong, "our requests are Windows's, octet for octet: " +
          ", ".join(f"{k} x {v}" for k, v in seen.items()), "\n".join(wrong))


def parameters():
    class_file = os.path.join(QUERY, "stubs", "0191-resp-IWbemServices-GetObject.bin")
    for method, frame in (("EnumKey", "0254"), ("GetStringValue", "0344")):
        name = next(n for n in os.listdir(os.path.join(QUERY, "stubs")) if n.startswith(frame))
        data = stub(name)
        table = rows(os.path.join(QUERY, "decoded", f"StdRegProv.{method}.in.instance.tsv"))
        args = []
        for r in table:
            args += [r["property"], r["value"].replace("\\\\", "\\")]
        code, out = tool("params", class_file, method, *args)
        made = bytes.fromhex(out.strip()) if code == 0 else b""
        at = data.find(bytes.fromhex("78563412"))
        real = data[at:at + 8 + struct.unpack_from("<I", data, at + 4)[0]]
        # Windows counts zero slack behind the heap into its two lengths, we have none
        part = 9 + struct.unpack_from("<I", made, 9)[0]
        slack = len(real) - len(made)
        lengths = [struct.unpack_from("<I", x, at)[0] for at in (4, part) for x in (made, real)]
        check(made[8:part] == real[8:part] and made[part + 4:] == real[part + 4:len(made)] and
              not any(real[len(made):]) and lengths[0] + slack == lengths[1] and
              lengths[2] + slack == lengths[3],
              f"in-parameters of {method}: {len(made)} octets are Windows's",
              f"{made.hex()}\n{real.hex()}")


# --- NTLM ---------------------------------------------------------------------------------

def packets(path):
    """The packets of a pcapng file."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as f:
        data = f.read()
    at = 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            caplen = struct.unpack_from("<I", data, at + 20)[0]
            yield data[at + 28:at + 28 + caplen]
        at += size


def rpc_pdus(path):
    """(from client, PDU) in the order of capture, reassembled per direction."""
    streams, out = {}, []
    for p in packets(path):
        if p[12:14] != b"\x08\x00" or p[23] != 6:
            continue
        ip = p[14:]
        head_len = (ip[0] & 15) * 4
        total = struct.unpack_from(">H", ip, 2)[0]
        tcp = ip[head_len:total]
        sport, dport, seq = struct.unpack_from(">HHI", tcp)
        body = tcp[(tcp[12] >> 4) * 4:]
        if not body:
            continue
        key = (ip[12:16], sport, ip[16:20], dport)
        have = streams.setdefault(key, {"next": seq, "data": b""})
        if seq != have["next"]:
            continue
        have["next"] = (seq + len(body)) & 0xffffffff
        have["data"] += body
        while len(have["data"]) >= 16:
            n = struct.unpack_from("<H", have["data"], 8)[0]
            if have["data"][0] != 5 or n < 16 or len(have["data"]) < n:
                break
            out.append((key, have["data"][:n]))
            have["data"] = have["data"][n:]
    return out


def ntlm():
    folder = os.path.join(CAPTURES, "scapy-privacy")
    keys = {r["name"]: r["value"] for r in rows(os.path.join(folder, "ntlm", "keys.tsv"))}
    auth = bytes.fromhex(keys["authenticate_message_hex"])
    n, _, at = struct.unpack_from("<HHI", auth, 20)
    code, out = tool("proof", keys["password"], keys["user"], keys["domain"],
                     keys["server_challenge"], auth[at + 16:at + n].hex())
    want = [keys["nt_hash"], keys["ntowfv2"], keys["ntproofstr"], keys["session_base_key"]]
    check(out.split() == want, "NTLMv2 hash, key, proof and base key of a Windows log-on", out)

    pdus = rpc_pdus(os.path.join(folder, "dcerpc_privacy_ntlm.pcapng.gz"))
    auth3 = next(k for k, p in pdus if p[2] == 16)
    back = (auth3[2], auth3[3], auth3[0], auth3[1])
    asked = [p for k, p in pdus if k == auth3 and p[2] == 0]
    told = [p for k, p in pdus if k == back and p[2] == 2]
    for side, sealed, role in (("requests", asked, "server"), ("responses", told, "client")):
        code, out = tool("unseal", keys["exported_session_key"], role, *[p.hex() for p in sealed])
        lines = [line.split("\t") for line in out.splitlines()]
        check(len(lines) == len(sealed) > 1 and all(v[0] == "verified" for v in lines),
              f"{len(sealed)} sealed PDUs of the {side} verify", out)
        plain = b"".join(bytes.fromhex(v[1]) for v in lines)
        real = b""
        for s in rows(os.path.join(folder, "ntlm", "stubs.tsv")):
            if f"-{'req' if side == 'requests' else 'resp'}-" in s["file"]:
                with open(os.path.join(folder, "ntlm", s["file"]), "rb") as f:
                    real += f.read()
        check(plain == real, f"the opened {side} are the {len(real)} octets that were sent",
              f"{len(plain)} octets")


def objects():
    folder = os.path.join(CAPTURES, "wmio-objects")
    expected = {"wmio_structure_example": 4, "wmio_instance_encoding": 4,
                "wmio_class_encoding_with_methods": 4, "wmio_win32_process": 45,
                "wmio_win32_process_startup": 14}
    for name, count in expected.items():
        with open(os.path.join(folder, name + ".dump"), encoding="ascii") as f:
            data = bytes.fromhex("".join(f.read().split()))
        with open(os.path.join(folder, name + ".mof"), encoding="utf-8", errors="replace") as f:
            mof = f.read()
        code, out = tool("object", "-", stdin=data)
        _, properties, methods = ours(out)
        lost = [p for p in list(properties) + [m[0] for m in methods] if p.lower() not in mof.lower()]
        check(code == 0 and len(properties) == count and not lost,
              f"{name}: {count} properties, each in the MOF", f"{len(properties)} {lost}\n{out}")


responses()
tables()
requests()
parameters()
ntlm()
objects()
print(f"1..{number}")
sys.exit(0)
