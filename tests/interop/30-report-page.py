#!/usr/bin/python3
"""The HTML report in a real Chromium: it loads nothing, complains of nothing, can
be sorted, filtered, opened, printed, read without scripts and in the dark; and
no host's name can do anything in it."""
import os
import re
import subprocess
import sys

import html5lib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import results as r                                                              # noqa: E402
from browser import Browser, Picture, Server                                     # noqa: E402
from tap import ASSETSCAN, case, done, equal, folder, ok, until                  # noqa: E402

RED, AMBER, GREEN = (0xcc, 0x33, 0x40), (0xd9, 0x8a, 0x00), (0x2e, 0x8b, 0x57)
RING = [(0x2f, 0x6f, 0xb5), (0xe0, 0x8a, 0x2c), (0x3c, 0x9d, 0x77)]
WIN7 = ("windows", "Microsoft Windows 7 Professional ", "6.1.7601")
UBUNTU = ("linux", "Ubuntu 22.04.5 LTS", "22.04")
GIB = 1 << 30


def page(lines, memory=None):
    """The report of these lines, made in so many octets of memory; its path."""
    top = folder()
    path, out = os.path.join(top, "results.jsonl"), os.path.join(top, "report.html")
    limit = ["prlimit", "--as=%d" % memory] if memory else []
    subprocess.run([*limit, ASSETSCAN, "report", r.write(path, lines), "--output", out, "--format=html"], check=True, timeout=300)
    return out


def office():
    """A small office: systems old and new, a full disk, failures, assets."""
    return [
        r.started("office", 254), r.log("2026-11-28T06:00:00.000Z"),
        r.host("10.0.0.2", "web", sections=r.disk(r.volume("/", 100 * GIB, 60 * GIB), r.volume("/var", 50 * GIB, 2 * GIB))),
        r.asset("10.0.0.2", "created", 11),
        r.host("10.0.0.10", "old", os=WIN7, warnings=["the clock is wrong"], sections={
            "software": {"software": [{"name": "Tool %d" % i, "version": "1.%d" % i, "sizeBytes": i << 20} for i in range(30)],
                         "feature": [], "missing": [{"what": "feature", "why": "not told", "fix": "grant it"}]},
            "os": {"os": {"name": "Windows 7", "uptimeSeconds": 90000}, "license": [], "missing": []}}),
        r.asset("10.0.0.10", "updated", 12),
        r.host("10.0.0.3", "build", os=UBUNTU), r.asset("10.0.0.3", "ambiguous", None),
        r.host("10.0.0.4", None, "auth_failed", error=r.error()),
        r.host("10.0.0.5", None, "refused", error=r.error("refused", "connect", "the host refused the connection")),
        r.host("10.0.0.6", None, "refused", error=r.error("refused", "connect", "the host refused the connection")),
        r.log("2026-11-28T06:00:09.000Z"),
        r.finished(hosts={"scanned": 3, "auth_failed": 1, "refused": 2, "silent": 248}, assets={"created": 1, "updated": 1, "ambiguous": 1})]


ROWS = "return [...document.querySelectorAll('#table > tbody')].filter(b => !b.hidden).map(b => b.rows[0].cells[%d].textContent)"


def rows(b, column=0):
    """What a reader sees in a column, from above."""
    return b.run(ROWS % column)


def box(b, css):
    return b.run("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                 "return {x: r.x, y: r.y, width: r.width, height: r.height}", css)


def has(colors, wanted, least):
    """At least so many pixels of a color, give or take what smoothing does."""
    return sum(n for c, n in colors.items() if all(abs(x - y) <= 3 for x, y in zip(c, wanted))) >= least


def opened(b, host):
    """Opens a host by its name; what is then told of it."""
    row = "tbody[data-host='%d']" % host
    b.click(row + " > tr > th summary")
    until(lambda: b.run("return document.querySelector(arguments[0] + ' .more noscript') === null", row))
    return b.run("return document.querySelector(arguments[0] + ' .more').innerText", row)


def it_loads_nothing_and_complains_of_nothing(b):
    with open(page(office()), "rb") as f:
        server = Server(f.read())
    b.open("about:blank")       # away from the browser's own first page
    b.requests()
    b.log("browser")
    b.open(server.url)
    opened(b, 0)
    equal(b.requests(), [server.url], "the browser asks for the page alone")
    equal(server.asked, ["/"], "and so the server saw it")
    equal([e for e in b.log("browser")], [], "the console is empty")
    # What would be loaded if a host could write into the page.
    b.run("const i = document.createElement('img'); i.src = arguments[0] + 'stolen'; document.body.append(i);"
          "const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s);"
          "const d = document.createElement('div'); d.innerHTML = '<a href=# onclick=\"window.broken = 2\" id=trap>x</a>'; document.body.append(d);"
          "document.getElementById('trap').click();"
          "fetch(arguments[0] + 'sent').catch(() => {}); navigator.sendBeacon(arguments[0] + 'beacon', 'x')", server.url)
    until(lambda: False, seconds=0.5)
    equal((server.asked, b.run("return window.broken === undefined")), (["/"], True),
          "its policy lets nothing out, and no script in")
    ok(any("Content Security Policy" in e["message"] for e in b.log("browser")), "and says so")
    server.stop()


def rows_and_charts_are_seen(b):
    b.open("file://" + page(office()))
    p = Picture(b.picture())
    cards = b.run("return [...document.querySelectorAll('.card')].map(c => c.querySelector('h2').textContent.trim())")
    equal([re.sub(r"\s+\d+$", "", c) for c in cards], ["Operating systems", "End of support", "Disks nearly full", "Failures by cause"], "four charts")
    boxes = [b.run("const r = document.querySelectorAll('.card')[arguments[0]].getBoundingClientRect(); return {x: r.x, y: r.y, width: r.width, height: r.height}", i) for i in range(4)]
    colors = [p.colors(x) for x in boxes]
    ok(all(has(colors[0], c, 200) for c in RING), "the ring of systems has its three colors")
    ok(has(colors[1], RED, 200) and has(colors[1], GREEN, 200) and not has(colors[1], AMBER, 50), "one system is out of support: red beside green")
    ok(has(colors[2], RED, 300), "the full disk's bar is red")
    ok(has(colors[3], RED, 100), "the failure's bar is red")
    text = b.run("return document.querySelector('.cards').innerText")
    for word in ("Windows 7", "ended 2020-01-14", "web /var", "96 %, 2.0 GiB free", "the host refused the credentials", "no port for a scan is open"):
        ok(word in re.sub(r"\s+", " ", text), "the charts say: " + word, text)
    seen = 0
    for i in (0, 1, 2, 5):
        line = box(b, "tbody[data-host='%d'] > tr" % i)
        seen += sum(n for c, n in p.colors(line).items() if sum(c) < 250) > 60
    equal(seen, 4, "four rows with dark letters on the picture")
    ok(p.at(700, 40)[2] > p.at(700, 40)[0] + 30 and p.at(20, 300) == (0xf3, 0xf5, 0xf8), "under a blue band, on a light ground")


def a_click_sorts(b):
    b.open("file://" + page(office()))
    equal(rows(b), ["web", "build", "10.0.0.4", "old"], "by address at first, closed hosts left out")
    b.click("#table thead th:nth-child(1) button")
    equal(rows(b), ["10.0.0.4", "build", "old", "web"], "by name")
    b.click("#table thead th:nth-child(1) button")
    equal(rows(b), ["web", "old", "build", "10.0.0.4"], "and the other way")
    equal(b.run("return [...document.querySelectorAll('thead th')].map(t => t.getAttribute('aria-sort'))")[:2], ["descending", None], "which is told to those who do not see it")
    b.click("#table thead th:nth-child(2) button")
    equal(rows(b, 1), ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.10"], "addresses as numbers, not as letters")
    b.click("#table thead th:nth-child(5) button")
    equal(rows(b), ["old", "build", "web", "10.0.0.4"], "support by its day, what has none last")
    b.click("#table thead th:nth-child(6) button")
    equal(len(rows(b)), 4, "an empty column loses no row")


def clicks_and_letters_filter(b):
    b.open("file://" + page(office()))
    b.type("#find", "windows")
    equal((rows(b), b.text("#shown")), (["old"], "1 of 6"), "by what is typed")
    b.type("#find", "10.0.0. ubuntu")
    equal(rows(b), ["build"], "all words must be there")
    b.type("#find", "nowhere")
    equal((rows(b), b.text("#none")), ([], "No host fits."), "none at all")
    b.run("const f = document.getElementById('find'); f.value = ''; f.dispatchEvent(new Event('input'))")
    b.click("#refused")
    equal(len(rows(b)), 6, "closed hosts when they are wanted")
    b.click("#refused")
    b.run("const s = document.getElementById('state'); s.value = 'auth_failed'; s.dispatchEvent(new Event('change'))")
    equal(rows(b), ["10.0.0.4"], "by state")
    b.run("const s = document.getElementById('state'); s.value = ''; s.dispatchEvent(new Event('change'))")
    b.click(".chart .pick[data-f=os][data-v='Windows 7']")
    equal((rows(b), b.text("#chips")), (["old"], "System: Windows 7 \u00d7"), "a click on a chart filters")
    b.click("#chips button")
    equal(len(rows(b)), 4, "and its chip takes that off again")
    b.click(".chart .pick[data-f=host]")
    equal(rows(b), ["web"], "a full disk leads to its host")
    b.click(".chart .pick[data-f=host]")
    b.click(".chart .pick[data-f=cause][data-v='no port for a scan is open']")
    equal(rows(b, 1), ["10.0.0.5", "10.0.0.6"], "a cause leads to its hosts, closed ones too")
    b.click("#chips button")
    b.click(".tile.pick[data-v=trouble]")
    equal(rows(b), ["build"], "a figure leads to what it counts")
    b.click("#chips button")
    b.run("document.querySelector(\".chart .pick[data-v='ended']\").focus()")
    b.call("POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": [{"type": "keyDown", "value": "\ue007"}, {"type": "keyUp", "value": "\ue007"}]}]})
    equal(rows(b), ["old"], "the keyboard does it, too")


def a_host_opens(b):
    b.open("file://" + page(office()))
    ok(not b.run("return document.querySelector('tbody[data-host=\"5\"] .more').offsetHeight"), "closed at first")
    text = opened(b, 5)
    for word in ("the clock is wrong", "Identity", "system.title", "Updates until", "2020-01-14", "Inventory", "Software", "Asset"):
        ok(word in text, "opened, it tells: " + word, text)
    b.click("tbody[data-host='5'] details.section:nth-of-type(1) summary")
    text = b.run("return document.querySelector('tbody[data-host=\"5\"] details.section').innerText")
    ok("Tool 29" in text and "29.0 MiB" in text and "feature is missing: not told" in text, "a section with its rows, units and lacks", text)
    ok("Check the password." in opened(b, 2), "a failure with its hint")


def no_name_does_harm(b):
    hosts = [r.host("10.0.0.%d" % (i + 1), n, os=("linux", n, n), warnings=[n], error=r.error(n, n, n, n),
                    fields=[{"typeName": n, "values": [n]}], missing=[{"field": n, "why": n, "fix": n}],
                    identity={"macs": [n], "ignoredMacs": [{"mac": n, "why": n}], "serial": n, "uuid": n},
                    sections={n: {n: [{n: n}], "missing": [{"what": n, "why": n, "fix": n}]},
                              "disk": {"volume": [r.volume(n, 100, 1)]}})
             for i, n in enumerate(r.HOSTILE.values())]
    assets = [r.asset("10.0.0.%d" % (i + 1), n, i + 1, url="https://jira.example/" + n, matchedBy=n) for i, n in enumerate(r.HOSTILE.values())]
    path = page([r.started(r.HOSTILE["script"]), *hosts, *assets, r.line("finished", hosts={n: 1 for n in r.HOSTILE.values()},
                 assets={n: 1 for n in r.HOSTILE.values()}, seconds=1, reason=r.HOSTILE["image"])])
    b.log("browser")
    b.requests()
    b.open("file://" + path)
    b.run("for (const d of document.querySelectorAll('th details')) d.open = true")
    until(lambda: b.run("return document.querySelectorAll('noscript').length === 0"))
    b.run("for (const d of document.querySelectorAll('details')) d.open = true")
    equal(b.run("return [document.scripts.length, document.images.length, document.querySelectorAll('h1').length, document.querySelectorAll('noscript').length,"
                "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length]"),
          [1, 0, 1, 0, 0], "no element, no handler of a host's making, though every host is open")
    equal([e for e in b.log("browser")], [], "the console is empty")
    equal(b.requests(), ["file://" + path], "and nothing was asked for")
    names = rows(b)
    shown = {k: v for k, v in r.HOSTILE.items() if k not in ("long", "lines", "turned", "control")}
    ok(all(v in names for v in shown.values()), "each name stands in its row as it is", names)
    opened = b.run("return [...document.querySelectorAll('.more')].map(m => m.textContent)")
    ok(all(any(v in o for o in opened) for v in list(shown.values()) + [r.HOSTILE["long"]]), "and in the details, all of it")
    equal(b.run("return document.documentElement.scrollWidth <= innerWidth"), True, "10 KB of a name do not make the page wide")
    b.type("#find", "<script>")
    equal(len(rows(b)), 1, "it can be searched for")
    with open(path, encoding="utf-8") as f:
        parser = html5lib.HTMLParser()
        tree = parser.parse(f.read())
    equal([(e[1], e[0]) for e in parser.errors], [], "the page is HTML without a mistake [html5lib], what stands in noscript too")
    tags = [e.tag.rsplit("}", 1)[-1] for e in tree.iter() if isinstance(e.tag, str)]
    equal([tags.count(t) for t in ("script", "style", "img", "h1", "noscript")], [1, 1, 0, 1, len(r.HOSTILE)], "with the elements that it should have")


def without_scripts_it_can_be_read():
    b = Browser(scripts=False)
    b.open("file://" + page(office()))
    names = b.run(ROWS % 1)
    equal(names, ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.10"], "every host is there")
    ok(not b.run("return document.querySelector('.tools').offsetHeight"), "the tools that would not work are not")
    b.click("tbody[data-host='5'] > tr > th summary")
    ok("the clock is wrong" in b.run("return document.querySelector('tbody[data-host=\"5\"] .more').innerText"), "a host opens")
    ok(b.run("return document.querySelector('tbody[data-host=\"5\"] .more').offsetHeight") > 100, "and is seen")
    b.close()


def it_prints(b):
    b.open("file://" + page(office()))
    pdf = os.path.join(folder(), "report.pdf")
    with open(pdf, "wb") as f:
        f.write(b.pdf(background=False, orientation="landscape"))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, stdout=subprocess.PIPE).stdout.decode()
    ok(all(w in text for w in ("web", "build", "old", "10.0.0.4")), "the rows are on paper", text)
    ok(all(w in text for w in ("ended 2020-01-14", "web /var", "Failures by cause")), "and the charts", text)
    ok("Find in all" not in text and "Every state" not in text, "and no tools")
    info = subprocess.run(["pdfinfo", pdf], check=True, stdout=subprocess.PIPE).stdout.decode()
    equal(re.search(r"Pages: +(\d+)", info).group(1), "1", "six hosts take one page")
    many = [r.started()] + [r.host("10.0.%d.%d" % (i // 250, i % 250), "host%03d" % i) for i in range(700)]
    b.open("file://" + page(many))
    with open(pdf, "wb") as f:
        f.write(b.pdf(orientation="landscape"))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, stdout=subprocess.PIPE).stdout.decode()
    equal(len(set(re.findall(r"host\d\d\d", text))), 700, "700 hosts are all on paper, those too that were not on the screen")
    equal((len(rows(b)), b.text("#rest")), (500, "The first 500 are shown. Show all 700"), "which shows the first 500")
    b.click("#rest button")
    equal(len(rows(b)), 700, "and all when they are asked for")
    ok(text.count("Operating system ") + text.count("Operating system\n") >= text.count("\f") - 1, "with the headings on every page")


def luminance(color):
    parts = [(c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in color]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


CONTRAST = """
const out = [];
const rgb = s => s.match(/[\\d.]+/g).map(Number);
for (const e of document.querySelectorAll('h1, h2, h4, th, td, dt, dd, a, b, span, p, li, button, summary, option, label, text')) {
    if (!e.textContent.trim() || !e.getClientRects().length || e.closest('.aside, .skip')) continue;
    let back = null;
    for (let p = e; p && !back; p = p.parentElement) {
        const style = getComputedStyle(p);
        if (style.backgroundImage !== 'none') back = [0x25, 0x66, 0xa0];
        else if (rgb(style.backgroundColor)[3] !== 0) back = rgb(style.backgroundColor);
    }
    const style = getComputedStyle(e);
    out.push([e.tagName + '.' + (e.getAttribute('class') || ''), rgb(e.tagName === 'text' ? style.fill : style.color).slice(0, 3), back.slice(0, 3)]);
}
return out"""


def it_can_be_read_by_everybody(b):
    b.open("file://" + page(office()))
    b.run("for (const d of document.querySelectorAll('th details')) d.open = true")
    for scheme in ("light", "dark"):
        b.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        bad = set()
        for name, ink, ground in b.run(CONTRAST):
            a, c = sorted((luminance(ink), luminance(ground)))
            if (c + 0.05) / (a + 0.05) < 4.5:
                bad.add((name, tuple(ink), tuple(ground)))
        ok(not bad, "letters stand out 4.5 to 1 [WCAG 1.4.3], %s" % scheme, "\n".join(map(str, bad)))
    ok(sum(Picture(b.picture()).at(10, 400)) < 150, "dark is dark")
    b.devtools("Emulation.setEmulatedMedia", features=[])
    equal(b.run("return [document.documentElement.lang, document.title.length > 0, document.querySelectorAll('main').length,"
                "document.querySelectorAll('#table > thead th:not([scope=col])').length, document.querySelectorAll('#table > tbody > tr > th:not([scope=row])').length,"
                "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length && !e.ariaLabel).length,"
                "[...document.querySelectorAll('svg.chart')].filter(e => !e.getAttribute('aria-label')).length]"),
          ["en", True, 1, 0, 0, 0, 0], "language, title, landmark, headings of rows and columns, names of fields and charts")


CUT = """
const lines = e => { const r = document.createRange(); r.selectNodeContents(e); return new Set([...r.getClientRects()].map(x => Math.round(x.top))).size; };
return [...document.querySelectorAll('.tag, #table > thead th button, .h td:nth-child(2)')].filter(e => e.getClientRects().length &&
    (e.scrollWidth > e.clientWidth + 1 || (e.matches('td') && lines(e) > 1))).map(e => e.innerText).slice(0, 3)"""


def nothing_is_cut(b):
    """On a laptop's screen, a phone's, and a wall's: states, days and addresses."""
    lines = [r.started("office", 1400), r.log("2026-11-28T06:00:00.000Z")]
    lines += [r.host("192.168.1%02d.%d" % (i // 200, i % 200 + 20), "host%04d" % i, os=WIN7) for i in range(1234)]
    lines += [r.host("192.168.200.200", None, "auth_failed", error=r.error()), r.finished(hosts={"scanned": 1234, "auth_failed": 1})]
    b.open("file://" + page(lines))
    for width in (500, 1300, 1366, 1920):
        b.devtools("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        equal(b.run(CUT), [], "%d wide: no state, day, heading or address is cut" % width)
        ok(b.run("return document.querySelector('.chart .big').getBBox().width") <= 74, "and the number of hosts stays within its ring")
        wide = b.run("return document.documentElement.scrollWidth")
        ok(wide <= width, "the page itself is no wider than the window", wide)
        if width >= 1300:
            b.run("window.scrollTo(0, 4000)")
            equal(round(box(b, "#table > thead th")["y"]), 0, "the headings stay in sight")
            b.run("window.scrollTo(0, 0)")
    b.devtools("Emulation.setEmulatedMedia", media="print")
    equal(b.run("return getComputedStyle(document.querySelector('.note')).webkitLineClamp === 'none' || "
                "getComputedStyle(document.querySelector('.note')).display === 'block'"), True, "on paper notes are whole")
    b.devtools("Emulation.setEmulatedMedia", media="")
    b.devtools("Emulation.clearDeviceMetricsOverride")


def ten_thousand_hosts(b):
    def packages(n):
        return {"software": {"software": [{"name": "package-%d" % i, "version": "1.%d-2" % i, "publisher": "Somebody <a@b.example>"}
                                          for i in range(n)], "missing": []}}

    lines = [r.started("big", 16384)]
    for i in range(10000):
        state = "scanned" if i % 10 else "auth_failed"
        lines.append(r.host("10.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255), "host%05d" % i, state, error=None if i % 10 else r.error(),
                            os=(WIN7, UBUNTU, ("linux", "Debian GNU/Linux 12 (bookworm)", "12"))[i % 3],
                            sections=dict(r.disk(r.volume("/", 100, i % 100)), **packages(3000 if i > 9900 else 20)) if i % 10 else {}))
    path = page(lines, memory=200 << 20)
    ok(True, "10 000 hosts are reported in 200 MiB")
    size = os.path.getsize(path)
    ok(size < 80 << 20, "the page is kept to a size", "%d MiB" % (size >> 20))
    b.open("file://" + path)
    equal(b.text("#shown"), "10000", "a browser shows them")
    b.type("#find", "host0999")
    equal(len(rows(b)), 10, "filters them")
    b.run("const f = document.getElementById('find'); f.value = ''; f.dispatchEvent(new Event('input'))")
    b.click("#table thead th:nth-child(1) button")
    b.click("#table thead th:nth-child(1) button")
    equal(rows(b)[0], "host09999", "sorts them")
    opened(b, 9999)
    ok("left out to keep this page small" in b.run("return document.querySelector('tbody[data-host=\"9999\"] .more').textContent"), "and one that opens says what was left out")
    b.click("#table thead th:nth-child(2) button")
    equal(rows(b, 1)[:3] + rows(b, 1)[-1:], ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.1.243"], "sorts them by address, and shows the first of them")


browser = Browser()
for test in (it_loads_nothing_and_complains_of_nothing, rows_and_charts_are_seen, a_click_sorts, clicks_and_letters_filter, a_host_opens,
             no_name_does_harm, it_prints, it_can_be_read_by_everybody, nothing_is_cut, ten_thousand_hosts):
    def one(test=test):
        test(browser)
    one.__name__ = test.__name__
    case(one)
browser.close()
case(without_scripts_it_can_be_read)
done()
