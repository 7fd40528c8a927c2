//! `kill -9` at every step of an erasure: after a restart it is not begun, or it is finished; nothing is readable by half.

use proofdesk_domain::entities::erasure::{self, ERASURE};
use proofdesk_store_sqlite::SqliteKeyStore;
use proofdesk_vault::KeyStore as _;
use serde_json::json;
use ureq::Agent;

use super::wire::erase;
use crate::harness::{
    self, ADMIN_EMAIL, ADMIN_PASSWORD, CHECKS, COWORKERS, Client, DOCUMENTS, Desk, Store, Watcher, World,
    jpeg,
};

/// The system calls that an erasure is made of, and at how many of each it is cut off.
const CUTS: [(&str, usize); 5] =
    [("fdatasync", 14), ("fsync", 3), ("pwrite64", 24), ("unlink,unlinkat", 3), ("ftruncate", 6)];

#[test]
fn a_killed_erasure_is_not_begun_or_finishes() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    let cuts: Vec<(&str, usize)> =
        CUTS.into_iter().flat_map(|(calls, most)| (1..=most).map(move |place| (calls, place))).collect();
    let mut outcomes = [0, 0];
    for (calls, place) in cuts.iter().copied().cycle().take(harness::count("ERASURES", cuts.len())) {
        outcomes[usize::from(round(&desk, world.business, calls, place))] += 1;
    }
    assert!(outcomes[0] > 0 && outcomes[1] > 0, "some before it begins and some after: {outcomes:?}");
    desk.kill();
    let keys = SqliteKeyStore::open(&desk.data().join("keys.db")).expect("the key store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let keys = runtime.block_on(keys.ids(None, 10_000)).expect("the keys").len();
    let objects = std::fs::read_dir(desk.data().join("files")).expect("the files").count();
    assert_eq!(keys, objects);
    assert_eq!(keys, 6 * outcomes[0], "those of customers who weren't erased, and no others");
}

/// Erases a customer while the desk is killed at one system call; gives whether the customer is erased after the restart.
fn round(desk: &Desk, business: i64, calls: &str, place: usize) -> bool {
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    let coworker = admin
        .post(COWORKERS, &json!({ "FullName": "Ada", "Email": "ada@example.com", "Businesses": [business] }))
        .id();
    let check =
        json!({ "BusinessId": business, "CoworkerId": coworker, "Name": "Check", "IdentityDocumentType": 1 });
    let check = admin.post(CHECKS, &check).id();
    let document = json!({ "CoworkerId": coworker, "CoworkerIdentityCheckId": check, "Name": "Document" });
    let document = admin.post(DOCUMENTS, &document).id();
    for slot in ["photo", "document"] {
        admin.upload(&format!("{DOCUMENTS}/upload{slot}/{document}"), "a.jpg", &jpeg(1)).id();
    }
    let world = World { business, coworker, check };
    let watcher = Watcher::killing(desk.process_id(), calls, place, &desk.folder().join("calls"));
    let acknowledged = try_erase(desk, &admin, coworker);
    desk.kill();
    watcher.wait();
    desk.run();
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    assert!(
        desk.kept(&ERASURE).iter().all(|kept| !kept.get(erasure::FINISHED_ON).is_null()),
        "{calls} {place}"
    );
    let erased = is_erased(&admin, &world, document);
    assert!(erased || !acknowledged, "acknowledged, and not done: {calls} {place}");
    erased
}

/// Whether the answer came; the desk may be gone before it.
fn try_erase(desk: &Desk, admin: &Client, coworker: i64) -> bool {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let sent = agent
        .post(format!("{}{COWORKERS}/runcommand", desk.url()))
        .header("authorization", format!("Bearer {}", admin.token()))
        .send_json(json!({ "Key": "Erase", "Ids": [coworker] }));
    sent.is_ok_and(|answer| answer.status() == 200)
}

/// Whether all is erased; if not, all is there.
fn is_erased(admin: &Client, world: &World, document: i64) -> bool {
    let customer = admin.get(&format!("{COWORKERS}/{}", world.coworker)).record();
    let check = admin.get(&format!("{CHECKS}/{}", world.check)).record();
    let paper = admin.get(&format!("{DOCUMENTS}/{document}")).record();
    let photo = admin.get(&format!("{DOCUMENTS}/getphoto/{document}"));
    let erased = customer["ErasedOn"].is_string();
    let names = [&customer["FullName"], &check["Name"], &paper["Name"]];
    if erased {
        assert_eq!(names, ["", "", ""]);
        photo.is_not_found();
        let receipt = admin.get(&format!("{COWORKERS}/getreceipt/{}", world.coworker)).record();
        assert_eq!(erase(admin, COWORKERS, world.coworker), receipt);
    } else {
        assert_eq!(names, ["Ada", "Check", "Document"]);
        assert_eq!(photo.bytes, jpeg(1));
    }
    erased
}
