#!/usr/bin/python3
"""Command lines and mapping files of the two scanners that this one replaces:
they work when only the program's name is changed."""
import os
import select
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, SLACK, case, done, equal, folder, ok, spawn                         # noqa: E402
import winhosts                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from jira import Tracker                                                         # noqa: E402

farm = with_farm(__file__, "--only", "plain,keyonly", "--played", ",".join(
    "%s=%s/tests/demo/recordings/%s.out" % (n, ROOT, n) for n in ("web1", "studio")))
HOST = farm["hosts"]["plain"]["address"]
PASSWORD = farm["users"]["alice"]["password"]
MAC = "3c:ec:ef:51:00:01"

# The SSH dialect, with the quotes as the old documentation wrote them.
SSH_XML = """<?xml version="1.0" encoding="UTF-8" ?>

<fields>
    <os type="linux" path="/bin:/usr/bin:/sbin">
        <matcher
                field="spartez.network"
                updateOnly="%s"
                command="echo \\'1: link/ether %s brd\\' | grep \\'link/\\' | awk \\'{print $3}\\'"
        />
        <field type="single" assetField="spartez.value"  scanner="proc" path="/proc/uptime" />
    </os>
    <os type="darwin" path="/sbin:/usr/sbin">
        <matcher field="spartez.network" updateOnly="%s" command="ifconfig | awk \\'/ether/ {print $2}\\'" />
        <field type="single" assetField="spartez.value" scanner="sysctl" prop="kern.boottime" />
    </os>
</fields>
"""
# The WMI dialect.
WMI_XML = """<?xml version="1.0" encoding="utf-8"?>
<fields>
    <matcher field="spartez.network" updateOnly="true" filter="NOT ServiceName=&quot;tunnel&quot;"/>
    <field type="single" objectClass="Win32_PerfFormattedData_PerfOS_System"
        propertyName="SystemUpTime" mod="3600" assetField="spartez.value">{0}</field>
</fields>
"""


def run(*args, state=None, text=b""):
    """As cron would: no terminal, little environment."""
    env = {"PATH": os.environ["PATH"], "HOME": state or folder()}
    return subprocess.run([ASSETSCAN, *args], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=env, timeout=120)


def xml(text):
    path = os.path.join(folder(), "mapping.xml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def jira_flags(tracker, type_flag="--asset-type"):
    return ["--jira-user=scanner", "--jira-password=secret", "--folder=Electronics/Computers", type_flag + "=type.computer"]


def values(asset, name):
    return [f["values"] for f in asset["fields"] if f["def"]["type"]["name"] == name]


def asked_for_help():
    for args in (["--usage"], ["scan", "--usage"], ["scan", "--help"]):
        got = run(*args)
        ok(got.returncode == 0 and got.stdout.startswith(b"usage: assetscan"), " ".join(args) + " prints the usage", got)
    usage = run("scan", "--usage").stdout.decode()
    old = ("usage version verbose range self ssh-user ssh-password ssh-key-file xml-config ping-first ping-timeout folder asset-type "
           "jira-url jira-user jira-password jira-token type wmi-config ip-range wmi-user wmi-password wmi-timeout no-close").split()
    equal([n for n in old if n != "version" and "--" + n not in usage], [], "and names every flag of the old ones")
    for args in (["--version"], ["scan", "--version"]):
        ok(run(*args).stdout.startswith(b"assetscan "), " ".join(args) + " prints the version")


def the_ssh_scanners_range_scan():
    tracker = Tracker()
    got = run("scan", *jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--range=%s-%s" % (HOST, HOST),
              "--ping-first", "--ping-timeout=1", "--jira-url=" + tracker.url)
    equal(got.returncode, 0, "user, password, range, ping first: a scan as cron had it")
    ok(b"Created asset #" in got.stdout and b"Created 1 assets" in got.stdout and b"Updated 0 assets" in got.stdout,
       "with the lines that the old one printed", got.stdout.decode() + got.stderr.decode())
    everything = got.stdout + got.stderr
    ok(PASSWORD.encode() not in everything and b"secret" not in everything, "and without passwords", everything)
    for flag in (b"--ssh-password", b"--jira-password"):
        ok(flag + b" on the command line" in got.stderr, flag.decode() + " on the command line is warned about", got.stderr)
    tracker.stop()


def the_ssh_scanners_self_scan():
    tracker = Tracker()
    got = run("scan", *jira_flags(tracker), "--self", "--ping-first", "--ping-timeout=1", "--jira-url=" + tracker.url, "--verbose")
    text = got.stdout.decode() + got.stderr.decode()
    ok(got.returncode in (0, 5) and "127.0.0.1" in text, "--self scans this computer", text)
    ok("secret" not in got.stdout.decode() and "secret" not in got.stderr.decode(), "--verbose shows no password", text)
    tracker.stop()


def a_key_file_alone_is_enough():
    tracker = Tracker()
    got = run("scan", *jira_flags(tracker), "--ssh-key-file=" + farm["keys"]["ed25519"]["path"], "--ssh-user=alice", "--range=" + HOST,
              "--jira-url=" + tracker.url, "--verbose")
    equal(got.returncode, 0, "a key file and a user")
    got = run("scan", *jira_flags(tracker), "--ssh-key-file=/no/such/key", "--range=" + HOST, "--jira-url=" + tracker.url)
    ok(got.returncode == 1 and b"/no/such/key" in got.stderr, "a key file that is not there is named", got.stderr)
    tracker.stop()


def the_ssh_scanners_mapping():
    tracker = Tracker()
    common = [*jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--range=" + HOST, "--jira-url=" + tracker.url]
    only = xml(SSH_XML % ("true", MAC, "true"))
    got = run("scan", *common, "--xml-config=" + only)
    ok(got.returncode == 0 and not tracker.assets(), "updateOnly of the matcher creates nothing", got.stdout.decode())
    state = folder()
    got = run("scan", *common, "--xml-config=" + xml(SSH_XML % ("false", MAC, "false")), state=state)
    equal(len(tracker.assets()), 1, "without it an asset is made")
    asset = tracker.assets()[0]
    ok(MAC in str(values(asset, "spartez.network")), "the matcher's command names it", asset)
    uptime = values(asset, "spartez.value")
    ok(uptime and float(uptime[0][0]) > 0, "the first number of /proc/uptime is there", asset)
    got = run("scan", *common, "--xml-config=" + only, state=state)
    ok(b"Updated asset #" in got.stdout and len(tracker.assets()) == 1, "a second scan updates it", got.stdout.decode() + got.stderr.decode())
    tracker.stop()


# The documentation's sample scripts with the values of this network in them.
SSH_SELF = """#!/bin/sh

Jira_USER=scanner
Jira_PASSWORD=secret
FOLDER=Electronics/Computers
TYPE=type.computer
Jira_URL=%(url)s

python /opt/spartez/asset-tracker-scanner/scanner.py \\
--jira-user=$Jira_USER \\
--jira-password=$Jira_PASSWORD \\
--folder=$FOLDER \\
--asset-type=$TYPE \\
--self \\
--ping-first \\
--ping-timeout=1 \\
--jira-url=$Jira_URL
"""
SSH_RANGE = """#!/bin/sh

Jira_USER=scanner
Jira_PASSWORD=secret
SSH_USER=alice
SSH_PASSWORD=%(password)s
FOLDER=Electronics/Computers
TYPE=type.computer
IP_RANGE=%(range)s
Jira_URL=%(url)s
python /opt/spartez/asset-tracker-scanner/scanner.py \\
--jira-user=$Jira_USER \\
--jira-password=$Jira_PASSWORD \\
--ssh-user=$SSH_USER \\
--ssh-password=$SSH_PASSWORD \\
--folder=$FOLDER \\
--asset-type=$TYPE \\
--range=$IP_RANGE \\
--ping-first \\
--ping-timeout=1 \\
--jira-url=$Jira_URL
"""
WMI_SELF = """set BATCH="c:\\Program Files (x86)\\Spartez\\Asset Tracker WMI Scanner\\scanner.exe"
set Jira_USER=scanner
set Jira_PASSWORD=secret
set FOLDER=Electronics/Computers
set TYPE=type.computer

%%BATCH%% ^
 --jira-user=%%Jira_USER%%^
 --jira-password=%%Jira_PASSWORD%%^
 --folder=%%FOLDER%%^
 --type=%%TYPE%%^
 --self^
 %(url)s
"""
WMI_RANGE = """set BATCH="c:\\Program Files (x86)\\Spartez\\Asset Tracker WMI Scanner\\scanner.exe"
set Jira_USER=scanner
set Jira_PASSWORD=secret
set WMI_USER=%(user)s
set WMI_PASSWORD=%(password)s
set FOLDER=Electronics/Computers
set TYPE=type.computer
set IP_RANGE=%(range)s

%%BATCH%% ^
 --jira-user=%%Jira_USER%%^
 --jira-password=%%Jira_PASSWORD%%^
 --wmi-user=%%WMI_USER%%^
 --wmi-password=%%WMI_PASSWORD%%^
 --folder=%%FOLDER%%^
 --type=%%TYPE%%^
 --ip-range=%%IP_RANGE%%^
 --ping-first=true^
 --ping-timeout=1^
 %(url)s
"""


def shell_script(text):
    """Runs it with a `python` that is this scanner: nothing else is changed."""
    top = folder()
    with open(os.path.join(top, "python"), "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\n[ \"$1\" = /opt/spartez/asset-tracker-scanner/scanner.py ] || exit 99\nshift\nexec %s \"$@\"\n" % ASSETSCAN)
    with open(os.path.join(top, "scan.sh"), "w", encoding="utf-8") as f:
        f.write(text)
    for name in ("python", "scan.sh"):
        os.chmod(os.path.join(top, name), 0o755)
    return subprocess.run([os.path.join(top, "scan.sh")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={"PATH": top + ":" + os.environ["PATH"], "HOME": folder()}, timeout=120)


def batch_script(text):
    """As cmd.exe reads it: set, %NAME%, ^ at the end of a line; the program is
    replaced, and its words are split at blanks."""
    names, command = {}, ""
    for line in text.replace("^\n", "").splitlines():
        if line.startswith("set "):
            name, _, value = line[4:].partition("=")
            names[name] = value
        elif line.strip():
            command = line
    for name, value in names.items():
        command = command.replace("%" + name + "%", value)
    program = names["BATCH"]
    assert command.startswith(program), command
    return run(*command[len(program):].split())


def winrange():
    """Two Windows hosts, and the whole range that they are in."""
    hosts = [winhosts.address("win11"), winhosts.address("server2022")]
    return hosts, "%s.1-%s.100" % (winhosts.NET, winhosts.NET)


def no_secret(got, *secrets):
    everything = got.stdout + got.stderr
    return not any(s.encode() in everything for s in secrets)


def the_ssh_sample_scripts():
    tracker = Tracker()
    tracker.faults({"method": "GET", "path": "itemtype/", "times": 1, "do": "stall", "seconds": 1.5})
    net = HOST.rsplit(".", 1)[0]
    got = shell_script(SSH_RANGE % {"url": tracker.url, "password": PASSWORD, "range": "%s.1-%s.100" % (net, net)})
    names = [values(a, "system.title")[0][0] for a in tracker.assets()]
    equal(got.returncode, 0, "the script for a range ends well")
    log = [line.split("  ", 1)[-1].split()[0] for line in got.stdout.decode().splitlines() if "Posting host" in line or "Created asset" in line]
    equal(log, ["Posting", "Created"] * len(names), "each \"Created asset\" follows its own \"Posting host\", however slow Jira is")
    ok({"web1", "studio"} <= set(names), "it finds Linux and macOS computers among 100 addresses and posts them", (names, got.stdout[-2000:]))
    ok({a["folder"] for a in tracker.assets()} == {"Electronics/Computers"}, "into the folder that it names", tracker.assets())
    ok(no_secret(got, PASSWORD, "secret"), "and shows no password", got)
    tracker.stop()
    tracker = Tracker()
    got = shell_script(SSH_SELF % {"url": tracker.url})
    text = got.stdout.decode()
    ok(got.returncode in (0, 5) and "127.0.0.1" in text and
       (len(tracker.assets()) == 1 or "no MAC address, serial number or UUID" in text),
       "the script for this computer makes its asset, or says why it cannot", got)
    ok(no_secret(got, "secret"), "and shows no password", got)
    tracker.stop()


def the_wmi_sample_scripts():
    tracker = Tracker()
    hosts, everything = winrange()
    got = batch_script(WMI_RANGE % {"url": tracker.url, "user": winhosts.USER, "password": winhosts.PASSWORD, "range": everything})
    equal(got.returncode, 0, "the batch file for a range ends well")
    equal(len(tracker.assets()), 2, "it finds both Windows computers among 100 addresses and posts them")
    ok(b"Created 2 assets" in got.stdout and no_secret(got, winhosts.PASSWORD, "secret"), "says so, and shows no password", got)
    tracker.stop()
    tracker = Tracker()
    got = batch_script(WMI_SELF % {"url": tracker.url})
    ok(got.returncode in (0, 5) and (len(tracker.assets()) == 1 or b"no MAC address, serial number or UUID" in got.stdout),
       "the batch file for this computer makes its asset, or says why it cannot", got)
    tracker.stop()


def the_wmi_scanners_flags():
    hosts, _ = winrange()
    tracker = Tracker("--token", "tok-1")
    everything = ["--jira-token=tok-1", "--folder=Electronics/Computers", "--type=type.computer", "--wmi-config=" + xml(WMI_XML.replace("true", "false")),
                  "--ip-range=%s,127.0.62.1-127.0.62.3" % ",".join(hosts), "--wmi-user=" + winhosts.USER, "--wmi-password=" + winhosts.PASSWORD,
                  "--wmi-timeout=60", "--ping-first", "--ping-timeout=1", "--no-close", "--verbose", tracker.url]
    got = run("scan", *everything)
    equal((got.returncode, len(tracker.assets())), (0, 2), "every flag of the Windows scanner at once, and its URL at the end")
    ok(all(values(a, "spartez.value") for a in tracker.assets()), "with its mapping file, whose field is there", tracker.assets())
    ok(no_secret(got, winhosts.PASSWORD, "tok-1"), "no secret is shown", got)
    for flag in (b"--wmi-password", b"--jira-token"):
        ok(flag + b" on the command line" in got.stderr, flag.decode() + " on the command line is warned about", got.stderr)
    for text in ("true", "TRUE", "yes", "1", "false", "FALSE", "no", "0"):
        got = run("scan", "--ip-range=" + hosts[0], "--wmi-user=" + winhosts.USER, "--wmi-password=" + winhosts.PASSWORD, "--ping-first=" + text)
        equal(got.returncode, 0, "--ping-first=" + text)
    tracker.clear()
    # As the plugin started it; the pictured log shows no URL.
    got = run("scan", "--jira-token=tok-1", "--type=type.computer", "--folder=Electronics/Computers", "--ip-range=" + hosts[1],
              "--ping-first=true", "--ping-timeout=10", "--wmi-timeout=60", "--wmi-user=" + winhosts.USER, "--wmi-password=" + winhosts.PASSWORD, tracker.url)
    equal((got.returncode, len(tracker.assets())), (0, 1), "the line that the plugin started")
    tracker.stop()


def the_ssh_scanners_flags():
    tracker = Tracker("--token", "tok-1")
    mapping = xml(SSH_XML % ("false", MAC, "false"))
    common = ["--verbose", "--range=" + HOST, "--xml-config=" + mapping, "--ping-first", "--ping-timeout=1", "--folder=Electronics/Computers",
              "--asset-type=type.computer", "--jira-url=" + tracker.url]
    for what, more in (("user and password", ["--ssh-user=alice", "--ssh-password=" + PASSWORD]),
                       ("user and key", ["--ssh-user=alice", "--ssh-key-file=" + farm["keys"]["ed25519"]["path"]]),
                       ("a key alone, which is root's", ["--ssh-key-file=" + farm["keys"]["ed25519"]["path"]])):
        tracker.clear()
        got = run("scan", *common, *more, "--jira-token=tok-1")
        equal((got.returncode, len(tracker.assets())), (0, 1), "every flag of the SSH scanner at once, with %s" % what)
        ok(no_secret(got, PASSWORD, "tok-1"), "no secret is shown", got)
    tracker.stop()


def only_the_programs_name_is_changed():
    """Options first mean a scan: a cron line needs no other word."""
    tracker = Tracker()
    got = run(*jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--range=" + HOST, "--jira-url=" + tracker.url)
    equal((got.returncode, len(tracker.assets())), (0, 1), "without `scan`, as the old one was started")
    got = run("--rnage=" + HOST)
    ok(got.returncode == 1 and b"there is no option --rnage" in got.stderr, "a mistake in it is named", got)
    got = run("--usage")
    ok(got.returncode == 0 and b"COMMAND" in got.stdout, "--usage alone shows the commands", got)
    tracker.stop()


def lines_come_as_they_are_written():
    hung = socket.socket()
    hung.bind(("127.0.62.9", 22))
    hung.listen(8)
    child = spawn([ASSETSCAN, "scan", "--range=127.0.62.9,127.0.62.8", "--ssh-user=a", "--ssh-password=b", "--state-dir=" + folder()],
                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    ready, _, _ = select.select([child.stdout], [], [], 1 + SLACK)
    ok(ready and b"Scanning using profile" in child.stdout.readline(), "whoever reads the log reads it while the scan runs")
    child.send_signal(signal.SIGTERM)
    equal(child.wait(60), 130, "SIGTERM cancels: 130")
    hung.close()


def a_jira_that_is_not_there_is_told_at_once():
    tracker = Tracker()
    tracker.faults({"do": "status", "status": 503, "times": 2, "method": "GET", "path": "itemtype/"})
    got = run("scan", *jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--range=" + HOST, "--jira-url=" + tracker.url,
              "--xml-config=" + xml(SSH_XML % ("false", MAC, "false")))
    said = [line.split("  ", 1)[-1] for line in got.stdout.decode().splitlines()]
    at = [i for i, line in enumerate(said) if "503" in line and line.endswith("trying again, 3 times at most.")]
    ok(got.returncode == 0 and len(at) == 1 and said[at[0] - 1].startswith("Posting host") and "Created asset" in said[at[0] + 1],
       "what is waited for is said between posting and its outcome", got.stdout.decode())
    tracker.stop()


def what_jira_refuses_has_an_exit_code():
    tracker = Tracker()
    tracker.faults({"do": "status", "status": 400, "times": 1000, "method": "POST", "path": "/item"})
    common = [*jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--range=" + HOST, "--jira-url=" + tracker.url,
              "--xml-config=" + xml(SSH_XML % ("false", MAC, "false"))]
    equal(run("scan", *common).returncode, 5, "an asset that Jira refuses: exit code 5")
    tracker.stop()


def mistakes_are_named():
    for args, part in ((["--range=" + HOST, "--pingfirst"], b"there is no option --pingfirst"),
                       (["--range=" + HOST, "--ping-timeout=soon"], b"--ping-timeout takes a number"),
                       (["--range=" + HOST, "--jira-url=http://127.0.0.1:1/jira"], b"Jira needs a log-in"),
                       (["--range=10.0.0.1-300"], b"10.0.0.1-300"),
                       (["--range=" + HOST, "--xml-config=/no/such.xml"], b"/no/such.xml"),
                       (["--range=" + HOST, "--xml-config=" + xml("<fields>\n<os type='linux'>\n<color/>\n</os></fields>")], b"line 3"),
                       (["--self", "--range=" + HOST], b"--self does not go with --range"),
                       (["--range"], b"--range needs a value"), ([], b"--range"),
                       (["--self", "--wmi-pasword=hunter2"], b"--wmi-pasword; is it --wmi-password?"),
                       (["--self", "--nonsense=hunter2"], b"there is no option --nonsense here"),
                       (["--self", "--wmi-timeout=-1"], b"--wmi-timeout: must be from"),
                       (["--self", "--sections=disk,hardwar"], b'--sections: "hardwar" is no section; is it hardware?'),
                       (["--self", "--sections=nothing"], b'"nothing" is no section; there are: all, hardware'),
                       (["--range=10.0.0.300"], b'--range: "10.0.0.300"'),
                       (["--self", "--wmi-config=" + xml("<fields>\n<color/></fields>")], b"mapping.xml: line 2"),
                       (["--range=" + HOST, "--ssh-key-file=/no/such-key"], b"--ssh-key-file: /no/such-key: No such file"),
                       (["192.168.1.0/24"], b"ranges are given with --range"),
                       (["--self", "ftp://jira.example/", "--jira-user=a", "--jira-password=b"], b"ftp://jira.example/: must begin with"),
                       (["--self", "http://a.example/", "--jira-url=http://b.example/"], b"two Jiras"),
                       # or a scan would end well with nothing written
                       (["--self", "--jira-user=scanner", "--jira-password=secret"], b"give --jira-url=URL"),
                       (["--jira-token=tok-1", "--type=type.computer", "--ip-range=127.0.62.9"], b"give --jira-url=URL")):
        got = run("scan", *args)
        ok(got.returncode == 1 and part in got.stderr, "%s: %s" % (" ".join(args)[-40:], part.decode()), got)
        ok(no_secret(got, "hunter2"), "and shows no password", got)


def both_scanners_mapping_files():
    """Who had both of the old scanners has a file of each: one scan takes both."""
    hosts, _ = winrange()
    tracker = Tracker()
    both = ["--xml-config=" + xml(SSH_XML % ("false", MAC, "false")), "--wmi-config=" + xml(WMI_XML.replace('"true"', '"false"'))]
    common = [*jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--wmi-user=" + winhosts.USER,
              "--wmi-password=" + winhosts.PASSWORD, "--range=%s,%s" % (HOST, hosts[0]), tracker.url]
    got = run("scan", *common, *both)
    equal((got.returncode, len(tracker.assets())), (0, 2), "with both mapping files Windows and Linux become assets")
    ok(len(tracker.assets()) == 2 and all(values(a, "spartez.value") for a in tracker.assets()), "each by its own file", got.stdout.decode() + got.stderr.decode())
    got = run("scan", *common, both[1], both[1].replace("--wmi-config", "--xml-config"))
    ok(got.returncode == 1 and b"both have a part for Windows" in got.stderr, "two parts for one system are refused", got)
    got = run("scan", *common, both[0], "--wmi-config=" + xml("<fields>\n<color/></fields>"))
    ok(got.returncode == 1 and b"mapping.xml: line 2" in got.stderr, "a mistake in either is named with its file", got)
    tracker.stop()


for test in (asked_for_help, the_ssh_scanners_range_scan, the_ssh_scanners_self_scan, a_key_file_alone_is_enough, the_ssh_scanners_mapping,
             the_ssh_sample_scripts, the_wmi_sample_scripts, the_ssh_scanners_flags, the_wmi_scanners_flags,
             only_the_programs_name_is_changed, lines_come_as_they_are_written, a_jira_that_is_not_there_is_told_at_once,
             what_jira_refuses_has_an_exit_code, mistakes_are_named, both_scanners_mapping_files):
    case(test)
done()
