//! Backups while others write: each opens again, with all that was acknowledged before it began.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{Folders, assert_clean, assert_whole, back_up, put_back};
use crate::harness::{self, ADMIN_EMAIL, ADMIN_PASSWORD, Client, DOCUMENTS, Desk, Store, World, jpeg, png};

/// Clients that write at one time.
const CLIENTS: usize = 4;

on_both_stores! {
    fn a_backup_has_all_that_was_acknowledged_before_it_began(desk) {
        let world = desk.world();
        let rounds = harness::count("BACKUPS", 2);
        for round in 0..rounds {
            let acknowledged = backed_up_while_writing(desk, &world);
            // Back on the same kind of store in one round, and on the other kind in the next.
            let other = if desk.store == Store::Sqlite { Store::Postgres } else { Store::Sqlite };
            let store = if round % 2 == 0 { desk.store } else { other };
            let restored = put_back(store, desk, &Folders::of(desk));
            restored.run();
            assert_clean(&restored);
            assert!(acknowledged.len() >= 8, "{}", acknowledged.len());
            for document in acknowledged.iter().rev().take(40) {
                assert_whole(&restored, *document);
            }
        }
    }
}

/// Writes, backs up while the writing goes on; gives what was acknowledged before the backup began.
fn backed_up_while_writing(desk: &Desk, world: &World) -> Vec<i64> {
    let body = json!({
        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
        "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)), "NewDocumentUrl": desk.files.put("front.png", png(2)),
    });
    let (made, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| write(&admin, &body, &made, &stop));
        }
        // Also where the backup fails: the writers would go on for ever.
        let _stop = Stop(&stop);
        // Enough that some were acknowledged before, and the rest goes on.
        while made.lock().expect("a list").len() < 8 {
            std::thread::yield_now();
        }
        let before = made.lock().expect("a list").clone();
        back_up(desk);
        before
    })
}

/// Stops the writers when it is dropped.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn write(admin: &Client, body: &serde_json::Value, made: &Mutex<Vec<i64>>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let id = admin.post(DOCUMENTS, body).id();
        // Some are changed again, so that files go while the backup is made.
        if id % 5 == 0 {
            admin.patch(DOCUMENTS, &json!({ "Id": id, "ClearPhotoFile": true }));
        } else {
            made.lock().expect("a list").push(id);
        }
    }
}
