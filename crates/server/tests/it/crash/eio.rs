//! A disk that fails at one call, once: nothing that comes after it is acknowledged until the desk is started anew.

use std::collections::HashSet;
use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::wait_until;
use crate::harness::{self, CHECKS, Client, DOCUMENTS, Desk, Store, Watcher, World, jpeg, png};

/// The calls that make something durable, and how many of each kind fail in a usual run; none: all of one create.
const KINDS: [(&str, usize); 3] =
    [("fsync,fdatasync", usize::MAX), ("link,linkat,rename,renameat,renameat2", usize::MAX), ("pwrite64", 5)];

/// What the log says, once.
const SAID: &str = "nothing is written any more why=";

#[test]
fn nothing_is_acknowledged_after_a_failure_of_the_disk() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    let token = desk.admin().token().to_owned();
    let mut acknowledged = HashSet::new();
    for (calls, usual) in KINDS {
        let most = harness::count("FAULTS", usual);
        let mut failed = 0;
        while failed < most {
            let number = failed + 1;
            let admin = desk.anonymous().with_authorization(&format!("Bearer {token}"));
            if !fails(&desk, &admin, &world, calls, number) {
                break;
            }
            failed += 1;
            desk.kill();
            let swept = desk.log().matches("swept").count();
            desk.run();
            wait_until(|| desk.log().matches("swept").count() > swept);
            let admin = desk.anonymous().with_authorization(&format!("Bearer {token}"));
            acknowledged.insert(check(&desk, &admin, &world, &acknowledged));
        }
        assert!(failed > 0, "a create makes such calls: {calls}");
    }
}

/// Makes a document while the call of this number fails in each thread, and sees that nothing is written then; whether there
/// was such a call.
fn fails(desk: &Desk, admin: &Client, world: &World, calls: &str, number: usize) -> bool {
    let trace = desk.folder().join("faults");
    let said = desk.log().matches(SAID).count();
    let watcher = Watcher::fail(desk.process_id(), calls, "EIO", number, &trace);
    let created = admin.post(DOCUMENTS, &body(desk, world));
    watcher.detach();
    if !fs::read_to_string(&trace).expect("the trace").contains("INJECTED") {
        assert_eq!(created.status, 200);
        return false;
    }
    assert_eq!(created.status, 503, "call {number} of {calls} failed: {created}");
    assert!(created.text().contains("disk"), "{created}");
    // The disk works again, and nobody can know what became of what it was given meanwhile.
    for _ in 0..3 {
        assert_eq!(admin.post(DOCUMENTS, &body(desk, world)).status, 503);
    }
    let renamed = json!({ "Id": world.check, "Name": "Another" });
    assert_eq!(admin.patch(CHECKS, &renamed).status, 503);
    assert_eq!(admin.get(&format!("{CHECKS}/{}", world.check)).record()["Name"], "Check", "it can be read");
    assert_eq!(desk.anonymous().get("/readyz").status, 503);
    assert_eq!(desk.log().matches(SAID).count(), said + 1, "it is logged once");
    true
}

fn body(desk: &Desk, world: &World) -> Value {
    json!({
        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
        "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)), "NewDocumentUrl": desk.files.put("front.png", png(2)),
    })
}

/// Both databases are whole, what is there is there with its files, and writing goes on: gives a new document.
fn check(desk: &Desk, admin: &Client, world: &World, acknowledged: &HashSet<i64>) -> i64 {
    for name in ["desk.db", "keys.db"] {
        let database = Connection::open(desk.data().join(name)).expect("the database");
        let said: String =
            database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
        assert_eq!(said, "ok", "{name}");
    }
    let id = admin.post(DOCUMENTS, &body(desk, world)).id();
    let filter = format!("CoworkerIdentityCheckDocument_CoworkerIdentityCheck={}", world.check);
    let records = admin.get(&format!("{DOCUMENTS}?{filter}&size=1000")).records();
    let found: HashSet<i64> = records.iter().map(|record| record["Id"].as_i64().expect("an id")).collect();
    assert!(acknowledged.is_subset(&found) && found.contains(&id), "acknowledged and lost");
    let files = fs::read_dir(desk.data().join("files")).expect("the files").count();
    assert_eq!(
        files,
        6 * found.len(),
        "each document has its two files with two pictures each, and no others"
    );
    for id in &found {
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{id}")).bytes, jpeg(1));
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getdocument/{id}")).bytes, png(2));
    }
    id
}
