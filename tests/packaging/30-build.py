"""Packages: two builds of the archive and of the deb give the same bytes; what was
compiled for them was compiled with the hardening flags."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import packages  # noqa: E402
from tap import case, done, folder, ok  # noqa: E402


def same_bytes():
    log = packages.twice("tar", "deb")
    # blhc reads what Debian's builders log: from such a line on.
    path = os.path.join(folder(), "log")
    with open(path, "w", encoding="utf-8") as f:
        f.write("dpkg-buildpackage: info: source package assetscan\n" + log)
    got = packages.run("blhc", "--all", "--ignore-flag", "-g", path)
    ok(got.returncode == 0 and log.count("gcc ") > 100, "every compiler and linker call has the hardening flags", got.stdout + got.stderr)


case(same_bytes)
done()
