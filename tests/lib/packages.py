"""packages.py: the tar archive, the deb and the rpms as `make` builds them, and what
the tests ask of each."""
import glob
import hashlib
import os
import re
import shutil
import subprocess

import tap

OUT = os.path.join(tap.ROOT, "build/packages")
with open(tap.ROOT + "/packaging/VERSION", encoding="utf-8") as _f:
    VERSION = _f.read().strip()


def run(*argv, **kw):
    kw.setdefault("timeout", 900)
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, **kw)


def must(*argv, **kw):
    got = run(*argv, **kw)
    if got.returncode != 0:
        raise AssertionError("%s: %d\n%s%s" % (argv, got.returncode, got.stdout[-3000:], got.stderr[-3000:]))
    return got.stdout


def sources():
    """The files of the source: what git knows of, or all but what was built."""
    if shutil.which("git") and run("git", "rev-parse", "--git-dir", cwd=tap.ROOT).returncode == 0:
        return [f for f in must("git", "ls-files", "-z", cwd=tap.ROOT).split("\0") if f]
    return [os.path.relpath(os.path.join(d, f), tap.ROOT) for d, _, files in os.walk(tap.ROOT) for f in files
            if not os.path.relpath(d, tap.ROOT).startswith(("build", ".git"))]


def make(folder, *targets, **env):
    """make there, with none of the outer make's flags."""
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MODE", "BUILD", "CC", "CFLAGS", "LDFLAGS")}
    clean.update(env)
    jobs = "-j%d" % (os.cpu_count() or 1)
    return must("make", "-C", folder, jobs, *targets, env=clean, timeout=3000)


PATTERNS = {
    "tar": "assetscan-%s-linux-*.tar.xz", "deb": "assetscan_%s_*.deb", "rpm": "assetscan-%s-*.*[!c].rpm",
    "srpm": "assetscan-%s-*.src.rpm", "spec": "assetscan.spec",
}
TARGETS = {"tar": "dist", "deb": "deb", "rpm": "rpm", "srpm": "rpm", "spec": "rpm"}


def find(folder, kind):
    pattern = PATTERNS[kind]
    return glob.glob(os.path.join(folder, pattern % VERSION if "%s" in pattern else pattern))


def newest_source():
    return max(os.path.getmtime(os.path.join(tap.ROOT, f)) for f in sources())


def packages(*kinds):
    """kind -> path; built where they are missing or older than the source."""
    kinds = kinds or tuple(PATTERNS)
    newest = newest_source()
    stale = [k for k in kinds if len(find(OUT, k)) != 1 or os.path.getctime(find(OUT, k)[0]) < newest]
    for old in [f for k in stale for f in find(OUT, k)]:
        os.remove(old)
    targets = list(dict.fromkeys(TARGETS[k] for k in stale))
    if targets:
        make(tap.ROOT, *targets)
    return {k: find(OUT, k)[0] for k in kinds}


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def copy_of_the_source(top):
    for name in sources():
        os.makedirs(os.path.dirname(os.path.join(top, name)), exist_ok=True)
        shutil.copyfile(os.path.join(tap.ROOT, name), os.path.join(top, name))
        shutil.copymode(os.path.join(tap.ROOT, name), os.path.join(top, name))


def twice(*kinds):
    """Builds once more: elsewhere, later, with another umask, zone and home, without
    git.  The bytes must be the same.  Gives what make said."""
    first = packages(*kinds)
    # The day that the make which runs the tests gave the first ones; by hand, its own rule.
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or \
        shutil.which("git") and run("git", "log", "-1", "--format=%ct", cwd=tap.ROOT).stdout.strip() or \
        str(int(os.path.getmtime(tap.ROOT + "/packaging/VERSION")))
    top = os.path.join(tap.folder(), "somewhere-else", "source")
    copy_of_the_source(top)
    env = {"SOURCE_DATE_EPOCH": epoch, "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "HOME": tap.folder(), "USER": "other",
           "V": "1", "CC": "gcc", "CCACHE_DISABLE": "1"}
    # The pinned sources of libssh2 are there already; nothing else is taken over.
    kept = glob.glob(tap.ROOT + "/build/deps/libssh2-*/src")
    if kept:
        env["LIBSSH2_SOURCES"] = kept[0]
    old = os.umask(0o027)
    log = make(top, *dict.fromkeys(TARGETS[k] for k in kinds), **env)
    os.umask(old)
    for kind, path in first.items():
        other = find(os.path.join(top, "build/packages"), kind)
        tap.equal([os.path.basename(f) for f in other], [os.path.basename(path)], kind + ": has the same name")
        if other and not tap.equal(digest(other[0]), digest(path), kind + ": two builds, the same bytes"):
            keep = os.path.join(tap.BUILD, "other-" + os.path.basename(path))
            shutil.copy(other[0], keep)
            print("# compare %s with %s" % (keep, path), flush=True)
    return log


# --- what is inside ------------------------------------------------------------------

def unpack(packs, kind):
    """A folder with the package's files."""
    top = tap.folder()
    if kind == "tar":
        must("tar", "-xf", packs["tar"], "-C", top, "--strip-components=1")
    elif kind == "deb":
        must("dpkg-deb", "-x", packs["deb"], top)
    else:
        must("sh", "-c", 'rpm2cpio "$1" | cpio -idm --quiet', "sh", packs[kind], cwd=top)
    return top


def files(top):
    return sorted(os.path.relpath(os.path.join(d, f), top) for d, _, names in os.walk(top) for f in names)


def elf(path):
    """(kind, needed libraries, names of symbol versions, dynamic flags, imported symbols)"""
    head = must("readelf", "-hW", path)
    dynamic = must("readelf", "-dW", path)
    symbols = must("readelf", "--dyn-syms", "-W", path)
    return {
        "type": re.search(r"Type:\s+(\w+)", head).group(1),
        "needed": re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic),
        "dynamic": dynamic,
        "segments": must("readelf", "-lW", path),
        "versions": set(re.findall(r"@(?:@)?(\S+)", symbols)),
        "imports": set(re.findall(r"UND (\w+)@", symbols)),
        "exports": set(re.findall(r"(?:GLOBAL|WEAK)\s+\w+\s+\d+ (\w+)", symbols)),
    }
