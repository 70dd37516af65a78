"""Packages: two builds of the rpm, its source rpm and its spec give the same bytes."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import packages  # noqa: E402
from tap import case, done  # noqa: E402


def same_bytes():
    packages.twice("rpm", "srpm", "spec")


case(same_bytes)
done()
