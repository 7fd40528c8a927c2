//! Rotation: everything opens after each step, wherever it ends, whoever else is at work.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use object_store::memory::InMemory;
use uuid::Uuid;

use super::{plaintext, read, store};
use crate::error::{BackendError, ReadError, WriteError};
use crate::key_store::{FileKeyRow, KeyStore, KeyStoreError};
use crate::master_key::{MasterKeyError, MasterSource};
use crate::testing::{Hook, Hooked, MemoryKeyStore, RepeatableRandom};
use crate::{Check, MasterKey, OpenError, Owner, Vault};

fn master(byte: u8) -> MasterKey {
    MasterKey::from_bytes([byte; 32])
}

/// A source that a test changes.
struct Given(Mutex<Vec<u8>>);

#[async_trait]
impl MasterSource for Given {
    async fn load(&self) -> Result<Vec<MasterKey>, MasterKeyError> {
        Ok(self.0.lock().unwrap().iter().map(|byte| master(*byte)).collect())
    }
}

/// Counts the calls that read and write; fails all after so many changes, as if the process was killed there.
#[derive(Default)]
struct Crash {
    reads: AtomicU64,
    changes: AtomicU64,
    after: Option<u64>,
    /// Whether the last change is carried out and its answer lost, or is not carried out.
    armed: AtomicBool,
}

#[async_trait]
impl Hook for Crash {
    async fn before(&self, call: &'static str) -> Result<(), KeyStoreError> {
        let changes = ["put", "replace_file_keys", "put_business_keys", "delete_retired", "switch_master"];
        if !changes.contains(&call) {
            self.reads.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        let before = self.changes.fetch_add(1, Ordering::Relaxed);
        match self.after {
            Some(after) if self.armed.load(Ordering::Relaxed) && before >= after => {
                Err(KeyStoreError::new("killed"))
            }
            _ => Ok(()),
        }
    }
}

struct Stage {
    objects: Arc<InMemory>,
    keys: Arc<MemoryKeyStore>,
    source: Arc<Given>,
}

const FILES: u128 = 9;

fn place(number: u128) -> (Uuid, Owner) {
    let owner = Owner { business: 1 + number as i64 % 3, document: Uuid::from_u128(1), slot: 1, version: 1 };
    (Uuid::from_u128(number), owner)
}

impl Stage {
    /// Nine files of three businesses.
    async fn new() -> Self {
        let stage = Self {
            objects: Arc::default(),
            keys: Arc::default(),
            source: Arc::new(Given(Mutex::new(vec![1]))),
        };
        let vault = stage.open().await.unwrap();
        for number in 0..FILES {
            let (id, owner) = place(number);
            store(&vault, id, &owner, &plaintext(10)).await;
        }
        stage
    }

    async fn open(&self) -> Result<Vault, OpenError> {
        self.open_over(self.keys.clone()).await
    }

    async fn open_over(&self, keys: Arc<dyn KeyStore>) -> Result<Vault, OpenError> {
        static SEED: AtomicU64 = AtomicU64::new(0);
        let seed = SEED.fetch_add(1 << 40, Ordering::Relaxed);
        let random = Arc::new(RepeatableRandom::new(seed));
        Vault::open_from(self.objects.clone(), keys, self.source.clone(), random).await
    }

    fn give(&self, keys: &[u8]) {
        *self.source.0.lock().unwrap() = keys.to_vec();
    }

    fn crashing(&self, after: u64) -> Arc<Hooked<Crash>> {
        let hook = Crash { after: Some(after), ..Crash::default() };
        Arc::new(Hooked { store: self.keys.clone(), hook })
    }
}

async fn all_open(vault: &Vault) {
    for number in 0..FILES {
        let (id, owner) = place(number);
        assert_eq!(read(vault, id, &owner).await.unwrap(), plaintext(10), "file {number}");
    }
}

async fn rotate(vault: &Vault, business: Option<i64>) -> Result<u64, BackendError> {
    if !vault.rotation_is_unfinished(business).await? {
        vault.renew_business_keys(business).await?;
    }
    let rotated = vault.finish_rotation(business, &mut |_| {}).await?;
    assert_eq!(rotated.damaged, 0);
    Ok(rotated.rewrapped)
}

#[tokio::test]
async fn a_rotation_that_is_cut_off_anywhere_is_ended_by_the_next() {
    let mut cuts = 0;
    for after in 0.. {
        let stage = Stage::new().await;
        let running = stage.open().await.unwrap();
        all_open(&running).await;
        let keys = stage.crashing(after);
        let rotating = stage.open_over(keys.clone()).await.unwrap();
        keys.hook.armed.store(true, Ordering::Relaxed);
        keys.hook.changes.store(0, Ordering::Relaxed);
        let cut = rotate(&rotating, None).await.is_err();
        for vault in [&running, &stage.open().await.unwrap()] {
            all_open(vault).await;
            let (id, owner) = place(100);
            vault.shred(id).await.unwrap();
            store(vault, id, &owner, &plaintext(10)).await;
        }
        rotate(&running, None).await.unwrap();
        all_open(&running).await;
        all_open(&stage.open().await.unwrap()).await;
        let counts = running.key_counts().await.unwrap();
        assert!(counts.iter().all(|count| !count.retired), "{counts:?}");
        assert_eq!(counts.iter().map(|count| count.files).sum::<u64>(), FILES as u64 + 1);
        if !cut {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 7, "only {cuts} points");
}

#[tokio::test]
async fn a_rotation_of_one_business_leaves_the_others() {
    let stage = Stage::new().await;
    let vault = stage.open().await.unwrap();
    assert_eq!(rotate(&vault, Some(2)).await.unwrap(), 3);
    let counts = vault.key_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|count| (count.business, count.version, count.files)).collect();
    assert_eq!(counts, [(1, 1, 3), (2, 2, 3), (3, 1, 3)]);
    assert_eq!(rotate(&vault, Some(99)).await.unwrap(), 0);
    all_open(&vault).await;
}

#[tokio::test]
async fn a_file_that_streams_in_while_its_key_is_retired_goes_under_the_new_one() {
    let stage = Stage::new().await;
    let (running, rotating) = (stage.open().await.unwrap(), stage.open().await.unwrap());
    let (id, owner) = place(50);
    store(&running, place(51).0, &place(51).1, &plaintext(1)).await;
    let mut writer = running.create(id, &owner).unwrap();
    writer.write(plaintext(1 << 20)).await.unwrap();
    rotate(&rotating, None).await.unwrap();
    assert_eq!(writer.finish().await.unwrap().size, 1 << 20);
    assert_eq!(read(&stage.open().await.unwrap(), id, &owner).await.unwrap(), plaintext(1 << 20));
    let counts = running.key_counts().await.unwrap();
    assert!(counts.iter().all(|count| count.version == 2), "{counts:?}");
}

#[tokio::test]
async fn a_damaged_key_is_counted_and_keeps_the_key_that_it_names() {
    let stage = Stage::new().await;
    let vault = stage.open().await.unwrap();
    let mut damaged = stage.keys.file_keys(None, 100).await.unwrap().remove(4);
    damaged.wrapped[100] ^= 1;
    let (id, business) = (damaged.id, damaged.business);
    stage.keys.forge(damaged.clone()).unwrap();
    vault.renew_business_keys(None).await.unwrap();
    let rotated = vault.finish_rotation(None, &mut |_| {}).await.unwrap();
    assert_eq!((rotated.rewrapped, rotated.damaged, rotated.destroyed), (8, 1, 2));
    assert_eq!(stage.keys.file_keys_under(business, 1, None, 10).await.unwrap(), [damaged]);
    assert!(vault.rotation_is_unfinished(None).await.unwrap());
    let refused = read(&vault, id, &place(4).1).await;
    assert!(matches!(refused, Err(ReadError::Tampered { check: Check::WrappedKey, .. })));
}

#[tokio::test]
async fn either_the_old_master_key_opens_everything_or_the_new_one() {
    for after in 0..=1 {
        let stage = Stage::new().await;
        let secret = stage.open().await.unwrap().secret("test").unwrap();
        let keys = stage.crashing(after);
        let rotating = stage.open_over(keys.clone()).await.unwrap();
        keys.hook.armed.store(true, Ordering::Relaxed);
        keys.hook.changes.store(0, Ordering::Relaxed);
        let switched = rotating.rotate_master(&master(2)).await.is_ok();
        assert_eq!(switched, after == 1);
        let (right, wrong) = if switched { (2, 1) } else { (1, 2) };
        stage.give(&[wrong]);
        assert!(matches!(stage.open().await, Err(OpenError::WrongMasterKey)));
        for given in [&[right][..], &[wrong, right]] {
            stage.give(given);
            let vault = stage.open().await.unwrap();
            all_open(&vault).await;
            assert_eq!(vault.secret("test").unwrap(), secret, "the desk's secrets stay");
            assert!(vault.has_master(&master(right)) && !vault.has_master(&master(wrong)));
        }
        if switched {
            assert_eq!(rotating.rotate_master(&master(2)).await.unwrap().rewrapped, 0, "again");
            all_open(&rotating).await;
        }
    }
}

#[tokio::test]
async fn a_running_vault_takes_the_new_master_key_when_it_needs_it() {
    let stage = Stage::new().await;
    let running = stage.open().await.unwrap();
    read(&running, place(0).0, &place(0).1).await.unwrap();
    stage.open().await.unwrap().rotate_master(&master(2)).await.unwrap();
    // The source gives the old one still: what is in memory is used on.
    read(&running, place(0).0, &place(0).1).await.unwrap();
    store(&running, place(60).0, &place(60).1, &plaintext(1)).await;
    let refused = read(&running, place(1).0, &place(1).1).await;
    assert!(matches!(refused, Err(ReadError::Backend(BackendError::MasterReplaced))), "{refused:?}");
    let stranger = Owner { business: 77, ..place(0).1 };
    let mut writer = running.create(Uuid::from_u128(77), &stranger).unwrap();
    writer.write(plaintext(1)).await.unwrap();
    let refused = writer.finish().await;
    assert!(matches!(refused, Err(WriteError::Backend(BackendError::MasterReplaced))), "{refused:?}");
    assert!(stage.keys.business_key(77, 1).await.unwrap().is_none(), "nothing the new key couldn't open");
    stage.give(&[1, 2]);
    all_open(&running).await;
    store(&running, Uuid::from_u128(77), &stranger, &plaintext(1)).await;
    stage.give(&[2]);
    assert_eq!(
        read(&stage.open().await.unwrap(), Uuid::from_u128(77), &stranger).await.unwrap(),
        plaintext(1)
    );
}

/// Lets the others go on before each call, some longer than others, so that many look before one of them writes.
#[derive(Default)]
struct Crowd(AtomicU64);

#[async_trait]
impl Hook for Crowd {
    async fn before(&self, _call: &'static str) -> Result<(), KeyStoreError> {
        for _ in 0..self.0.fetch_add(1, Ordering::Relaxed) % 4 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

#[tokio::test]
async fn many_first_files_of_a_business_share_one_key() {
    let stage = Stage::new().await;
    let vault = stage
        .open_over(Arc::new(Hooked { store: stage.keys.clone(), hook: Crowd::default() }))
        .await
        .unwrap();
    let owner = Owner { business: 88, ..place(0).1 };
    let bytes = plaintext(1);
    let files = (0..40).map(|number| store(&vault, Uuid::from_u128(8800 + number), &owner, &bytes));
    futures::future::join_all(files).await;
    let keys = stage.keys.business_keys(Some((88, 0)), 10).await.unwrap();
    assert_eq!(keys.iter().filter(|key| key.business == 88).count(), 1, "{keys:?}");
    assert!(!vault.rotation_is_unfinished(None).await.unwrap());
}

#[tokio::test]
async fn a_known_business_costs_one_read_of_its_files_key() {
    let stage = Stage::new().await;
    let keys = Arc::new(Hooked { store: stage.keys.clone(), hook: Crash::default() });
    let vault = stage.open_over(keys.clone()).await.unwrap();
    read(&vault, place(0).0, &place(0).1).await.unwrap();
    store(&vault, place(30).0, &place(30).1, &plaintext(1)).await;
    keys.hook.reads.store(0, Ordering::Relaxed);
    read(&vault, place(0).0, &place(0).1).await.unwrap();
    assert_eq!(keys.hook.reads.swap(0, Ordering::Relaxed), 1);
    store(&vault, place(33).0, &place(33).1, &plaintext(1)).await;
    assert_eq!(keys.hook.reads.load(Ordering::Relaxed), 0, "a new file asks nothing");
}

#[tokio::test]
async fn a_destroyed_business_is_closed_for_ever_and_may_begin_anew() {
    let stage = Stage::new().await;
    let (vault, other) = (stage.open().await.unwrap(), stage.open().await.unwrap());
    let kept = stage.keys.file_keys(None, 100).await.unwrap();
    all_open(&other).await;
    store(&other, place(42).0, &place(42).1, &plaintext(1)).await;
    assert_eq!(vault.destroy_business(1).await.unwrap(), 1);
    assert!(matches!(vault.destroy_business(0).await, Err(BackendError::BusinessKey(0))));
    for old in kept.iter().filter(|key| key.business == 1) {
        stage.keys.forge(FileKeyRow { version: 2, ..old.clone() }).unwrap();
        let refused = read(&stage.open().await.unwrap(), old.id, &place(old.id.as_u128()).1).await;
        assert!(
            matches!(refused, Err(ReadError::Tampered { check: Check::BusinessKey, .. })),
            "from a backup"
        );
    }
    // The other process remembers the destroyed key, and must not write under it.
    let (id, owner) = place(45);
    store(&other, id, &owner, &plaintext(5)).await;
    assert_eq!(read(&stage.open().await.unwrap(), id, &owner).await.unwrap(), plaintext(5));
    stage.open().await.unwrap().rotate_master(&master(2)).await.unwrap();
    stage.give(&[2]);
    assert_eq!(read(&stage.open().await.unwrap(), id, &owner).await.unwrap(), plaintext(5));
}

#[tokio::test]
async fn the_desk_itself_has_no_files() {
    let vault = Stage::new().await.open().await.unwrap();
    let owner = Owner { business: 0, ..place(0).1 };
    assert!(matches!(vault.create(Uuid::nil(), &owner).err(), Some(WriteError::NoBusiness)));
}

/// Seventy thousand wraps here; the soak does more. A nonce is random, so a repeat would show broken randomness.
#[tokio::test]
async fn no_key_and_nonce_come_twice() {
    use crate::file_key::FileKey;
    use crate::owner::Binding;
    use crate::wrap::{BusinessKey, BusinessPlace, Clear};
    let random = crate::testing::RepeatableRandom::new(1);
    let count = std::env::var("PROOFDESK_TEST_WRAPS").map_or(70_000, |text| text.parse().unwrap());
    let key = BusinessKey::new(&Clear::default(), BusinessPlace { business: 1, version: 1 }).unwrap();
    let (id, owner) = place(0);
    let binding = Binding::new(id, &owner);
    let mut seen = std::collections::HashSet::with_capacity(count);
    for _ in 0..count {
        let wrapped = key.wrap(&FileKey::generate(&random), &binding, &random).unwrap();
        assert!(seen.insert(<[u8; 12]>::try_from(&wrapped[56..68]).unwrap()));
    }
    assert_eq!(seen.len(), count);
}
