#!/usr/bin/python3
"""assetscan doctor in a real domain: Samba's KDC by krb5.conf, by DNS and given,
a keytab that Samba exported, a ticket cache that kinit made."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import domain                                           # noqa: E402
from tap import ASSETSCAN, case, done, folder, ok       # noqa: E402

if len(sys.argv) == 1:
    dc = domain.Domain()
    try:
        inner = subprocess.run([domain.DC, "run", dc.folder, "--", sys.executable, os.path.abspath(__file__), dc.folder],
                               check=False, timeout=500)
    finally:
        dc.stop()
    sys.exit(inner.returncode)
with open(sys.argv[1] + "/domain.json", encoding="utf-8") as f:
    DC = json.load(f)


def doctor(*args, **env):
    got = subprocess.run([ASSETSCAN, "doctor", "--format=json", "--state-dir=" + folder(), *args], stdout=subprocess.PIPE, timeout=240,
                         env=dict({"PATH": os.environ["PATH"], "KRB5_CONFIG": DC["krb5_conf"]}, **env), check=False)
    return {f["check"]: (f["state"], f["detail"]) for f in json.loads(got.stdout)["findings"]}


def judged(found, check, state, part):
    ok(found.get(check, ("", ""))[0] == state and part in found[check][1], "%s is %s: %s" % (check, state, part), found.get(check))


def kdcs():
    found = doctor()
    judged(found, "kerberos.config", "ok", "default realm is " + DC["realm"])
    judged(found, "kerberos.kdc", "ok", "answers")
    with open(folder() + "/krb5.conf", "w", encoding="utf-8") as f:
        f.write("[libdefaults]\n default_realm = %s\n" % DC["realm"])
    judged(doctor(KRB5_CONFIG=f.name), "kerberos.kdc", "ok", "(by DNS SRV records)")
    judged(doctor("--realm=" + DC["realm"], KRB5_CONFIG="/none"), "kerberos.kdc", "ok", "(by DNS SRV records)")
    judged(doctor("--kdc=" + DC["ip"]), "kerberos.kdc", "ok", DC["ip"] + " answers (by --kdc)")


def keytab_and_tickets():
    name, path = sorted(DC["keytabs"].items())[0]
    judged(doctor("--keytab=" + path), "kerberos.keytab", "ok" if os.stat(path).st_mode & 0o77 == 0 else "warning", "@" + DC["realm"])
    user = next(u for u in DC["users"] if DC["users"][u].get("password"))
    cache = "FILE:" + folder() + "/cc"
    subprocess.run(["kinit", "-c", cache, "-l", "1h", user + "@" + DC["realm"]], input=DC["users"][user]["password"] + "\n", text=True,
                   stdout=subprocess.DEVNULL, env=dict(os.environ, KRB5_CONFIG=DC["krb5_conf"]), check=True)
    found = doctor(KRB5CCNAME=cache)
    judged(found, "kerberos.tickets", "ok", "tickets of %s@%s, for " % (user, DC["realm"]))
    ok(any(found["kerberos.tickets"][1].endswith(" %d minutes" % m) for m in range(50, 61)), "and for an hour, as kinit asked", found)
    judged(doctor("--ccache=" + cache), "kerberos.tickets", "ok", "tickets of " + user)
    subprocess.run(["kdestroy", "-c", cache], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    judged(doctor("--ccache=" + cache), "kerberos.tickets", "failure", "No credentials cache found")


for test in (kdcs, keytab_and_tickets):
    case(test)
done()
