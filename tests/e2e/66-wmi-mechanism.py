#!/usr/bin/python3
"""A check says which way to log on was offered to a Windows host, which was chosen,
and why another was not.  With tickets: tests/interop/15-kerberos-scan.py."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import case, done, equal, folder, ok           # noqa: E402
from helper import Helper                               # noqa: E402
from winhosts import PASSWORD, address, credential      # noqa: E402

os.environ["KRB5_CONFIG"] = "/dev/null"
PC, OLD = address("win11"), address("win7")
NT_HASH = "fc525c9683e8fe067095ba2ddc971889"            # of PASSWORD: MD4 of its UTF-16LE


def logon(h, host, **more):
    c = dict(credential(), **more)
    if "ntHash" in c:
        del c["password"]
    answer = h.call("host.check", {"address": host, "protocol": "wmi", "credentials": [c]})
    stages = answer.get("result", {}).get("stages", [])
    return next((s for s in stages if s["stage"] == "logon"), {"ok": None, "detail": str(answer)})


def says(stage, good, *words):
    what = "%s: %s" % ("logged on" if good else "refused", ", ".join(words))
    ok(stage["ok"] is good and all(w in (stage["detail"] or "") for w in words), what, stage)


def every_reason_is_told():
    h = Helper(folder())
    says(logon(h, PC), True, "offered NTLM alone", "chosen NTLM", "not Kerberos: the account's realm is not known")
    says(logon(h, PC, auth="ntlm"), True, "offered NTLM alone", "not Kerberos: the credential's auth is ntlm")
    says(logon(h, OLD, user=".\\admin", password="geheim"), True, "not Kerberos: ")
    says(logon(h, PC, ntHash=NT_HASH), True, "not Kerberos: ")
    says(logon(h, PC, user="scanner", realm="CORP.EXAMPLE", kdc="127.0.0.9"), True, "chosen NTLM",
         "not Kerberos: ", "127.0.0.9")
    says(logon(h, PC, password="no"), False, "offered NTLM alone", "chosen NTLM", "not Kerberos: ")
    stage = logon(h, PC, auth="kerberos", realm="CORP.EXAMPLE", kdc="127.0.0.9")
    ok(stage["ok"] is False and stage["error"]["code"] == "kdc_unreachable", "Kerberos alone fails for its own reason",
       stage)
    ok(not h.problems(), "every line keeps its schema", h.problems())
    equal(h.close(), 0, "and the helper ends with 0")


assert PASSWORD == "Passw0rd!"
case(every_reason_is_told)
done()
