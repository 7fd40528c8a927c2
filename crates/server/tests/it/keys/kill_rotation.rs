//! `kill -9` while keys are replaced: whatever the point, every file opens, and the same command ends the work.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use proofdesk_store_sqlite::SqliteKeyStore;
use proofdesk_testkit::SeededRandom;
use proofdesk_vault::{KeyFile, KeyStore, Owner, Vault, open_local};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{done, key_file, wait_until};
use crate::harness::{self, ADMIN_EMAIL, ADMIN_PASSWORD, Client, DOCUMENTS, Desk, Store, jpeg};

/// Files beside those of the desk, in three locations, so that a rotation takes a while.
const FILLERS: u128 = 1500;
/// Those that are read after each round.
const SOME: usize = 60;

#[test]
fn every_file_opens_wherever_a_rotation_is_killed() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    let document = desk.complete_document(&world);
    // From here on the desk removes nothing that it doesn't know.
    wait_until(|| desk.log().contains("swept"));
    let fillers = Fillers::write(&desk, FILLERS);
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    let stop = AtomicBool::new(false);
    let used = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let stops = Stops(&stop);
        let visitor = scope.spawn(|| use_on(&admin, document, &stop, &used));
        for round in 0..harness::count("ROTATIONS", 8) {
            kill_one(&desk, round);
            fillers.open(round * SOME, SOME);
            let before = used.load(Ordering::Relaxed);
            wait_until(|| used.load(Ordering::Relaxed) > before || visitor.is_finished());
            done(&desk, rotation(round));
        }
        drop(stops);
        visitor.join().expect("every upload and every look succeeds");
    });
    fillers.open(0, FILLERS as usize);
    assert!(!done(&desk, &["keys", "status"]).contains("retired"));
}

/// Ends the visits, also when the test fails: it would wait for them for ever.
struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Many, in a long run: those are moved in batches, and the progress is told.
#[test]
#[expect(clippy::print_stderr, reason = "a long run measures")]
fn all_keys_are_moved_in_batches() {
    let keys = harness::count("REWRAPS", 1200) as u128;
    let desk = Desk::start(Store::Sqlite);
    wait_until(|| desk.log().contains("swept"));
    let fillers = Fillers::write(&desk, keys);
    let begun = Instant::now();
    let said = done(&desk, &["keys", "rotate", "--business", "all"]);
    eprintln!("{keys} keys took {:?}", begun.elapsed());
    assert!(
        said.contains(&format!(
            "{keys} keys of files are wrapped anew, 3 keys of locations were made, 3 destroyed."
        )),
        "{said}"
    );
    // Told once 10,000 more are done, at the end of a batch of 1,000.
    assert!(said.matches("keys are wrapped anew\n").count() as u128 >= keys / 11_000, "{said}");
    fillers.open(0, 500);
    let begun = Instant::now();
    done(&desk, &["keys", "rotate", "--master"]);
    eprintln!("the master key took {:?}", begun.elapsed());
    fillers.open(500, 500);
}

fn rotation(round: usize) -> &'static [&'static str] {
    if round.is_multiple_of(2) {
        &["keys", "rotate", "--business", "all"]
    } else {
        &["keys", "rotate", "--master"]
    }
}

/// Begins a rotation and kills it, each time a little later than the last.
#[expect(
    clippy::disallowed_methods,
    reason = "the point at which another process is killed has to be a moment"
)]
fn kill_one(desk: &Desk, round: usize) {
    let begun = Instant::now();
    let step = Duration::from_millis(7);
    let mut child = desk.command(rotation(round)).spawn().expect("it starts");
    let until = Duration::from_millis(60) + step * (round as u32 / 2);
    while begun.elapsed() < until && child.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("it ends");
}

/// Uploads and looks, over and over: nobody is to notice.
fn use_on(admin: &Client, document: i64, stop: &AtomicBool, used: &AtomicUsize) {
    while !stop.load(Ordering::Relaxed) {
        for path in ["uploadphoto", "uploaddocument"] {
            admin.upload(&format!("{DOCUMENTS}/{path}/{document}"), "face.jpg", &jpeg(1)).id();
        }
        let photo = admin.get(&format!("{DOCUMENTS}/getphoto/{document}"));
        assert_eq!(photo.status, 200, "{}", photo.text());
        used.fetch_add(1, Ordering::Relaxed);
    }
}

/// Files whose keys lie in the desk's key store, and whose objects don't.
struct Fillers {
    runtime: Runtime,
    folder: TempDir,
    number: u128,
    keys: PathBuf,
    master: PathBuf,
}

fn place(number: u128) -> (Uuid, Owner) {
    let owner =
        Owner { business: 1000 + number as i64 % 3, document: Uuid::from_u128(number), slot: 1, version: 1 };
    (Uuid::from_u128(number), owner)
}

impl Fillers {
    /// So many.
    fn write(desk: &Desk, number: u128) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let fillers =
            Self { runtime, folder, number, keys: desk.data().join("keys.db"), master: key_file(desk) };
        let vault = fillers.vault();
        fillers.runtime.block_on(async {
            let write = async |number| {
                let (id, owner) = place(number);
                let mut writer = vault.create(id, &owner).expect("a file");
                writer.write(vec![number as u8; 10].into()).await.expect("written");
                assert_eq!(writer.finish().await.expect("kept").size, 10);
            };
            futures::stream::iter(1..=number).for_each_concurrent(256, write).await;
        });
        fillers
    }

    /// As a process that starts now opens it.
    fn vault(&self) -> Vault {
        let objects = Arc::new(open_local(&self.folder.path().join("files")).expect("a folder"));
        let keys: Arc<dyn KeyStore> = Arc::new(SqliteKeyStore::open(&self.keys).expect("the key store"));
        let source = Arc::new(KeyFile::new(&self.master));
        let vault = Vault::open_from(objects, keys, source, Arc::new(SeededRandom::new(7)));
        self.runtime.block_on(vault).expect("one of the key files is the right one")
    }

    /// Opens some of them, from one on.
    fn open(&self, from: usize, count: usize) {
        let vault = self.vault();
        for number in (from as u128..).map(|number| 1 + number % self.number).take(count) {
            let (id, owner) = place(number);
            let reader = self.runtime.block_on(vault.read(id, &owner));
            assert_eq!(reader.unwrap_or_else(|error| panic!("file {number}: {error}")).size(), 10);
        }
    }
}
