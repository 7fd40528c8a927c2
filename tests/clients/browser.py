"""A real browser, spoken to by WebDriver (a W3C recommendation) as its driver understands it."""

import base64
import subprocess
import time

import requests

# The name by which WebDriver refers to an element.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """Chromium without a window, as wide as a telephone. It finds no other host than this machine."""

    def __init__(self, folder):
        self.log = open(folder / "driver.log", "wb")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=self.log)
        port = next(line for line in self.driver.stdout if b"successfully on port" in line).decode().strip(". \n").split()[-1]
        self.base = f"http://127.0.0.1:{port}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=412,900", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", f"--user-data-dir={folder}/profile"]
        wanted = {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        opened = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base += f"/session/{opened['sessionId']}"
        self.call("POST", "/timeouts", {"implicit": 10_000})

    def call(self, method, path, body=None):
        answer = requests.request(method, self.base + path, json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()["value"]

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def address(self):
        return self.call("GET", "/url")

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def act(self, css, act):
        """Does something with an element; again if the page was just being replaced by the next one."""
        end = time.monotonic() + 10
        while True:
            try:
                return act(self.find(css))
            except AssertionError as error:
                if "stale element" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def text(self, css):
        return self.act(css, lambda element: self.call("GET", f"/element/{element}/text"))

    def reads(self, css, text):
        """Whether an element has this text, or comes to have it: the next page may be on its way."""
        end = time.monotonic() + 10
        while (found := self.text(css)) != text:
            assert time.monotonic() < end, f"{css} says {found!r}, not {text!r}"
            time.sleep(0.05)
        return True

    def reaches(self, url):
        """Whether the browser is at an address, or comes there."""
        end = time.monotonic() + 10
        while (found := self.address()) != url:
            assert time.monotonic() < end, f"the browser is at {found!r}, not {url!r}"
            time.sleep(0.05)
        return True

    def shown(self, css):
        return self.act(css, lambda element: self.call("GET", f"/element/{element}/displayed"))

    def type(self, css, text):
        def write(element):
            self.call("POST", f"/element/{element}/clear", {})
            self.call("POST", f"/element/{element}/value", {"text": text})

        self.act(css, write)

    def click(self, css):
        self.act(css, lambda element: self.call("POST", f"/element/{element}/click", {}))

    def script(self, text):
        return self.call("POST", "/execute/sync", {"script": text, "args": []})

    def says(self, css):
        """The text of an element as soon as it has one."""
        for _ in range(200):
            text = self.text(css)
            if text:
                return text
            time.sleep(0.05)
        raise AssertionError(f"{css} says nothing")

    def complaints(self):
        """What the page's console has of errors and warnings: broken scripts, refused files, policies that are not kept."""
        entries = self.call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("WARNING", "SEVERE")]

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait(timeout=20)
        self.log.close()
