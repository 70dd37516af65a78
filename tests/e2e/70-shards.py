#!/usr/bin/python3
"""One scan shared out to processes that do not know of each other: together they
ask every address once.  The processes are started as the manifests of
packaging/kubernetes and packaging/fanout say."""
import collections
import copy
import json
import os
import re
import resource
import subprocess
import sys

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok, spawn            # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from jira import Tracker                                                         # noqa: E402

MAC = "3c:ec:ef:70:00:%02x"
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    with_farm(__file__, "--only", "plain", "--played", ",".join(
        "pc%d=%s" % (i, recorded.play(os.path.join(top, "pc%d" % i), recorded.linux("pc%d" % i, MAC % i))) for i in range(1, 10)))

AT = {name: host["address"] for name, host in farm["hosts"].items()}
KEY = farm["keys"]["ed25519"]["path"]
COUNT = 7
# Names are at the end of the order; each stands for an address of no range.
NAMES = {"alpha.test": "127.0.70.1", "beta.test": "127.0.70.2", "gamma.test": "127.0.70.3"}
HOLE = "127.0.10.33"            # what an excluded name stands for
RANGES = ["127.0.10.1-127.0.10.60, 127.0.10.8/29", "!127.0.10.20-127.0.10.22 127.0.10.40-127.0.10.70", "alpha.test beta.test",
          "!hole.test, gamma.test, 127.0.10.55, alpha.test"]
TRIED = {"127.0.10.%d" % i for i in range(1, 71)} - {"127.0.10.20", "127.0.10.21", "127.0.10.22"}
ASKED = TRIED - {HOLE} | set(NAMES.values())
KUBERNETES = os.path.join(ROOT, "packaging/kubernetes")
FANOUT = os.path.join(ROOT, "packaging/fanout")


def hosts_file(hole):
    path = os.path.join(folder(), "hosts")
    with open(path, "w", encoding="utf-8") as f:
        f.write("127.0.0.1 localhost\n" + "".join("%s %s\n" % (a, n) for n, a in NAMES.items()))
        f.write("%s hole.test\n" % HOLE if hole else "")
    return path


def notes(text):
    return [json.loads(line) for line in text.splitlines()]


def of(lines, method):
    return [m["params"] for m in lines if m["method"] == method]


def run_all(argvs, env=None, hosts=None):
    """All at once; gives their (exit code, notifications), in order."""
    children = []
    for i, argv in enumerate(argvs):
        private = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts[i]] if hosts else []
        out = open(os.path.join(folder(), "out"), "w+b")
        children.append((out, spawn(private + argv, stdout=out, stderr=subprocess.DEVNULL, env=dict(os.environ, **(env(i) if env else {})))))
    got = []
    for out, child in children:
        code = child.wait(240)
        out.seek(0)
        got.append((code, notes(out.read().decode())))
    return got


def request():
    return {"profile": {"name": "shared", "protocols": ["ssh"], "connectTimeout": 1, "concurrency": 8},
            "ranges": RANGES, "credentials": [{"id": "key", "protocol": "ssh", "user": "alice", "privateKeyFile": KEY}]}


def scan(i, count, state, *more, ranges=None, **members):
    path = os.path.join(folder(), "request.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(request(), **members, **({"ranges": ranges} if ranges else {})), f)
    return [ASSETSCAN, "scan", "--request", path, "--shard=%d/%d" % (i, count), "--format=jsonl", "--state-dir", state, *more]


def judge(runs, what):
    started = [of(lines, "scan.started")[0]["addresses"] for _, lines in runs]
    asked = collections.Counter(h["address"] for _, lines in runs for h in of(lines, "scan.host"))
    equal(sum(started), len(TRIED) + len(NAMES), what + ": the shares add up to all addresses")
    ok(max(started) - min(started) <= 1, what + ": and are even to one", started)
    equal({a: n for a, n in asked.items() if n != 1}, {}, what + ": no address is asked twice")
    equal(set(asked), ASKED, what + ": none is left out, none is asked that is excluded")
    for (code, lines), n in zip(runs, started):
        totals = of(lines, "scan.finished")[0]["hosts"]
        if sum(totals.values()) != n:
            ok(False, what + ": a shard's totals add up", totals)
    return started


def seven_shards_ask_every_address_once():
    state, full = folder(), hosts_file(True)
    runs = run_all([scan(i, COUNT, state) for i in range(COUNT)], hosts=[full] * COUNT)
    ok(all(code in (0, 2) for code, _ in runs), "seven shards of one profile run at once, with one state folder", [c for c, _ in runs])
    judge(runs, "seven shards")
    scanned = sorted(h["address"] for _, lines in runs for h in of(lines, "scan.host") if h["state"] == "scanned")
    equal(scanned, sorted(AT.values()), "every computer is scanned by one of them")
    logs = {name: open(host["log"], encoding="utf-8").read().count("Accepted publickey") for name, host in farm["hosts"].items()}
    equal(set(logs.values()), {1}, "and saw one log-on, as its own log says")
    again = run_all([scan(3, COUNT, state)], hosts=[full])
    equal(sorted(h["address"] for h in of(again[0][1], "scan.host")), sorted(h["address"] for h in of(runs[3][1], "scan.host")),
          "a shard is the same the next time")


def a_resolver_that_answers_differently_moves_nothing():
    state = folder()
    hosts = [hosts_file(i % 2 == 0) for i in range(COUNT)]
    runs = run_all([scan(i, COUNT, state) for i in range(COUNT)], hosts=hosts)
    asked = collections.Counter(h["address"] for _, lines in runs for h in of(lines, "scan.host"))
    equal({a: n for a, n in asked.items() if n != 1}, {}, "where some shards cannot resolve an excluded name, no address is asked twice")
    equal(set(asked) - {HOLE}, ASKED, "and none is lost")


def a_shard_is_quick_and_small():
    argv = [ASSETSCAN, "scan", "--range=127.0.0.0/8", "--shard=65534/65536", "--format=jsonl", "--state-dir", folder(), "--protocols=ssh"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code, lines = run_all([argv])[0]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    equal(of(lines, "scan.started")[0]["addresses"], 256, "one of 65536 shards of a /8 has 256 addresses")
    asked = {h["address"] for h in of(lines, "scan.host")}
    equal(asked, {"127.%d.255.254" % i for i in range(256)}, "the right ones")
    ok(used < 3, "and does not walk past 16 million others for them", "%.2f s of CPU" % used)
    equal(code, 2, "a share in which nobody answers is said")
    code, lines = run_all([scan(5, COUNT, folder(), ranges=["127.0.70.1-127.0.70.3"])])[0]
    equal((code, of(lines, "scan.finished")[0]["reason"]), (0, "completed"), "a shard without any address has done its part")


def wrong_words_are_named():
    for words, env, wanted in (
            ("7/7", {}, "0 to 6"), ("x/7", {}, "0 to 6"), ("3", {}, "INDEX/COUNT"), ("0/0", {}, "INDEX/COUNT"), ("-1/7", {}, "0 to 6"),
            ("auto/7", {}, "JOB_COMPLETION_INDEX"), ("auto/7", {"JOB_COMPLETION_INDEX": "7"}, "0 to 6")):
        got = subprocess.run([ASSETSCAN, "scan", "--range=127.0.70.1", "--shard=" + words, "--state-dir", folder()], check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ, **env))
        ok(got.returncode == 1 and wanted in got.stderr, "--shard=%s is refused%s" % (words, " with " + str(env) if env else ""), got.stderr)


# --- Kubernetes ---------------------------------------------------------------------

def documents(name):
    with open(os.path.join(KUBERNETES, name), encoding="utf-8") as f:
        return list(yaml.safe_load_all(f))


def job_is_sound(job, volumes, what):
    spec, pod = job, job["template"]["spec"]
    box = pod["containers"][0]
    args = dict(a[2:].split("=", 1) if "=" in a else (a, None) for a in box["args"])
    equal((spec["completionMode"], spec["completions"], spec["parallelism"]), ("Indexed", COUNT, COUNT), what + ": an Indexed Job")
    equal(args["shard"], "auto/%d" % spec["completions"], what + ": as many shards as completions")
    ok(pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0, what + ": not root")
    security = box["securityContext"]
    equal((security["readOnlyRootFilesystem"], security["allowPrivilegeEscalation"], security["capabilities"]), (True, False, {"drop": ["ALL"]}),
          what + ": read-only, without capabilities")
    equal(pod["automountServiceAccountToken"], False, what + ": without a token of the cluster")
    mounts = {m["name"]: m for m in box["volumeMounts"]}
    by_name = {v["name"]: v for v in pod["volumes"]}
    equal(set(mounts), set(by_name), what + ": what is mounted is there")
    ok("secret" in by_name["secrets"] and mounts["secrets"]["readOnly"], what + ": secrets are files")
    equal(by_name["secrets"]["secret"]["defaultMode"] & 0o007, 0, what + ": that others cannot read")
    ok(volumes in by_name["state"] and args["state-dir"] == mounts["state"]["mountPath"], what + ": and only the state can be written")
    for name, value in args.items():
        if name.endswith("-file"):
            ok(value.startswith(mounts["secrets"]["mountPath"] + "/"), what + ": --%s is of the secret" % name)
    ok(not {"ssh-password", "wmi-password", "jira-password", "jira-token"} & set(args) and "env" not in box,
       what + ": no secret in arguments or environment")
    # Rules on exit codes need restartPolicy Never, and so does a limit per index.
    equal((pod["restartPolicy"], "backoffLimitPerIndex" in spec), ("Never", True), what + ": an index fails for itself")
    codes = {r["action"]: r["onExitCodes"]["values"] for r in spec["podFailurePolicy"]["rules"] if "onExitCodes" in r}
    equal(codes, {"FailJob": [1, 4], "FailIndex": [2, 5]}, what + ": a refused log-in is not tried again")
    equal({r["onExitCodes"]["containerName"] for r in spec["podFailurePolicy"]["rules"] if "onExitCodes" in r}, {box["name"]},
          what + ": the rules are of this container")
    return box, mounts


def the_manifests_are_sound():
    job, = documents("job.yaml")
    equal((job["apiVersion"], job["kind"]), ("batch/v1", "Job"), "job.yaml is a Job")
    job_is_sound(job["spec"], "emptyDir", "the Job")
    claim, cron = documents("cronjob.yaml")
    equal((cron["apiVersion"], cron["kind"], claim["apiVersion"], claim["kind"]), ("batch/v1", "CronJob", "v1", "PersistentVolumeClaim"),
          "cronjob.yaml is a claim and a CronJob")
    equal(cron["spec"]["concurrencyPolicy"], "Forbid", "one night's scan at a time")
    job_is_sound(cron["spec"]["jobTemplate"]["spec"], "persistentVolumeClaim", "the CronJob")
    state = [v for v in cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"] if v["name"] == "state"][0]
    equal((claim["metadata"]["name"], claim["spec"]["accessModes"]), (state["persistentVolumeClaim"]["claimName"], ["ReadWriteMany"]),
          "whose state is the claim, shared")
    # What differs is the account for Windows and where state is; nothing else.
    a, b = copy.deepcopy(job["spec"]), cron["spec"]["jobTemplate"]["spec"]
    a["template"]["spec"]["volumes"][1] = b["template"]["spec"]["volumes"][1]
    args = a["template"]["spec"]["containers"][0]["args"]
    args[args.index("--ssh-key-file=/etc/assetscan/secrets/ssh-key") + 1:0] = []
    b = copy.deepcopy(b)
    b["template"]["spec"]["containers"][0]["args"] = [x for x in b["template"]["spec"]["containers"][0]["args"] if "--wmi-" not in x]
    equal(a, b, "and the two are alike otherwise")


def the_jobs_pods_run_as_processes():
    tracker, state, secrets = Tracker("--token", "t0ken"), folder(), folder()
    with open(secrets + "/jira-token", "w", encoding="utf-8") as f:
        f.write("t0ken\n")
    os.symlink(KEY, secrets + "/ssh-key")
    box = documents("job.yaml")[0]["spec"]["template"]["spec"]["containers"][0]
    ours = {"--range": ",".join(RANGES), "--ssh-user": "alice", "--jira-url": tracker.url, "--state-dir": state}
    args = []
    for a in box["args"]:
        name, equals, value = a.partition("=")
        value = ours.get(name, value).replace("/etc/assetscan/secrets", secrets)
        args.append(name + equals + value)
    runs = run_all([[ASSETSCAN, *args]] * COUNT, env=lambda i: {"JOB_COMPLETION_INDEX": str(i)}, hosts=[hosts_file(True)] * COUNT)
    judge(runs, "seven pods")
    equal(len(tracker.assets()), len(AT), "seven pods: one asset per computer")
    ok(all(code in (0, 2) for code, _ in runs), "seven pods: nothing failed", [c for c, _ in runs])
    tracker.stop()


def one_computer_that_two_shards_meet_is_one_asset():
    tracker, state = Tracker(), folder()
    # Its two addresses are neighbours, so they are in different shards.
    listen = "127.0.71.1", "127.0.71.2"
    for a in listen:
        subprocess.run("nft add table ip two; nft add chain ip two out '{ type nat hook output priority -100; }';"
                       "nft add rule ip two out ip daddr %s dnat to %s" % (a, AT["pc1"]), shell=True, check=True)
    runs = run_all([scan(i, 2, state, ranges=["-".join(listen)], jira=tracker.params()) for i in range(2)])
    equal([of(lines, "scan.host")[0]["state"] for _, lines in runs], ["scanned"] * 2, "two shards scan one computer at two addresses")
    equal(len(tracker.assets()), 1, "with one state folder it is one asset")
    tracker.stop()


# --- fan-out --------------------------------------------------------------------------

def fan_out(lines, req, *options):
    top = folder()
    with open(top + "/sites", "w", encoding="utf-8") as f:
        f.write(lines)
    with open(top + "/request", "w", encoding="utf-8") as f:
        json.dump(req, f)
    got = subprocess.run([FANOUT + "/assetscan-fanout", "-o", top + "/out", *options, top + "/request", top + "/sites"], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    return got, top + "/out"


def ssh_config():
    """A collector: this farm's plain server, where the key may do one thing."""
    top = folder()
    with open(KEY, encoding="utf-8") as f, open(top + "/key", "w", encoding="utf-8") as g:
        g.write(f.read())
    os.chmod(top + "/key", 0o600)
    with open(top + "/config", "w", encoding="utf-8") as f:
        f.write("Host collector\n\tHostName %s\n\tUser root\n\tIdentityFile %s/key\n\tIdentitiesOnly yes\n"
                "\tStrictHostKeyChecking no\n\tUserKnownHostsFile %s/known\nHost gone\n\tHostName 127.0.70.9\n" % (AT["plain"], top, top))
    return top + "/config"


def sites_are_scanned_by_ssh():
    state = folder()
    subprocess.run(["mount", "--bind", hosts_file(True), "/etc/hosts"], check=True)
    lines = "# a comment\n\n" + "".join("part-%d %s --shard=%d/%d --state-dir=%s   # more\n" % (
        i, "here" if i % 2 else "collector", i, COUNT, state) for i in range(COUNT))
    got, out = fan_out(lines, request(), "-F", ssh_config(), "-a", ASSETSCAN, "-j", "3")
    runs = [(0, notes(open("%s/part-%d.jsonl" % (out, i), encoding="utf-8").read())) for i in range(COUNT)]
    judge(runs, "seven parts, four of them by ssh")
    ok("7 parts" in got.stdout and got.returncode in (0, 2), "the fan-out says how it ended", got)
    equal(sorted(os.listdir(out)), sorted("part-%d.%s" % (i, x) for i in range(COUNT) for x in ("jsonl", "log")), "and leaves results and logs")
    words = "here here --range=%s --state-dir=%s\ngone gone --range=127.0.70.1\n" % (AT["pc1"], state)
    got, out = fan_out(words, request(), "-F", ssh_config(), "-a", ASSETSCAN)
    equal(got.returncode, 255, "a site that is not reached has the exit code of ssh")
    ok("gone ended with 255" in got.stderr and "refused" in got.stderr, "is named with the reason", got.stderr)
    equal([h["state"] for h in of(notes(open(out + "/here.jsonl", encoding="utf-8").read()), "scan.host")], ["scanned"], "and the others are scanned")
    for lines, wanted in (("a b\na c\n", "two parts"), ("../x here\n", "no name"), ("a\n", "NAME WHERE"), ("a -oProxyCommand=x\n", "no host"), ("\n", "no part")):
        got, _ = fan_out(lines, request())
        ok(got.returncode == 1 and wanted in got.stderr, "a wrong line is named: " + wanted, got)
    subprocess.run(["umount", "/etc/hosts"], check=True)


def systemd_takes_the_units():
    def analyze(*args):
        return subprocess.run(["systemd-analyze", "--no-pager", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    top = folder()
    for name in ("assetscan-fanout@.service", "assetscan-fanout@.timer"):
        with open(os.path.join(FANOUT, name), encoding="utf-8") as f, open(os.path.join(top, name), "w", encoding="utf-8") as g:
            g.write(f.read().replace("/usr/share/assetscan/fanout", FANOUT))
    got = analyze("verify", "--man=no", top + "/assetscan-fanout@.service", top + "/assetscan-fanout@.timer")
    equal((got.returncode, got.stdout), (0, ""), "systemd-analyze verify has nothing to say of the fan-out's units")
    got = analyze("security", "--offline=true", "--threshold=20", top + "/assetscan-fanout@.service")
    ok(got.returncode == 0, "the service's exposure is at most 2.0 of 10", got.stdout[-300:])
    with open(top + "/assetscan-fanout@.service", encoding="utf-8") as f:
        text = f.read()
    loaded = {line.split("=", 1)[1].split(":")[0] for line in text.splitlines() if line.startswith("LoadCredential=")}
    with open(FANOUT + "/ssh_config", encoding="utf-8") as f:
        text += f.read()
    used = set(re.findall(r"\$\{CREDENTIALS_DIRECTORY\}/(\S+)", text))
    equal(used, loaded, "what is handed to it is what it uses")
    words = re.search(r"^ExecStart=(.*)$", text, re.M)[1]
    words = words.replace("%S", top).replace("%i", "offices").replace("${CREDENTIALS_DIRECTORY}", top)
    with open(top + "/request", "w", encoding="utf-8") as f:
        json.dump(request(), f)
    with open(top + "/sites", "w", encoding="utf-8") as f:
        f.write("one here --range=%s --state-dir=%s/state\nfar root@%s --range=%s --state-dir=%s/state\n" % (AT["pc1"], top, AT["plain"], AT["pc2"], top))
    with open(KEY, encoding="utf-8") as f, open(top + "/key", "w", encoding="utf-8") as g:
        g.write(f.read())
    os.chmod(top + "/key", 0o600)
    with open(top + "/known_hosts", "w", encoding="utf-8") as f:
        f.write(subprocess.run(["ssh-keyscan", AT["plain"]], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)
    # The program is not installed here, so its folder is told by the option that sites may use, too.
    got = subprocess.run(words.replace("assetscan-fanout -F", "assetscan-fanout -a %s -F" % ASSETSCAN).split(), check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, env=dict(os.environ, CREDENTIALS_DIRECTORY=top))
    equal((got.returncode, got.stdout), (0, "2 parts, results in %s/assetscan-fanout/offices\n" % top), "what the service starts scans here and there")


def a_collectors_key_can_do_one_thing():
    path, marker = folder(), os.path.join(folder(), "marker")
    with open(path + "/assetscan", "w", encoding="utf-8") as f:
        f.write('#!/bin/sh\nfor a; do echo "[$a]"; done\n')
    os.chmod(path + "/assetscan", 0o755)

    def ask(command):
        env = dict(os.environ, PATH=path + ":" + os.environ["PATH"])
        if command is not None:
            env["SSH_ORIGINAL_COMMAND"] = command
        return subprocess.run([FANOUT + "/assetscan-collector"], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    prefix = "assetscan scan --request=- --format=jsonl"
    equal(ask("assetscan rpc").stdout, "[rpc]\n", "a collector's key may run the protocol")
    equal(ask("assetscan rpc --link-timeout=60").stdout, "[rpc]\n[--link-timeout=60]\n", "with the option that watches the link")
    equal(ask(prefix + " '--range=10.0.0.0/8,!10.0.0.1 $(x)' '--shard=0/2'").stdout,
          "[scan]\n[--request=-]\n[--format=jsonl]\n[--range=10.0.0.0/8,!10.0.0.1 $(x)]\n[--shard=0/2]\n", "and a scan, its options as they are")
    for bad in (None, "", "sh", "assetscan rpc; touch " + marker, prefix + " ; touch " + marker, prefix + " '$(touch %s)'x" % marker,
                prefix + " $(touch %s)" % marker, prefix + "\ntouch " + marker, "assetscan scan --request=/etc/shadow", prefix + " 'a' b",
                prefix + " '--output=/root/.ssh/authorized_keys'", prefix + " '--out' '/root/.profile'", "assetscan rpc --link-timeout=60 --state-dir=/",
                "assetscan rpc --link-timeout=", "assetscan rpc --link-timeout=$(touch %s)" % marker):
        got = ask(bad)
        ok(got.returncode == 1 and "only assetscan" in got.stderr and not os.path.exists(marker), "but not %r" % bad, got)


for f in (seven_shards_ask_every_address_once, a_resolver_that_answers_differently_moves_nothing, a_shard_is_quick_and_small,
          wrong_words_are_named, the_manifests_are_sound, the_jobs_pods_run_as_processes, one_computer_that_two_shards_meet_is_one_asset,
          sites_are_scanned_by_ssh, systemd_takes_the_units, a_collectors_key_can_do_one_thing):
    case(f)
done()
