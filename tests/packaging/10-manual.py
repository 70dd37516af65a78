"""The manual: man and mandoc take it without a word, and what the program says of
itself is all in it."""
import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import ASSETSCAN, BUILD, ROOT, case, done, equal, folder, ok  # noqa: E402

PAGES = {os.path.basename(p): p for p in sorted(glob.glob(BUILD + "/share/man/*"))}
ENV = dict(os.environ, MANWIDTH="100", LC_ALL="C.UTF-8", MANROFFSEQ="", MANROFFOPT="-rHY=0")


def run(*argv, **kw):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=240, **kw)


def rendered(name):
    """The page as a reader sees it, every run of blanks one blank."""
    text = run("man", "-l", "-Tutf8", "--no-justification", "--no-hyphenation", PAGES[name], env=ENV).stdout
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|.\x08", "", text).split())


TEXT = {name: rendered(name) for name in PAGES}


def source(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def missing(words, page):
    """Which of the words do not stand in the page, as whole words."""
    return [w for w in words if not re.search(r"(?<![\w.-])" + re.escape(w) + r"(?![\w-])", TEXT[page])]


def plain(text):
    """A text of a C table as the reader sees it."""
    return " ".join(text.replace("`", "").replace('\\"', '"').replace("\\\\", "\\").split())


def pages():
    equal(sorted(PAGES), ["assetscan-config.5", "assetscan-hosts.7", "assetscan-rpc.7", "assetscan.1"], "the four pages are made")
    for name, path in PAGES.items():
        got = run("man", "--warnings=all", "-l", "-Tutf8", path, env=ENV)
        ok(got.returncode == 0 and not got.stderr and len(got.stdout) > 5000, name + ": man has no warnings", got.stderr)
        got = run("mandoc", "-Tlint", "-Wall", path)
        ok(not got.stdout and not got.stderr, name + ": mandoc has nothing to say", got.stdout + got.stderr)
        ok(not re.search(r"@[a-z-]+@|@[A-Z]+@", source(os.path.relpath(path, ROOT))), name + ": nothing is left unfilled")
        ok(run("lexgrog", path).returncode == 0, name + ": whatis finds its name line")


def commands():
    usage = run(ASSETSCAN, "--help").stdout
    names = re.findall(r"^  (\w+) ", usage, re.M)
    ok(len(names) >= 8, "the usage names the commands", usage)
    equal(missing(names, "assetscan.1"), [], "all of them are in assetscan(1)")
    options, verbs, codes = set(), set(), set()
    for name in names:
        text = run(ASSETSCAN, name, "--help").stdout
        options.update(re.findall(r"(--[a-z0-9-]+)", text))
        verbs.update("assetscan %s %s" % (name, v) for v in re.findall(r"assetscan %s ([a-z]+)\b" % name, text.split("\n\n")[0]))
        ok(("assetscan %s" % name) in TEXT["assetscan.1"], name + ": its synopsis is there")
        codes.update(re.findall(r"^  (\d+|other) +(\S.*)$", text.split("exit code, ")[1], re.M))
    ok(len(options) > 60, "the options of all commands", len(options))
    equal(missing(sorted(options), "assetscan.1"), [], "every option is in assetscan(1)")
    rows = re.findall(r'^OPT\(\w+, "([^"]+)", .*, "((?:[^"\\]|\\.)*)"\)$', source("helper/cmd/options.def"), re.M)
    ok(len(rows) > 40, "the table of options", len(rows))
    equal([r[0] for r in rows if not re.search(r"--%s\S*( --\S+)* %s" % (r[0], re.escape(plain(r[1]))), TEXT["assetscan.1"])],
          [], "each with what --help says of it")
    equal(missing(sorted(verbs), "assetscan.1"), [], "every verb")
    equal([m for _, m in sorted(codes) if " ".join(m.split()) not in TEXT["assetscan.1"]], [], "every exit code with its meaning")
    env = re.findall(r'SECRET\(\w+, "[^"]+", "(\w+)"', source("helper/cmd/options.def"))
    for path in glob.glob(ROOT + "/helper/**/*.c", recursive=True) + glob.glob(ROOT + "/ssh/*.c") + glob.glob(ROOT + "/wmi/*.c"):
        text = source(path)
        env += re.findall(r'(?:getenv|set)\("(\w+)"', text) + re.findall(r'^#define \w*_VARIABLE "(\w+)"', text, re.M)
    state = set()
    for path in glob.glob(ROOT + "/helper/scan/*.c") + glob.glob(ROOT + "/helper/jira/*.c"):
        state |= set(re.findall(r'state_path\(\w+, "([\w.]+)"|"%s/(outbox|written|locks)\b', source(path)))
    state = {a or b for a, b in state} - {n for n in (a or b for a, b in state) if n.endswith((".tmp", ".lock"))}
    ok(len(state) > 6, "what the state folder holds", sorted(state))
    equal(missing(sorted(state), "assetscan.1"), [], "every file of the state folder")
    ok(len(env) > 9, "what the program asks of its environment", env)
    equal(missing(env, "assetscan.1"), [], "every variable of the environment")


def errors():
    rows = re.findall(r'^ERR\(\w+, "(\w+)", \w+, "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)', source("helper/base/err_codes.def"), re.M)
    ok(len(rows) > 40, "the table of errors", len(rows))
    equal(missing([r[0] for r in rows], "assetscan.1"), [], "every error code is in the troubleshooting table")
    text = TEXT["assetscan.1"]
    equal([r[0] for r in rows if "%s %s Fix: %s" % (r[0], plain(r[1]), plain(r[2])) not in text],
          [], "with its meaning and its fix")
    rows = re.findall(r'^STATUS\(0x(\w+), "(\w+)"', source("wmi/status.def"), re.M)
    equal([r for r in rows if "0x%s %s" % r not in TEXT["assetscan-hosts.7"]], [], "every answer of Windows is in assetscan-hosts(7)")


def protocol():
    got = subprocess.run([ASSETSCAN, "rpc", "--state-dir", folder()], input='{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n',
                         stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    document = json.loads(got.stdout)["result"]
    text = TEXT["assetscan-rpc.7"]
    equal(missing([m["name"] for m in document["methods"]], "assetscan-rpc.7"), [], "every method is in assetscan-rpc(7)")
    equal(missing([n["name"] for n in document["x-notifications"]], "assetscan-rpc.7"), [], "every notification")
    words = set()

    def walk(schema, mapping):
        if isinstance(schema, list):
            for s in schema:
                walk(s, mapping)
        elif isinstance(schema, dict):
            for name, member in schema.get("properties", {}).items():
                words.add((name, member.get("description", ""), mapping))
                walk(member, mapping)
            for key in ("items", "anyOf", "oneOf", "allOf", "additionalProperties", "schema", "params", "result"):
                walk(schema.get(key), mapping)

    for m in document["methods"]:
        for p in m["params"]:
            words.add((p["name"], p.get("description", ""), False))
        walk([m["params"], m["result"]], False)
    for n in document["x-notifications"]:
        walk(n["params"], False)
    for name, schema in document["components"]["schemas"].items():
        if name.startswith("type."):
            walk(schema, name.startswith("type.mapping"))
    ok(len(words) > 150, "members of all schemas", len(words))
    plain = {page: " ".join(t.split()) for page, t in TEXT.items()}
    lost = [(n, d) for n, d, mapping in words
            if " ".join(d.replace("`", "").split()) not in plain["assetscan-config.5" if mapping else "assetscan-rpc.7"]]
    equal(lost, [], "every member of every message stands there with its description")
    codes = {str(e["code"]) for e in document["components"]["errors"].values()}
    equal([c for c in codes if c not in text], [], "every JSON-RPC error number")


def facts():
    text = source("helper/map/fact_names.def")
    rows = re.findall(r'^FACT\((\w+), (\w+), (\w+), "([^"]*)", "((?:[^"\\]|\\.)*)"', text, re.M)
    ok(len(rows) > 150, "the table of facts", len(rows))
    equal(["%s.%s" % r[:2] for r in rows if not re.search(r" %s\.%s \([a-z ,]+[^()]*\) %s" % (r[0], r[1], re.escape(plain(r[4]))),
          TEXT["assetscan-config.5"])], [], "every fact is in assetscan-config(5) with what it is")
    wrong = [r[:2] for r in rows if r[3] and not re.search(r"%s\.%s \([a-z ,]*, %s\)" % (r[0], r[1], re.escape(r[3])), TEXT["assetscan-config.5"])]
    equal(wrong, [], "with its unit")
    known = source("helper/map/map_xml.c").split("known[] = {")[1].split("#undef A")[0]
    attributes = re.findall(r"\bA\((\w+),", known)
    ok(len(attributes) > 15, "the attributes of the XML form", attributes)
    equal(missing(attributes, "assetscan-config.5"), [], "every attribute that the XML form knows")
    builtin = run(ASSETSCAN, "config", "show").stdout
    ok(" ".join(builtin.split()) in TEXT["assetscan-config.5"], "the built-in mapping, whole")
    sections = re.findall(r"^SECTION\((\w+), ", source("helper/map/sections.def"), re.M)
    equal(missing(sections, "assetscan.1"), [], "every inventory section")


def hosts():
    text = TEXT["assetscan-hosts.7"]
    asked = {n.replace("\\\\", "\\") for n in re.findall(r'^QUERY\(\w+, "([^"]+)"', source("helper/windows/windows_classes.def"), re.M)}
    equal([n for n in asked if n not in text], [], "every WMI namespace that is asked is named")
    script = source(BUILD + "/share/windows/Grant-AssetscanAccess.ps1")
    equal([n for n in asked if "'%s'" % n not in script], [], "and the PowerShell script grants it")
    rows = re.findall(r'^SUDO\((\w+), "([^"]+)", "[^"]+", "([^"]+)", "([^"]+)"', source("helper/unix/unix_sudo.def"), re.M)
    ok(len(rows) > 4, "the table of commands for root", len(rows))
    equal([r[0] for r in rows if "%s %s %s" % r[1:] not in text], [], "every command for root is named, with what it is for")


def installed_elsewhere():
    top = folder()
    got = run("packaging/install-tree", BUILD, top, "/opt/as", cwd=ROOT)
    ok(got.returncode == 0 and os.access(top + "/opt/as/bin/assetscan", os.X_OK), "make install with a PREFIX", got.stderr)
    got = run("grep", "-rlE", "/usr/(bin|share|share/doc)/assetscan", "--exclude-dir=java", "--exclude=Containerfile", top)
    equal(got.stdout, "", "no text names a file where it is not")


def wrong_texts():
    path = os.path.join(folder(), "x.in")
    with open(path, "w", encoding="utf-8") as f:
        f.write("good @VERSION@ @DATE@\n@no-such-list@\n")
    got = run(BUILD + "/packaging/gen/manual", path, "1.2", "2026-01-02", cwd=ROOT)
    equal((got.returncode, got.stdout.split("\n")[0]), (1, "good 1.2 2026-01-02"), "a text that names an unknown list is refused")
    ok(path + ":2: " in got.stderr, "with its line", got.stderr)


for test in (pages, commands, errors, protocol, facts, hosts, installed_elsewhere, wrong_texts):
    case(test)
done()
