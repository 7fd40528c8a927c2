"""The publisher's own example, with nothing but the base URL changed."""

import json
import subprocess


def curl(*arguments):
    done = subprocess.run(["curl", "--silent", "--show-error", *arguments], capture_output=True, timeout=30, check=True)
    return done.stdout


def create(desk, body):
    answer = curl(
        "-X",
        "POST",
        f"{desk.url}/api/spaces/coworkeridentitycheckdocuments",
        "-H",
        f"Authorization: Bearer {desk.token}",
        "-H",
        "Content-Type: application/json",
        "-d",
        body,
    )
    return json.loads(answer)


def test_the_example_as_it_stands_names_what_is_missing(desk):
    answer = create(desk, '{\n    "CoworkerId": 0,\n    "CoworkerIdentityCheckId": 0,\n    "Name": ""\n}')
    assert answer["WasSuccessful"] is False
    assert answer["Value"] is None
    assert answer["Message"] == "CoworkerId: is a required field"
    assert [error["PropertyName"] for error in answer["Errors"]] == ["CoworkerId", "CoworkerIdentityCheckId", "Name"]


def test_the_example_with_its_values_creates_a_document(desk):
    body = {"CoworkerId": desk.coworker, "CoworkerIdentityCheckId": desk.check, "Name": "Passport"}
    answer = create(desk, json.dumps(body))
    assert answer["Status"] == 200
    assert answer["Message"] == "CoworkerIdentityCheckDocument was successfully created."
    assert set(answer) == {
        "Status", "Message", "Value", "OpenInDialog", "OpenInWindow", "RedirectURL", "JavaScript", "UpdatedOn",
        "UpdatedBy", "Errors", "WasSuccessful",
    }  # fmt: skip
    assert desk.get(f"/api/spaces/coworkeridentitycheckdocuments/{answer['Value']['Id']}").json()["Name"] == "Passport"


def test_files_come_back_as_they_were_handed_in(desk, pictures):
    body = {
        "CoworkerId": desk.coworker,
        "CoworkerIdentityCheckId": desk.new_check(),
        "Name": "Passport",
        "NewPhotoUrl": f"{pictures}/face.png",
        "NewDocumentUrl": f"{pictures}/front.png",
    }
    document = create(desk, json.dumps(body))["Value"]["Id"]
    path = f"{desk.url}/api/spaces/coworkeridentitycheckdocuments/getphoto/{document}"
    got = curl("-H", f"Authorization: Bearer {desk.token}", path)
    assert got == curl(f"{pictures}/face.png")


def test_an_upload_as_curl_sends_it(desk, pictures, tmp_path):
    body = {"CoworkerId": desk.coworker, "CoworkerIdentityCheckId": desk.new_check(), "Name": "Passport"}
    document = create(desk, json.dumps(body))["Value"]["Id"]
    file = tmp_path / "front.png"
    file.write_bytes(curl(f"{pictures}/front.png"))
    path = f"{desk.url}/api/spaces/coworkeridentitycheckdocuments/uploaddocument/{document}"
    answer = json.loads(curl("-H", f"Authorization: Bearer {desk.token}", "-F", f"file=@{file}", path))
    assert answer["WasSuccessful"] is True
    record = desk.get(f"/api/spaces/coworkeridentitycheckdocuments/{document}").json()
    assert record["DocumentFileName"] == "front.png"
