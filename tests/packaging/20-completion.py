"""Completion in the shells themselves: bash, zsh and fish load the scripts and
complete commands, verbs, options, their values and files."""
import json
import os
import pty
import re
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import ASSETSCAN, BUILD, ROOT, case, done, equal, folder, ok, spawn  # noqa: E402

SCRIPTS = BUILD + "/share/completion"
# No rc files of whoever runs the test.
ENV = {"PATH": os.environ["PATH"], "HOME": folder(), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
HERE = folder()
for name in ("mapping one.xml", "mapping2.xml"):
    open(os.path.join(HERE, name), "w", encoding="utf-8").close()
os.mkdir(os.path.join(HERE, "state"))


def run(*argv, **kw):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=240, env=ENV, cwd=HERE, **kw)


def program():
    """What the program itself says that there is: command -> options, verbs."""
    usage = run(ASSETSCAN, "--help").stdout
    found = {}
    for name in re.findall(r"^  (\w+) ", usage, re.M):
        text = run(ASSETSCAN, name, "--help").stdout.split("exit code, ")[0]
        verbs = re.findall(r"assetscan %s ([a-z]+)\b" % name, text.split("\n\n")[0])
        # Where a line begins, its alias, and the descriptor of a secret; what explains one
        # names others.  A secret on the command line works, but is not offered.
        lines = re.findall(r"^  (--[a-z0-9-]+)[^ ,\n]*(?:, (--[a-z0-9-]+))?", text, re.M)
        options = {x for line in lines for x in line if x} | set(re.findall(r"^ +also (--[a-z0-9-]+)", text, re.M))
        found[name] = (options, sorted(verbs))
    return found


PROGRAM = program()
with open(os.path.join(ROOT, "schemas/type.section.json"), encoding="utf-8") as _f:
    SECTIONS = sorted(json.load(_f)["enum"])


def bash(*words):
    """What bash would offer for the last word."""
    script = r"""
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _assetscan
        printf '%s\n' "${COMPREPLY[@]}"
    """
    got = run("bash", "--norc", "-uc", script, "bash", SCRIPTS + "/assetscan.bash", "assetscan", *words)
    return sorted(x for x in got.stdout.split("\n") if x) + ([got.stderr] if got.stderr else [])


def in_bash():
    got = run("bash", "--norc", "-c", "source %s/assetscan.bash && complete -p assetscan" % SCRIPTS)
    equal((got.returncode, got.stdout.strip()), (0, "complete -F _assetscan assetscan"), "bash loads its script")
    equal(bash(""), sorted([*PROGRAM, "--help", "--version"]), "bash: the commands")
    equal(bash("ran"), ["ranges"], "bash: one of them")
    for name, (options, verbs) in PROGRAM.items():
        equal({x.rstrip("=") for x in bash(name, "--")}, options, "bash: every option of " + name)
        if verbs:
            equal(bash(name, ""), verbs, "bash: the verbs of " + name)
    ok({"csv", "jsonl", "text"} <= set(bash("scan", "--format", "=")), "bash: values behind the =", bash("scan", "--format", "="))
    equal(bash("scan", "--host-keys", "=", "pin"), ["pinned"], "bash: a value that was begun")
    equal(bash("scan", "--host-keys", "acc"), ["accept-new"], "bash: a value behind a blank")
    equal(bash("scan", "--protocols", "=", "wmi,s"), ["wmi,ssh"], "bash: the second of a list")
    equal(bash("scan", "--sections", ""), SECTIONS, "bash: every inventory section")
    equal(bash("scan", "--protocols", "=", "ssh,"), ["ssh,wmi"], "bash: of a list what is not there yet")
    equal((bash("report", "mapping2"), bash("import", "mapping2")), (["mapping2.xml"],) * 2, "bash: files for report and import")
    equal(bash("config", "validate", "map"), ["mapping one.xml", "mapping2.xml"], "bash: files for a verb")
    equal(bash("scan", "--config", "mapping2"), ["mapping2.xml"], "bash: files for an option")
    equal(bash("scan", "--state-dir", "s"), ["state"], "bash: folders for an option")
    equal(bash("scan", "--ssh-user", ""), [], "bash: nothing where anything may stand")


def values():
    """What is offered as a value is one: where the program knows wrong values, these are none."""
    with open(SCRIPTS + "/assetscan.bash", encoding="utf-8") as f:
        text = f.read()
    for command, arms in re.findall(r"^\t(\w+)\)\n(.*?)esac;;$", text, re.M | re.S):
        for option, words in re.findall(r"(--[a-z-]+)\) kind='(?:words|list)' words='([^']*)';;", arms):
            def complaint(word):
                # No range, host or file is given: a right value gets no further than that.
                return run(ASSETSCAN, command, "%s=%s" % (option, word), "--state-dir=" + HERE, stdin=subprocess.DEVNULL).stderr
            if "nonsense" not in complaint("nonsense"):
                continue
            wrong = [w for w in words.split() if re.search(r"(?:not|no|unknown)[^\n]*\"%s\"" % w, complaint(w))]
            equal(wrong, [], "%s %s: the program takes every value that is offered" % (command, option))


def fish(line):
    script = "source %s/assetscan.fish; complete -C '%s'" % (SCRIPTS, line)
    got = run("fish", "--no-config", "-c", script)
    return sorted(x.split("\t")[0] for x in got.stdout.split("\n") if x) + ([got.stderr] if got.stderr else [])


def in_fish():
    got = run("fish", "--no-config", "-n", SCRIPTS + "/assetscan.fish")
    ok(got.returncode == 0 and not got.stderr, "fish loads its script", got.stderr)
    equal(fish("assetscan "), sorted(PROGRAM), "fish: the commands")
    for name, (options, verbs) in PROGRAM.items():
        equal({x.rstrip("=") for x in fish("assetscan %s --" % name)}, options, "fish: every option of " + name)
        if verbs:
            equal([x for x in fish("assetscan %s " % name) if x in verbs], verbs, "fish: the verbs of " + name)
    equal(fish("assetscan scan --host-keys=pin"), ["--host-keys=pinned"], "fish: a value behind the =")
    equal(fish("assetscan scan --host-keys acc"), ["accept-new"], "fish: a value behind a blank")
    ok(any(x.endswith("wmi,ssh") for x in fish("assetscan scan --protocols wmi,s")), "fish: the second of a list", fish("assetscan scan --protocols wmi,s"))
    equal([x for x in fish("assetscan scan --protocols ssh,") if "," in x], ["ssh,wmi"], "fish: of a list what is not there yet")
    equal((fish("assetscan report mapping2"), fish("assetscan import mapping2")), (["mapping2.xml"],) * 2, "fish: files for report and import")
    equal(fish("assetscan config validate mapping2"), ["mapping2.xml"], "fish: files for a verb")
    equal({x.rsplit("=", 1)[-1] for x in fish("assetscan scan --sections=")}, set(SECTIONS), "fish: every inventory section")
    equal([x for x in fish("assetscan scan --config mapping2")], ["mapping2.xml"], "fish: files for an option")
    equal(fish("assetscan scan --state-dir s"), ["state/"], "fish: folders for an option")
    equal(fish("assetscan scan --ssh-user "), [], "fish: nothing where anything may stand")
    descriptions = run("fish", "--no-config", "-c", "source %s/assetscan.fish; complete -C 'assetscan '" % SCRIPTS).stdout
    ok("\tJSON-RPC 2.0 on standard input and output" in descriptions, "fish: with what they do", descriptions)


class Zsh:
    """An interactive zsh on a terminal of its own; what Tab makes of a line."""

    def __init__(self):
        self.master, slave = pty.openpty()
        self.child = spawn(["zsh", "-f", "-i"], stdin=slave, stdout=slave, stderr=slave, env=ENV, cwd=HERE, start_new_session=True)
        os.close(slave)
        self.say("PS1='' RPS1='' PS2=''; unsetopt zle_bracketed_paste prompt_cr prompt_sp; stty -echo rows 200 cols 400")
        self.say("fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D" % SCRIPTS)
        # The matches go to a file instead of the screen.
        self.say("zstyle ':completion:*' insert-unambiguous false; setopt no_beep auto_list no_list_ambiguous")
        self.say("show() { zle complete-word; print -r -- \"$BUFFER\" > $HOME/buffer; zle kill-buffer }; zle -N show; bindkey '^T' show")
        self.say("compadd() { [[ -e $HOME/collect ]] || { builtin compadd \"$@\"; return }; local -a all; "
                 "builtin compadd -O all \"$@\"; print -rl -- $all >> $HOME/matches; builtin compadd \"$@\" }")
        self.say("print READY")
        self.output = self.read("READY")

    def say(self, text):
        os.write(self.master, text.encode() + b"\n")

    def read(self, mark, seconds=120):
        got, stop = "", time.monotonic() + seconds
        while mark not in got and time.monotonic() < stop:
            if select.select([self.master], [], [], 0.2)[0]:
                got += os.read(self.master, 65536).decode("utf-8", "replace")
        return got

    def offers(self, line):
        """All that Tab offers."""
        with open(ENV["HOME"] + "/collect", "w", encoding="utf-8"):
            # zsh gives up on a list when more is typed meanwhile: once more then.
            return self.tab(line, True) or self.tab(line, True)

    def tab(self, line, offers=False):
        """The line after Tab."""
        if not offers and os.path.exists(ENV["HOME"] + "/collect"):
            os.remove(ENV["HOME"] + "/collect")
        for name in ("buffer", "matches"):
            if os.path.exists(ENV["HOME"] + "/" + name):
                os.remove(ENV["HOME"] + "/" + name)
        os.write(self.master, line.encode() + b"\x14")
        stop = time.monotonic() + 120
        path = ENV["HOME"] + "/buffer"
        while not (os.path.exists(path) and os.path.getsize(path)) and time.monotonic() < stop:
            if select.select([self.master], [], [], 0.02)[0]:
                self.output += os.read(self.master, 65536).decode("utf-8", "replace")
        matches = ""
        if offers and os.path.exists(ENV["HOME"] + "/matches"):
            with open(ENV["HOME"] + "/matches", encoding="utf-8") as f:
                matches = f.read()
        with open(path, encoding="utf-8") as f:
            return [x for x in matches.split("\n") if x] if offers else f.read().rstrip("\n")


def in_zsh():
    got = run("zsh", "-f", "-n", SCRIPTS + "/_assetscan")
    ok(got.returncode == 0 and not got.stderr, "zsh loads its script", got.stderr)
    z = Zsh()
    offered = z.offers("assetscan ")
    equal(sorted(set(offered) & set(PROGRAM)), sorted(PROGRAM), "zsh: the commands")
    equal(z.tab("assetscan ran"), "assetscan ranges ", "zsh: one of them")
    for name, (options, verbs) in PROGRAM.items():
        offered = z.offers("assetscan %s --" % name)
        equal({x.rstrip("=") for x in offered if x.startswith("--")}, options, "zsh: every option of " + name)
        if verbs:
            offered = z.offers("assetscan %s " % name)
            equal(sorted(set(offered) & set(verbs)), verbs, "zsh: the verbs of " + name)
    equal(z.tab("assetscan scan --host-keys=pin").strip(), "assetscan scan --host-keys=pinned", "zsh: a value behind the =")
    equal(z.tab("assetscan scan --host-keys acc").strip(), "assetscan scan --host-keys accept-new", "zsh: a value behind a blank")
    equal(z.tab("assetscan scan --protocols=wmi,s").strip(" ,"), "assetscan scan --protocols=wmi,ssh", "zsh: the second of a list")
    equal(z.tab("assetscan scan --sections=hardw").strip(" ,"), "assetscan scan --sections=hardware", "zsh: inventory sections")
    equal(z.tab("assetscan config validate mapping2").strip(), "assetscan config validate mapping2.xml", "zsh: files for a verb")
    equal(sorted(set(z.offers("assetscan scan --sections="))), SECTIONS, "zsh: every inventory section")
    for given, wanted in (("--range=10.0.0.1", True), ("--ranges-file=x", False)):
        offered = {x.rstrip("=") for x in z.offers("assetscan scan %s --rang" % given)}
        equal(given.split("=")[0] in offered, wanted, "zsh: only what may be given again is offered again: " + given)
    equal(z.tab("assetscan report mapping2").strip(), "assetscan report mapping2.xml", "zsh: files for report")
    equal(z.tab("assetscan import mapping2").strip(), "assetscan import mapping2.xml", "zsh: and for import")
    equal(z.tab("assetscan scan --config=mapping2").strip(), "assetscan scan --config=mapping2.xml", "zsh: files for an option")
    equal(z.tab("assetscan scan --state-dir=s").strip(), "assetscan scan --state-dir=state/", "zsh: folders for an option")
    ok("command not found" not in z.output and "parse error" not in z.output, "zsh: no complaint on the screen", z.output)


for test in (in_bash, values, in_fish, in_zsh):
    case(test)
done()
