"""People sign in by OpenID Connect, at an issuer that somebody else wrote, in a real browser."""

import json
import pathlib

import pytest
import requests

from browser import Browser
from conftest import serving
from provider import SECRET, provider

ROLES = '{ reviewers = [{ bundle = "Reviewer", business = "London" }] }'


def person(name, **more):
    return {"name": name, "email": f"{name}@example.com", "email_verified": True, **more}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    people = {name: person(name, groups=["reviewers"]) for name in ("ada", "dan", "eve")}
    people["una"] = person("una") | {"email_verified": False}
    with provider(tmp_path_factory.mktemp("provider"), **people) as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory, issuer):
    """A desk whose people sign in there: with Ada, Una and Dan, who is disabled, but without Eve."""
    settings = {
        "OIDC__ISSUER": issuer.url,
        "OIDC__CLIENT_ID": "desk",
        "OIDC__CLIENT_SECRET": SECRET,
        "OIDC__NAME": "the office",
        "OIDC__ROLES_CLAIM": "groups",
        "OIDC__ROLES": ROLES,
        "EGRESS__ALLOW": json.dumps([issuer.url.removeprefix("http://")]),
    }
    with serving(tmp_path_factory.mktemp("office"), **settings) as desk:
        desk.create("/api/security/userroles", BusinessId=desk.business, Name="Reviewer", Roles=["CoworkerIdentityCheck-List"])
        for name in ("ada", "dan", "una"):
            desk.create("/api/sys/users", FullName=name.title(), Email=f"{name}@example.com", Active=name != "dan")
        yield desk


@pytest.fixture
def browser(tmp_path):
    opened = Browser(tmp_path)
    yield opened
    opened.close()


def walk(browser, office, name):
    """From the desk's page to the issuer, through its forms, and back."""
    browser.open(f"{office.url}/account/sign-in")
    assert browser.reads("#oidc", "Sign in with the office")
    browser.click("#oidc")
    browser.type("input[name=login]", name)
    browser.type("input[name=password]", "anything")
    browser.click("button[type=submit]")
    # The issuer asks whether the desk may know it.
    browser.click("button[type=submit]")
    browser.find("main")


def test_somebody_signs_in_with_roles_that_come_and_go_and_out_again(browser, office, issuer, tmp_path):
    walk(browser, office, "ada")
    assert browser.reaches(f"{office.url}/account")
    assert browser.reads("#name", "Ada") and browser.reads("#email", "ada@example.com")
    assert browser.reads("#roles", "London: Reviewer")
    assert "Browser, by OpenID Connect (here)" in browser.text("#sign-ins")
    browser.screenshot(tmp_path / "account.png")
    assert browser.script("return document.cookie") == "", "no script sees the session"

    browser.click(".sign-out button")
    assert browser.reads("h1", "Signed out")
    browser.call("POST", "/back", {})
    assert "Ada" not in browser.script("return document.documentElement.outerHTML"), "going back shows nothing"
    browser.open(f"{office.url}/account")
    assert browser.reaches(f"{office.url}/account/sign-in")

    issuer.change(ada=person("ada", groups=[]))
    browser.call("DELETE", "/cookie")
    browser.open(issuer.url)
    browser.call("DELETE", "/cookie")
    walk(browser, office, "ada")
    assert browser.reaches(f"{office.url}/account")
    assert browser.text("#roles").startswith("You have no roles yet")
    issuer.change(ada=person("ada", groups=["reviewers"]))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("eve", "You have no account at this desk. Ask your administrator for one."),
        ("dan", "Your account is disabled. Ask your administrator."),
        ("una", "Your e-mail address is not verified where you signed in. Have it verified, and start again."),
    ],
)
def test_who_may_not_is_told_why(browser, office, name, words):
    walk(browser, office, name)
    assert browser.reads("[role=alert]", words)
    browser.open(f"{office.url}/account")
    assert browser.reaches(f"{office.url}/account/sign-in")


def test_who_says_no_there_is_not_signed_in(browser, office):
    browser.open(f"{office.url}/account/sign-in")
    browser.click("#oidc")
    browser.find("input[name=login]")
    browser.click("a[href$='/abort']")
    assert browser.reads("[role=alert]", "You were not signed in there, or said no: start again.")
def test_the_pages_are_usable_on_a_telephone(browser, office):
    browser.open(f"{office.url}/account/sign-in")
    fits = "return document.documentElement.scrollWidth <= innerWidth"
    heights = "return Math.min(...[...document.querySelectorAll('main input:not([type=hidden]), button, a.button')].map((e) => e.offsetHeight))"
    unnamed = "return [...document.querySelectorAll('main input:not([type=hidden])')].filter((e) => !e.labels.length).length"
    assert browser.script(fits) and browser.script(heights) >= 40 and browser.script(unnamed) == 0
    assert browser.complaints() == []
    walk(browser, office, "ada")
    assert browser.script(fits) and browser.script(heights) >= 40
    # The issuer's own pages look for fonts elsewhere, in vain.
    assert [said for said in browser.complaints() if office.url in said] == []


def test_nothing_secret_is_logged(office, issuer):
    log = (pathlib.Path(office.environment["PROOFDESK_DATA"]).parent / "log").read_text()
    assert SECRET not in log and "code=" not in log and "ada@" not in log
    assert requests.get(f"{office.url}/account/oidc/start", allow_redirects=False, timeout=10).status_code == 303
