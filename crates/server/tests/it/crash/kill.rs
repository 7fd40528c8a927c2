//! `kill -9` while documents with files are made: nothing acknowledged is lost, and nothing is there by half.

use std::collections::HashSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use proofdesk_store_sqlite::SqliteKeyStore;
use proofdesk_vault::KeyStore;
use serde_json::{Value, json};
use ureq::Agent;

use super::wait_until;
use crate::harness::{self, ADMIN_EMAIL, ADMIN_PASSWORD, Client, DOCUMENTS, Desk, Store, World, jpeg, png};

/// Clients that make documents at one time.
const CLIENTS: usize = 16;
/// Documents that the clients of a round make, if they aren't stopped.
const CREATES: usize = 300;
/// After how many answers each round is cut off; in a long run the rounds go on from the first.
const CUTS: [usize; 5] = [5, 60, 120, 190, 280];

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_made() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    let body = json!({
        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
        "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)), "NewDocumentUrl": desk.files.put("front.png", png(2)),
    });
    let mut acknowledged = HashSet::new();
    for cut in CUTS.into_iter().cycle().take(harness::count("KILLS", CUTS.len())) {
        acknowledged.extend(create_until(&desk, &body, cut, || desk.kill()));
        let swept = desk.log().matches("swept").count();
        desk.run();
        wait_until(|| desk.log().matches("swept").count() > swept);
        check(&desk, &world, &acknowledged);
    }
    desk.kill();
    assert_eq!(keys(&desk), objects(&desk), "keys and files agree");
}

/// Makes documents until so many are acknowledged, then ends the desk; gives all that were acknowledged.
pub(super) fn create_until(desk: &Desk, body: &Value, cut: usize, end: impl FnOnce()) -> HashSet<i64> {
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    let url = format!("{}{DOCUMENTS}", desk.url());
    let stop = AtomicBool::new(false);
    let (answers, answered) = channel();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (answers, admin, url, stop) = (answers.clone(), &admin, &url, &stop);
            scope.spawn(move || create_many(admin, url, body, stop, &answers));
        }
        drop(answers);
        let mut acknowledged: HashSet<i64> = answered.iter().take(cut).collect();
        end();
        stop.store(true, Ordering::Relaxed);
        // Answers that were on their way when the desk ended count too.
        acknowledged.extend(answered.iter());
        assert!(acknowledged.len() >= cut, "the round was cut off at {} of {cut}", acknowledged.len());
        acknowledged
    })
}

fn create_many(admin: &Client, url: &str, body: &Value, stop: &AtomicBool, answers: &Sender<i64>) {
    let agent: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).build().into();
    let authorization = format!("Bearer {}", admin.token());
    for _ in 0..CREATES.div_ceil(CLIENTS) {
        let sent = agent.post(url).header("authorization", &authorization).send_json(body);
        let Ok(mut answer) = sent else { return };
        let Ok(envelope) = answer.body_mut().read_json::<Value>() else { return };
        let id = envelope["Value"]["Id"].as_i64().expect("an id");
        if answers.send(id).is_err() || stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Every acknowledged document is there; every document that is there has both its files, and they open.
pub(super) fn check(desk: &Desk, world: &World, acknowledged: &HashSet<i64>) {
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    let filter = format!("CoworkerIdentityCheckDocument_CoworkerIdentityCheck={}", world.check);
    let mut found = HashSet::new();
    for page in 1.. {
        let records = admin.get(&format!("{DOCUMENTS}?{filter}&size=1000&page={page}")).records();
        if records.is_empty() {
            break;
        }
        for record in records {
            let id = record["Id"].as_i64().expect("an id");
            assert_eq!(record["PhotoFileName"], "face.jpg");
            assert_eq!(record["DocumentFileName"], "front.png");
            assert_eq!(record["VerificationStatus"], 2);
            found.insert(id);
        }
    }
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    // Each file is there with its view and its thumbnail.
    assert_eq!(
        objects(desk),
        2 * 3 * found.len(),
        "each document has its two files, and there are no others"
    );
    // Reading each file would take long in a late round; the ones of this round are the last ones.
    let mut latest: Vec<i64> = found.into_iter().collect();
    latest.sort_unstable();
    for id in latest.iter().rev().take(40) {
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{id}")).bytes, jpeg(1));
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getdocument/{id}")).bytes, png(2));
    }
}

pub(super) fn objects(desk: &Desk) -> usize {
    fs::read_dir(desk.data().join("files")).expect("the files").count()
}

pub(super) fn keys(desk: &Desk) -> usize {
    let keys = SqliteKeyStore::open(&desk.data().join("keys.db")).expect("the key store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(keys.ids(None, 100_000)).expect("the keys").len()
}
