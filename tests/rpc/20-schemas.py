#!/usr/bin/python3
"""The schemas: each one valid, gathered, by OpenRPC's own rules, and in step
with the table of errors.  No network."""
import glob
import json
import os
import re
import subprocess
import sys

import jsonschema

sys.path.insert(0, "tests")
import validate_lines

count = failed = 0


def ok(good, what, why=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}")
    if not good:
        print("# " + str(why)[:2000].replace("\n", "\n# "))


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


files = sorted(p for p in glob.glob("schemas/*.json")
               if not p.endswith("/openrpc.json"))
v = validate_lines.Validator()
bad = []
for p in files:
    try:
        jsonschema.Draft202012Validator.check_schema(read(p))
        flat = v.inline(os.path.basename(p)[:-5])
        jsonschema.Draft7Validator.check_schema(flat)
    except jsonschema.SchemaError as e:
        bad.append(f"{p}: {e.message}")
ok(not bad, "each schema is valid 2020-12, and draft 7 too", bad)

DIFFER = {"$defs", "definitions", "prefixItems", "dependentRequired", "$anchor",
          "dependentSchemas", "dependencies", "additionalItems", "$dynamicRef",
          "unevaluatedProperties", "unevaluatedItems", "minContains",
          "maxContains", "$recursiveRef", "$id"}


def walk(node, path, where, out, named=False):
    if isinstance(node, list):
        for one in node:
            walk(one, path, where, out)
    if not isinstance(node, dict):
        return
    if not named:
        out += [f"{path}{where}: {k}" for k in DIFFER & set(node)]
        if "$ref" in node and len(node) > 1:
            out.append(f"{path}{where}: something beside $ref")
    for k, one in node.items():
        if k not in ("enum", "default"):
            walk(one, path, f"{where}/{k}", out, k == "properties" and not named)


bad = []
for p in files:
    walk(read(p), p, "", bad)
ok(not bad, "no keyword is used that drafts 7 and 2020-12 read differently", bad)

bad = []
for p in files:
    if p.startswith("schemas/error."):
        continue
    for name, one in read(p).get("properties", {}).items():
        if "$ref" in one:
            one = v.inline(one["$ref"][:-5])
        if not one.get("description"):
            bad.append(f"{p}: {name}")
ok(not bad, "each member says what it is", bad)

tables = subprocess.run([sys.executable, "schemas/sections", "--check"],
                        capture_output=True, text=True, check=False)
ok(tables.returncode == 0, "the sections' schemas are current "
   "(schemas/sections --write)", tables.stdout + tables.stderr)

made = subprocess.run([sys.executable, "schemas/gather"], capture_output=True,
                      check=False)
with open("schemas/openrpc.json", "rb") as f:
    ok(f.read() == made.stdout, "openrpc.json is current (schemas/gather --write)",
       made.stderr)

doc = read("schemas/openrpc.json")
meta = read("tests/vectors/openrpc/openrpc-meta-schema.json")
draft7 = read("tests/vectors/openrpc/draft-07-meta-schema.json")
store = {"https://meta.json-schema.tools": draft7,
         "https://meta.json-schema.tools/": draft7,
         "https://meta.open-rpc.org/": meta}


def no_network(uri):
    raise AssertionError("asked the network for " + uri)


resolver = jsonschema.RefResolver(
    "https://meta.open-rpc.org/", meta, store=store,
    handlers={"https": no_network, "http": no_network})
judge = jsonschema.Draft7Validator(meta, resolver=resolver)
ok(all(len(m["errors"]) == len({e["$ref"] for e in m["errors"]}) for m in doc["methods"]), "no method names a class of errors twice")
ok(not list(judge.iter_errors(doc)), "OpenRPC's meta-schema accepts it",
   [e.message[:200] for e in judge.iter_errors(doc)])
broken = dict(doc, methods=[dict(doc["methods"][0], params="none")])
ok(bool(list(judge.iter_errors(broken))), "and would refuse a wrong one")

refs = re.findall(r'"\$ref": "([^"]*)"', json.dumps(doc))
bad = []
for r in set(refs):
    node = doc
    for part in r.lstrip("#/").split("/"):
        node = node.get(part) if isinstance(node, dict) else None
    if node is None or not r.startswith("#/"):
        bad.append(r)
ok(not bad, "every reference leads to something inside the document", bad)

# A file may wait for its method (schemas/gather leaves it out until then).
gathered = {m["name"] for m in doc["methods"]}
single = {os.path.basename(p)[:-len(".params.json")]
          for p in glob.glob("schemas/*.params.json")}
answers = {os.path.basename(p)[:-len(".result.json")]
           for p in glob.glob("schemas/*.result.json")}
ok(gathered <= single == answers, "each method has params and a result",
   (gathered - single, single ^ answers))
ok({n["name"] for n in doc["x-notifications"]} <=
   {os.path.basename(p)[:-len(".notification.json")]
    for p in glob.glob("schemas/*.notification.json")},
   "each notification has its schema")

with open("helper/base/err_codes.def", encoding="utf-8") as f:
    table = f.read()
classes = re.findall(r"^ERR_CLASS\((\w+),\s*(-\d+), \"(.*)\"\)", table, re.M)
errors = re.findall(r'^ERR\((\w+), "([^"]*)", (\w+),', table, re.M)
stages = re.findall(r'^STAGE\(\w+, "([^"]*)"\)', table, re.M)
ok(len(errors) > 20 and read("schemas/type.code.json")["enum"] == [e[1] for e in errors],
   "the codes are those of err_codes.def, in its order",
   set(e[1] for e in errors) ^ set(read("schemas/type.code.json")["enum"]))
ok(len(stages) > 10 and read("schemas/type.stage.json")["enum"] == stages,
   "the stages are those of err_codes.def, in its order",
   set(stages) ^ set(read("schemas/type.stage.json")["enum"]))
for name, number, meaning in classes:
    path = f"schemas/error.{name.lower()}.json"
    one = read(path) if os.path.exists(path) else {}
    ok(one.get("x-number") == int(number) and one.get("x-meaning") == meaning
       and one["properties"]["code"]["enum"] ==
       [e[1] for e in errors if e[2] == name],
       f"error {number} holds the codes of class {name}", one)

with open("helper/cmd/methods.def", encoding="utf-8") as f:
    rows = re.split(r"^METHOD\(", f.read(), flags=re.M)[1:]
methods = {r.split('"')[1]: dict(re.findall(r'P\("([^"]+)", RPC_\w+, (\w+)\)', r))
           for r in rows}
ok(set(methods) == gathered and len(methods) > 10,
   "the methods are those of methods.def", set(methods) ^ gathered)
bad = []
for name, params in methods.items():
    one = v.inline(name + ".params")
    if "*" not in params and set(params) != set(one["properties"]):
        bad.append(f"{name}: {sorted(set(params) ^ set(one['properties']))}")
    bad += [f"{name}: {p} is needed or not" for p, needed in params.items()
            if p != "*" and (needed == "true") != (p in one.get("required", []))]
ok(not bad, "their parameters are those of the schemas", bad)

# The examples of the design, as they are written there.
started = {"jsonrpc": "2.0", "id": 1, "method": "scan.start", "params": {
    "profile": {"name": "local", "protocols": ["wmi", "ssh"],
                "assetType": "type.computer", "folder": "/Electronics/Computers",
                "config": "builtin", "updateOnly": False, "sections": [],
                "pingFirst": False, "pingTimeout": 1, "connectTimeout": 2,
                "wmiTimeout": 60, "queryTimeout": 20, "sshTimeout": 60,
                "ports": {"wmi": [135], "ssh": [22]}, "concurrency": 64,
                "connectRate": 2000, "hostKeys": "accept-new",
                "reportSilent": False},
    "ranges": ["192.168.1.1-192.168.1.254", "!10.1.0.7", "fileserver.corp.example",
               {"from": "10.2.0.1", "to": "10.2.0.99", "credentials": ["lab"],
                "disabled": False}],
    "credentials": [
        {"id": "corp", "protocol": "wmi", "user": "CORP\\scanner", "password": "x"},
        {"id": "lab", "protocol": "ssh", "user": "inventory", "privateKey": "x",
         "passphrase": "y"}],
    "jira": {"url": "https://jira.example.com",
             "auth": {"type": "basic", "user": "admin", "password": "x"},
             "dryRun": False, "caFile": None, "proxy": None}}}
ok(not v.check("scan.start.params", started["params"]),
   "the design's request is right", v.check("scan.start.params", started["params"]))
for path, value in ((("profile", "surprise"), 1), (("profile", "concurrency"), 0),
                    (("credentials", 0, "ntHash"), "0" * 32),
                    (("jira", "auth", "token"), "x"), (("surprise",), 1)):
    wrong = json.loads(json.dumps(started["params"]))
    node = wrong
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    ok(bool(v.check("scan.start.params", wrong)),
       "it is wrong with /" + "/".join(map(str, path)))
v.request(started)
answer = {"jsonrpc": "2.0", "id": 1, "result": {"scanId": "s-1", "addresses": 609}}
ok(v.line(json.dumps(answer)) == [], "the design's answer is right", v.line(answer))
answer["result"]["addresses"] = "609"
ok(bool(v.line(answer)), "an answer of another shape is found")
host = {"jsonrpc": "2.0", "method": "scan.host", "params": {
    "scanId": "s-1", "address": "192.168.1.17", "name": "pc17.corp.example",
    "protocol": "wmi", "state": "scanned", "credential": "corp",
    "os": {"family": "windows", "name": "Microsoft Windows 11 Pro",
           "version": "10.0.22631"},
    "identity": {"macs": ["00:1a:2b:3c:4d:5e"],
                 "ignoredMacs": [{"mac": "00:50:b6:00:00:01", "why": "dock"}],
                 "serial": "5CG1234ABC", "uuid": None},
    "fields": [{"typeName": "system.title", "values": ["PC17"]}],
    "missing": [{"field": "spartez.serialnumber", "why": "…", "fix": "…"}],
    "sections": {}, "warnings": [], "error": None,
    "timings": {"connect": 0.004, "logon": 0.031, "total": 0.412},
    "roundTrips": 12}}
ok(v.line(host) == [], "the design's scan.host is right", v.line(host))
host["params"]["state"] = "fine"
ok(bool(v.line(host)), "a state that there is not is found")
asset = {"jsonrpc": "2.0", "method": "scan.asset", "params": {
    "scanId": "s-1", "address": "192.168.1.17", "outcome": "created", "id": 10311,
    "url": "https://jira.example.com/plugins/servlet/com.spartez.ephor/item/10311",
    "matchedBy": None, "changed": ["system.title"]}}
ok(v.line(asset) == [], "the design's scan.asset is right", v.line(asset))
ok(bool(v.line('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}')),
   "an error without a sentence is found")
made = subprocess.run(["packaging/java/generate"], stdout=subprocess.PIPE, text=True, check=False)
ok(made.returncode == 0, "the Java client's records are of this description (schemas/gather --write makes them)", made.stdout)
print(f"1..{count}")
sys.exit(failed != 0)
