//! The cases for object stores: a vault over the backend under test, with keys in memory.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use crate::error::{Check, ReadError, WriteError};
use crate::format::{CHUNK, HEADER_LEN, SEALED_CHUNK, TAG};
use crate::master_key::MasterKey;
use crate::owner::Owner;
use crate::testing::{MemoryKeyStore, RepeatableRandom};
use crate::vault::{Object, Vault};
use crate::writer::Writer;

/// Why a case could not be carried out; a case that finds the store wrong panics.
pub type Failure = Box<dyn std::error::Error>;

/// An empty object store of the backend under test, for one case.
pub trait Fixture {
    /// The store.
    fn objects(&self) -> Arc<dyn ObjectStore>;

    /// The size of the parts in which the backend takes large files, in bytes. S3 wants 5 MiB.
    fn part_size(&self) -> usize {
        2 * SEALED_CHUNK
    }
}

const OWNER: Owner = Owner { business: 7, document: Uuid::from_u128(70), slot: 1, version: 3 };

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Bytes of which no two chunks are equal.
fn plaintext(length: usize) -> Bytes {
    (0..length).map(|at| (at % 251) as u8 ^ (at >> 16) as u8).collect()
}

/// Sizes around the edges of chunks and of parts.
fn sizes(fixture: &dyn Fixture) -> Vec<usize> {
    let part = fixture.part_size() / SEALED_CHUNK * CHUNK;
    vec![0, 1, CHUNK - 1, CHUNK, CHUNK + 1, part, part + 1, 2 * part, 2 * part + CHUNK + 1]
}

async fn vault(fixture: &dyn Fixture) -> Result<Vault, Failure> {
    let keys = Arc::new(MemoryKeyStore::default());
    let master = MasterKey::from_bytes([1; 32]);
    let vault = Vault::open(fixture.objects(), keys, master, Arc::new(RepeatableRandom::new(1))).await?;
    Ok(vault.with_part_size(fixture.part_size()))
}

/// A writer that has taken all of a file, in pieces that fit no chunk.
async fn written(vault: &Vault, id: Uuid, plaintext: &Bytes) -> Result<Writer, WriteError> {
    let mut writer = vault.create(id, &OWNER)?;
    let mut rest = plaintext.clone();
    while !rest.is_empty() {
        writer.write(rest.split_to(rest.len().min(50_000))).await?;
    }
    Ok(writer)
}

async fn store(vault: &Vault, id: Uuid, plaintext: &Bytes) -> Result<(), WriteError> {
    let stored = written(vault, id, plaintext).await?.finish().await?;
    assert_eq!((stored.id, stored.size), (id, plaintext.len() as u64));
    Ok(())
}

async fn read(vault: &Vault, id: Uuid) -> Result<Vec<u8>, ReadError> {
    let reader = vault.read(id, &OWNER).await?;
    let pieces: Vec<Bytes> = reader.stream(0..reader.size()).try_collect().await?;
    Ok(pieces.concat())
}

async fn listed(vault: &Vault) -> Result<Vec<Object>, Failure> {
    let mut objects: Vec<Object> = vault.objects().try_collect().await?;
    objects.sort_unstable_by_key(|object| object.id);
    Ok(objects)
}

/// Files come back whole, whether written by one put or in parts.
pub async fn gives_back_files_of_every_size(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    for (number, size) in sizes(fixture).into_iter().enumerate() {
        let plaintext = plaintext(size);
        store(&vault, id(number as u128), &plaintext).await?;
        assert!(vault.exists(id(number as u128)).await?);
        assert!(read(&vault, id(number as u128)).await? == plaintext, "a file of {size} bytes changed");
    }
    Ok(())
}

/// A range of a file is that slice of it.
pub async fn gives_back_ranges(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    let plaintext = plaintext(6 * CHUNK + 100);
    store(&vault, id(1), &plaintext).await?;
    let reader = vault.read(id(1), &OWNER).await?;
    for (start, end) in [
        (0, 0),
        (0, 1),
        (CHUNK - 1, CHUNK + 1),
        (CHUNK, 5 * CHUNK),
        (3, 6 * CHUNK + 99),
        (6 * CHUNK, 6 * CHUNK + 100),
    ] {
        let pieces: Vec<Bytes> = reader.stream(start as u64..end as u64).try_collect().await?;
        assert!(pieces.concat() == plaintext[start..end], "the range {start}..{end} changed");
    }
    Ok(())
}

/// An object that lost or gained bytes at its end doesn't open at all, though each chunk left is genuine.
pub async fn refuses_an_object_that_was_cut_or_grew(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    store(&vault, id(1), &plaintext(3 * CHUNK)).await?;
    let location = Path::from(id(1).to_string());
    let objects = fixture.objects();
    let whole = objects.get(&location).await?.bytes().await?;
    let grown = [whole.as_ref(), &whole[whole.len() - SEALED_CHUNK..]].concat();
    let cut = |length: usize| whole.slice(..length);
    let chunks = |count: usize| HEADER_LEN + count * SEALED_CHUNK;
    for changed in
        [cut(chunks(2)), cut(chunks(1)), cut(whole.len() - 1), cut(HEADER_LEN), cut(3), grown.into()]
    {
        objects.put(&location, changed.into()).await?;
        let refused = vault.read(id(1), &OWNER).await;
        assert!(matches!(refused, Err(ReadError::Tampered { .. })));
    }
    objects.put(&location, whole.into()).await?;
    assert!(read(&vault, id(1)).await? == plaintext(3 * CHUNK));
    Ok(())
}

/// A missing object, an emptied object and a missing key are three different errors.
pub async fn tells_a_missing_object_from_an_empty_one(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    store(&vault, id(1), &plaintext(10)).await?;
    let location = Path::from(id(1).to_string());
    fixture.objects().put(&location, Bytes::new().into()).await?;
    let emptied = vault.read(id(1), &OWNER).await;
    assert!(matches!(emptied, Err(ReadError::Tampered { check: Check::Length, .. })));
    fixture.objects().delete(&location).await?;
    assert!(matches!(vault.read(id(1), &OWNER).await, Err(ReadError::ObjectMissing(_))));
    assert!(matches!(vault.read(id(2), &OWNER).await, Err(ReadError::KeyMissing(_))));
    assert!(!vault.exists(id(1)).await? && !vault.exists(id(2)).await?);
    Ok(())
}

/// A second file with an id is refused, small or large, and the first stays.
pub async fn keeps_the_first_file_of_an_id(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    let first = plaintext(1000);
    store(&vault, id(1), &first).await?;
    for size in [10, fixture.part_size() + CHUNK] {
        let refused = store(&vault, id(1), &plaintext(size)).await;
        assert!(matches!(refused, Err(WriteError::Exists(_))));
        assert!(read(&vault, id(1)).await? == first);
    }
    assert_eq!(listed(&vault).await?.len(), 1);
    Ok(())
}

/// A shredded file has neither key nor object; shredding again does nothing.
pub async fn erases_key_and_object(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    store(&vault, id(1), &plaintext(10)).await?;
    store(&vault, id(2), &plaintext(20)).await?;
    vault.shred(id(1)).await?;
    vault.shred(id(1)).await?;
    assert!(matches!(vault.read(id(1), &OWNER).await, Err(ReadError::KeyMissing(_))));
    assert!(!vault.exists(id(1)).await?);
    assert_eq!(vault.keys_after(None, 10).await?, [id(2)]);
    assert_eq!(listed(&vault).await?.iter().map(|object| object.id).collect::<Vec<_>>(), [id(2)]);
    assert!(read(&vault, id(2)).await? == plaintext(20));
    Ok(())
}

/// An aborted writer leaves neither key nor object, and its id is free.
pub async fn leaves_nothing_of_an_aborted_file(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    for size in [0, 10, 2 * fixture.part_size()] {
        written(&vault, id(1), &plaintext(size)).await?.abort().await?;
        assert!(vault.keys_after(None, 10).await?.is_empty());
        assert_eq!(listed(&vault).await?, []);
    }
    store(&vault, id(1), &plaintext(10)).await?;
    Ok(())
}

/// A file that is still being written is neither listed nor readable, however much of it was sent already.
pub async fn publishes_nothing_before_the_end(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    let plaintext = plaintext(3 * fixture.part_size());
    let writer = written(&vault, id(1), &plaintext).await?;
    assert_eq!(listed(&vault).await?, []);
    assert!(matches!(vault.read(id(1), &OWNER).await, Err(ReadError::KeyMissing(_))));
    let stored = writer.finish().await?;
    assert_eq!(stored.size, plaintext.len() as u64);
    assert!(read(&vault, id(1)).await? == plaintext);
    Ok(())
}

/// Objects are listed with their length; names that aren't ids are left out.
pub async fn lists_its_objects(fixture: &dyn Fixture) -> Result<(), Failure> {
    let vault = vault(fixture).await?;
    store(&vault, id(1), &plaintext(0)).await?;
    store(&vault, id(2), &plaintext(CHUNK + 1)).await?;
    for name in ["lost+found", "ABCDEF00-0000-0000-0000-000000000000", "00000000000000000000000000000003"] {
        fixture.objects().put(&Path::from(name), Bytes::from_static(b"other").into()).await?;
    }
    let found: Vec<_> = listed(&vault).await?.iter().map(|object| (object.id, object.bytes)).collect();
    let lengths = [HEADER_LEN + TAG, HEADER_LEN + SEALED_CHUNK + 1 + TAG].map(|length| length as u64);
    assert_eq!(found, [(id(1), lengths[0]), (id(2), lengths[1])]);
    Ok(())
}
