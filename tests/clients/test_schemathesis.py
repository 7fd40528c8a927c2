"""Every operation of the OpenAPI document, with what it allows and what it doesn't, called by four kinds of people: no
failure of the server, and no answer that the document doesn't describe."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
import requests

from conftest import PASSWORD

HERE = pathlib.Path(__file__).parent

# Cases of the administrator's run, at the least; `cargo xtask soak` asks for more.
CASES = int(os.environ.get("PROOFDESK_TEST_CASES", "2000"))

SOAK = CASES > 2000

# How many of them stand for one random example of each operation. What the document says of bounds makes many more cases, so
# that the administrator's 4 examples come to over 15,000.
FACTOR = 500

# Users before the one who calls: the cases change and delete records with small ids.
OTHERS = 60


@pytest.fixture(scope="session")
def others(desk):
    """Records that the cases may use up."""
    for number in range(OTHERS):
        desk.create("/api/sys/users", FullName="Somebody", Email=f"somebody{number}@example.com")


def administrator(desk):
    return sign_in(desk, "caller@example.com", IsAdmin=True)


def local(desk):
    """Somebody with every role, at one location."""
    place = desk.create("/api/sys/businesses", Name="Paris")
    customer = {"FullName": "Marie Curie", "Email": "marie@example.com", "InvoicingBusinessId": place}
    customer = desk.create("/api/spaces/coworkers", **customer)
    check = {"BusinessId": place, "CoworkerId": customer, "Name": "Identity", "IdentityDocumentType": 1}
    desk.create("/api/spaces/coworkeridentitychecks", **check)
    roles = [role["Name"] for role in desk.get("/api/security/roles?size=1000").json()["Records"]]
    bundle = desk.create("/api/security/userroles", BusinessId=place, Name="All", Roles=roles)
    return sign_in(desk, "local@example.com", Businesses=[place], UserRoles=[bundle])


def without_roles(desk):
    return sign_in(desk, "nothing@example.com", Businesses=[desk.business])


def nobody(_desk):
    return None


def sign_in(desk, email, **rights):
    """The token of a new user, whom the cases don't reach."""
    rights |= {"APIAccess": True, "NewPassword": PASSWORD}
    desk.create("/api/sys/users", FullName="The caller", Email=email, **rights)
    form = {"grant_type": "password", "username": email, "password": PASSWORD}
    return requests.post(f"{desk.url}/api/token", data=form, timeout=10).json()["access_token"]


# Who calls, which part of the cases they get, and what `/api/auth/me` answers them to the end. The cases of the
# administrator go last, because they use up most.
CALLERS = [(nobody, 0.2, 401), (without_roles, 0.2, 200), (local, 0.3, 200), (administrator, 1, 200)]


def settings(folder):
    """The file of settings; in a soak, without what leaves cases out."""
    whole = HERE / "schemathesis.toml"
    if not SOAK:
        return whole
    rest = folder / "schemathesis.toml"
    rest.write_text(whole.read_text().split("[[operations]]")[0])
    return rest


@pytest.mark.timeout(4 * 3600 if SOAK else 900)
@pytest.mark.parametrize(("caller", "part", "status"), CALLERS, ids=[caller.__name__ for caller, *_ in CALLERS])
def test_no_server_error_and_no_undocumented_answer(desk, others, tmp_path, caller, part, status):
    token = caller(desk)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", settings(tmp_path), "run", f"{desk.url}/openapi.json", "--no-color"]
    command += ["--max-examples", str(max(1, round(CASES / FACTOR * part)))]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    if part < 1:
        # What follows from one answer to the next is of use only to those who get answers.
        command += ["--phases", "examples,fuzzing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = done.stdout + done.stderr
    assert done.returncode == 0, report[-20000:]
    cases = re.search(r"([\d,]+) generated", report)
    count = int(cases.group(1).replace(",", "")) if cases else 0
    print(f"{caller.__name__}: {count} cases")
    assert count >= CASES * (1 if part == 1 else 0.1), report[-3000:]
    answered = requests.get(f"{desk.url}/api/auth/me", headers=headers, timeout=10)
    assert answered.status_code == status, "the caller was signed in to the end"
