"""Starts oidc-provider, an issuer of OpenID Connect that somebody else wrote."""

import contextlib
import json
import os
import pathlib
import subprocess

FOLDER = pathlib.Path(__file__).parent / "node"
SECRET = "a secret: 100% & more"


def node():
    """Node.js: the one that the tests have installed, or the system's."""
    return os.environ.get("PROOFDESK_NODE", "node")


class Provider:
    """A running issuer."""

    def __init__(self, process):
        self.process = process
        self.url = self.said("issuer ")

    def said(self, start):
        for line in self.process.stdout:
            if line.startswith(start):
                return line.removeprefix(start).strip()
        raise AssertionError("the issuer has ended")

    def change(self, **accounts):
        """Sets what it says of people."""
        self.process.stdin.write(json.dumps(accounts) + "\n")
        self.process.stdin.flush()
        self.said("changed")


@contextlib.contextmanager
def provider(folder, **accounts):
    """An issuer with these accounts: their ids, and what it says of each."""
    environment = os.environ | {"ACCOUNTS": json.dumps(accounts), "CLIENT_SECRET": SECRET}
    with open(folder / "provider.log", "wb") as log:
        process = subprocess.Popen(
            [node(), FOLDER / "provider.mjs"], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        try:
            yield Provider(process)
        finally:
            process.terminate()
            process.wait(timeout=20)
