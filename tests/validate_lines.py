#!/usr/bin/python3
"""validate_lines.py: every protocol line against its JSON Schema.

  validate_lines.py [--requests in.jsonl] out.jsonl [more.jsonl ...]

in.jsonl is what was sent, out.jsonl what the helper wrote ("-": stdin).  A
notification is checked against its own schema, a result against that of the
method of the request with its id, an error against that of its number.
Without --requests, results are only checked to be well-formed answers, unless
the file holds both directions: lines that are requests teach the ids.
Prints what is wrong and ends with 1; ends with 0 when all lines are right.

As a module:

  v = Validator()
  v.request(line)     # learn what was sent (text or object), in any order
  v.line(line)        # [] or a list of sentences about what is wrong
  problems(lines, requests)   # the same of a whole session, with the line shown
"""
import glob
import json
import os
import sys

import jsonschema

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schemas")


class Validator:
    """Compiles each schema once, when it is needed first."""

    def __init__(self, folder=SCHEMAS):
        self.raw, self.compiled, self.methods = {}, {}, {}
        self.errors = {}
        for path in glob.glob(os.path.join(folder, "*.json")):
            name = os.path.basename(path)[:-len(".json")]
            if name == "openrpc":
                continue
            with open(path, encoding="utf-8") as f:
                self.raw[name] = json.load(f)
            if name.startswith("error."):
                self.errors[self.raw[name]["x-number"]] = name
        self.inlined = {}

    def inline(self, name):
        """The schema without references; they name whole files."""
        if name not in self.inlined:
            self.inlined[name] = self._expand(self.raw[name])
        return self.inlined[name]

    def _expand(self, node):
        if isinstance(node, dict):
            if "$ref" in node:
                return self.inline(node["$ref"][:-len(".json")])
            return {k: self._expand(v) for k, v in node.items() if k != "$schema"}
        if isinstance(node, list):
            return [self._expand(v) for v in node]
        return node

    def validator(self, name):
        if name not in self.compiled:
            self.compiled[name] = jsonschema.Draft202012Validator(self.inline(name))
        return self.compiled[name]

    def check(self, name, value):
        """[] or what is wrong with value by the schema file of that name."""
        if name not in self.raw:
            return [f"there is no schema {name}"]
        found = []
        for e in self.validator(name).iter_errors(value):
            leaf = jsonschema.exceptions.best_match([e]) or e
            where = "/" + "/".join(str(p) for p in leaf.absolute_path)
            found.append(f"{name}: {where}: {leaf.message[:300]}")
        return found

    def request(self, line):
        """Learns the ids of what was sent; what is not a request teaches nothing."""
        if isinstance(line, (str, bytes)):
            try:
                line = json.loads(line)
            except (ValueError, RecursionError):
                return
        for one in line if isinstance(line, list) else [line]:
            if isinstance(one, dict) and isinstance(one.get("method"), str) \
                    and isinstance(one.get("id"), (str, int, float)):
                self.methods[json.dumps(one["id"])] = one["method"]

    def line(self, line):
        if isinstance(line, (str, bytes)):
            try:
                line = json.loads(line)
            except (ValueError, RecursionError) as e:
                return [f"not JSON: {e}"]
        if isinstance(line, list):
            if not line:
                return ["an empty batch"]
            return [w for one in line for w in self.message(one)]
        return self.message(line)

    def message(self, m):
        if not isinstance(m, dict) or m.get("jsonrpc") != "2.0":
            return ["no JSON-RPC 2.0 message"]
        if "method" in m:
            if set(m) != {"jsonrpc", "method", "params"}:
                return [f"a notification with the members {sorted(m)}"]
            return self.check(m["method"] + ".notification", m["params"])
        if set(m) == {"jsonrpc", "id", "result"}:
            method = self.methods.get(json.dumps(m["id"]))
            return self.check(method + ".result", m["result"]) if method else []
        if set(m) == {"jsonrpc", "id", "error"}:
            return self.error(m["error"])
        return [f"neither answer nor notification: {sorted(m)}"]

    def error(self, e):
        if not isinstance(e, dict) or not {"code", "message"} <= set(e) \
                or set(e) - {"code", "message", "data"}:
            return ["an error without code and message, or with more than data"]
        if not isinstance(e["message"], str) or not e["message"]:
            return ["an error without a sentence"]
        if e["code"] not in self.errors:
            return [f"an error with the unknown number {e['code']}"]
        return self.check(self.errors[e["code"]], e.get("data"))


_shared = None


def problems(lines, requests=()):
    """What is wrong with the lines of a session, given what was sent."""
    global _shared
    if _shared is None:
        _shared = Validator()
    _shared.methods = {}        # ids mean something within one session only
    for r in requests:
        _shared.request(r)
    return [f"{wrong} in {json.dumps(line)[:400]}"
            for line in lines for wrong in _shared.line(line)]


def lines_of(path):
    stream = sys.stdin.buffer if path == "-" else open(path, "rb")
    with stream:
        for number, line in enumerate(stream, 1):
            yield number, line


def main(args):
    v = Validator()
    if args[:1] == ["--requests"] and len(args) >= 2:
        for _, line in lines_of(args[1]):
            v.request(line)
        args = args[2:]
    if not args or args[0].startswith("--"):
        sys.exit(__doc__)
    bad = count = 0
    for path in args:
        for number, line in lines_of(path):
            count += 1
            try:
                m = json.loads(line)
            except (ValueError, RecursionError):
                m = None
            first = m[0] if isinstance(m, list) and m else m
            if isinstance(first, dict) and "method" in first and "id" in first:
                v.request(m)
                continue
            for wrong in v.line(line):
                bad += 1
                print(f"{path}:{number}: {wrong}")
            if not line.endswith(b"\n"):
                bad += 1
                print(f"{path}:{number}: a torn line")
    print(f"{count} lines, {bad} mistakes", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
