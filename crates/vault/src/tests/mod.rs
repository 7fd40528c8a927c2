//! Tests of the format, of the vault over it, and the conformance suites over the backends that this crate brings.

mod archive;
mod backends;
mod commitment;
mod durability;
mod master_key;
mod mutations;
mod primitives;
mod ranges;
mod rotation;
mod signer;
mod swaps;
mod vault;
mod vectors;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::{Check, ReadError};
use crate::file_key::FileKey;
use crate::format::{HEADER_LEN, Layout};
use crate::key_store::KeyStore;
use crate::opener::Opener;
use crate::owner::Binding;
use crate::sealer::Sealer;
use crate::testing::{MemoryKeyStore, RepeatableRandom};
use crate::{MasterKey, Owner, Vault};

const ID: Uuid = Uuid::from_u128(0x11);
const OWNER: Owner = Owner { business: 7, document: Uuid::from_u128(0x22), slot: 1, version: 3 };

fn file_key(byte: u8) -> FileKey {
    FileKey::from_bytes(Box::new(Zeroizing::new([byte; 32])))
}

/// Bytes of which no two chunks are equal.
fn plaintext(length: usize) -> Bytes {
    (0..length).map(|at| (at % 251) as u8 ^ (at >> 16) as u8).collect()
}

/// The object of a file, sealed in memory.
fn seal(key: &FileKey, binding: &Binding, plaintext: &Bytes) -> Vec<u8> {
    let mut sealer = Sealer::new(key.derive(binding).unwrap(), 2);
    let mut object = Vec::new();
    let mut rest = plaintext.clone();
    while let Some(part) = sealer.push(&mut rest).unwrap() {
        object.extend_from_slice(&part);
    }
    object.extend_from_slice(&sealer.finish().unwrap());
    object
}

/// Reads an object in memory in the order of docs/vault-format.md, "Reading".
fn open(key: &FileKey, binding: &Binding, object: &[u8]) -> Result<Vec<u8>, Check> {
    let header = object.get(..HEADER_LEN).ok_or(Check::Length)?;
    let opener = Opener::new(key, binding, header, object.len() as u64)?;
    let layout = opener.layout();
    let chunk = |number| opener.open(number, sealed(layout, object, number));
    let last = chunk(layout.last())?;
    let mut plaintext = Vec::with_capacity(layout.size() as usize);
    for number in 0..layout.last() {
        plaintext.extend_from_slice(&chunk(number)?);
    }
    plaintext.extend_from_slice(&last);
    assert_eq!(plaintext.len() as u64, layout.size());
    Ok(plaintext)
}

fn sealed(layout: Layout, object: &[u8], number: u64) -> BytesMut {
    let range = layout.bytes(number, number);
    BytesMut::from(&object[range.start as usize..range.end as usize])
}

/// A vault in memory whose backends a test can reach behind its back.
struct Backstage {
    vault: Vault,
    objects: Arc<InMemory>,
    keys: Arc<MemoryKeyStore>,
}

impl Backstage {
    async fn new() -> Self {
        let objects = Arc::new(InMemory::new());
        let keys = Arc::new(MemoryKeyStore::default());
        Self { vault: vault_over(objects.clone(), keys.clone()).await, objects, keys }
    }
}

async fn vault_over(objects: Arc<dyn ObjectStore>, keys: Arc<dyn KeyStore>) -> Vault {
    let master = MasterKey::from_bytes([1; 32]);
    Vault::open(objects, keys, master, Arc::new(RepeatableRandom::new(1))).await.unwrap()
}

async fn store(vault: &Vault, id: Uuid, owner: &Owner, plaintext: &Bytes) {
    let mut writer = vault.create(id, owner).unwrap();
    writer.write(plaintext.clone()).await.unwrap();
    assert_eq!(writer.finish().await.unwrap().size, plaintext.len() as u64);
}

async fn read(vault: &Vault, id: Uuid, owner: &Owner) -> Result<Vec<u8>, ReadError> {
    let reader = vault.read(id, owner).await?;
    let pieces: Vec<Bytes> = reader.stream(0..reader.size()).try_collect().await?;
    Ok(pieces.concat())
}
