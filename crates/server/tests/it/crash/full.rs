//! A disk that is full: nothing new is taken, and what makes room goes on.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use proofdesk_testkit::mounts::{self, SmallDisk};
use rusqlite::Connection;
use serde_json::json;

use super::wait_until;
use crate::harness::{self, CHECKS, DOCUMENTS, Desk, Store, World, jpeg, png};

/// Size of the disk, and what is kept free of it, in MiB.
const DISK: u64 = 32;
const RESERVE: u64 = 8;

#[test]
fn a_full_disk_refuses_early_and_recovers_alone() {
    mounts::enter("crash::full::a_full_disk_refuses_early_and_recovers_alone", &["mkfs.ext4"], || {
        let mount = SmallDisk::new(DISK);
        let data = mount.path().join("data");
        let settings = [
            ("DATA", data.to_str().expect("a path")),
            ("DISK__RESERVE_PERCENT", "99"),
            ("DISK__RESERVE_BYTES", &(RESERVE << 20).to_string()),
        ];
        let desk = Desk::builder(Store::Sqlite).settings(&settings).start();
        let world = desk.world();
        let mut kept = desk.complete_document(&world);
        for round in 0..harness::count("FILLS", 20) {
            // Half of the rounds leave something of the reserve, and half leave nothing at all.
            let left = if round % 2 == 0 { RESERVE / 4 } else { 0 };
            fill(&mount.path(), left);
            refuses(&desk, &world, kept);
            if left > 0 {
                goes_on(&desk, &world, kept);
            }
            std::fs::remove_file(mount.path().join("filler")).expect("room is made");
            kept = recovers(&desk, &world);
            assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getphoto/{kept}")).bytes, jpeg(1));
        }
        assert_eq!(desk.anonymous().get("/readyz").status, 200);
        assert!(!desk.log().contains("nothing is written any more"), "a full disk is no failed one");
        desk.kill();
        for name in ["desk.db", "keys.db"] {
            let database = Connection::open(data.join(name)).expect("the database");
            let said: String =
                database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
            assert_eq!(said, "ok", "{name}");
        }
    });
}

/// Fills the disk but for so many MiB.
fn fill(mount: &Path, left: u64) {
    let mut filler = File::create(mount.join("filler")).expect("a file");
    let zeros = vec![0; 64 << 10];
    // Several times: what is on its way to the disk is counted generously.
    for _ in 0..5 {
        while filler.write_all(&zeros).is_ok() {}
        filler.sync_all().expect("what there was room for");
    }
    let length = filler.metadata().expect("it is there").len();
    filler.set_len(length.saturating_sub(left << 20)).and_then(|()| filler.sync_all()).expect("some room");
}

/// Nothing new is taken, of any kind, and it is said why.
fn refuses(desk: &Desk, world: &World, document: i64) {
    let admin = desk.admin();
    let mut body = json!({
        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
    });
    // What the file system has set aside for what is being written may come free again for a moment, so each is asked for
    // until it is refused.
    wait_until(|| {
        let answer = admin.post(DOCUMENTS, &body);
        answer.status == 507 && answer.text().contains("full")
    });
    body["NewPhotoUrl"] = desk.files.put("face.jpg", jpeg(1)).into();
    wait_until(|| admin.post(DOCUMENTS, &body).status == 507);
    let check = json!({ "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Check" });
    wait_until(|| admin.post(CHECKS, &check).status == 507);
    let upload = format!("{DOCUMENTS}/uploadphoto/{document}");
    wait_until(|| admin.upload(&upload, "a.jpg", &jpeg(1)).status == 507);
    assert_eq!(admin.get(&format!("{CHECKS}/{}", world.check)).status, 200, "it can be read");
}

/// What the reserve is for: looking at a file with its audit entry, signing in and out, changing, and removing.
fn goes_on(desk: &Desk, world: &World, document: i64) {
    let admin = desk.admin();
    let entries = desk.audit("CoworkerIdentityCheckDocument", document).len();
    assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes, jpeg(1));
    assert_eq!(desk.audit("CoworkerIdentityCheckDocument", document).len(), entries + 1);
    let form = [
        ("grant_type", "password"),
        ("username", harness::ADMIN_EMAIL),
        ("password", harness::ADMIN_PASSWORD),
    ];
    let answer = desk.anonymous().form("/api/token", &form);
    assert_eq!(answer.status, 200, "{answer}");
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(admin.form("/api/token/revoke", &[("token", &token)]).status, 200);
    assert_eq!(admin.patch(CHECKS, &json!({ "Id": world.check, "Name": "Check" })).status, 200);
    assert_eq!(admin.delete(&format!("{DOCUMENTS}/{document}")).status, 200);
    assert_eq!(desk.audit("CoworkerIdentityCheckDocument", document).len(), entries + 2);
}

/// As soon as there is room, everything is as before.
#[expect(clippy::disallowed_methods, reason = "another process is waited for, which has no clock of ours")]
fn recovers(desk: &Desk, world: &World) -> i64 {
    let started = std::time::Instant::now();
    let body = json!({
        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
        "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)), "NewDocumentUrl": desk.files.put("front.png", png(2)),
    });
    loop {
        let answer = desk.admin().post(DOCUMENTS, &body);
        if answer.status == 200 {
            return answer.id();
        }
        assert_eq!(answer.status, 507, "{answer}");
        assert!(started.elapsed() < Duration::from_secs(10), "no recovery in ten seconds");
        std::thread::sleep(Duration::from_millis(50));
    }
}
