//! Nothing that says something of an erased customer is left: in no file of the data folder, in no table, and in no line of the
//! log, even where it logs everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proofdesk_domain::entities;
use serde_json::json;
use ureq::http::Method;

use super::wire::{erase, run};
use crate::harness::{
    ADMIN_EMAIL, ADMIN_PASSWORD, CHECKS, COWORKERS, DOCUMENTS, Desk, Store, USER_PASSWORD, USERS, jpeg, pdf,
    png,
};

/// Stands in every personal field. In small letters, as names to sign in with are kept.
const MARKER: &str = "zq7marker4e";

/// A customer whose every personal field has the marker, with files, a rejection, a second round, a decision and looks.
fn marked_customer(desk: &Desk) -> i64 {
    let business = desk.business("Harbour");
    let text = |name: &str| format!("{name} {MARKER}");
    let email = format!("{MARKER}@example.com");
    let user = json!({ "FullName": text("User"), "Email": email, "NewPassword": USER_PASSWORD, "APIAccess": true, "Businesses": [business], "SystemId": text("s") });
    let user = desk.admin().post(USERS, &user).id();
    let token = desk.signed_in(&email, USER_PASSWORD);
    assert_eq!(token.get("/api/auth/me").status, 200);
    let customer = json!({
        "FullName": text("Name"), "Email": email, "CompanyName": text("Co"), "BillingName": text("Bill"),
        "Address": text("Street"), "PostCode": MARKER, "CityName": text("City"), "State": text("State"),
        "DateOfBirth": "1990-02-03T00:00:00Z", "SystemId": text("crm"), "Businesses": [business], "UserId": user,
    });
    let coworker = keyed(desk, COWORKERS, &customer);
    let check = json!({
        "BusinessId": business, "CoworkerId": coworker, "Name": text("Check"), "IdentityDocumentType": 1,
        "IdentityDocumentNumber": MARKER, "IdentityDocumentIssuedBy": text("Office"), "Description": text("Dear"),
        "StripeVerificationSessionId": MARKER, "SystemId": text("ref"),
    });
    let check = keyed(desk, CHECKS, &check);
    let document = json!({ "CoworkerId": coworker, "CoworkerIdentityCheckId": check, "Name": text("Doc"), "Notes": text("Note"), "SystemId": text("ref") });
    let document = keyed(desk, DOCUMENTS, &document);
    let upload = |slot: &str, name: &str, bytes: &[u8]| {
        desk.admin().upload(&format!("{DOCUMENTS}/upload{slot}/{document}"), name, bytes).id();
    };
    upload("photo", &format!("{MARKER}.jpg"), &jpeg(1));
    upload("document", &format!("{MARKER}.pdf"), &pdf(MARKER));
    let reject = json!({ "Key": "MarkAsRejected", "Ids": [check], "Parameters": [{ "Name": "Notes", "Value": text("Blurred") }] });
    desk.admin().post(&format!("{CHECKS}/runcommand"), &reject).done();
    upload("photo", &format!("again {MARKER}.png"), &png(2));
    run(desk.admin(), CHECKS, "MarkAsVerified", &[check]).done();
    assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getdocument/{document}")).bytes, pdf(MARKER));
    coworker
}

/// POST with an idempotency key; gives the id.
fn keyed(desk: &Desk, path: &str, body: &serde_json::Value) -> i64 {
    let key = format!("{MARKER}-{path}");
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    desk.admin().send(Method::POST, path, &headers, Some(body.to_string().as_bytes())).id()
}

#[test]
fn no_file_of_the_desk_holds_anything_of_who_was_erased() {
    let desk = Desk::builder(Store::Sqlite).set("LOG__LEVEL", "trace").start();
    let coworker = marked_customer(&desk);
    let found = holding(&desk.data());
    assert!(!found.is_empty(), "or the search finds nothing ever");
    assert!(found.iter().all(|path| path.display().to_string().contains("desk.db")), "{found:?}");
    let receipt = erase(desk.admin(), COWORKERS, coworker);
    assert_eq!(receipt["Receipt"]["Counts"]["Users"], 1);
    assert!(receipt["Receipt"]["Counts"]["IdempotentAnswers"].as_u64() >= Some(3), "{receipt}");
    poll(|| holding(&desk.data()).is_empty());
    assert!(desk.data().join("erasures.jsonl").metadata().expect("the ledger").len() > 0);
    let log = desk.log();
    assert!(log.contains("DEBUG"), "what is usually not logged is");
    assert!(!log.contains(MARKER), "the log: {:?}", log.lines().find(|line| line.contains(MARKER)));
    let token =
        [("grant_type", "password"), ("username", "zq7marker4e@example.com"), ("password", USER_PASSWORD)];
    assert_eq!(desk.anonymous().form("/api/token", &token).status, 400, "the account is gone");
    // What was closed and opened again is as it was.
    desk.kill();
    desk.run();
    poll(|| holding(&desk.data()).is_empty());
}

#[test]
fn no_table_of_postgres_holds_anything_of_who_was_erased() {
    let desk = Desk::start(Store::Postgres);
    let coworker = marked_customer(&desk);
    assert!(hits(&desk) > 0, "or the search finds nothing ever");
    // It listens elsewhere since it was started anew.
    erase(&desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD), COWORKERS, coworker);
    assert_eq!(hits(&desk), 0);
    assert!(holding(&desk.data()).is_empty());
}

/// How many rows of all tables hold the marker.
fn hits(desk: &Desk) -> i64 {
    let links = ["coworker_businesses", "user_businesses", "user_role_roles", "user_role_users"];
    let tables = entities::all().map(|entity| entity.table).chain(links);
    let count = |table: &str| format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{MARKER}%'");
    desk.numbers(&tables.map(count).collect::<Vec<_>>()).iter().sum()
}

/// The files in a folder that hold the marker.
fn holding(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path));
        } else if let Ok(bytes) = fs::read(&path)
            && bytes.windows(MARKER.len()).any(|window| window.eq_ignore_ascii_case(MARKER.as_bytes()))
        {
            found.push(path);
        }
    }
    found
}

/// Asks again and again, for at most a minute.
#[expect(clippy::disallowed_methods, reason = "another process is waited for, which has no clock of ours")]
fn poll(ready: impl Fn() -> bool) {
    for _ in 0..600 {
        if ready() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("waited in vain");
}
