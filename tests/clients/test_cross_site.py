"""A page of somebody else's, on another port of this machine, makes a signed-in browser do nothing at the desk."""

import http.server
import socketserver
import threading

import pytest
import requests

from browser import Browser
from conftest import EMAIL, PASSWORD

PAGE = b"""<!DOCTYPE html><title>elsewhere</title>
<iframe name="sink"></iframe>
<form id="form" method="post" target="sink"><input name="form" value="x"><input name="email"><input name="password">
<input name="present"></form>"""

PATHS = ("/account/sign-out", "/account/end", "/account/change-password", "/account/sign-in")


@pytest.fixture(scope="module")
def elsewhere():
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_):
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def browser(tmp_path):
    opened = Browser(tmp_path)
    yield opened
    opened.close()


def entries(desk):
    return desk.get("/api/sys/audittrailentries?size=1").json()["TotalItems"]


def refusals(desk):
    """How many requests to pages the desk has answered with 403."""
    lines = requests.get(f"{desk.url}/metrics", timeout=10).text.splitlines()
    counts = [line for line in lines if line.startswith("http_request") and 'route="/account' in line and 'status="403"' in line]
    return sum(int(line.split()[-1]) for line in counts if "_bucket" not in line and "_sum" not in line)


def test_no_form_and_no_fetch_from_elsewhere_does_anything(desk, elsewhere, browser):
    browser.open(f"{desk.url}/account/sign-in")
    browser.type("#email", EMAIL)
    browser.type("#password", PASSWORD)
    browser.click("#send")
    assert browser.reads("h1", "Your account")
    form = browser.script("return document.querySelector('[name=form]').value")
    before, refused = entries(desk), refusals(desk)
    browser.open(elsewhere)
    sent = 0
    for path in PATHS:
        # Even one that has learned what the forms send with them.
        values = {"form": form, "email": EMAIL, "password": PASSWORD, "present": PASSWORD}
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
            script = f"""
                const done = arguments[0], values = {values};
                const form = document.getElementById("form");
                form.action = "{desk.url}{path}"; form.enctype = "{kind}";
                for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
                document.querySelector("iframe").onload = () => fetch(form.action, {{
                  method: "POST", mode: "no-cors", credentials: "include", headers: {{ "Content-Type": "{kind}" }},
                  body: new URLSearchParams(values).toString(),
                }}).then(() => done("read"), () => done("not read"));
                form.submit();
                """
            said = browser.call("POST", "/execute/async", {"script": script, "args": []})
            assert said == "not read", "the answer goes to the desk's own pages only"
            sent += 2
    assert (sent, refusals(desk) - refused) == (24, 24), "all of it has reached the desk"
    assert entries(desk) == before, "nothing is on record, so nothing was done"
    browser.open(f"{desk.url}/account")
    assert browser.reads("h1", "Your account"), "and the browser is signed in as before"
    # The same form from the desk's own page does what it says.
    browser.click(".sign-out button")
    assert browser.reads("h1", "Signed out")
    assert entries(desk) == before + 1
