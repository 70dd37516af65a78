"""farm.py: a test that runs where the SSH servers are.

    with_farm(__file__, "--only", "plain,keyonly")    # first thing in the script

The first run starts the farm, runs the script again inside its namespaces, and
stops the farm; there, with_farm() gives hosts.json.
"""
import json
import os
import subprocess
import sys

from tap import ROOT, end, folder, ok, spawn

FARM = os.path.join(ROOT, "tests/fake/sshd-farm")
PYTHON = "/usr/bin/python3"


def with_farm(script, *options):
    if "FARM" in os.environ:
        with open(os.path.join(os.environ["FARM"], "hosts.json"), encoding="utf-8") as f:
            return json.load(f)
    if os.geteuid() != 0:
        ok(False, "this test makes network namespaces: run it as root")
        sys.exit(1)
    top = folder()
    subprocess.run([PYTHON, FARM, "start", top, *options], check=True)
    inside = None
    try:
        inside = spawn([PYTHON, FARM, "run", top, "--", "env", "FARM=" + top, PYTHON, script, *sys.argv[1:]])
        status = inside.wait()
    finally:
        # Where this one is told to end, the other has things to put away, too.
        if inside is not None:
            end(inside)
        subprocess.run([PYTHON, FARM, "stop", top])
    sys.exit(status)
