"""Packages: which files, whose, with which modes; what they need; what lintian and
rpmlint say; manual and completion as they were packed."""
import glob
import gzip
import os
import re
import shutil
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import packages  # noqa: E402
from tap import ROOT, case, done, equal, folder, ok  # noqa: E402

PACKS = packages.packages()
TREES = {kind: packages.unpack(PACKS, kind) for kind in ("tar", "deb", "rpm", "srpm")}
run, must = packages.run, packages.must
BUILD_PROGRAM = TREES["deb"] + "/usr/bin/assetscan"     # finds the machine's libraries
C_LIBRARY = re.compile(r"^(ld-linux[\w-]*|libc|libm|libresolv|libpthread|libdl|librt|libutil)\.so\.\d+$")


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def wanted(man):
    """What each of the packages has, below its prefix."""
    schemas = {"share/assetscan/" + f for f in packages.sources() if re.match(r"schemas/.*\.json$", f)}
    return schemas | {"bin/assetscan", "share/bash-completion/completions/assetscan", "share/zsh/site-functions/_assetscan",
                      "share/fish/vendor_completions.d/assetscan.fish", "share/assetscan/mapping.xml", "share/assetscan/mapping.json",
                      "share/assetscan/sudoers", "share/assetscan/windows/Grant-AssetscanAccess.ps1",
                      "share/man/man1/assetscan.1" + man, "share/man/man5/assetscan-config.5" + man,
                      "share/man/man7/assetscan-hosts.7" + man, "share/man/man7/assetscan-rpc.7" + man} | {
                      "lib/systemd/system/" + os.path.basename(f) for f in packages.sources()
                      if re.match(r"packaging/(systemd|fanout)/.*\.(service|timer)$", f)}


def file_lists():
    for kind, prefix, man in (("tar", "", ""), ("deb", "usr/", ".gz"), ("rpm", "usr/", ".gz")):
        have = set(packages.files(TREES[kind]))
        lost = {prefix + f for f in wanted(man)} - have
        equal(sorted(lost), [], kind + ": program, manual, completion, mapping, schemas, services and guides are there")
        others = {f for f in have if not f.startswith((prefix + "share/", prefix + "lib/", prefix + "bin/"))}
        equal(sorted(others), ["CHANGELOG.md", "LICENSE", "README"] if kind == "tar" else [], kind + ": nothing lies elsewhere")
        mapping = read(os.path.join(TREES[kind], prefix + "share/assetscan/mapping.xml"))
        ok("<fields>" in mapping and "<!--" in mapping, kind + ": the default mapping with its explanations")
    equal(sorted(packages.files(TREES["srpm"]))[:2], ["assetscan-%s.tar.gz" % packages.VERSION, "assetscan.spec"],
          "source rpm: the source and the spec")
    inside = tarfile.open(TREES["srpm"] + "/assetscan-%s.tar.gz" % packages.VERSION)
    equal(sorted(m.name.split("/", 1)[1] for m in inside.getmembers()), sorted(packages.sources()), "source rpm: every file of the source")


def named_in_the_manual():
    """Nothing is promised that is not there."""
    have = {"/" + f for f in packages.files(TREES["deb"])}
    named = set()
    for page in glob.glob(TREES["deb"] + "/usr/share/man/man*/*.gz"):
        with gzip.open(page, "rt", encoding="utf-8") as f:
            named |= {n.replace("\\", "").rstrip(".,;") for n in re.findall(r"/usr/share/(?:doc/)?assetscan/[\w./\\-]+", re.sub(r"\\f.", " ", f.read()))}
    ok(len(named) > 5, "files that the manual names", sorted(named))
    equal([n for n in sorted(named) if n.rstrip("/") not in have and not any(h.startswith(n.rstrip("/") + "/") for h in have)],
          [], "each of them is in the packages")
    tags = {(f, t) for f in have if "/examples/" in f for t in re.findall(r"registry.example.com/assetscan:([\w.]+)", read(TREES["deb"] + f))}
    equal({t for _, t in tags}, {packages.VERSION}, "and the container's tag in the examples is this version")


def owners_and_modes():
    archive = tarfile.open(PACKS["tar"])
    members = archive.getmembers()
    equal({(m.uid, m.gid, m.uname, m.gname) for m in members}, {(0, 0, "", "")}, "tar: all is root's, by number")
    equal({(m.isdir(), m.mode) for m in members}, {(True, 0o755), (False, 0o755), (False, 0o644)}, "tar: plain modes")
    equal([m.name for m in members], sorted((m.name for m in members), key=lambda n: n.split("/")), "tar: in order")
    equal(len({m.mtime for m in members}), 1, "tar: one time for all")
    equal(sorted({re.sub(r"^.*?/(bin|lib)/.*", r"\1", m.name) for m in members if m.isfile() and m.mode == 0o755} - {"bin", "lib"}),
          sorted(members[0].name + "/share/assetscan/fanout/" + os.path.basename(f) for f in glob.glob(ROOT + "/packaging/fanout/*")
                 if os.access(f, os.X_OK)), "tar: only programs can be run")
    lines = packages.must("dpkg-deb", "-c", PACKS["deb"]).splitlines()
    equal({tuple(line.split()[:2]) for line in lines}, {("drwxr-xr-x", "root/root"), ("-rwxr-xr-x", "root/root"), ("-rw-r--r--", "root/root")},
          "deb: all is root's, with plain modes")
    got = packages.must("rpm", "-qp", "--qf", "[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]", PACKS["rpm"]).splitlines()
    odd = [line for line in got if not re.match(r"(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root:root ", line)]
    equal(odd, ["drwxr-x--- root:assetscan /etc/assetscan", "drwx------ assetscan:assetscan /var/lib/assetscan"],
          "rpm: all is root's but the folders of the account")


def no_trace_of_the_build():
    names = [ROOT.encode(), os.uname().nodename.encode() if len(os.uname().nodename) > 5 else ROOT.encode(), b"/tmp/assetscan-"]
    for kind, top in TREES.items():
        if kind == "srpm":
            continue
        found = []
        for f in packages.files(top):
            with open(os.path.join(top, f), "rb") as file:
                data = file.read()
            if f.endswith(".gz"):
                data = gzip.decompress(data)
            found += [(f, n) for n in names if n in data and not f.startswith("lib/assetscan/")]
        equal(found, [], kind + ": neither the folder nor the machine of the build is in any file")


def programs():
    for kind, name in (("tar", "bin/assetscan"), ("deb", "usr/bin/assetscan"), ("rpm", "usr/bin/assetscan")):
        e = packages.elf(os.path.join(TREES[kind], name))
        good = {
            "PIE": e["type"] == "DYN", "bindnow": "BIND_NOW" in e["dynamic"] or re.search(r"FLAGS_1.*NOW", e["dynamic"]),
            "relro": "GNU_RELRO" in e["segments"], "stack protector": "__stack_chk_fail" in e["imports"],
            "fortify": len([i for i in e["imports"] if i.endswith("_chk")]) > 3,
            "no executable stack": re.search(r"GNU_STACK.* RW +0x", e["segments"]),
        }
        equal([k for k, v in good.items() if not v], [], kind + ": the program is hardened")
        equal([x for x in e["exports"] if x.startswith(("libssh2_", "_libssh2"))], [], kind + ": no function of libssh2 is exported")
    ours = packages.elf(TREES["deb"] + "/usr/bin/assetscan")
    equal(re.findall(r"R(?:UN)?PATH", ours["dynamic"]), [], "deb: no path of libraries is built in")


def portable():
    """The archive: each library finds its own beside it, and glibc is as new as the name says."""
    top, newest = TREES["tar"], (0,)
    inside = {os.path.basename(f): os.path.join(top, f) for f in packages.files(top) if f.startswith("lib/assetscan/")}
    for name, path in dict(inside, assetscan=top + "/bin/assetscan").items():
        e = packages.elf(path)
        lost = [n for n in e["needed"] if not C_LIBRARY.match(n) and n not in inside]
        if lost:
            equal(lost, [], "tar: what %s needs is beside it" % name)
        for v in e["versions"]:
            m = re.match(r"GLIBC_([\d.]+)$", v)
            newest = max(newest, tuple(int(x) for x in m.group(1).split(".")) if m else (0,))
    ok(len(inside) > 5 and not [n for n in inside if C_LIBRARY.match(n)], "tar: libraries are there, the C library is not", sorted(inside))
    named = re.search(r"-glibc([\d.]+)\.tar", PACKS["tar"]).group(1)
    equal(".".join(map(str, newest)), named, "tar: its name tells the oldest glibc that it runs on")
    ok("glibc %s or newer" % named in read(top + "/README"), "tar: and so does its README")
    ok(newest <= (2, 34) or 'VERSION_ID="12"' not in read("/etc/os-release"),
       "tar: made on Debian 12 it runs on Red Hat 9 and Ubuntu 22.04 (glibc 2.34)", newest)
    owners = {"libexpat1"}
    for path in must("ldd", BUILD_PROGRAM).split():
        if os.path.basename(path) in inside and path.startswith("/"):
            real = os.path.realpath(path)
            owners.add(run("dpkg-query", "-S", real, real.replace("/usr/lib", "/lib", 1)).stdout.split(":")[0].split("\n")[0])
    licences = {f for f in os.listdir(top + "/share/doc/licences") if os.path.getsize(top + "/share/doc/licences/" + f)}
    equal(sorted(owners - licences), [], "tar: the licence of every library's package")


def dependencies():
    """Every library that the program asks for belongs to a package that is named."""
    control = packages.must("dpkg-deb", "-f", PACKS["deb"])
    depends = re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?(?:,|$)", re.search(r"^Depends: (.*)$", control, re.M).group(1))
    for library in packages.elf(TREES["deb"] + "/usr/bin/assetscan")["needed"]:
        path = re.search(r"^\t%s => (\S+)" % re.escape(library), packages.must("ldd", TREES["deb"] + "/usr/bin/assetscan"), re.M).group(1)
        real = os.path.realpath(path)
        owner = run("dpkg-query", "-S", real, real.replace("/usr/lib", "/lib", 1), path).stdout.split(":")[0].split("\n")[0]
        ok(owner in depends, "deb: %s of %s" % (library, owner), control)
    ok("adduser" in depends, "deb: and what makes the account")
    required = packages.must("rpm", "-qp", "--requires", PACKS["rpm"])
    equal([n for n in packages.elf(TREES["rpm"] + "/usr/bin/assetscan")["needed"] if n + "()(64bit)" not in required and n + "(" not in required],
          [], "rpm: every library is required")
    builds = packages.must("rpm", "-qp", "--requires", PACKS["srpm"])
    ok(all(x in builds for x in ("gcc", "jansson-devel", "openssl-devel", "libcurl-devel", "krb5-devel", "expat-devel")),
       "source rpm: what it is built with, by Red Hat's names", builds)


def linters():
    got = run("lintian", "--info", "--fail-on", "error,warning", "--allow-root", PACKS["deb"])
    ok(got.returncode == 0, "lintian: no error and no warning", got.stdout + got.stderr)
    got = run("rpmlint", "-c", ROOT + "/packaging/rpm/rpmlint.toml", PACKS["rpm"], PACKS["srpm"], PACKS["spec"])
    ok(" 0 errors," in got.stdout, "rpmlint: no error", got.stdout + got.stderr)
    from debian.copyright import Copyright
    with open(TREES["deb"] + "/usr/share/doc/assetscan/copyright", encoding="utf-8") as f:
        text = f.read()
    notice = Copyright(text.splitlines(True), strict=True)
    ok(notice.header.upstream_name == "assetscan" and notice.find_files_paragraph("helper/main.c").license.synopsis == "Apache-2.0",
       "the notice is DEP-5: our files are under Apache-2.0", text)
    if "libssh2.a" in read(ROOT + "/build/deps/libssh2.mk"):
        ok(notice.find_files_paragraph("libssh2/src/session.c").license.synopsis.startswith("BSD"), "and libssh2's under its own", text)
        ok("Sara Golemon" in read(TREES["rpm"] + "/usr/share/licenses/assetscan-%s/libssh2.copyright" % packages.VERSION),
           "the rpm has libssh2's notice")
        ok("Sara Golemon" in read(TREES["tar"] + "/share/doc/licences/libssh2"), "the archive has it")
    sums = run("sh", "-c", 'dpkg-deb --ctrl-tarfile "$1" | tar -xO ./md5sums | md5sum -c --quiet -', "sh", PACKS["deb"], cwd=TREES["deb"])
    ok(sums.returncode == 0, "deb: its checksums are right", sums.stdout)


def scripts():
    """The maintainer's scripts start and enable nothing."""
    control = folder()
    packages.must("dpkg-deb", "-e", PACKS["deb"], control)
    for name in ("postinst", "prerm", "postrm"):
        got = run("sh", "-n", os.path.join(control, name))
        text = read(os.path.join(control, name))
        ok(got.returncode == 0 and not re.search(r"\b(enable|start|restart|preset)\b\s", re.sub(r"^\s*#.*$", "", text, flags=re.M)),
           "deb: %s enables and starts nothing" % name, text)
    got = packages.must("rpm", "-qp", "--scripts", PACKS["rpm"])
    ok(not re.search(r"\b(enable|start|restart|preset)\b ", got.replace("had started does", "")), "rpm: its scripts enable and start nothing", got)
    # What was enabled is no link into nowhere afterwards; systemd's own program does it, in a copy.
    top = folder()
    shutil.copytree(TREES["rpm"] + "/usr/lib", top + "/usr/lib")
    with open(top + "/systemctl", "w", encoding="utf-8") as f:
        f.write('#!/bin/sh\nexec %s --root="%s" "$@"\n' % (shutil.which("systemctl"), top))
    os.chmod(top + "/systemctl", 0o755)
    must(top + "/systemctl", "enable", "assetscan@lab.timer", "assetscan-at@x.timer", "assetscan-fanout@sites.timer")
    links = glob.glob(top + "/etc/systemd/system/*/assetscan*")
    preun = must("rpm", "-qp", "--qf", "%{PREUN}", PACKS["rpm"])
    for how, left in (("1", 3), ("0", 0)):
        run("sh", "-c", preun, "preun", how, env=dict(os.environ, PATH=top + ":" + os.environ["PATH"]))
        equal((len(links), len(glob.glob(top + "/etc/systemd/system/*/assetscan*"))), (3, left),
              "rpm: what was enabled %s" % ("stays over an upgrade" if left else "goes with the package"))


def as_packed():
    """Manual and completion out of the packages."""
    for kind, prefix in (("tar", ""), ("deb", "usr/"), ("rpm", "usr/")):
        for page in glob.glob(TREES[kind] + "/" + prefix + "share/man/man*/*"):
            got = run("man", "--warnings=all", "-l", "-Tutf8", page, env=dict(os.environ, MANWIDTH="80", LC_ALL="C.UTF-8"))
            ok(got.returncode == 0 and not got.stderr and len(got.stdout) > 5000, "%s: man shows %s" % (kind, os.path.basename(page)), got.stderr)
        top = os.path.join(TREES[kind], prefix + "share")
        got = run("bash", "--norc", "-c", ". %s/bash-completion/completions/assetscan && complete -p assetscan" % top)
        ok(got.stdout == "complete -F _assetscan assetscan\n" and not got.stderr, kind + ": bash loads its completion", got.stderr)
        got = run("zsh", "-f", "-c", "fpath=(%s/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[assetscan]" % top)
        ok(got.stdout == "_assetscan\n" and not got.stderr, kind + ": zsh loads its completion", got.stdout + got.stderr)
        got = run("fish", "--no-config", "-c", "source %s/fish/vendor_completions.d/assetscan.fish; complete -C 'assetscan sca'" % top,
                  env=dict(os.environ, HOME=folder()))
        ok(got.stdout.startswith("scan\t") and not got.stderr, kind + ": fish loads its completion", got.stdout + got.stderr)


for test in (file_lists, named_in_the_manual, owners_and_modes, no_trace_of_the_build, programs, portable, dependencies, linters, scripts, as_packed):
    case(test)
done()
