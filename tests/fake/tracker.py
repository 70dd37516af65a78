#!/usr/bin/python3
"""tracker.py: an Asset Tracker to test against, in memory and in one file.

    tracker.py --port 0 --port-file F [--state F] [--faults F] [--tls CERT KEY]
               [--address 127.0.0.1] [--context /jira] [--lag SECONDS]
               [--user scanner --password secret] [--token T] [--header NAME=VALUE]
               [--tidy]
    tracker.py --dump URL          the assets of a running one as a table

It answers as the OpenAPI description of Asset Tracker says where that says
something, and takes the less kind reading where it does not: unknown fields are
refused, an update without a hit and without a type is refused, a search sees a
change only --lag seconds later, and a search without maxcount is cut.

Control, without log-in: GET /__control/{log,assets,state}, POST
/__control/{faults,lag,clear,login,add,change,schema}.  A fault is an object:

    {"method": "POST", "path": "regular expression", "skip": 0, "times": 1,
     "do": "status", "status": 503, "headers": {}, "body": "", "type": "text/html"}

    do: status     answers so, instead of working
        close      closes the connection before it works
        lost       works, then closes the connection without an answer
        late       works, then answers with the given status
        extra      works, and answers with more headers
        silent     works, and answers 200 without a body
        stall      waits `seconds` before it works;  stall-after: before it answers;
                   with "until": "faults" no longer than until other faults are set
        slow       works, and gives the answer an octet every `seconds`
        html       works, answers 200 with a page;   garbage: with half of a JSON
        huge       answers 200 with `size` octets of JSON
"""
import argparse
import base64
import json
import os
import re
import socket
import ssl
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REST = "/rest/com-spartez-ephor/1.0"
HTML_401 = ("<html><head><title>Unauthorized (401)</title></head><body>Basic Authentication "
            "Failure - Reason : AUTHENTICATED_FAILED</body></html>")

# name, template, label, allowed values
FIELDS = [
    ("system.title", "stringline", "Title", None),
    ("system.description", "stringarea", "Description", None),
    ("spartez.cpucores", "integer", "Cores count", None),
    ("spartez.cpumodel", "stringline", "CPU Model", None),
    ("spartez.cpuspeed", "integer", "CPU Speed (MHz)", None),
    ("spartez.cpuvendor", "stringline", "CPU Vendor", None),
    ("spartez.network", "stringarea", "Network", None),
    ("spartez.serialnumber", "stringline", "Serial number", None),
    ("spartez.username", "stringline", "User name", None),
    ("spartez.userlocale", "stringline", "Locale", None),
    ("spartez.leasing", "singlesel", "Leasing", ["Yes", "No"]),
    ("spartez.value", "double", "Value", None),
    ("test.uuid", "stringline", "UUID", None),
    ("test.bought", "date", "Bought", None),
    ("test.leased", "checkbox", "Leased", None),
    ("test.tags", "multisel", "Tags", ["lab", "office", "server"]),
    ("test.ports", "integer", "Ports", None),
    ("custom.system.uptime", "double", "Uptime", None),
]
TYPES = [
    ("type.computer", "Computer", [f[0] for f in FIELDS if f[0] != "test.ports"]),
    ("type.switch", "Switch", ["system.title", "spartez.network", "test.ports"]),
    ("type.printer", "Printer", ["system.title", "spartez.network"]),
]
FOLDERS = {"name": "All", "sub": [
    {"name": "Electronics", "sub": [
        {"name": "Computers", "sub": [{"name": "Laptops", "sub": []},
                                      {"name": "Workstations", "sub": []}]},
        {"name": "Network", "sub": []}, {"name": "Printers", "sub": []}]},
    {"name": "Employees", "sub": []}]}


class Trouble(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status, self.text = status, text


# --- the query language ------------------------------------------------------------

TOKEN = re.compile(r"""\s*(?:(?P<str>"[^"]*"|'[^']*')|(?P<op><=|>=|!=|=|~|<|>)|(?P<par>[()])|(?P<word>[^\s()=!~<>"']+))""")


def words(text):
    return [w for w in re.split(r"[^0-9a-z]+", str(text).lower()) if w]


def has_phrase(text, value):
    have, want = words(text), words(value)
    return any(have[i:i + len(want)] == want for i in range(len(have) - len(want) + 1)) if want else False


class Query:
    """Recursive descent; gives a function of (store, item, fields)."""

    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                raise Trouble(400, "the query cannot be parsed")
            self.tokens.append((m.lastgroup, m.group(m.lastgroup)))
            at = m.end()
        self.at = 0
        self.test = self.or_()
        if self.at != len(self.tokens):
            raise Trouble(400, "the query cannot be parsed")

    def peek(self, word=None):
        if self.at >= len(self.tokens):
            return False if word else (None, None)
        kind, text = self.tokens[self.at]
        return (kind in ("word", "par") and text.upper() == word) if word else (kind, text)

    def next(self):
        token = self.peek()
        self.at += 1
        return token

    def or_(self):
        tests = [self.and_()]
        while self.peek("OR"):
            self.next()
            tests.append(self.and_())
        return lambda *a: any(t(*a) for t in tests)

    def and_(self):
        tests = [self.prim()]
        while self.peek("AND"):
            self.next()
            tests.append(self.prim())
        return lambda *a: all(t(*a) for t in tests)

    def prim(self):
        if self.peek("("):
            self.next()
            test = self.or_()
            if not self.peek(")"):
                raise Trouble(400, "a bracket is not closed")
            self.next()
            return test
        kind, name = self.next()
        op_kind, op = self.next()
        value_kind, value = self.next()
        if kind != "word" or op_kind != "op" or value_kind not in ("str", "word"):
            raise Trouble(400, "the query cannot be parsed")
        if value_kind == "str":
            value = value[1:-1]
        if op not in ("=", "!="):
            raise Trouble(400, "only = and != are known here")
        want = op == "="
        return lambda store, item, fields: store.holds(item, fields, name, value) == want


# --- assets ------------------------------------------------------------------------

class Store:
    def __init__(self, args):
        self.lock = threading.RLock()
        self.args = args
        self.lag = args.lag
        self.items, self.next_id = {}, 10311
        self.types = {t[0]: {"id": 3 + i, "name": t[1], "fields": list(t[2])} for i, t in enumerate(TYPES)}
        self.fields = {f[0]: {"id": 100 + i, "template": f[1], "title": f[2], "allowed": f[3]}
                       for i, f in enumerate(FIELDS)}
        self.bad_logins = 0
        self.log, self.faults = [], []
        if args.state and os.path.exists(args.state):
            with open(args.state) as f:
                kept = json.load(f)
            self.next_id = kept["next"]
            self.items = {int(k): v for k, v in kept["items"].items()}
        if args.faults:
            with open(args.faults) as f:
                self.set_faults(json.load(f))

    def set_faults(self, faults):
        with self.lock:
            self.faults = [dict({"skip": 0, "times": 1, "method": "", "path": ""}, **f) for f in faults]

    def fault(self, method, path):
        with self.lock:
            for f in self.faults:
                if f["method"] not in ("", method) or not re.search(f["path"], path) or f["times"] == 0:
                    continue
                if f["skip"] > 0:
                    f["skip"] -= 1
                    continue
                if f["times"] > 0:
                    f["times"] -= 1
                return f
        return None

    def save(self):
        if self.args.state:
            with open(self.args.state + ".new", "w") as f:
                json.dump({"next": self.next_id, "items": self.items}, f)
            os.replace(self.args.state + ".new", self.args.state)

    # fields are {name: [values]}; versions [(time, fields)], newest last
    def change(self, item, fields):
        now = dict(item["versions"][-1][1]) if item["versions"] else {}
        for name, values in fields.items():
            now[name] = [re.sub(" +", " ", v) for v in values] if self.args.tidy else values
        item["versions"] = item["versions"][-20:] + [[time.time(), now]]
        item["updated"] = int(time.time() * 1000)
        self.save()

    def indexed(self, item):
        seen = [v for t, v in item["versions"] if t <= time.time() - self.lag]
        return seen[-1] if seen else None

    def holds(self, item, fields, name, value):
        low = name.lower()
        if low == "type":
            return self.types[item["type"]]["name"].lower() == value.lower()
        if low in ("folder", "category"):
            return item["folder"].rstrip("/").split("/")[-1].lower() == value.lower()
        if low == "text":
            return any(has_phrase(v, value) for values in fields.values() for v in values)
        if name not in self.fields:
            raise Trouble(400, "there is no field " + name)
        return any(has_phrase(v, value) for v in fields.get(name, []))

    def search(self, query):
        test = Query(query).test
        hits = []
        for item in self.items.values():
            fields = self.indexed(item)
            if fields is not None and test(self, item, fields):
                hits.append((item, fields))
        return sorted(hits, key=lambda h: -h[0]["updated"])

    def definition(self, name):
        f = self.fields[name]
        kind = {"id": f["id"], "name": name, "defaultTitle": f["title"], "templateName": f["template"]}
        if f["allowed"]:
            kind["allowedValues"] = f["allowed"]
        return {"id": 1000 + f["id"], "title": f["title"], "type": kind, "mobileY": 0}

    def type_json(self, name):
        t = self.types[name]
        return {"id": t["id"], "dottedName": name, "name": t["name"],
                "fields": [self.definition(f) for f in t["fields"]]}

    def item_json(self, item, fields=None, brief=False):
        fields = item["versions"][-1][1] if fields is None else fields
        shown = []
        for name, values in fields.items():
            d = self.definition(name)
            row = {"id": item["id"] * 100 + len(shown), "title": d["title"], "values": values}
            if not brief:
                row["def"] = d
            shown.append(row)
        return {"id": item["id"], "type": self.types[item["type"]]["id"],
                "typeName": self.types[item["type"]]["name"], "created": item["created"],
                "updated": item["updated"], "fields": shown}

    def type_key(self, text):
        for name, t in self.types.items():
            if text in (name, str(t["id"])):
                return name
        raise Trouble(404, "there is no asset type " + text)

    def folder(self, path):
        at = FOLDERS
        for part in [p for p in path.split("/") if p]:
            at = next((s for s in at["sub"] if s["name"] == part), None)
            if at is None:
                raise Trouble(404, "there is no folder " + path)
        return "/".join(p for p in path.split("/") if p)

    def check(self, type_name, body):
        """The body of a write as {name: values}, or 400."""
        if not isinstance(body, list):
            raise Trouble(400, "a list of fields is wanted")
        out = {}
        for row in body:
            if not isinstance(row, dict) or set(row) != {"typeName", "values"}:
                raise Trouble(400, "a field has typeName and values")
            name, values = row["typeName"], row["values"]
            if name not in self.fields or (type_name and name not in self.types[type_name]["fields"]):
                raise Trouble(400, "the asset type has no field %s" % name)
            self.check_values(name, values)
            out[name] = [str(v) for v in values]
        return out

    def check_values(self, name, values):
        f = self.fields[name]
        if not isinstance(values, list) or not all(
                isinstance(v, (str, int, float)) and not isinstance(v, bool) for v in values):
            raise Trouble(400, "values of %s: a list of text is wanted" % name)
        for v in map(str, values):
            good = {"integer": lambda: re.fullmatch(r"-?\d+", v), "date": lambda: re.fullmatch(r"-?\d+", v),
                    "double": lambda: re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", v),
                    "checkbox": lambda: v in ("0", "1"),
                    "stringline": lambda: "\n" not in v and len(v) <= 255,
                    "singlesel": lambda: v in f["allowed"], "multisel": lambda: v in f["allowed"]
                    }.get(f["template"], lambda: True)()
            if not good:
                raise Trouble(400, "%s does not take this value" % name)
        if len(values) > 1 and f["template"] != "multisel":
            raise Trouble(400, "%s takes one value" % name)

    def create(self, type_name, folder, fields):
        if not fields.get("system.title"):
            raise Trouble(400, "an asset needs a title")
        item = {"id": self.next_id, "type": type_name, "folder": folder, "versions": [],
                "created": int(time.time() * 1000), "updated": 0}
        self.next_id += 1
        self.items[item["id"]] = item
        self.change(item, fields)
        return item

    def item(self, text):
        if not text.isdigit() or int(text) not in self.items:
            raise Trouble(404, "there is no asset " + text)
        return self.items[int(text)]


def folder_json(folder, recursive, number=None, parent=None):
    number = number or [0]
    number[0] += 1
    mine = number[0]
    subs = [folder_json(s, True, number, mine) for s in folder["sub"]] if recursive else []
    return {"id": mine, "name": folder["name"], "parentId": parent, "subcategories": subs}


# --- HTTP ----------------------------------------------------------------------------

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "tracker"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def reply(self, status, body=None, headers=None, kind="application/json;charset=UTF-8", slow=0):
        data = b"" if body is None else body if isinstance(body, bytes) else \
            body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        for i in range(len(data)) if slow else []:
            self.wfile.write(data[i:i + 1])
            self.wfile.flush()
            time.sleep(slow)
        if not slow:
            self.wfile.write(data)

    def drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def identity(self):
        """The user's name; None: wrong; '': nothing was sent."""
        a, args = self.headers.get("Authorization", ""), self.server.args
        if args.header:
            name, value = args.header.split("=", 1)
            if self.headers.get(name) == value:
                return "scanner"
        if a.startswith("Basic "):
            try:
                given = base64.b64decode(a[6:]).decode()
            except ValueError:
                return None
            return args.user if given == args.user + ":" + args.password else None
        if a.startswith("Bearer "):
            return args.user if args.token and a[7:] == args.token else None
        return ""

    def login(self, entry):
        store = self.server.store
        user = self.identity()
        with store.lock:
            if store.bad_logins >= 3:
                entry["login"] = "captcha"
                return 403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
                             "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=http://x/login.jsp",
                             "WWW-Authenticate": "OAuth realm=\"x\""}
            if user:
                return None
            store.bad_logins += user is None
        entry["login"] = "wrong" if user is None else "none"
        return 401, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}

    def do_GET(self):
        self.handle_one()

    do_POST = do_PUT = do_DELETE = do_GET

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if url.path.startswith("/__control/"):
            return self.control(url.path[11:], body)
        store, context = self.server.store, self.server.args.context
        entry = {"method": self.command, "path": url.path, "query": self.query, "begin": time.time(),
                 "body": body.decode("utf-8", "replace"), "status": None, "fault": None, "login": "ok",
                 "agent": self.headers.get("User-Agent"), "cookie": self.headers.get("Cookie"),
                 "peer": self.client_address[1]}
        with store.lock:
            entry["n"] = len(store.log)
            store.log.append(entry)
        path = url.path[len(context):] if url.path.startswith(context) else None
        fault = store.fault(self.command, url.path + ("?" + url.query if url.query else ""))
        entry["fault"] = fault["do"] if fault else None
        try:
            self.play(path, body, fault or {"do": ""}, entry)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True
        finally:
            entry["end"] = time.time()

    def stall(self, fault):
        stop, store = time.monotonic() + fault.get("seconds", 3600), self.server.store
        if "until" not in fault:
            time.sleep(fault.get("seconds", 3600))
        while "until" in fault and time.monotonic() < stop and any(f is fault for f in store.faults):
            time.sleep(0.05)

    def play(self, path, body, fault, entry):
        do = fault["do"]
        if do == "close":
            return self.drop()
        if do == "stall":
            self.stall(fault)
        if do == "status":
            entry["status"] = fault["status"]
            return self.reply(fault["status"], fault.get("body", "<html>trouble</html>"),
                              fault.get("headers"), fault.get("type", "text/html"))
        if do == "huge":
            return self.reply(200, b'{"items": ["' + b"x" * fault["size"] + b'"]}')
        status, answer, headers, kind = self.work(path, body, entry)
        entry["status"] = status
        if do == "lost":
            return self.drop()
        if do == "stall-after":
            self.stall(fault)
        if do == "late":
            return self.reply(fault["status"], "<html>trouble</html>", fault.get("headers"), "text/html")
        if do == "silent":
            return self.reply(200, None, headers)
        if do == "extra":
            headers = dict(headers, **fault["headers"])
        if do == "html":
            return self.reply(200, "<html>Log in, please</html>", headers, "text/html")
        if do == "garbage":
            return self.reply(200, b'{"items": [{"id": 1, "typ', headers)
        self.reply(status, answer, headers, kind, fault.get("seconds", 0) if do == "slow" else 0)

    def work(self, path, body, entry):
        """Status, answer, headers, type."""
        as_json = "application/json;charset=UTF-8"
        if path is None:
            return 404, "<html>nothing here</html>", {}, "text/html"
        if path != "/rest/api/2/serverInfo" or self.identity() is None:
            bad = self.login(entry)
            if bad:
                return bad[0], HTML_401, bad[1], "text/html"
        headers = {"X-AUSERNAME": self.identity() or "anonymous", "X-Seraph-LoginReason": "OK"}
        try:
            if "json" not in self.headers.get("Accept", ""):
                raise Trouble(406, "no JSON is accepted")
            if self.command == "POST" and "json" not in self.headers.get("Content-Type", ""):
                raise Trouble(415, "JSON is wanted")
            try:
                sent = json.loads(body) if body else None
            except ValueError:
                raise Trouble(400, "the body is no JSON")
            with self.server.store.lock:
                return 200, self.route(self.command, path, sent, entry), headers, as_json
        except Trouble as t:
            return t.status, {"errorMessages": [t.text], "errors": {}}, headers, as_json

    def route(self, method, path, body, entry):
        store, q = self.server.store, self.query
        if path == "/rest/api/2/serverInfo":
            return {"version": "9.12.0", "serverTitle": "A tracker for tests", "deploymentType": "Server"}
        if path == "/rest/api/2/myself":
            return {"name": self.identity(), "displayName": "The scanner"}
        if not path.startswith(REST + "/"):
            raise Trouble(404, "null for uri: " + path)
        parts = [urllib.parse.unquote(p) for p in path[len(REST) + 1:].split("/")]
        if method == "GET":
            return self.read(parts, q)
        if method == "POST" and parts == ["item"]:
            if not isinstance(body, dict) or set(body) != {"typeName", "categoryName", "fields"}:
                raise Trouble(400, "an asset has typeName, categoryName and fields")
            kind = store.type_key(body["typeName"])
            item = store.create(kind, store.folder(body["categoryName"]), store.check(kind, body["fields"]))
            entry["wrote"] = [item["id"]]
            return store.item_json(item)
        if method == "POST" and parts == ["item", "addorupdate"]:
            return self.add_or_update(q, body, entry)
        if method == "POST" and len(parts) == 4 and parts[0] == "item" and parts[2] == "field":
            item = store.item(parts[1])
            fields = store.check(item["type"], [{"typeName": parts[3], "values": body}])
            store.change(item, fields)
            entry["wrote"] = [item["id"]]
            return {"title": store.fields[parts[3]]["title"], "values": fields[parts[3]]}
        raise Trouble(405, "that cannot be done")

    def add_or_update(self, q, body, entry):
        store = self.server.store
        hits = [h[0] for h in store.search(q.get("matchingQuery", ""))]
        if len(hits) > 1 and q.get("unique") == "true":
            raise Trouble(406, "%d assets match" % len(hits))
        if not hits:
            if "type" not in q or "category" not in q:
                raise Trouble(400, "nothing matches, and there is no type and category")
            kind = store.type_key(q["type"])
            hits = [store.create(kind, store.folder(q["category"]), store.check(kind, body))]
        else:
            for item in hits:
                store.change(item, store.check(item["type"], body))
        entry["wrote"] = [i["id"] for i in hits]
        return [store.item_json(i) for i in hits]

    def read(self, parts, q):
        store = self.server.store
        if parts[0] == "search" and len(parts) == 1:
            if not q.get("query"):
                raise Trouble(400, "a query is wanted")
            hits = store.search(q["query"])
            at, most = int(q.get("offset", 0)), min(int(q.get("maxcount", 50)), self.server.args.max_hits)
            brief = self.server.args.brief
            return {"items": [store.item_json(i, f, brief) for i, f in hits[at:at + most]]}
        if parts[0] == "item" and len(parts) == 2:
            return store.item_json(store.item(parts[1]))
        if parts[0] == "itemtype":
            return store.type_json(store.type_key(parts[1])) if len(parts) == 2 else \
                [store.type_json(t) for t in store.types]
        if parts[0] == "itemtypefield" and len(parts) == 2:
            return store.type_json(store.type_key(parts[1]))["fields"]
        if parts[0] == "fieldtype":
            kinds = [store.definition(f)["type"] for f in store.fields]
            if len(parts) == 1:
                return kinds
            for k in kinds:
                if parts[1] in (k["name"], str(k["id"])):
                    return k
        if parts[0] == "category" and len(parts) == 1:
            return folder_json(FOLDERS, q.get("recursive") == "true")
        raise Trouble(404, "null for uri: " + "/".join(parts))

    # --- control -----------------------------------------------------------------

    def control(self, what, body):
        store = self.server.store
        sent = json.loads(body) if body else None
        with store.lock:
            if what == "log":
                return self.reply(200, store.log)
            if what == "assets":
                return self.reply(200, [dict(store.item_json(i), folder=i["folder"])
                                        for i in store.items.values()])
            if what == "faults":
                store.set_faults(sent)
            elif what == "lag":
                store.lag = sent
            elif what == "login":
                store.bad_logins = sent
            elif what == "clear":
                store.items, store.log, store.faults, store.bad_logins = {}, [], [], 0
                store.save()
            elif what == "forget-log":
                store.log = []
            elif what == "add":     # {type, folder, fields: {name: [values]}, age: seconds}
                item = {"id": store.next_id, "type": sent.get("type", "type.computer"),
                        "folder": sent.get("folder", "Electronics/Computers"), "versions": [],
                        "created": int(time.time() * 1000), "updated": 0}
                store.next_id += 1
                store.items[item["id"]] = item
                store.change(item, sent["fields"])
                item["versions"][-1][0] -= sent.get("age", 3600)
                return self.reply(200, {"id": item["id"]})
            elif what == "change":  # {id, fields: {name: [values]}}
                store.change(store.items[sent["id"]], sent["fields"])
            elif what == "schema":  # {"type.computer": [fields]}
                for name, fields in sent.items():
                    store.types[name]["fields"] = fields
        self.reply(200, {})


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def dump(url):
    base = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
    with urllib.request.urlopen(base + "/__control/assets") as answer:
        assets = json.load(answer)
    for a in sorted(assets, key=lambda x: x["id"]):
        print("#%d  %s  in %s" % (a["id"], a["typeName"], a["folder"]))
        for f in a["fields"]:
            lines = "\n".join(map(str, f["values"])).split("\n")
            print("    %-18s %s" % (f["title"], ("\n" + " " * 23).join(lines)))
    print("%d assets" % len(assets))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--address", default="127.0.0.1")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--port-file")
    p.add_argument("--state")
    p.add_argument("--faults")
    p.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    p.add_argument("--context", default="/jira")
    p.add_argument("--lag", type=float, default=0)
    p.add_argument("--user", default="scanner")
    p.add_argument("--password", default="secret")
    p.add_argument("--token")
    p.add_argument("--header", help="NAME=VALUE logs in too")
    p.add_argument("--tidy", action="store_true", help="makes one blank of several, as some fields do")
    p.add_argument("--max-hits", type=int, default=1000)
    p.add_argument("--brief", action="store_true", help="search shows labels only, no definitions")
    p.add_argument("--dump", metavar="URL")
    args = p.parse_args()
    if args.dump:
        return dump(args.dump)
    server = Server((args.address, args.port), Handler)
    server.args, server.store = args, Store(args)
    scheme = "http"
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*args.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    port = server.server_address[1]
    if args.port_file:
        with open(args.port_file + ".new", "w") as f:
            f.write("%d\n" % port)
        os.replace(args.port_file + ".new", args.port_file)
    print("%s://%s:%d%s" % (scheme, args.address, port, args.context), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    sys.exit(main())
