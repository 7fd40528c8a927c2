"""The same requests to the desk's OAuth endpoints and to oidc-provider's, which somebody else wrote by the same standards.

Compared are the status, the error's code, `Cache-Control` and the scheme of `WWW-Authenticate`. Each difference stands in
`REASONS` with its reason; another one fails, and so does one that isn't there any more.
"""

import json
import subprocess
from base64 import b64encode
from urllib.parse import quote

import pytest
import requests

from provider import FOLDER, SECRET, node, provider

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with provider(tmp_path_factory.mktemp("provider"), ada={"name": "Ada"}) as running:
        yield running


class Side:
    """One of the two, with a program that it knows."""

    def __init__(self, metadata, client, secret, escapes):
        self.metadata = requests.get(metadata, timeout=10)
        named = self.metadata.json()
        self.at = {name: named[f"{name}_endpoint"] for name in ("token", "revocation", "introspection")}
        self.client, self.secret, self.escapes = client, secret, escapes

    def basic(self, client=None, secret=None):
        # RFC 6749 section 2.3.1 wants both halves as in a form.
        pair = ":".join(quote(text, safe="") if self.escapes else text for text in (client or self.client, secret or self.secret))
        return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}

    def posted(self):
        return {"client_id": self.client, "client_secret": self.secret}

    def token(self):
        answer = self.ask("token", {"grant_type": "client_credentials"}, self.basic())
        return answer.json()["access_token"]

    def ask(self, endpoint, form=None, headers=None, method="POST", body=None, media=FORM):
        data = body if body is not None else "&".join(
            f"{quote(name)}={quote(value, safe='')}" for name, value in (form.items() if isinstance(form, dict) else form or [])
        )
        headers = (headers or {}) | ({"Content-Type": media} if media else {})
        return requests.request(method, self.at[endpoint], data=data, headers=headers, timeout=10, allow_redirects=False)


CC = {"grant_type": "client_credentials"}
BAD = {"Authorization": "Basic !!!"}

# Each case: its name, and what it asks of one side.
CASES = {
    "token: basic": lambda s: s.ask("token", CC, s.basic()),
    "token: in the form": lambda s: s.ask("token", CC | s.posted()),
    "token: basic and in the form": lambda s: s.ask("token", CC | s.posted(), s.basic()),
    "token: no credentials": lambda s: s.ask("token", CC),
    "token: id only": lambda s: s.ask("token", CC | {"client_id": s.client}),
    "token: wrong secret, basic": lambda s: s.ask("token", CC, s.basic(secret="wrong")),
    "token: wrong secret, form": lambda s: s.ask("token", CC | {"client_id": s.client, "client_secret": "wrong"}),
    "token: unknown client, basic": lambda s: s.ask("token", CC, s.basic(client="nobody")),
    "token: unknown client, form": lambda s: s.ask("token", CC | {"client_id": "nobody", "client_secret": "x"}),
    "token: unreadable basic": lambda s: s.ask("token", CC, BAD),
    "token: basic without a colon": lambda s: s.ask("token", CC, {"Authorization": "Basic " + b64encode(b"x").decode()}),
    "token: another scheme": lambda s: s.ask("token", CC, {"Authorization": "Digest x"}),
    "token: no grant": lambda s: s.ask("token", {}, s.basic()),
    "token: no body": lambda s: s.ask("token", None, s.basic()),
    "token: unknown grant": lambda s: s.ask("token", {"grant_type": "magic"}, s.basic()),
    "token: empty grant": lambda s: s.ask("token", {"grant_type": ""}, s.basic()),
    "token: a grant that is not the client's": lambda s: s.ask("token", {"grant_type": "authorization_code", "code": "x"}, s.basic()),
    "token: refresh without a token": lambda s: s.ask("token", {"grant_type": "refresh_token"}, s.basic()),
    "token: refresh with a made-up token": lambda s: s.ask("token", {"grant_type": "refresh_token", "refresh_token": "x"}, s.basic()),
    "token: unknown scope": lambda s: s.ask("token", CC | {"scope": "no-such-scope"}, s.basic()),
    "token: empty scope": lambda s: s.ask("token", CC | {"scope": ""}, s.basic()),
    "token: a parameter nobody knows": lambda s: s.ask("token", CC | {"colour": "blue"}, s.basic()),
    "token: grant twice": lambda s: s.ask("token", [("grant_type", "client_credentials")] * 2, s.basic()),
    "token: JSON": lambda s: s.ask("token", body=json.dumps(CC), headers=s.basic(), media="application/json"),
    "token: GET": lambda s: s.ask("token", CC, s.basic(), method="GET"),
    "token: PUT": lambda s: s.ask("token", CC, s.basic(), method="PUT"),
    "revoke: a live token": lambda s: s.ask("revocation", {"token": s.token()}, s.basic()),
    "revoke: a made-up token": lambda s: s.ask("revocation", {"token": "x"}, s.basic()),
    "revoke: no token": lambda s: s.ask("revocation", {}, s.basic()),
    "revoke: with a hint": lambda s: s.ask("revocation", {"token": s.token(), "token_type_hint": "access_token"}, s.basic()),
    "revoke: with an unknown hint": lambda s: s.ask("revocation", {"token": s.token(), "token_type_hint": "x"}, s.basic()),
    "revoke: no credentials": lambda s: s.ask("revocation", {"token": "x"}),
    "revoke: wrong secret": lambda s: s.ask("revocation", {"token": "x"}, s.basic(secret="wrong")),
    "revoke: GET": lambda s: s.ask("revocation", {"token": "x"}, s.basic(), method="GET"),
    "introspect: a live token": lambda s: s.ask("introspection", {"token": s.token()}, s.basic()),
    "introspect: in the form": lambda s: s.ask("introspection", {"token": s.token()} | s.posted()),
    "introspect: a made-up token": lambda s: s.ask("introspection", {"token": "x"}, s.basic()),
    "introspect: no token": lambda s: s.ask("introspection", {}, s.basic()),
    "introspect: no credentials": lambda s: s.ask("introspection", {"token": "x"}),
    "introspect: wrong secret, basic": lambda s: s.ask("introspection", {"token": "x"}, s.basic(secret="wrong")),
    "introspect: wrong secret, form": lambda s: s.ask("introspection", {"token": "x", "client_id": s.client, "client_secret": "wrong"}),
    "introspect: basic and in the form": lambda s: s.ask("introspection", {"token": "x"} | s.posted(), s.basic()),
    "introspect: GET": lambda s: s.ask("introspection", {"token": "x"}, s.basic(), method="GET"),
    "metadata": lambda s: s.metadata,
}

CHALLENGE = "The desk says with each invalid_client how a client may show who it is; a MUST for Basic, else a MAY (RFC 6749 5.2)."
KNOWN = "Without readable credentials nobody is known: invalid_client, 401 (RFC 6749 5.2). The other calls it a malformed request."
PUBLISHER = "The API's publisher answers a missing grant so, and clients look for it. RFC 6749 5.2 allows for either."
METHOD = "The desk knows the path and not the method: 405 (RFC 9110 15.5.6), with no-store as all answers of the API have it."
STORE = "All answers of the desk's API say no-store; of this one no standard asks it, and the other doesn't."
HOLDER = "Whoever holds a token may end it, as the metadata say (revocation_endpoint_auth_methods_supported: none)."
UNIFORM = "Every 401 of the API is in the same words, whoever asks; introspection also takes bearer tokens, so that is the challenge."

UNKNOWN = {"status": (401, 400), "error": ("invalid_client", "invalid_request"), "scheme": ("Basic", None)}
MISSING = {"error": ("unsupported_grant_type", "invalid_request")}
WRONG = {"status": (405, 404), "no-store": (True, False)}
CACHED = {"no-store": (True, False)}

# What differs (ours, theirs), and why.
REASONS = {
    "token: no credentials": (UNKNOWN, KNOWN),
    "token: unreadable basic": (UNKNOWN, KNOWN),
    "token: basic without a colon": (UNKNOWN, KNOWN),
    "token: another scheme": (UNKNOWN, KNOWN),
    "token: id only": ({"scheme": ("Basic", None)}, CHALLENGE),
    "token: wrong secret, form": ({"scheme": ("Basic", None)}, CHALLENGE),
    "token: unknown client, form": ({"scheme": ("Basic", None)}, CHALLENGE),
    "token: no grant": (MISSING, PUBLISHER),
    "token: no body": (MISSING, PUBLISHER),
    "token: empty grant": (MISSING, PUBLISHER),
    "token: JSON": (MISSING, "The endpoint reads every body as a form, as the publisher's does, and finds no grant in JSON."),
    "token: a grant that is not the client's": (MISSING, "The desk gives out no codes, so it doesn't know the grant; the other does."),
    "token: refresh without a token": (
        {"error": ("unauthorized_client", "unsupported_grant_type")},
        "The desk knows the grant, which isn't for machine clients; the other offers none to anybody here.",
    ),
    "token: refresh with a made-up token": (
        {"error": ("unauthorized_client", "unsupported_grant_type")},
        "The desk knows the grant, which isn't for machine clients; the other offers none to anybody here.",
    ),
    "token: unknown scope": (
        {"status": (400, 200), "error": ("invalid_scope", None)},
        "RFC 6749 3.3 leaves it: the desk refuses what it doesn't know, the other leaves it out.",
    ),
    "token: GET": (WRONG, METHOD),
    "token: PUT": (WRONG, METHOD),
    "revoke: GET": (WRONG, METHOD),
    "introspect: GET": (WRONG, METHOD),
    "revoke: a live token": (CACHED, STORE),
    "revoke: a made-up token": (CACHED, STORE),
    "revoke: no token": (CACHED, STORE),
    "revoke: with a hint": (CACHED, STORE),
    "revoke: with an unknown hint": (CACHED, STORE),
    "revoke: no credentials": (CACHED | {"status": (200, 400), "error": (None, "invalid_request")}, HOLDER),
    "revoke: wrong secret": (
        CACHED | {"status": (200, 401), "error": (None, "invalid_client"), "scheme": (None, "Basic")},
        HOLDER,
    ),
    "introspect: no credentials": (
        {"status": (401, 400), "error": (None, "invalid_request"), "scheme": ("Bearer", None)},
        UNIFORM,
    ),
    "introspect: wrong secret, basic": ({"error": (None, "invalid_client"), "scheme": ("Bearer", "Basic")}, UNIFORM),
    "introspect: wrong secret, form": ({"error": (None, "invalid_client"), "scheme": ("Bearer", None)}, UNIFORM),
    "metadata": (CACHED, STORE),
}


def seen(answer):
    """What of an answer the standards say something about."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    return {
        "status": answer.status_code,
        "error": body.get("error"),
        "active": body.get("active"),
        "no-store": "no-store" in answer.headers.get("Cache-Control", ""),
        "scheme": answer.headers.get("WWW-Authenticate", "").split(" ")[0].rstrip(",") or None,
    }


def test_every_difference_has_a_reason(desk, issuer):
    ours = Side(f"{desk.url}/.well-known/oauth-authorization-server", *desk.program(), escapes=False)
    theirs = Side(f"{issuer.url}/.well-known/openid-configuration", "program", SECRET, escapes=True)
    found = {}
    for name, ask in CASES.items():
        us, them = seen(ask(ours)), seen(ask(theirs))
        different = {key: (us[key], them[key]) for key in us if us[key] != them[key]}
        if different:
            found[name] = different
    expected = {name: different for name, (different, _) in REASONS.items()}
    assert found == expected, json.dumps(found, indent=1)
    assert len(CASES) >= 40 and all(len(reason) > 20 for _, reason in REASONS.values())


def test_openid_client_speaks_with_the_desk(desk):
    command = [node(), FOLDER / "openid_client.mjs", desk.url, *desk.program()]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
    for seen_by in json.loads(said.stdout):
        method = seen_by.pop("method")
        assert seen_by == {
            "type": "bearer",
            "scope": "CoworkerIdentityCheck-List",
            "live": True,
            "ended": False,
            "refused": "invalid_scope",
        }, method
