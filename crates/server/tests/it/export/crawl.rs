//! A distinct mark in every field and every file of three people at two locations: an export has all marks of one of them, and
//! none of the others.

use proofdesk_domain::entities::{check::CHECK, coworker::COWORKER, document::DOCUMENT, user::USER};
use proofdesk_domain::entities::{file::FILE, identity::IDENTITY};
use proofdesk_domain::entity::{Access, Entity, Kind, Source};
use proofdesk_domain::personal::export;
use serde_json::{Value, json};

use super::archive::Archive;
use super::{ROLES, path};
use crate::harness::{
    CHECKS, COWORKERS, Client, DOCUMENTS, Desk, USER_PASSWORD, USERS, jpeg, marked, pdf, png,
};

/// Somebody whose every field and file has a mark.
struct Person {
    coworker: i64,
    /// At each location: the mark, the files.
    places: Vec<(String, Vec<Vec<u8>>)>,
}

/// A customer with an account; of each location a check with a document that has a history.
fn person(desk: &Desk, mark: &str, number: u8, businesses: &[i64]) -> Person {
    let email = format!("{mark}.first@example.com");
    let user = json!({
        "FullName": mark, "Email": email, "NewPassword": USER_PASSWORD, "APIAccess": true, "Businesses": businesses,
    });
    let user = desk.admin().post(USERS, &user).id();
    change(desk, &USER, USERS, user, mark, number);
    desk.signed_in(&format!("{mark}.users@example.com"), USER_PASSWORD);
    let before = json!({
        "FullName": format!("{mark} before"), "Email": email, "Businesses": businesses, "UserId": user,
    });
    let coworker = desk.admin().post(COWORKERS, &before).id();
    change(desk, &COWORKER, COWORKERS, coworker, mark, number);
    let place = |(place, business): (usize, &i64)| {
        let mark = format!("{mark}{place}");
        let files = handed_in(desk, &mark, number + 7 * place as u8, coworker, *business);
        (mark, files)
    };
    Person { coworker, places: businesses.iter().enumerate().map(place).collect() }
}

/// A check that was rejected once, with three files, one of them a second one; and one with a document that are gone.
fn handed_in(desk: &Desk, mark: &str, number: u8, coworker: i64, business: i64) -> Vec<Vec<u8>> {
    let new =
        json!({ "BusinessId": business, "CoworkerId": coworker, "Name": mark, "IdentityDocumentType": 1 });
    let check = desk.admin().post(CHECKS, &new).id();
    change(desk, &CHECK, CHECKS, check, mark, number);
    let new = json!({ "CoworkerId": coworker, "CoworkerIdentityCheckId": check, "Name": mark });
    let document = desk.admin().post(DOCUMENTS, &new).id();
    change(desk, &DOCUMENT, DOCUMENTS, document, mark, number);
    let upload = |slot: &str, name: &str, bytes: &[u8]| {
        desk.admin().upload(&format!("{DOCUMENTS}/upload{slot}/{document}"), name, bytes).id();
    };
    let files = vec![jpeg(number), pdf(&format!("{mark} front")), png(number)];
    upload("photo", "old.jpg", &jpeg(number + 50));
    upload("document", &format!("{mark} front.pdf"), &files[1]);
    upload("additionaldocument", &format!("../{mark}.png"), &files[2]);
    let notes = json!([{ "Name": "Notes", "Value": format!("{mark} rejected") }]);
    let reject = json!({ "Key": "MarkAsRejected", "Ids": [check], "Parameters": notes });
    desk.admin().post(&format!("{CHECKS}/runcommand"), &reject).done();
    upload("photo", &format!("{mark} photo.jpg"), &files[0]);
    let gone = json!({ "BusinessId": business, "CoworkerId": coworker, "Name": format!("{mark} gone") });
    let gone = desk.admin().post(CHECKS, &gone).id();
    desk.admin().delete(&format!("{CHECKS}/{gone}")).done();
    files
}

/// Puts a mark into every field that may be written.
fn change(desk: &Desk, entity: &'static Entity, path: &str, id: i64, mark: &str, number: u8) {
    let mut body = marked(entity, mark, number);
    body["Id"] = id.into();
    desk.admin().patch(path, &body).id();
}

/// Every value that was put into an entity's fields stands where the export shows them.
#[track_caller]
fn assert_values(entity: &'static Entity, shown: &Value, mark: &str, number: u8) {
    let put = marked(entity, mark, number);
    let mut found = 0;
    for (name, value) in put.as_object().expect("fields") {
        let kept = entity.fields.iter().find(|field| field.name == name).expect("a field");
        // Notes are the reviewer's by now.
        if kept.access == Access::Writable && name != "Notes" {
            assert_eq!(&shown[name], value, "{}.{name}", entity.name);
            found += 1;
        }
    }
    assert!(found > 1, "{}: {shown}", entity.name);
}

/// What is shown of a record is what its declaration gives out.
#[track_caller]
fn assert_fields(entity: &'static Entity, shown: &Value) {
    let properties = shown.as_object().unwrap_or_else(|| panic!("a {}, not {shown}", entity.name));
    for index in export::fields(entity) {
        let name = entity.field(index).name;
        assert!(properties.contains_key(name), "{}.{name} isn't given out", entity.name);
    }
    for field in entity.fields {
        let instruction = matches!(field.source, Source::Instruction);
        let text = matches!(field.kind, Kind::Text(_)) && field.access == Access::Hidden;
        assert!(!(instruction || text) || !properties.contains_key(field.name), "{}", field.name);
    }
}

/// All of one person at one location.
#[track_caller]
fn assert_whole(archive: &Archive, person: &Person, place: usize, mark: &str, number: u8) {
    let shown = archive.described();
    assert_values(&COWORKER, &shown["Person"], mark, number);
    assert_values(&USER, &shown["Account"], mark, number);
    let (own, files) = &person.places[place];
    let of = |list: &str| -> Value {
        let list = shown[list].as_array().expect("records");
        let found = list.iter().find(|record| record["SystemId"] == format!("{own} SystemId"));
        found.unwrap_or_else(|| panic!("{own}'s")).clone()
    };
    let (check, document) = (of("Checks"), of("Documents"));
    assert_values(&CHECK, &check, own, number + 7 * place as u8);
    assert_values(&DOCUMENT, &document, own, number + 7 * place as u8);
    assert_eq!(check["VerificationStatus"], "Submitted");
    assert_eq!(document["Notes"], format!("{own} rejected"));
    for (entity, record) in [
        (&COWORKER, &shown["Person"]),
        (&USER, &shown["Account"]),
        (&CHECK, &check),
        (&DOCUMENT, &document),
        (&FILE, &document["Files"][0]),
    ] {
        assert_fields(entity, record);
    }
    for (place, file) in files.iter().enumerate() {
        let described = &document["Files"][place];
        assert_eq!(described["State"], "Included", "{described}");
        assert!(described["Name"].as_str().is_some_and(|name| name.contains(own.as_str())), "{described}");
        let entry = described["Entry"].as_str().expect("an entry");
        assert!(archive.entries[entry] == *file, "{entry} is the file as it is kept");
    }
    let trail = shown["AuditTrail"].to_string();
    for told in ["before", "rejected", "gone"] {
        assert!(
            trail.contains(&format!("{mark} {told}")) || trail.contains(&format!("{own} {told}")),
            "{told}"
        );
    }
    let by_person = |entry: &Value| entry["By"] == "Person";
    assert!(shown["AuditTrail"].as_array().expect("entries").iter().any(by_person), "who signed in");
    assert!(shown["Account"]["Tokens"].as_array().is_some_and(|tokens| !tokens.is_empty()));
}

/// Nothing of somebody: no mark, and no file.
#[track_caller]
fn assert_nothing_of(archive: &Archive, mark: &str, files: &[Vec<u8>]) {
    assert!(!archive.holds(mark), "{mark} is in it");
    for (place, file) in files.iter().enumerate() {
        assert!(memchr::memmem::find(&archive.bytes, file).is_none(), "file {place} of {mark} is in it");
    }
}

fn export(client: &Client, person: &Person) -> Archive {
    Archive::of(&client.get(&path(person.coworker)))
}

on_both_stores! {
    fn an_export_has_all_of_one_and_nothing_of_others(desk) {
        let [own, other] = ["Qharbour", "Qabroad"].map(|name| desk.business(name));
        let ada = person(desk, "qada", 1, &[own]);
        let bert = person(desk, "qbert", 20, &[other]);
        let both = person(desk, "qcleo", 35, &[own, other]);
        let clerk = desk.user_with_roles(&ROLES, &[own]);

        let archive = export(&clerk, &ada);
        assert_whole(&archive, &ada, 0, "qada", 1);
        for person in [&bert, &both] {
            for (mark, files) in &person.places {
                assert_nothing_of(&archive, &mark[..5], files);
            }
        }
        assert!(!archive.holds("qabroad") && !archive.holds("admin@example.com"), "of others who acted");
        assert!(archive.holds("qharbour") && archive.holds("README.txt"));

        // Who is known at two locations: each shows its own.
        let archive = export(&clerk, &both);
        assert_whole(&archive, &both, 0, "qcleo", 35);
        assert_nothing_of(&archive, "qcleo1", &both.places[1].1);
        assert_nothing_of(&archive, "qabroad", &[]);
        let foreign = format!("{other}");
        let shown = archive.described();
        assert_eq!(shown["Person"]["Businesses"], json!([own]), "not {foreign}");
        assert_eq!(shown["Account"]["Businesses"], json!([own]));
        let lists = shown["AuditTrail"].to_string();
        assert!(!lists.contains(&format!("[{own},{other}]")), "nor in what was before");

        // Whoever works at both, and who may do everything, gets both.
        let at_both = desk.user_with_roles(&ROLES, &[own, other]);
        for client in [&at_both, desk.admin()] {
            let archive = export(client, &both);
            for place in [0, 1] {
                assert_whole(&archive, &both, place, "qcleo", 35);
            }
            assert_nothing_of(&archive, "qada", &ada.places[0].1);
            assert_nothing_of(&archive, "qbert", &bert.places[0].1);
        }
        assert!(export::ENTITIES.contains(&&IDENTITY), "who they are at an issuer goes along");
    }
}
