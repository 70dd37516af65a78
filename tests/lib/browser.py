"""browser.py: a headless Chromium, driven by WebDriver [W3C] over plain HTTP,
a web server that notes what it is asked, and PNG pictures as pixels."""
import base64
import http.server
import json
import os
import struct
import subprocess
import threading
import urllib.error
import urllib.request
import zlib

from tap import folder, spawn, until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"     # [W3C WebDriver, 11]
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
         "--disable-dev-shm-usage"]


class Browser:
    """One session; `scripts` False: pages may not run any."""

    def __init__(self, width=1400, height=900, scripts=True):
        top = folder()
        self.driver = spawn(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            env=dict(os.environ, HOME=top, TMPDIR=top))
        port = None
        for line in self.driver.stdout:
            if b"started successfully on port" in line:
                port = int(line.rstrip(b".\n").rsplit(b" ", 1)[1])
                break
        threading.Thread(target=self.driver.stdout.read, daemon=True).start()
        self.url = "http://127.0.0.1:%d/session" % port
        options = {"args": QUIET + ["--user-data-dir=" + os.path.join(top, "profile"), "--window-size=%d,%d" % (width, height)]}
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        got = self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "timeouts": {"script": 300000, "pageLoad": 600000}, "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.url += "/" + got["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=900) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            raise AssertionError("%s %s: %s" % (method, path, e.read().decode()[:600])) from e

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *args):
        """A script of the test's own, not of the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.call("POST", "/element/%s/click" % self.find(css), {})

    def type(self, css, text, clear=True):
        element = self.find(css)
        if clear:
            self.call("POST", "/element/%s/clear" % element, {})
        if text:
            self.call("POST", "/element/%s/value" % element, {"text": text})

    def text(self, css):
        return self.call("GET", "/element/%s/text" % self.find(css))

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def requests(self):
        """The addresses that were asked for since this was last called."""
        seen = []
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                seen.append(message["params"]["request"]["url"])
        return seen

    def devtools(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def picture(self):
        return base64.b64decode(self.call("GET", "/screenshot"))

    def pdf(self, **options):
        return base64.b64decode(self.call("POST", "/print", options))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            until(lambda: self.driver.poll() is not None)


class Picture:
    """A PNG as rows of pixels (8 bits, RGB or RGBA, not interlaced)."""

    def __init__(self, png):
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        at, data = 8, b""
        while at < len(png):
            n, kind = struct.unpack(">I4s", png[at:at + 8])
            body = png[at + 8:at + 8 + n]
            if kind == b"IHDR":
                self.width, self.height, depth, color, _, _, interlace = struct.unpack(">IIBBBBB", body)
                assert depth == 8 and color in (2, 6) and interlace == 0
                self.step = 3 if color == 2 else 4
            elif kind == b"IDAT":
                data += body
            at += 12 + n
        self.rows = self._unfilter(zlib.decompress(data))

    def _unfilter(self, raw):
        step, n = self.step, self.width * self.step
        rows, above = [], bytearray(n)
        for y in range(self.height):
            kind = raw[y * (n + 1)]
            row = bytearray(raw[y * (n + 1) + 1:(y + 1) * (n + 1)])
            if kind == 1:
                for i in range(step, n):
                    row[i] = (row[i] + row[i - step]) & 255
            elif kind == 2:
                row = bytearray((a + b) & 255 for a, b in zip(row, above))
            elif kind == 3:
                for i in range(n):
                    row[i] = (row[i] + ((row[i - step] if i >= step else 0) + above[i]) // 2) & 255
            elif kind == 4:
                for i in range(n):
                    a, b, c = (row[i - step], above[i], above[i - step]) if i >= step else (0, above[i], 0)
                    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                    row[i] = (row[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
            rows.append(row)
            above = row
        return rows

    def at(self, x, y):
        i = int(x) * self.step
        return tuple(self.rows[int(y)][i:i + 3])

    def colors(self, box):
        """How many pixels of each color a box {x, y, width, height} has."""
        count = {}
        for y in range(max(0, int(box["y"])), min(self.height, int(box["y"] + box["height"]))):
            for x in range(max(0, int(box["x"])), min(self.width, int(box["x"] + box["width"]))):
                color = self.at(x, y)
                count[color] = count.get(color, 0) + 1
        return count


class Server:
    """Serves one page at /; `asked` holds every path that anybody asked for."""

    def __init__(self, page):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):                                                   # noqa: N802
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            do_POST = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
