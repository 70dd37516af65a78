#!/usr/bin/python3
"""The systemd units and the cron file: systemd's own judge reads them, and what
they start is started here the same way, as a user without rights."""
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok                    # noqa: E402
import winhosts                                                                   # noqa: E402
from farm import with_farm                                                        # noqa: E402
from jira import Tracker                                                          # noqa: E402

farm = with_farm(__file__, "--only", "plain")
PLAIN = farm["hosts"]["plain"]["address"]
UNITS = os.path.join(ROOT, "packaging/systemd")
NAME = "branch-7"


def unit(name):
    """{section: {key: [values]}}, continuation lines joined."""
    out, section = {}, None
    with open(os.path.join(UNITS, name), encoding="utf-8") as f:
        text = f.read().replace("\\\n", " ")
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = out.setdefault(line.strip("[]"), {})
        elif line and line[0] not in "#;":
            key, _, value = line.partition("=")
            section.setdefault(key.strip(), []).append(value.strip())
    return out


def analyze(*args):
    return subprocess.run(["systemd-analyze", "--no-pager", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def installed():
    """The units as they are installed, with the program that is there."""
    top = folder()
    for name in os.listdir(UNITS):
        with open(os.path.join(UNITS, name), encoding="utf-8") as f, open(os.path.join(top, name), "w", encoding="utf-8") as out:
            out.write(f.read().replace("/usr/bin/assetscan", ASSETSCAN))
    return top


def systemd_takes_them():
    top = installed()
    names = sorted(os.listdir(top))
    equal(names, ["assetscan-at@.timer", "assetscan@.service", "assetscan@.timer"], "a service, a timer by interval, one by fixed times")
    got = analyze("verify", "--man=no", *(os.path.join(top, n) for n in names))
    equal((got.returncode, got.stdout), (0, ""), "systemd-analyze verify has nothing to say")
    with open(top + "/assetscan@.service", "a", encoding="utf-8") as f:
        f.write("ProtectEverything=yes\n")
    got = analyze("verify", "--man=no", top + "/assetscan@.service")
    ok("ProtectEverything" in got.stdout, "and it would have", got.stdout)
    got = analyze("security", "--offline=true", "--threshold=20", top + "/assetscan@.service")
    ok(got.returncode == 0, "its exposure is at most 2.0 of 10", got.stdout[-300:])
    for when in unit("assetscan-at@.timer")["Timer"]["OnCalendar"]:
        got = analyze("calendar", when)
        ok(got.returncode == 0 and "Next elapse" in got.stdout, "a fixed time is one: " + when, got.stdout)
    for when in unit("assetscan@.timer")["Timer"]["OnUnitInactiveSec"]:
        got = analyze("timespan", when)
        ok(got.returncode == 0, "an interval is one: " + when, got.stdout)
    equal(unit("assetscan-at@.timer")["Timer"]["Unit"], ["assetscan@%i.service"], "both start the same service")
    for name in names:
        want = {} if name.endswith("service") else {"WantedBy": ["timers.target"]}
        equal(unit(name).get("Install", {}), want, name + ": " + ("started by whoever enables it" if want else "not enabled by itself"))


def request(tracker, win):
    return {"profile": {"name": NAME, "folder": "Electronics/Computers"}, "ranges": [win, PLAIN],
            "credentials": [{"id": "corp", "protocol": "wmi", "user": winhosts.USER, "passwordFile": "wmi"},
                            {"id": "unix", "protocol": "ssh", "user": "alice", "privateKeyFile": "ssh-key"}],
            "jira": {"url": tracker.url, "auth": {"type": "basic", "user": "scanner", "passwordFile": "jira"}}}


def etc(tracker, win):
    """What an administrator puts into /etc, below a folder."""
    top = folder()
    os.chmod(top, 0o755)
    os.makedirs(top + "/assetscan")
    os.makedirs(top + "/credstore", 0o700)
    with open(top + "/assetscan/%s.json" % NAME, "w", encoding="utf-8") as f:
        json.dump(request(tracker, win), f)
    with open(top + "/assetscan/%s.env" % NAME, "w", encoding="utf-8") as f:
        f.write("OPTIONS=--quiet --format=jsonl\n")
    with open(farm["keys"]["ed25519"]["path"], encoding="ascii") as f:
        secrets = {"wmi": winhosts.PASSWORD + "\n", "ssh-key": f.read(), "jira": "secret\n"}
    for name, text in secrets.items():
        with open(top + "/credstore/assetscan.%s.%s" % (NAME, name), "w", encoding="utf-8") as f:
            f.write(text)
    return top


def own(path, user):
    for base, folders, files in os.walk(path):
        for name in [base] + [os.path.join(base, n) for n in folders + files]:
            os.chown(name, user.pw_uid, user.pw_gid)
            os.chmod(name, 0o700 if os.path.isdir(name) else 0o400)


def reachable(path):
    """The program where that user may read it."""
    top = folder()
    os.chmod(top, 0o755)
    return shutil.copy2(path, top)


def as_service(argv, env, user, umask=0o077):
    """As systemd starts it: another user, no rights, nothing in the environment."""
    return subprocess.run(["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--no-new-privs",
                           "--bounding-set=-all", "--inh-caps=-all", "--", *argv], env=env, cwd="/", umask=umask, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)


def the_service_is_played():
    tracker, win = Tracker(), winhosts.address("win11")
    top, user = etc(tracker, win), pwd.getpwnam("nobody")
    service = unit("assetscan@.service")["Service"]
    state, credentials = folder(), folder()

    def real(text):
        return text.replace("%i", NAME).replace("%S", state).replace("/etc/", top + "/")

    for line in service["LoadCredential"]:
        name, _, source = real(line).partition(":")
        equal(line, "%s:assetscan.%%i.%s" % (name, name), "a credential is named after its profile: " + name)
        path = os.path.join(top, "credstore", source)
        if os.path.exists(path):
            shutil.copy(path, os.path.join(credentials, name))
    own(credentials, user)
    state_dir = os.path.join(state, service["StateDirectory"][0])
    os.chmod(state, 0o755)
    os.makedirs(state_dir)
    own(state_dir, user)
    env = {"CREDENTIALS_DIRECTORY": credentials, "STATE_DIRECTORY": state_dir, "PATH": "/usr/bin:/bin"}
    for line in service["Environment"]:
        key, _, value = real(line).partition("=")
        env[key] = value
    equal(env["ASSETSCAN_STATE_DIR"], state_dir, "its state folder is the one that systemd makes")
    for line in service["EnvironmentFile"]:
        with open(real(line.lstrip("-")), encoding="utf-8") as f:
            env.update(x.rstrip("\n").split("=", 1) for x in f)
    argv = []
    for word in shlex.split(real(service["ExecStart"][0]).replace("/usr/bin/assetscan", reachable(ASSETSCAN))):
        argv += env.get(word[1:], "").split() if word.startswith("$") else [word]
    got = as_service(argv, env, user, int(service["UMask"][0], 8))
    hosts = [json.loads(x)["params"] for x in got.stdout.decode().splitlines() if '"scan.host"' in x]
    equal((got.returncode, {h["address"]: h["credential"] for h in hosts}), (0, {win: "corp", PLAIN: "unix"}),
          "the service's command line scans both hosts with the credentials that it is given")
    equal(len(tracker.assets()), 2, "and the assets are in Jira")
    ok(got.stderr == b"", "nothing is complained of", got.stderr)
    ok(all(os.stat(os.path.join(b, n)).st_mode & 0o077 == 0 for b, _, files in os.walk(state_dir) for n in files), "its state is its own")
    secret = [winhosts.PASSWORD, "secret"]
    ok(not any(s in " ".join(argv) or s in json.dumps(dict(env)) for s in secret), "no secret stands in its command line or environment", (argv, env))
    os.unlink(os.path.join(credentials, "wmi"))
    got = as_service(argv, env, user)
    ok(got.returncode == 1 and b"/credentials/0/passwordFile" in got.stderr, "a credential that was not given is named", got.stderr)
    tracker.stop()


def cron_lines_are_played():
    tracker, win = Tracker(), winhosts.address("win11")
    top, user = etc(tracker, win), pwd.getpwnam("nobody")
    with open(os.path.join(ROOT, "packaging/cron/assetscan"), encoding="utf-8") as f:
        text = f.read()
    ok(not [x for x in text.splitlines() if re.match(r"[0-9*@]", x)], "cron starts nothing until a comment is taken off", text)
    settings = dict(x.split("=", 1) for x in text.splitlines() if re.match(r"[A-Z_]+=", x))
    jobs = [x[1:] for x in text.splitlines() if re.match(r"#[0-9*]", x)]
    equal(len(jobs), 3, "three lines to choose from")
    secrets, state = folder(), folder()
    for name in ("wmi", "ssh-key", "jira"):
        shutil.copy(os.path.join(top, "credstore", "assetscan.%s.%s" % (NAME, name)), os.path.join(secrets, name))
    own(secrets, user)
    own(state, user)
    env = dict(settings, CREDENTIALS_DIRECTORY=secrets, ASSETSCAN_STATE_DIR=state)
    env["PATH"] = os.path.dirname(reachable(ASSETSCAN)) + ":" + env["PATH"]
    for job in jobs:
        fields = job.split(None, 6)
        ok(all(re.fullmatch(r"(\*|\d+)(/\d+)?(,\d+)*", x) for x in fields[:5]) and fields[5] == "assetscan" and "%" not in fields[6],
           "a line of /etc/cron.d: five times, a user, a command", fields)
        command = fields[6].replace("/etc/", top + "/").replace("NAME", NAME).replace("https://jira.example.com", tracker.url)
        command = command.replace("--jira-token-file", "--jira-user=scanner --jira-password-file")
        got = as_service([settings["SHELL"], "-c", command], env, user)
        equal((got.returncode, got.stdout, got.stderr), (0, b"", b""), "it runs, and gives cron nothing to mail: " + fields[6][:60])
    equal(len(tracker.assets()), 2, "and the assets are in Jira")
    tracker.stop()


for test in (systemd_takes_them, the_service_is_played, cron_lines_are_played):
    case(test)
done()
