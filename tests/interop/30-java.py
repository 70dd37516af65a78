#!/usr/bin/python3
"""The Java client of packaging/java: its records against the protocol's own
description, its JSON against Python's, and a plugin's day with the real helper
on real OpenSSH servers."""
import base64
import json
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import ASSETSCAN, ROOT, case, done, equal, folder, ok                   # noqa: E402
import recorded                                                                  # noqa: E402
from farm import with_farm                                                       # noqa: E402
from jira import Tracker                                                         # noqa: E402

QUICK, LATE, HUNG = 4, 2, 3
if "FARM" in os.environ:
    farm = with_farm(__file__)
else:
    top = folder()
    os.chmod(top, 0o755)
    played = []
    for i, (name, count, before) in enumerate((("quick", QUICK, ""), ("late", LATE, "sleep 8"), ("hung", HUNG, "exec sleep 90"))):
        for k in range(count):
            path = recorded.play(os.path.join(top, "%s%d" % (name, k)), recorded.linux("%s%d" % (name, k), "3c:ec:ef:4a:%02x:%02x" % (i, k)), before=before)
            played.append("%s%d=%s" % (name, k, path))
    with_farm(__file__, "--only", "plain", "--played", ",".join(played))

JAVA = os.path.join(ROOT, "packaging/java")
CLASSES = folder()
SOURCES = [os.path.join(d, f) for part in ("src", "test") for d, _, files in os.walk(os.path.join(JAVA, part)) for f in sorted(files)]


def it_compiles():
    got = subprocess.run(["javac", "-Xlint:all", "-Werror", "-Xdoclint:all,-missing/public", "--release", "17", "-d", CLASSES,
                          *(s for s in SOURCES if s.endswith(".java"))], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ok(got.returncode == 0, "everything compiles for Java 17 without a warning", got.stdout[-4000:])
    outside = set()
    for path in SOURCES:
        with open(path, encoding="utf-8") as f:
            outside |= {m for m in re.findall(r"^import (?:static )?([\w.]+);", f.read(), re.M) if not m.startswith(("java.", "assetscan."))}
    equal(outside, set(), "with what Java has, and nothing else")


def the_guides_code_compiles():
    with open(os.path.join(JAVA, "README.md"), encoding="utf-8") as f:
        code = re.search(r"```java\n(.*?)```", f.read(), re.S)[1]
    body = "\n".join(line for line in code.splitlines() if line != "...")
    top = folder()
    with open(top + "/Guide.java", "w", encoding="utf-8") as f:
        f.write("import assetscan.client.*;\nimport assetscan.protocol.*;\nimport java.util.List;\n"
                "abstract class Guide {\n    interface Log { void debug(String s); void warn(String s, Object o); }\n    Log log;\n    String password, token;\n"
                "    abstract void bar(long done, long total);\n    abstract void show(String s);\n    abstract void link(String s);\n"
                "    abstract void done(ScanFinishedEvent end, Throwable why);\n    void run() throws Exception {\n%s\n    }\n}\n" % body)
    got = subprocess.run(["javac", "--release", "17", "-cp", CLASSES, "-d", top, top + "/Guide.java"], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ok(got.returncode == 0, "what the guide shows compiles", got.stdout)


def mirror(lines):
    got = subprocess.run(["java", "-Xshare:auto", "-cp", CLASSES, "assetscan.client.Mirror"], input="\n".join(lines) + "\n", check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    if got.returncode != 0:
        ok(False, "the mirror ends well", got.stderr[-3000:])
    return [json.loads(x) for x in got.stdout.split("\n") if x]


# --- the records -----------------------------------------------------------------------

class Samples:
    """A value with every member there is, by the schemas alone."""

    def __init__(self, document):
        self.types, self.n = document["components"]["schemas"], 0

    def of(self, schema):
        self.n += 1
        if "$ref" in schema:
            return self.of(self.types[schema["$ref"].rsplit("/", 1)[1]])
        if "allOf" in schema:
            return self.of(schema["allOf"][0])
        if "anyOf" in schema:
            # The one that says most: an object before text before null.
            return max((self.of(s) for s in schema["anyOf"]), key=lambda v: len(json.dumps(v)) if v is not None else -1)
        if "enum" in schema:
            return next(x for x in schema["enum"] if x is not None)
        kinds = schema.get("type", "object")
        kind = kinds if isinstance(kinds, str) else next(k for k in kinds if k != "null")
        if kind == "object" and "properties" in schema:
            return {k: self.of(v) for k, v in schema["properties"].items()}
        if kind == "object":
            more = schema.get("additionalProperties")
            return {"some.name": self.of(more) if isinstance(more, dict) else {"deep": [self.n, None]}}
        if kind == "array":
            return [self.of(schema.get("items", {})) for _ in range(2)]
        return {"string": "text %d ü" % self.n, "integer": 2 ** 40 + self.n, "number": self.n + 0.5, "boolean": True, "null": None}[kind]


def the_records_are_the_protocols():
    got = subprocess.run([os.path.join(JAVA, "generate")], check=False, stdout=subprocess.PIPE, text=True)
    ok(got.returncode == 0, "the records are what the generator makes of schemas/openrpc.json", got.stdout + "\nschemas/gather --write makes them again")
    with open(os.path.join(ROOT, "schemas/openrpc.json"), encoding="utf-8") as f:
        document = json.load(f)
    samples, asked = Samples(document), []
    for m in document["methods"]:
        if m["params"]:
            asked.append(("params", m["name"], {p["name"]: samples.of(p["schema"]) for p in m["params"]}))
        asked.append(("result", m["name"], samples.of(m["result"]["schema"])))
    asked += [("event", n["name"], samples.of(n["params"])) for n in document["x-notifications"]]
    answers = mirror([json.dumps({"kind": k, "name": n, "value": v}, ensure_ascii=False) for k, n, v in asked])
    for (kind, name, value), answer in zip(asked, answers):
        equal(answer, value, "%s of %s: every member goes through the record" % (kind, name))
    return asked


def without_null(v):
    if isinstance(v, dict):
        return {k: without_null(x) for k, x in v.items() if x is not None}
    return [without_null(x) for x in v] if isinstance(v, list) else v


def typed(v):
    """Values that tell whole numbers from others."""
    if isinstance(v, dict):
        return {k: typed(x) for k, x in v.items()}
    return [typed(x) for x in v] if isinstance(v, list) else (type(v).__name__, v)


def real_lines_go_through():
    key = farm["keys"]["ed25519"]["path"]
    plain = [h["address"] for n, h in farm["hosts"].items() if n == "plain" or n.startswith("quick")]
    got = subprocess.run([ASSETSCAN, "scan", "--range=" + ",".join(plain) + ",127.0.80.1", "--ssh-user=alice", "--ssh-key-file=" + key, "--sections=all",
                          "--format=jsonl", "--state-dir=" + folder()], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = [json.loads(x) for x in got.stdout.splitlines()]
    answers = mirror([json.dumps({"kind": "event", "name": m["method"], "value": m["params"]}) for m in lines])
    wrong = [(m, a) for m, a in zip(lines, answers) if typed(without_null(m["params"])) != typed(a)]
    ok(len(lines) > 10 and not wrong, "every line of a scan with all sections goes through its record unchanged", wrong[:1])


# --- the JSON --------------------------------------------------------------------------

GOOD = ['null', 'true', ' [ ] ', '{}', '{"a":1}', '[1,2,3]', '0', '-0', '1e5', '1E+2', '-1.5e-3', '0.1', '123456789012345678', '9223372036854775807',
        '-9223372036854775808', '9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '""', '"\\u00e9\\n\\"\\\\\\/\\b\\f\\r\\t"',
        '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00x"', '"ü😀\u2028\x7f"', '{"":0}', '{"a":{"b":[{"c":null}]}}', '{"a":1,"a":2}', '\t[\r\n1 ]', '[[[[[[]]]]]]',
        '1.7976931348623157e308', '4.9e-324', '"' + "x" * 100000 + '"', '[' * 64 + ']' * 64, '"\\u0000"']
BAD = ['', ' ', 'nul', 'nulll', 'True', 'NaN', 'Infinity', '-Infinity', '-', '+1', '01', '-01', '1.', '.5', '1e', '1e+', '0x1', '1_0', '1 2', '[', ']', '[1', '[1,', '[,]', '[1,]',
       '[1 2]', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{,}', '{a:1}', "{'a':1}", '{"a" 1}', '{1:2}', '{"a":1 "b":2}', '"', '"a', '"\\"', '"\\x"', '"\\u12"', '"\\u12g4"',
       '"\\', '"a\nb"', '"a\tb"', '"\x00"', '"\x1f"', "'a'", '\ufeff1', '\xa01', '[1]]', '{}{}', 'tru', '\x00', '/**/1', '[1,/*x*/2]', '1e999', '-1e999', '"\\u+123"', '"\\u١٢٣٤"',
       '[' * 65 + ']' * 65, '{"a":' * 65 + '1' + '}' * 65, '١', '1' * 2000]


def the_json_is_pythons():
    random.seed(17)

    def value(depth):
        kind = random.randrange(7 if depth < 5 else 5)
        if kind == 0:
            return random.choice([None, True, False])
        if kind == 1:
            return random.choice([0, -1, 2 ** 53 + 1, random.randrange(-2 ** 70, 2 ** 70), random.randrange(-1000, 1000)])
        if kind == 2:
            return random.choice([0.5, -1e300, 1e-300, random.uniform(-1, 1), random.uniform(-1e18, 1e18)])
        if kind < 5:
            return "".join(chr(random.choice([random.randrange(32), random.randrange(32, 127), random.randrange(128, 0xd800),
                                              random.randrange(0xe000, 0x110000), random.choice([0x22, 0x5c, 0x7f, 0x2028])])) for _ in range(random.randrange(9)))
        if kind == 5:
            return [value(depth + 1) for _ in range(random.randrange(5))]
        return {value(5) if False else "k%d" % random.randrange(50): value(depth + 1) for _ in range(random.randrange(5))}
    texts = [json.dumps(value(0), ensure_ascii=random.random() < 0.5, indent=random.choice([None, 1])) for _ in range(2000)]
    # Broken in one place: whatever Python says of it is right.
    for text in texts[:1000]:
        at = random.randrange(len(text) + 1)
        texts.append(text[:at] + random.choice(["", "x", '"', "\\", "0", ",", "]", "}", " ", "\n", "-"]) + text[at + random.randrange(2):])
    wanted = []
    for text in GOOD + BAD + texts:
        def constant(word):
            raise ValueError(word)
        try:
            v = json.loads(text, parse_constant=constant)
            wanted.append(["read", v] if text not in BAD else ["refused"])
        except ValueError:
            wanted.append(["refused"])
    answers = mirror([base64.b64encode(t.encode("utf-8", "surrogatepass")).decode() for t in GOOD + BAD + texts])
    wrong = []
    for text, w, a in zip(GOOD + BAD + texts, wanted, answers):
        if w[0] != a[0] or (w[0] == "read" and typed(w[1]) != typed(a[1])):
            wrong.append((text[:200], w, a))
    ok(not wrong and len(answers) == len(wanted), "%d texts are JSON or not, and mean the same, as Python says" % len(wanted), wrong[:3])
    ok(all(a[0] == "read" for a in answers[:len(GOOD)]), "what is JSON is taken", [t[:80] for t, a in zip(GOOD, answers) if a[0] != "read"])


# --- the plugin's day -------------------------------------------------------------------

def a_plugins_day():
    top = folder()
    os.chmod(top, 0o755)
    program = shutil.copy(ASSETSCAN, os.path.join(top, "assetscan"))
    tracker = Tracker("--password", "Pl0gin-s3cret-of-Jira")
    key = farm["keys"]["ed25519"]["path"]
    at = {n: h["address"] for n, h in farm["hosts"].items()}
    work = folder()
    with open(os.path.join(top, "world.json"), "w", encoding="utf-8") as f:
        json.dump({"program": program, "farProgram": program, "folder": work, "jira": tracker.url, "collector": at["plain"],
                   "key": open(key, encoding="utf-8").read(),
                   "ssh": ["ssh", "-F", "/dev/null", "-i", key, "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes",
                           "-o", "UserKnownHostsFile=/dev/null", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"],
                   **{part: [a for n, a in at.items() if n.startswith(part)] for part in ("quick", "late", "hung")}}, f)
    got = subprocess.run(["java", "-Xmx64m", "-cp", CLASSES, "assetscan.client.PluginTest", top + "/world.json"], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, timeout=900,
                         env=dict(os.environ, ASSETSCAN_JIRA_PASSWORD="from-the-environment", ASSETSCAN_SSH_PASSWORD="from-the-environment"))
    results = re.findall(r"^(ok|not ok) \d+ - (.*)\n((?:#.*\n)*)", got.stdout, re.M)
    for good, what, detail in results:
        ok(good == "ok", what, detail)
    ok(got.returncode == 0 and len(results) > 50, "the day ends", got.stdout[-3000:])
    tracker.stop()


for f in (it_compiles, the_guides_code_compiles, the_records_are_the_protocols, real_lines_go_through, the_json_is_pythons, a_plugins_day):
    case(f)
done()
