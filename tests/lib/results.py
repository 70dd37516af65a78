"""results.py: results files as `scan --format jsonl` writes them, made up."""
import json

# What a host may call itself.
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end": "</script></style></noscript><h1>out</h1>",
    "image": "\"><img src=x onerror=alert(2)>",
    "quote": "' onmouseover='alert(3)",
    "lines": "a\u2028b\u2029c",
    "turned": "\u202egnp.exe\u202c \u200f\u2066x\u2069",
    "long": "n" * 10240,
    "entity": "&lt;b&gt; &amp; &#60;",
    "hebrew": "\u05e9\u05e8\u05ea.example",
    "cjk": "\u6771\u4eac\u30b5\u30fc\u30d0\u30fc",
    "control": "a\x1b[31mb\x07c\td",
    "comment": "--><!-- ]]>",
}
# What a spreadsheet would take for a formula, at the beginning of a cell.
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "=cmd|'/c calc'!A0",
            "a;=1+1", "a\n=1+1", "a; @x", "-", "--", "=\"\"\"", "-5"]


def line(method, scan="s-1", **params):
    return json.dumps({"jsonrpc": "2.0", "method": "scan." + method, "params": dict({"scanId": scan}, **params)},
                      ensure_ascii=False, separators=(",", ":"))


def host(address, name=None, state="scanned", os=("linux", "Debian GNU/Linux 12 (bookworm)", "12"), **more):
    """A scan.host line; `more` replaces members."""
    known = state in ("scanned", "partial")
    params = {
        "address": address, "name": name, "protocol": "ssh" if known else None, "state": state,
        "credential": "key" if known else None,
        "os": dict(zip(("family", "name", "version"), os)) if known and os else None,
        "identity": {"macs": ["02:00:00:%02x:%02x:%02x" % tuple(hash(address) >> s & 255 for s in (0, 8, 16))],
                     "ignoredMacs": [], "serial": None, "uuid": None} if known else None,
        "fields": [{"typeName": "system.title", "values": [name or address]}] if known else [],
        "missing": [], "sections": {}, "warnings": [], "error": None,
        "timings": {"connect": 0.001, "logon": 0.02, "total": 0.25}, "roundTrips": 3}
    return line("host", **dict(params, **more))


def error(code="auth_failed", stage="logon", message="the host refused the credentials", hint="Check the password."):
    return {"code": code, "stage": stage, "message": message, "hint": hint}


def volume(mount, size, free, fs="ext4"):
    return {"mount": mount, "device": "/dev/x", "fs": fs, "sizeBytes": size, "freeBytes": free}


def disk(*volumes):
    return {"disk": {"disk": [], "volume": list(volumes), "missing": []}}


def started(profile="lab", addresses=256, scan="s-1"):
    return line("started", scan, profile=profile, addresses=addresses)


def log(time="2026-11-28T06:00:00.000Z", message="Scanned", scan="s-1"):
    return line("log", scan, time=time, level="info", message=message)


def asset(address, outcome="created", number=10300, **more):
    return line("asset", address=address, outcome=outcome, id=number,
                **dict({"url": "https://jira.example/item/%s" % number if number else None, "matchedBy": None,
                        "changed": []}, **more))


STATES = "scanned partial auth_failed denied refused unreachable silent error cancelled skipped".split()
OUTCOMES = "created updated unchanged skipped ambiguous queued failed dry_run".split()


def finished(scan="s-1", reason="completed", hosts=None, assets=None):
    return line("finished", scan, hosts={s: (hosts or {}).get(s, 0) for s in STATES},
                assets={o: (assets or {}).get(o, 0) for o in OUTCOMES}, seconds=1.5, reason=reason)


def write(path, lines, end="\n"):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write("\n".join(lines) + end)
    return path
