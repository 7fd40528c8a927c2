"""The pages, in a real browser."""

import pytest
import requests

from browser import Browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()


def invite(desk, email):
    """A new user's link."""
    user = desk.create("/api/sys/users", FullName="Ann", Email=email, APIAccess=True)
    made = requests.post(f"{desk.url}/api/sys/users/invite/{user}", headers=desk.bearer(), timeout=10)
    return made.json()["Url"]


def sign_in(desk, email, password):
    form = {"grant_type": "password", "username": email, "password": password}
    return requests.post(f"{desk.url}/api/token", data=form, timeout=10).status_code


def test_an_invited_user_sets_a_password(desk, browser, tmp_path):
    link = invite(desk, "ann@example.com")
    browser.open(link)
    assert browser.reaches(f"{desk.url}/account/password"), "what the link holds is not left in the address"
    assert browser.reads("h1", "Set your password")
    browser.type("#password", "password")
    assert browser.script("return document.activeElement.id") == "password"
    # The browser holds short ones back; the desk does too.
    browser.script("document.getElementById('password').removeAttribute('minlength')")
    browser.type("#password", "short")
    browser.click("#send")
    assert browser.says("#error") == "The password must have at least 8 characters, has 5."
    browser.click("#show")
    browser.type("#password", "what Ann says at breakfast")
    assert browser.script("return document.getElementById('password').type") == "text"
    browser.screenshot(tmp_path / "form.png")
    browser.click("#send")
    assert browser.says("#done") == "The password was set. You can sign in with it now."
    assert not browser.shown("#form")
    assert sign_in(desk, "ann@example.com", "what Ann says at breakfast") == 200
    # The refused password is an answer of 400, which the console has; it has nothing else.
    assert [said for said in browser.complaints() if "400" not in said] == []

    browser.open("about:blank")
    browser.open(link)
    browser.type("#password", "what somebody else says")
    browser.click("#send")
    assert browser.says("#error") == "This link was used, or has ended. Ask for another one."
    browser.open("about:blank")
    browser.open(link.split("#")[0])
    assert browser.says("#error").startswith("This link is not whole.")
    assert not browser.shown("#form")


def test_the_page_is_usable_on_a_telephone(desk, browser):
    browser.open("about:blank")
    browser.open(invite(desk, "bea@example.com"))
    wide = browser.script("return [document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], "nothing sticks out"
    heights = "return [...document.querySelectorAll('#password, #send, .check')].map((e) => e.offsetHeight)"
    assert min(browser.script(heights)) >= 40, "a thumb hits it"
    unnamed = "return [...document.querySelectorAll('input')].filter((e) => !e.labels.length).length"
    assert browser.script(unnamed) == 0


def test_the_page_to_try_the_api_opens(desk, browser):
    browser.complaints()
    browser.open(f"{desk.url}/docs")
    browser.says(".info .title")
    assert browser.complaints() == []
