"""The client for the publisher's API from PyPI: HTTP Basic, and forms as bodies."""

import pytest
from nexudus import nexudus

from conftest import EMAIL, PASSWORD


class IdentityCheckDocument(nexudus.Nexudus):
    """Declared the way the package declares its own entities."""

    def __init__(self, base, *credentials):
        super().__init__(*credentials)
        self.base = base + "/api/spaces/coworkeridentitycheckdocuments"

    def search(self, CoworkerIdentityCheckDocument_Coworker=None, CoworkerIdentityCheckDocument_Name=None):
        parameters = {key: value for key, value in nexudus.parse_params(locals()).items() if key != "__class__"}
        return self.session.get(self.base, params=parameters)

    def create(self, CoworkerId=None, CoworkerIdentityCheckId=None, Name=None):
        return self.session.post(self.base, data=nexudus.parse_body(locals()))

    def update(self, Id=None, CoworkerId=None, CoworkerIdentityCheckId=None, Name=None):
        return self.session.put(self.base, data=nexudus.parse_body(locals()))

    def get(self, number):
        return self.session.get(f"{self.base}/{number}")

    def delete(self, number):
        return self.session.delete(f"{self.base}/{number}")


@pytest.fixture
def client(desk):
    return IdentityCheckDocument(desk.url, EMAIL, PASSWORD)


def test_a_record_lives_and_goes(client, desk):
    created = client.create(desk.coworker, desk.check, "By the package").json()
    assert created["WasSuccessful"] is True
    number = created["Value"]["Id"]
    assert client.get(number).json()["CoworkerFullName"] == "Ada Lovelace"
    assert client.update(number, desk.coworker, desk.check, "Renamed by the package").json()["WasSuccessful"] is True
    found = client.search(desk.coworker, "renamed by").json()
    assert [record["Id"] for record in found["Records"]] == [number]
    assert client.delete(number).json()["Value"] is None
    assert client.get(number).status_code == 404
    assert client.get(number).json() == "Not found"


def test_a_wrong_password_is_refused(desk):
    answer = IdentityCheckDocument(desk.url, EMAIL, "wrong").search()
    assert answer.status_code == 401
    assert answer.json() == {"Message": "Authorization has been denied for this request."}
