#!/usr/bin/python3
"""Command lines and mapping files of the two scanners that this one replaces:
they work when only the program's name is changed."""
import json
import os
import select
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, case, done, equal, folder, ok, spawn                         # noqa: E402
from farm import with_farm                                                       # noqa: E402
from jira import Tracker                                                         # noqa: E402

farm = with_farm(__file__, "--only", "plain,keyonly")
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


def outcome(got):
    """What a scan of nobody with a WMI credential came to, and should come to."""
    info = run("rpc", text=b'{"jsonrpc":"2.0","id":1,"method":"helper.info"}\n').stdout
    if "wmi" in json.loads(info)["result"]["capabilities"]["protocols"]:
        return got.returncode, 2
    return (got.returncode, got.stderr.strip().splitlines()[-1]), \
        (1, b"assetscan: /credentials: holds no credential for ssh: of the profile's protocols this program speaks no other")


def the_wmi_scanners_flags():
    tracker = Tracker()
    got = run("scan", *jira_flags(tracker, "--type"), "--wmi-user=CORP\\scanner", "--wmi-password=oops", "--ip-range=127.0.62.1-127.0.62.3",
              "--ping-first=true", "--ping-timeout=1", "--wmi-timeout=10", "--no-close", "--wmi-config=" + xml(WMI_XML), tracker.url)
    equal(*outcome(got), "the Windows scanner's flags and its URL at the end are understood; nothing listens there")
    ok(b"oops" not in got.stdout + got.stderr, "no password is shown", got.stderr)
    got = run("scan", "--jira-token=abc", "--type=type.computer", "--folder=Electronics/Computers", "--ip-range=127.0.62.1",
              "--ping-first=true", "--ping-timeout=10", "--wmi-timeout=10", "--wmi-user=u", "--wmi-password=oops", tracker.url)
    equal(*outcome(got), "the line that the plugin started is understood, too")
    tracker.stop()


def lines_come_as_they_are_written():
    hung = socket.socket()
    hung.bind(("127.0.62.9", 22))
    hung.listen(8)
    child = spawn([ASSETSCAN, "scan", "--range=127.0.62.9,127.0.62.8", "--ssh-user=a", "--ssh-password=b", "--state-dir=" + folder()],
                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    ready, _, _ = select.select([child.stdout], [], [], 5)
    ok(ready and b"Scanning using profile" in child.stdout.readline(), "whoever reads the log reads it while the scan runs")
    child.send_signal(signal.SIGTERM)
    equal(child.wait(5), 130, "SIGTERM cancels: 130")
    hung.close()


def what_jira_refuses_has_an_exit_code():
    tracker = Tracker()
    tracker.faults({"do": "status", "status": 400, "times": 1000, "method": "POST", "path": "/item"})
    common = [*jira_flags(tracker), "--ssh-user=alice", "--ssh-password=" + PASSWORD, "--range=" + HOST, "--jira-url=" + tracker.url,
              "--xml-config=" + xml(SSH_XML % ("false", MAC, "false"))]
    equal(run("scan", *common).returncode, 5, "an asset that Jira refuses: exit code 5")
    tracker.stop()


def mistakes_are_named():
    for args, part in ((["--range=" + HOST, "--pingfirst"], b"there is no option --pingfirst"),
                       (["--range=" + HOST, "--ping-timeout=soon"], b"pingTimeout takes a number"),
                       (["--range=" + HOST, "--jira-url=http://127.0.0.1:1/jira"], b"Jira needs a log-in"),
                       (["--range=10.0.0.1-300"], b"10.0.0.1-300"),
                       (["--range=" + HOST, "--xml-config=/no/such.xml"], b"/no/such.xml"),
                       (["--range=" + HOST, "--xml-config=" + xml("<fields>\n<os type='linux'>\n<color/>\n</os></fields>")], b"line 3"),
                       (["--range"], b"--range needs a value"), ([], b"--range")):
        got = run("scan", *args)
        ok(got.returncode == 1 and part in got.stderr, "%s: %s" % (" ".join(args)[-40:], part.decode()), got)


for test in (asked_for_help, the_ssh_scanners_range_scan, the_ssh_scanners_self_scan, a_key_file_alone_is_enough, the_ssh_scanners_mapping,
             the_wmi_scanners_flags, lines_come_as_they_are_written, what_jira_refuses_has_an_exit_code, mistakes_are_named):
    case(test)
done()
