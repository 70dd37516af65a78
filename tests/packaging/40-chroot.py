"""Packages where they are meant to be: a fresh Debian made by debootstrap.  The
archive runs there with nothing installed; the deb is installed, scans as `make
demo` does, and is gone without a trace when purged; the rpm's payload runs too."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import packages  # noqa: E402
from tap import ROOT, case, done, equal, folder, ok  # noqa: E402

# In mounts of its own, which end with it.
if "CHROOT_TEST" not in os.environ:
    os.environ["CHROOT_TEST"] = "1"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, os.path.abspath(__file__)])

CACHE = os.path.join(ROOT, "build/debootstrap")
must, run = packages.must, packages.run
PACKS = packages.packages()
TOP = folder()
os.chmod(TOP, 0o755)        # the demo's SSH servers read their users' keys below it
SHARED = os.path.join(TOP, "shared")        # at the same place in there
ROOTFS = os.path.join(TOP, "root")
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def apt_setting(name):
    m = re.search(r"^\S+ \"(.*)\";$", run("apt-config", "dump", name).stdout, re.M)
    return m.group(1) if m else ""


def release():
    with open("/etc/os-release", encoding="utf-8") as f:
        return re.search(r"^VERSION_CODENAME=(\w+)", f.read(), re.M).group(1)


def base():
    """The bare system as a tar file, made once; from the mirror that this machine uses."""
    name = os.path.join(CACHE, release() + ".tar")
    if os.path.exists(name):
        return name
    os.makedirs(CACHE, exist_ok=True)
    mirrors = [line.split()[0] for line in must("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)",
                                                "Created-By: Packages").splitlines() if line.split()[1:] == [release()]]
    proxy = apt_setting("Acquire::http::Proxy")
    env = dict(os.environ, **({"http_proxy": proxy} if proxy else {}))
    got = None
    for mirror in dict.fromkeys(mirrors):
        made = os.path.join(TOP, "made")
        got = run("debootstrap", "--variant=minbase", release(), made, mirror, env=env, timeout=1500)
        if got.returncode == 0:
            must("tar", "-C", made, "-cf", name + ".new", ".")
            os.rename(name + ".new", name)
            shutil.rmtree(made)
            return name
    raise AssertionError("debootstrap: " + (got.stdout[-2000:] + got.stderr if got else "apt names no mirror"))


def inside(*argv, **kw):
    return run("chroot", ROOTFS, *argv, env=ENV, **kw)


def prepare():
    os.mkdir(ROOTFS)
    must("tar", "-C", ROOTFS, "-xf", base())
    must("mount", "-t", "proc", "proc", ROOTFS + "/proc")
    for path in ("/dev/null", "/dev/urandom", "/dev/zero"):
        if not os.path.exists(ROOTFS + path):
            must("cp", "-a", path, ROOTFS + path)
    # Downloads are kept for the next run; the demo's folder is at the same place for both.
    os.makedirs(CACHE + "/archives/partial", exist_ok=True)
    must("mount", "--bind", CACHE + "/archives", ROOTFS + "/var/cache/apt/archives")
    os.makedirs(SHARED)
    os.makedirs(ROOTFS + SHARED)
    must("mount", "--bind", SHARED, ROOTFS + SHARED)
    shutil.copy("/etc/resolv.conf", ROOTFS + "/etc/resolv.conf")
    with open(ROOTFS + "/etc/apt/apt.conf.d/90test", "w", encoding="utf-8") as f:
        f.write('APT::Sandbox::User "root";\nAPT::Keep-Downloaded-Packages "true";\nBinary::apt-get::APT::Keep-Downloaded-Packages "true";\n')
        for name in ("Acquire::http::Proxy", "Acquire::https::Proxy"):
            if apt_setting(name):
                f.write('%s "%s";\n' % (name, apt_setting(name)))
    with open(ROOTFS + "/usr/sbin/policy-rc.d", "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\necho \"$@\" >>/started\nexit 101\n")
    os.chmod(ROOTFS + "/usr/sbin/policy-rc.d", 0o755)


def demo(program, what):
    """`make demo` with the program in there; what it must say is what the README shows."""
    wrapper = os.path.join(TOP, "program")
    with open(wrapper, "w", encoding="utf-8") as f:
        f.write('#!/bin/sh\nexec chroot "%s" /usr/bin/env HOME="$HOME" %s "$@"\n' % (ROOTFS, program))
    os.chmod(wrapper, 0o755)
    got = run("sh", os.path.join(ROOT, "tests/demo/run"), env=dict(os.environ, PROGRAM=wrapper, TMPDIR=SHARED), timeout=900)
    text = got.stdout
    ok(got.returncode == 0, what + ": the demo runs to its end", text[-3000:] + got.stderr[-2000:])
    ok("Addresses: 8 scanned, 16 refused" in text and "Assets: 8 created" in text, what + ": Windows, Linux and macOS are scanned, 8 assets made",
       text[-6000:])
    ok("Assets: 8 unchanged" in text, what + ": the second scan changes nothing")
    ok('"version":"%s"' % packages.VERSION in text.replace('": "', '":"'), what + ": and it answers on JSON-RPC")


def snapshot():
    """Every path but those of the package manager and of this test."""
    out = must("find", ROOTFS, "-xdev", "-printf", "%P %y %m %U:%G %l\n").splitlines()
    skip = re.compile(r"^(var/lib/dpkg/|var/cache/|var/log/|var/lib/apt/|etc/ld\.so\.cache|started|tmp|proc|dev|run|etc/(passwd|group|shadow|gshadow|subuid|subgid)-? )")
    return {line for line in out if not skip.match(line)}


def accounts():
    with open(ROOTFS + "/etc/passwd", encoding="utf-8") as f, open(ROOTFS + "/etc/group", encoding="utf-8") as g:
        return [line for line in (f.read() + g.read()).splitlines() if "assetscan" in line]


def archive_alone():
    os.mkdir(ROOTFS + "/opt/archive")
    must("tar", "-C", ROOTFS + "/opt/archive", "--strip-components=1", "-xf", PACKS["tar"])
    got = inside("/opt/archive/bin/assetscan", "--version")
    equal((got.stdout, got.returncode), ("assetscan %s\n" % packages.VERSION, 0), "archive: runs on a bare system")
    for name in ("libjansson.so.4", "libcurl.so.4"):
        ok(name not in inside("ldconfig", "-p").stdout, "archive: where there is no " + name)
    demo("/opt/archive/bin/assetscan", "archive")
    shutil.rmtree(ROOTFS + "/opt/archive")


def deb_installed():
    deb = shutil.copy(PACKS["deb"], ROOTFS + "/assetscan.deb")
    names = re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?(?:,|$)", must("dpkg-deb", "-f", deb, "Depends").strip())
    got = inside("apt-get", "-qq", "-y", "--no-install-recommends", "install", *names, timeout=1500)
    ok(got.returncode == 0, "deb: Debian has all that it depends on", got.stdout[-2000:] + got.stderr[-2000:])
    before = snapshot()
    got = inside("dpkg", "-i", "/assetscan.deb")
    ok(got.returncode == 0, "deb: is installed, with nothing that it does not name", got.stdout + got.stderr)
    equal(inside("assetscan", "--version").stdout, "assetscan %s\n" % packages.VERSION, "deb: the program runs")
    equal(inside("stat", "-c", "%n %a %U:%G", "/var/lib/assetscan", "/etc/assetscan").stdout.splitlines(),
          ["/var/lib/assetscan 700 assetscan:assetscan", "/etc/assetscan 750 root:assetscan"], "deb: the account and its folders")
    entry = [a for a in accounts() if a.count(":") == 6]
    ok(len(entry) == 1 and entry[0].endswith(":/var/lib/assetscan:/usr/sbin/nologin") and int(entry[0].split(":")[2]) < 1000,
       "deb: a system account that nobody logs on to", entry)
    wants = run("find", ROOTFS + "/etc/systemd", ROOTFS + "/etc/cron.d", "-name", "*assetscan*").stdout
    ok(wants == "" and not os.path.exists(ROOTFS + "/started"), "deb: nothing is enabled or started", wants)
    got = inside("setpriv", "--reuid=assetscan", "--regid=assetscan", "--clear-groups", "env", "ASSETSCAN_STATE_DIR=/var/lib/assetscan",
                 "assetscan", "scan", "--self", "--format=jsonl")
    ok(got.returncode == 0 and '"state":"scanned"' in got.stdout.replace('": "', '":"'), "deb: the account scans this computer", got.stdout + got.stderr)
    demo("/usr/bin/assetscan", "deb")
    again = inside("dpkg", "-i", "/assetscan.deb")
    ok(again.returncode == 0 and len(accounts()) == 2, "deb: installed over itself", again.stdout + again.stderr)
    # What administrators leave behind: results, secrets, an enabled timer.
    for path, text in (("var/lib/assetscan/outbox/x", "result"), ("etc/assetscan/key", "secret"), ("etc/credstore/assetscan.NAME.jira", "secret")):
        os.makedirs(os.path.dirname(os.path.join(ROOTFS, path)), exist_ok=True)
        with open(os.path.join(ROOTFS, path), "w", encoding="utf-8") as f:
            f.write(text)
    os.makedirs(ROOTFS + "/etc/systemd/system/timers.target.wants", exist_ok=True)
    os.symlink("/usr/lib/systemd/system/assetscan@.timer", ROOTFS + "/etc/systemd/system/timers.target.wants/assetscan@lab.timer")
    got = inside("dpkg", "-r", "assetscan")
    ok(got.returncode == 0 and os.path.exists(ROOTFS + "/var/lib/assetscan/outbox/x") and os.path.exists(ROOTFS + "/etc/assetscan/key"),
       "deb: removed, results and secrets stay", got.stdout + got.stderr)
    got = inside("dpkg", "-P", "assetscan")
    after = snapshot()
    ok(got.returncode == 0 and not got.stderr, "deb: purged", got.stdout + got.stderr)
    empty = {"etc/credstore d 755 0:0 ", "etc/systemd/system/timers.target.wants d 755 0:0 "}
    equal(sorted((after ^ before) - empty), [], "deb: not one file is left, nor one missing")
    equal(accounts(), [], "deb: nor the account")


def rpm_payload():
    top = packages.unpack(PACKS, "rpm")
    shutil.copytree(top, ROOTFS + "/opt/rpm", symlinks=True)
    got = inside("/opt/rpm/usr/bin/assetscan", "--version")
    equal((got.stdout, got.returncode), ("assetscan %s\n" % packages.VERSION, 0), "rpm: its program runs")
    demo("/opt/rpm/usr/bin/assetscan", "rpm")


prepare()
for test in (archive_alone, deb_installed, rpm_payload):
    case(test)
for mount in ("/proc", SHARED, "/var/cache/apt/archives"):
    run("umount", "-l", ROOTFS + mount)
done()
