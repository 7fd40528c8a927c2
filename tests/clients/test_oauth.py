"""OAuth 2 by two independent libraries."""

import os

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

from conftest import EMAIL, PASSWORD

LIST = "/api/spaces/coworkeridentitychecks"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    """The libraries refuse http: unless told that this is a test on the loopback."""
    monkeypatch.setitem(os.environ, "OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setitem(os.environ, "AUTHLIB_INSECURE_TRANSPORT", "1")


def test_requests_oauthlib_signs_in_and_renews(desk):
    session = OAuth2Session(client=LegacyApplicationClient(client_id="tests"))
    token_url = f"{desk.url}/api/token"
    first = session.fetch_token(token_url, username=EMAIL, password=PASSWORD, include_client_id=True)
    assert first["token_type"] == "bearer"
    assert first["expires_in"] == 604799
    assert session.get(desk.url + LIST).json()["TotalItems"] >= 1
    second = session.refresh_token(token_url, client_id="tests")
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert session.get(desk.url + LIST).status_code == 200


def test_a_refresh_token_works_once(desk):
    session = OAuth2Session(client=LegacyApplicationClient(client_id="tests"))
    token_url = f"{desk.url}/api/token"
    old = session.fetch_token(token_url, username=EMAIL, password=PASSWORD, include_client_id=True)
    new = session.refresh_token(token_url, client_id="tests")
    # An answer that was lost can be asked for again, for some seconds: it is the same one.
    again = session.refresh_token(token_url, refresh_token=old["refresh_token"], client_id="tests")
    assert (again["access_token"], again["refresh_token"]) == (new["access_token"], new["refresh_token"])
    newer = session.refresh_token(token_url, refresh_token=new["refresh_token"], client_id="tests")
    # But not once what followed from it was used itself: then all of it ends.
    for used in (old, newer):
        with pytest.raises(InvalidGrantError):
            session.refresh_token(token_url, refresh_token=used["refresh_token"], client_id="tests")


def test_authlib_signs_in_a_program_and_ends_its_token(desk):
    metadata = requests.get(f"{desk.url}/.well-known/oauth-authorization-server", timeout=10).json()
    program = desk.program()
    for method in ("client_secret_basic", "client_secret_post"):
        session = AuthlibSession(*program, token_endpoint_auth_method=method)
        token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        assert session.get(desk.url + LIST).status_code == 200
        if method == "client_secret_basic":
            told = session.introspect_token(metadata["introspection_endpoint"], token=token["access_token"])
            assert told.json()["active"] is True
        assert session.revoke_token(metadata["revocation_endpoint"], token=token["access_token"]).status_code == 200
        assert session.get(desk.url + LIST).status_code == 401


def test_authlib_signs_in_and_renews(desk):
    token_url = f"{desk.url}/api/token"
    session = AuthlibSession("tests", token_endpoint=token_url, token_endpoint_auth_method="none")
    first = session.fetch_token(token_url, username=EMAIL, password=PASSWORD, grant_type="password")
    assert session.get(desk.url + LIST).status_code == 200
    second = session.refresh_token(token_url)
    assert second["refresh_token"] != first["refresh_token"]


def test_a_wrong_password_is_an_invalid_grant(desk):
    session = AuthlibSession("tests", token_endpoint_auth_method="none")
    with pytest.raises(OAuthError) as refused:
        session.fetch_token(f"{desk.url}/api/token", username=EMAIL, password="wrong", grant_type="password")
    assert refused.value.error == "invalid_grant"
    assert refused.value.description == "The user name or password is incorrect."
