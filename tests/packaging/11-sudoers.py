"""The sudoers drop-in for scanned hosts allows what `--sudo` runs there, all of it
and nothing else; the real sudo and the real script agree."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import BUILD, case, done, equal, folder, ok  # noqa: E402

DROP_IN = os.path.join(BUILD, "share/sudoers/assetscan")


def run(*argv, **kw):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=240, **kw)


def script():
    """What a scan sends, with sudo."""
    return run(os.path.join(BUILD, "tests/unix/script_tool"), "sudo").stdout


def commands():
    """Every command that the script runs as root."""
    found = set()
    for first, second, arguments in re.findall(r"^\w+\) r=(\S+); \[ -x \$r \] \|\| r=(\S+); set -- (.*);;$", script(), re.M):
        found.update((first + " " + arguments, second + " " + arguments))
    return found


def allowed():
    """Every command that the drop-in allows, as sudo itself understands it."""
    got = run("cvtsudoers", "-f", "json", DROP_IN)
    aliases = json.loads(got.stdout)["Command_Aliases"]
    spec = json.loads(got.stdout)["User_Specs"]
    named = [c["cmndalias"] for u in spec for s in u["Cmnd_Specs"] for c in s["Commands"]]
    equal(sorted(named), sorted(aliases), "the account may run what has a name there")
    return [re.sub(r"\\([,:=\\])", r"\1", c["command"]) for a in aliases.values() for c in a]


def fits():
    asked, have = commands(), allowed()
    ok(len(asked) >= 10, "the script has commands for root", asked)
    uses = re.findall(r"\$S\b(?!\")\s*(\S*)", script().replace("R=$S;", ""))
    equal((uses, script().count("sudo")), (["$r"], 1), "no other way to root is in the script")
    for line in have:
        ok(line.startswith("/") and len(line.split()) > 1 and not re.search(r"[*?\[]", line),
           "fixed: " + line, "a full path, arguments, and no pattern")
    equal(sorted(have), sorted(asked), "the drop-in allows what the script runs, all of it and nothing else")
    got = run("visudo", "-c", "-f", DROP_IN)
    ok(got.returncode == 0, "visudo takes it", got.stdout + got.stderr)


# In mount and user databases of its own: the machine's stay as they are.
INSIDE = r"""
set -eu
top=$1 drop=$2
mount --make-rprivate /
mount -t tmpfs none "$top"
mkdir "$top/etc"
cp -a /etc/. "$top/etc/"
rm -rf "$top"/etc/sudoers.d/*
printf 'root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\nDefaults secure_path=/usr/sbin:/usr/bin:/sbin:/bin\n' >"$top/etc/sudoers"
chmod 440 "$top/etc/sudoers"
install -m 440 -o root -g root "$drop" "$top/etc/sudoers.d/assetscan"
printf 'inventory:x:4711:4711::/nonexistent:/bin/sh\n' >>"$top/etc/passwd"
printf 'inventory:x:4711:\n' >>"$top/etc/group"
printf 'inventory:*:19000:0:99999:7:::\n' >>"$top/etc/shadow"
mount --bind "$top/etc" /etc
mount -t tmpfs none /sys
mkdir -p /sys/class/dmi/id /sys/firmware/dmi/tables
for x in product_serial product_uuid board_serial chassis_serial; do
	echo "root-only-$x" >/sys/class/dmi/id/$x
	chmod 400 /sys/class/dmi/id/$x
done
printf '\177root-only-tables' >/sys/firmware/dmi/tables/DMI
chmod 400 /sys/firmware/dmi/tables/DMI
echo secret >/sys/other
chmod 400 /sys/other
shift 2
exec setpriv --reuid 4711 --regid 4711 --clear-groups "$@"
"""


def as_inventory(*argv):
    top = folder()
    got = run("unshare", "-m", "sh", "-c", INSIDE, "sh", top, DROP_IN, *argv, stdin=subprocess.DEVNULL)
    return got


def real():
    for command in sorted(commands()):
        if not os.path.exists(command.split()[0]):
            continue        # LVM: not on every machine
        got = as_inventory("sudo", "-n", *command.split())
        ok(got.returncode == 0 and got.stdout and ("/sys" not in command or "root-only" in got.stdout), "sudo runs: " + command,
           got.stdout + got.stderr)
    for wrong in ("/usr/bin/cat /sys/other", "/usr/bin/cat", "/usr/bin/cat /sys/class/dmi/id/product_serial /sys/other",
                  "/usr/bin/cat /sys/class/dmi/id/../../../other", "/bin/sh -c true", "/usr/bin/id",
                  "/usr/bin/passwd -d root", "/usr/bin/passwd -S -a --root /"):
        got = as_inventory("sudo", "-n", *wrong.split())
        ok(got.returncode != 0 and "secret" not in got.stdout, "sudo refuses: " + wrong, got.stdout + got.stderr)
    # The script of a scan, as a scan sends it.
    text = script()
    ok(len(text) > 5000, "the whole script of a scan", text[:200])
    path = os.path.join(folder(), "script")
    os.chmod(os.path.dirname(path), 0o755)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o644)
    got = as_inventory("sh", "-c", "sh < " + path)
    for x in ("product_serial", "product_uuid", "board_serial", "chassis_serial"):
        ok("%s=root-only-%s" % (x, x) in got.stdout, "the scan reads %s with it" % x, got.stdout[:3000])
    ok("72 6f 6f 74 2d 6f 6e 6c 79 2d 74 61 62 6c 65 73" in " ".join(got.stdout.split()), "and the firmware's tables",
       got.stdout[:3000])
    denied = re.findall(r"^denied=(?:product_|board_|chassis_|1$).*", got.stdout, re.M)
    equal(denied, [], "none of it is denied")


for test in (fits, real):
    case(test)
done()
