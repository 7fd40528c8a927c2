"""Starts the built program for the independent clients, with a place on the loopback that serves pictures."""

import contextlib
import http.server
import os
import pathlib
import socketserver
import struct
import subprocess
import threading
import zlib

import pytest
import requests

EMAIL = "admin@example.com"
PASSWORD = "correct horse battery"


def png(width=640, height=400):
    """A grey gradient, as PNG."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes((x + y) % 256 for x in range(width)) for y in range(height))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


class Pictures(http.server.BaseHTTPRequestHandler):
    """Answers every path with the same picture."""

    def do_GET(self):
        picture = png()
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(picture)))
        self.end_headers()
        self.wfile.write(picture)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def pictures():
    """The base URL of the place that serves pictures."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Pictures) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Desk:
    """A running desk with a location, a customer and a check."""

    def __init__(self, url, environment):
        self.url = url
        self.environment = environment
        self.token = self.password_grant()["access_token"]
        self.business = self.create("/api/sys/businesses", Name="London")
        customer = {"FullName": "Ada Lovelace", "Email": "ada@example.com", "InvoicingBusinessId": self.business}
        self.coworker = self.create("/api/spaces/coworkers", **customer)
        self.check = self.new_check()

    def password_grant(self):
        form = {"grant_type": "password", "username": EMAIL, "password": PASSWORD}
        answer = requests.post(f"{self.url}/api/token", data=form, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def program(self):
        """The id and the secret of a new machine client."""
        command = [os.environ["PROOFDESK_BIN"], "client", "create", EMAIL]
        said = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True, timeout=60).stdout
        values = dict(line.split()[:2] for line in said.splitlines())
        return values["client_id"], values["client_secret"]

    def new_check(self):
        return self.create(
            "/api/spaces/coworkeridentitychecks",
            BusinessId=self.business,
            CoworkerId=self.coworker,
            Name="Identity",
            IdentityDocumentType=1,
        )

    def create(self, path, **properties):
        answer = requests.post(self.url + path, json=properties, headers=self.bearer(), timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["Value"]["Id"]

    def get(self, path):
        return requests.get(self.url + path, headers=self.bearer(), timeout=10)

    def bearer(self):
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    """A desk on the embedded store."""
    with serving(tmp_path_factory.mktemp("desk")) as running:
        yield running


@contextlib.contextmanager
def serving(folder, **settings):
    """A desk with its data in a folder, and further settings, such as `OIDC__ISSUER`."""
    own = environment(folder) | {f"PROOFDESK_{name}": value for name, value in settings.items()}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [os.environ["PROOFDESK_BIN"], "serve"], env=own, stdout=subprocess.PIPE, stderr=log
        )
        try:
            yield Desk(address(process, folder), own)
        finally:
            process.terminate()
            assert process.wait(timeout=40) == 0, (folder / "log").read_text()


def environment(folder: pathlib.Path):
    own = {
        "PROOFDESK_LISTEN": "127.0.0.1:0",
        "PROOFDESK_DATA": str(folder / "data"),
        "PROOFDESK_ADMIN_EMAIL": EMAIL,
        "PROOFDESK_ADMIN_PASSWORD": PASSWORD,
        "PROOFDESK_EGRESS__ALLOW": '["127.0.0.0/8"]',
        # Cases of somebody without a token come fast, and a 429 would hide what else there is.
        "PROOFDESK_LIMITS__ADDRESS_PER_SECOND": "0",
        "PROOFDESK_LOG__LEVEL": "warn",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PROOFDESK_")}
    return inherited | own


def address(process, folder):
    """Where the desk says that it serves."""
    for line in process.stdout:
        words = line.decode().split()
        if words[:2] == ["Proofdesk", "serves"]:
            return words[2].rstrip("/")
    raise AssertionError((folder / "log").read_text())
