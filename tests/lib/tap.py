"""tap.py: the few lines every test script shares: TAP output and clean ends."""
import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build/release"))
ASSETSCAN = os.path.join(BUILD, "assetscan")
# What a bound in seconds is given on top where the processors are slow or others'.  What
# it is there to find takes longer than that: a wait that nobody ends.
SLACK = 12 if os.environ.get("MODE", "release") in ("sanitize", "tsan") else 4

_count = 0
_failed = 0
_children = []
_folders = []
_mounts = []


def ok(good, what, detail=""):
    """One TAP line; the detail is shown when it failed."""
    global _count, _failed
    _count += 1
    print(("ok %d - %s" if good else "not ok %d - %s") % (_count, what), flush=True)
    if not good:
        _failed += 1
        for line in str(detail).splitlines()[-40:]:
            print("#   " + line, flush=True)
    return good


def equal(got, wanted, what):
    return ok(got == wanted, what, "got    %r\nwanted %r" % (got, wanted))


def case(function):
    """Runs a test function; an exception is a failure of its own."""
    try:
        function()
    except Exception:                                   # noqa: BLE001
        ok(False, function.__name__.replace("_", " "), traceback.format_exc())


def folder():
    """A scratch folder, removed at the end."""
    path = tempfile.mkdtemp(prefix="assetscan-test-")
    _folders.append(path)
    return path


def tmpfs(options):
    """A file system of one's own; not for the machine's mount namespace."""
    path = folder()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], check=True)
    _mounts.append(path)
    return path


def spawn(*args, **kw):
    """A child that is ended, by pid, when the test ends."""
    child = subprocess.Popen(*args, **kw)
    _children.append(child)
    return child


def end(child, seconds=20):
    """Ends a child politely, then not."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def until(condition, seconds=60, step=0.02):
    """Waits until condition() holds; gives what it gave last."""
    stop = time.monotonic() + seconds
    while True:
        got = condition()
        if got or time.monotonic() > stop:
            return got
        time.sleep(step)


def done():
    """Prints the plan and ends with the right status."""
    print("1..%d" % _count, flush=True)
    sys.exit(1 if _failed or not _count else 0)


@atexit.register
def _clean():
    for child in _children:
        end(child)
    for path in _mounts:
        subprocess.run(["umount", "-l", path])     # else its folder stays
    for path in _folders:
        shutil.rmtree(path, ignore_errors=True)


def _stop(_number, _frame):
    sys.exit(1)


signal.signal(signal.SIGTERM, _stop)
