"""Every operation of the OpenAPI document, with what it allows and what it doesn't: no failure of the server, and no
answer that the document doesn't describe."""

import pathlib
import re
import subprocess
import sys

import pytest
import requests

from conftest import PASSWORD

HERE = pathlib.Path(__file__).parent

# Cases of one run, at the least.
CASES = 2000

# Users before the one who calls: the cases change and delete records with small ids.
OTHERS = 60


@pytest.fixture
def caller(desk):
    """The token of an administrator whom the cases don't reach."""
    for number in range(OTHERS):
        desk.create("/api/sys/users", FullName="Somebody", Email=f"somebody{number}@example.com")
    email = "caller@example.com"
    rights = {"IsAdmin": True, "APIAccess": True, "NewPassword": PASSWORD}
    desk.create("/api/sys/users", FullName="The caller", Email=email, **rights)
    form = {"grant_type": "password", "username": email, "password": PASSWORD}
    return requests.post(f"{desk.url}/api/token", data=form, timeout=10).json()["access_token"]


@pytest.mark.timeout(900)
def test_no_server_error_and_no_undocumented_answer(desk, caller):
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", HERE / "schemathesis.toml", "run", f"{desk.url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {caller}", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=850)
    report = done.stdout + done.stderr
    assert done.returncode == 0, report[-20000:]
    cases = re.search(r"([\d,]+) generated", report)
    assert cases and int(cases.group(1).replace(",", "")) >= CASES, report[-3000:]
    answered = requests.get(f"{desk.url}/api/auth/me", headers={"Authorization": f"Bearer {caller}"}, timeout=10)
    assert answered.status_code == 200, "the caller was signed in to the end"
