"""The sudoers drop-in for scanned hosts allows what `--sudo` runs there, all of it
and nothing else; the real sudo and the real script agree."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import ASSETSCAN, BUILD, case, done, equal, folder, ok  # noqa: E402

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
echo Maker >/sys/class/dmi/id/bios_vendor
printf '\177root-only-tables' >/sys/firmware/dmi/tables/DMI
chmod 400 /sys/firmware/dmi/tables/DMI
mkdir "$top/upper" "$top/work"
mount -t overlay none -o "lowerdir=/usr/sbin,upperdir=$top/upper,workdir=$top/work" /usr/sbin
for x in pvs lvs; do	# LVM is not on every machine
	printf '#!/bin/sh\nprintf "root-only-%%s" "$*"\n' >"$top/upper/$x"
	chmod 755 "$top/upper/$x"
done
echo secret >/sys/other
chmod 400 /sys/other
shift 2
"""
AS_HIM = 'exec setpriv --reuid 4711 --regid 4711 --clear-groups "$@"\n'
# A real sshd before it, in a network of its own; sudo wants a terminal there.
BY_SSH = r"""
ip link set lo up
sed -i '1i Defaults requiretty' /etc/sudoers
mkdir -p "$top/ssh" /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$top/ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$top/ssh/id"
cat >"$top/ssh/config" <<-END
	ListenAddress 127.0.0.1
	HostKey $top/ssh/host
	AuthorizedKeysFile $top/ssh/id.pub
	PasswordAuthentication no
	StrictModes no
	UsePAM no
	PidFile none
	Subsystem sftp internal-sftp
END
chmod 755 "$top" "$top/ssh"
$(command -v sshd) -D -f "$top/ssh/config" 2>"$top/ssh/log" &
sshd=$!
trap 'kill $sshd' EXIT
sed -i 's|^inventory:\*:|inventory:x:|' /etc/shadow
for i in 1 2 3 4 5 6 7 8 9 10; do
	ssh-keyscan -T 1 127.0.0.1 2>/dev/null | grep -q . && break
	sleep 0.3
done
export KEY="$top/ssh/id" STATE="$top/state"
"$@"
"""


def as_inventory(*argv):
    top = folder()
    got = run("unshare", "-m", "sh", "-c", INSIDE + AS_HIM, "sh", top, DROP_IN, *argv, stdin=subprocess.DEVNULL)
    return got


def real():
    for command in sorted(commands()):
        got = as_inventory("sudo", "-n", *command.split())
        ok(got.returncode == 0 and "root-only" in got.stdout, "sudo runs: " + command,
           got.stdout + got.stderr)
    for wrong in ("/usr/bin/cat /sys/other", "/usr/bin/cat", "/usr/bin/cat /sys/class/dmi/id/product_serial /sys/other",
                  "/usr/bin/cat /sys/class/dmi/id/../../../other", "/bin/sh -c true", "/usr/bin/id",
                  "/usr/sbin/pvs", "/usr/sbin/lvs --readonly", "/usr/sbin/pvs --readonly --noheadings --nosuffix --units b -o vg_name,vg_size",
                  "/usr/sbin/pvs --readonly --noheadings --nosuffix --units b -o vg_name,vg_size,vg_free,pv_name /dev/sda",
                  "-u nobody /usr/bin/cat /sys/class/dmi/id/product_serial", "-E /usr/bin/cat /sys/class/dmi/id/product_serial",
                  "LVM_SYSTEM_DIR=/tmp /usr/sbin/pvs --readonly --noheadings --nosuffix --units b -o vg_name,vg_size,vg_free,pv_name",
                  "-D /tmp /usr/bin/cat /sys/class/dmi/id/product_serial", "-e /sys/class/dmi/id/product_serial", "-s", "-i",
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


def through_sshd():
    """An account that has nothing but the drop-in, logged on to a real sshd, where
    sudo wants a terminal unless the drop-in says otherwise."""
    path = os.path.join(folder(), "script")
    with open(path, "w", encoding="utf-8") as f:
        f.write(script())
    shell = ('"$0" scan --range=127.0.0.1 --ssh-user=inventory --ssh-key-file="$KEY" --protocols=ssh --sudo --format=jsonl --dry-run '
             '--state-dir="$STATE"; ssh -i "$KEY" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes '
             'inventory@127.0.0.1 "sh -s" <"$1"; setpriv --reuid 4711 --regid 4711 --clear-groups sudo -n -l')
    got = run("unshare", "-mn", "sh", "-c", INSIDE + BY_SSH, "sh", folder(), DROP_IN, "sh", "-c", shell, ASSETSCAN, path,
              stdin=subprocess.DEVNULL)
    hosts = [json.loads(x)["params"] for x in got.stdout.splitlines() if '"scan.host"' in x]
    ok([h["state"] for h in hosts] == ["scanned"], "the host is scanned", got.stdout[-2000:] + got.stderr[-2000:])
    for x in ("product_serial", "product_uuid", "board_serial", "chassis_serial"):
        ok("%s=root-only-%s\n" % (x, x) in got.stdout, "through sshd and sudo comes " + x, got.stderr[-2000:])
    ok(got.stdout.count("root-only---readonly") == 2, "and what LVM says")
    may = re.findall(r"\(root\) NOPASSWD: (.*)", got.stdout.replace("\n        ", " "))
    listed = {re.sub(r"\\([,:=\\])", r"\1", x) for line in may for x in re.split(r"(?<!\\),\s+", line)}
    equal({" ".join(x.split()) for x in listed}, set(commands()), "and sudo itself lists nothing more for the account")


for test in (fits, real, through_sshd):
    case(test)
done()
