//! Opening a vault, and what it tells about its files.

use std::sync::Arc;

use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use object_store::path::Path;

use super::{Backstage, ID, OWNER, plaintext, read, store, vault_over};
use crate::error::OpenError;
use crate::format::SEALED_CHUNK;
use crate::key_store::{FileKeyRow, KeyStore};
use crate::testing::{MemoryKeyStore, RepeatableRandom};
use crate::{MasterKey, Vault};

async fn open_with(keys: Arc<MemoryKeyStore>, master: u8) -> Result<Vault, OpenError> {
    let objects = Arc::new(InMemory::new());
    Vault::open(objects, keys, MasterKey::from_bytes([master; 32]), Arc::new(RepeatableRandom::new(1))).await
}

#[tokio::test]
async fn another_master_key_is_refused_at_once() {
    let keys = Arc::new(MemoryKeyStore::default());
    open_with(keys.clone(), 1).await.unwrap();
    assert!(matches!(open_with(keys.clone(), 2).await, Err(OpenError::WrongMasterKey)));
    open_with(keys, 1).await.unwrap();
}

#[tokio::test]
async fn a_key_store_that_lost_its_check_value_is_refused() {
    let keys = Arc::new(MemoryKeyStore::default());
    let key = FileKeyRow { id: ID, business: 7, version: 1, wrapped: b"wrapped".to_vec() };
    keys.restore(&[], &[key]).await.unwrap();
    assert!(matches!(open_with(keys.clone(), 1).await, Err(OpenError::CheckValueMissing)));
    assert_eq!(keys.setting("master-key-check-1").await.unwrap(), None, "nothing was written");
}

#[tokio::test]
async fn secrets_are_of_one_desk_and_one_purpose() {
    let keys = [Arc::new(MemoryKeyStore::default()), Arc::default()];
    let secret = async |desk: usize, purpose| {
        let objects = Arc::new(InMemory::new());
        // The second desk has other random bytes, and the same master key.
        let random = Arc::new(RepeatableRandom::new(desk as u64));
        let master = MasterKey::from_bytes([1; 32]);
        let vault = Vault::open(objects, keys[desk].clone(), master, random).await.unwrap();
        vault.secret(purpose).unwrap()
    };
    let first = secret(0, "refresh tokens 1").await;
    assert_eq!(first, secret(0, "refresh tokens 1").await, "the same at every start");
    assert_ne!(first, secret(0, "refresh tokens 2").await);
    assert_ne!(first, secret(1, "refresh tokens 1").await);
}

#[tokio::test]
async fn a_key_store_that_lost_the_key_of_its_secrets_is_refused() {
    let stage = Backstage::new().await;
    store(&stage.vault, ID, &OWNER, &plaintext(1)).await;
    let whole = stage.keys.clone();
    let keys = Arc::new(MemoryKeyStore::default());
    keys.put_setting("master-key-check-1", &whole.setting("master-key-check-1").await.unwrap().unwrap())
        .await
        .unwrap();
    let mut businesses = whole.business_keys(None, 10).await.unwrap();
    businesses.retain(|key| key.business != 0);
    assert_eq!(businesses.len(), 1);
    keys.restore(&businesses, &whole.file_keys(None, 10).await.unwrap()).await.unwrap();
    assert!(matches!(open_with(keys.clone(), 1).await, Err(OpenError::SecretsMissing)));
    assert_eq!(keys.business_keys(None, 10).await.unwrap(), businesses, "none was made");
}

#[tokio::test]
async fn a_damaged_check_value_is_refused() {
    let keys = Arc::new(MemoryKeyStore::default());
    keys.put_setting("master-key-check-1", b"short").await.unwrap();
    assert!(matches!(open_with(keys, 1).await, Err(OpenError::WrongMasterKey)));
}

#[tokio::test]
async fn a_vault_opened_again_reads_its_files() {
    let stage = Backstage::new().await;
    store(&stage.vault, ID, &OWNER, &plaintext(1000)).await;
    let again = vault_over(stage.objects.clone(), stage.keys.clone()).await;
    assert_eq!(read(&again, ID, &OWNER).await.unwrap(), plaintext(1000));
}

#[tokio::test]
async fn two_files_with_the_same_content_share_no_bytes() {
    let stage = Backstage::new().await;
    let ids = [uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2)];
    let mut objects = Vec::new();
    for id in ids {
        store(&stage.vault, id, &OWNER, &plaintext(64)).await;
        objects.push(
            stage
                .objects
                .get(&Path::from(id.to_string()))
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap()
                .split_off(16),
        );
    }
    let blocks =
        |object: &[u8]| object.chunks(16).map(<[u8]>::to_vec).collect::<std::collections::BTreeSet<_>>();
    assert!(blocks(&objects[0]).is_disjoint(&blocks(&objects[1])));
    let keys = [stage.keys.get(ids[0]).await.unwrap(), stage.keys.get(ids[1]).await.unwrap()];
    assert_ne!(keys[0].as_deref().unwrap()[56..68], keys[1].as_deref().unwrap()[56..68], "nonces differ");
}

#[tokio::test]
async fn exists_asks_for_key_and_object() {
    let stage = Backstage::new().await;
    assert!(!stage.vault.exists(ID).await.unwrap());
    store(&stage.vault, ID, &OWNER, &plaintext(1)).await;
    assert!(stage.vault.exists(ID).await.unwrap());
    stage.keys.delete(ID).await.unwrap();
    assert!(!stage.vault.exists(ID).await.unwrap());
}

#[tokio::test]
async fn a_small_file_is_one_put_and_a_writer_holds_one_part() {
    let stage = Backstage::new().await;
    let derived = super::file_key(1).derive(&crate::owner::Binding::new(ID, &OWNER)).unwrap();
    let mut sealer = crate::sealer::Sealer::new(derived, 4);
    let mut data = plaintext(4 * crate::format::CHUNK);
    assert!(sealer.push(&mut data).unwrap().is_none(), "256 KiB and nothing more is a single part");
    let mut more = plaintext(20 * SEALED_CHUNK);
    while let Some(part) = sealer.push(&mut more).unwrap() {
        assert!(part.len() <= 4 * SEALED_CHUNK + crate::format::HEADER_LEN);
    }
    assert!(sealer.finish().unwrap().len() <= 4 * SEALED_CHUNK);
    assert!(format!("{:?}", stage.vault).starts_with("Vault { objects: \"InMemory\""));
}
