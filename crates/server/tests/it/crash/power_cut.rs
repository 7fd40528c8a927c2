//! The power is cut while documents with files are made: nothing acknowledged is lost, and nothing is there by half. And a
//! desk that doesn't sync loses what it acknowledged, so that the first is no luck.

use std::collections::HashSet;

use proofdesk_testkit::mounts::{
    self,
    power::{PROGRAMS, PowerDisk},
};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::kill::{check, create_until, keys, objects};
use super::wait_until;
use crate::harness::{self, Desk, Store, Watcher, World, jpeg, png};

/// Size of the disk in MiB.
const DISK: u64 = 96;
/// After how many answers the power is cut; in a long run the rounds go on from the first.
const CUTS: [usize; 5] = [1, 12, 25, 40, 70];

#[test]
fn nothing_acknowledged_is_lost_with_the_power() {
    mounts::enter("crash::power_cut::nothing_acknowledged_is_lost_with_the_power", &PROGRAMS, || {
        for cut in CUTS.into_iter().cycle().take(harness::count("CUTS", CUTS.len())) {
            let mut drive = PowerDisk::new(DISK);
            let (desk, world) = desk_on(&drive);
            let acknowledged: HashSet<i64> = create_until(&desk, &body(&desk, &world), cut, || {
                drive.cut();
                desk.kill();
            });
            drive.restore();
            let swept = desk.log().matches("swept").count();
            desk.run();
            wait_until(|| desk.log().matches("swept").count() > swept);
            check(&desk, &world, &acknowledged);
            desk.kill();
            assert_eq!(keys(&desk), objects(&desk), "keys and files agree");
            for name in ["desk.db", "keys.db"] {
                let database = Connection::open(desk.data().join(name)).expect("the database");
                let said: String =
                    database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
                assert_eq!(said, "ok", "{name}");
            }
        }
    });
}

#[test]
fn a_desk_that_does_not_sync_loses_what_it_acknowledged() {
    mounts::enter(
        "crash::power_cut::a_desk_that_does_not_sync_loses_what_it_acknowledged",
        &PROGRAMS,
        || {
            let mut drive = PowerDisk::new(DISK);
            let (desk, world) = desk_on(&drive);
            let trace = desk.folder().join("syncs");
            let watcher = Watcher::pretend(desk.process_id(), "fsync,fdatasync,sync_file_range", &trace);
            let acknowledged = create_until(&desk, &body(&desk, &world), 12, || {
                drive.cut();
                desk.kill();
            });
            drop(watcher);
            drive.restore();
            let kept = documents(&desk).unwrap_or_default();
            let lost = acknowledged.difference(&kept).count();
            assert!(
                lost > 0,
                "{} acknowledged, {} kept: the cut loses nothing",
                acknowledged.len(),
                kept.len()
            );
        },
    );
}

fn desk_on(drive: &PowerDisk) -> (Desk, World) {
    let data = drive.path().join("data");
    let desk = Desk::builder(Store::Sqlite).set("DATA", data.to_str().expect("a path")).start();
    let world = desk.world();
    (desk, world)
}

fn body(desk: &Desk, world: &World) -> Value {
    json!({
        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
        "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)), "NewDocumentUrl": desk.files.put("front.png", png(2)),
    })
}

/// The documents that a database still has, if it can be read at all.
fn documents(desk: &Desk) -> rusqlite::Result<HashSet<i64>> {
    let database = Connection::open(desk.data().join("desk.db"))?;
    let mut all = database.prepare("SELECT id FROM documents")?;
    all.query_map([], |row| row.get(0))?.collect()
}
