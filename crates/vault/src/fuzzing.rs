//! The formats of this crate, for fuzzers.

use bytes::{Bytes, BytesMut};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::file_key::FileKey;
use crate::format::{HEADER_LEN, SEALED_CHUNK};
use crate::master_key::MasterKey;
use crate::opener::Opener;
use crate::owner::{Binding, Owner};
use crate::sealer::Sealer;

fn key() -> FileKey {
    FileKey::from_bytes(Box::new(Zeroizing::new([7; 32])))
}

fn binding() -> Binding {
    let owner = Owner { business: 1, document: Uuid::from_u128(2), slot: 1, version: 3 };
    Binding::new(Uuid::from_u128(4), &owner)
}

/// Objects of a few lengths, sealed under a key that is always the same.
pub fn seeds() -> Vec<Vec<u8>> {
    [0, 1, 100, SEALED_CHUNK + 10].into_iter().filter_map(sealed).collect()
}

fn sealed(length: usize) -> Option<Vec<u8>> {
    let mut sealer = Sealer::new(key().derive(&binding()).ok()?, 1);
    let mut object = Vec::new();
    let mut rest = Bytes::from(vec![5; length]);
    while let Some(part) = sealer.push(&mut rest).ok()? {
        object.extend_from_slice(&part);
    }
    object.extend_from_slice(&sealer.finish().ok()?);
    Some(object)
}

/// An object that opens is one of those that were sealed.
///
/// # Panics
/// When another one opens.
pub fn open(object: &[u8]) {
    let Some(header) = object.get(..HEADER_LEN) else { return };
    let Ok(opener) = Opener::new(&key(), &binding(), header, object.len() as u64) else { return };
    let mut plain = Vec::new();
    for chunk in 0..=opener.layout().last() {
        let bytes = opener.layout().bytes(chunk, chunk);
        let sealed = &object[bytes.start as usize..bytes.end as usize];
        match opener.open(chunk, BytesMut::from(sealed)) {
            Ok(bytes) => plain.extend_from_slice(&bytes),
            Err(_) => return,
        }
    }
    assert!(sealed(plain.len()).as_deref() == Some(object), "an object opens that was never sealed");
}

/// A text that is taken for a master key is the text of that key.
///
/// # Panics
/// When it is another's.
pub fn master_key(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(key) = MasterKey::from_text(text) {
        assert!(key.to_text().trim_end().eq_ignore_ascii_case(text.trim_end()), "another key");
    }
}
