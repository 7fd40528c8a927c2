//! No part of a file opens in the place of another's.

use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use uuid::Uuid;

use super::{Backstage, plaintext, read, store};
use crate::Owner;
use crate::error::{BackendError, Check, ReadError};
use crate::format::HEADER_LEN;
use crate::key_store::{BusinessKeyRow, FileKeyRow, KeyStore};
use crate::wrap::BusinessPlace;

const FILES: usize = 50;
/// Where the nonce of a wrapped key begins.
const SEALED_AT: usize = 56;

/// Files of 3 businesses; many share a document or a slot, and all have the same length.
fn file(number: usize) -> (Uuid, Owner) {
    let document = Uuid::from_u128(1000 + number as u128 / 6);
    let owner = Owner {
        business: 1 + number as i64 % 3,
        document,
        slot: number as u8 % 2,
        version: number as u64 / 25,
    };
    (Uuid::from_u128(number as u128), owner)
}

impl Backstage {
    async fn object(&self, id: Uuid) -> Bytes {
        self.objects.get(&Path::from(id.to_string())).await.unwrap().bytes().await.unwrap()
    }

    async fn put_object(&self, id: Uuid, object: Bytes) {
        self.objects.put(&Path::from(id.to_string()), object.into()).await.unwrap();
    }

    async fn put_key(&self, id: Uuid, wrapped: &[u8]) {
        let there =
            self.keys.file_keys(None, 100).await.unwrap().into_iter().find(|key| key.id == id).unwrap();
        self.keys.forge(FileKeyRow { wrapped: wrapped.to_vec(), ..there }).unwrap();
    }

    async fn refusal(&self, number: usize) -> Option<Check> {
        let (id, owner) = file(number);
        match read(&self.vault, id, &owner).await {
            Err(ReadError::Tampered { check, .. }) => Some(check),
            _ => None,
        }
    }
}

#[tokio::test]
async fn no_swap_among_fifty_files_decrypts() {
    let stage = Backstage::new().await;
    let mut parts = Vec::new();
    for number in 0..FILES {
        let (id, owner) = file(number);
        store(&stage.vault, id, &owner, &plaintext(500)).await;
        parts.push((stage.object(id).await, stage.keys.get(id).await.unwrap().unwrap()));
    }
    let mut refused = 0;
    for (number, (object, wrapped)) in parts.iter().enumerate() {
        let id = file(number).0;
        for (_, (other_object, other_wrapped)) in
            parts.iter().enumerate().filter(|(other, _)| *other != number)
        {
            stage.put_object(id, other_object.clone()).await;
            assert_eq!(stage.refusal(number).await, Some(Check::Commitment));
            let other_header = [&other_object[..HEADER_LEN], &object[HEADER_LEN..]].concat();
            stage.put_object(id, other_header.into()).await;
            assert_eq!(stage.refusal(number).await, Some(Check::Commitment));
            let other_body = [&object[..HEADER_LEN], &other_object[HEADER_LEN..]].concat();
            stage.put_object(id, other_body.into()).await;
            assert_eq!(stage.refusal(number).await, Some(Check::Chunk(0)));
            stage.put_key(id, other_wrapped).await;
            assert_eq!(stage.refusal(number).await, Some(Check::WrappedKey));
            stage.put_object(id, other_object.clone()).await;
            assert_eq!(stage.refusal(number).await, Some(Check::WrappedKey));
            // What it says of itself is right, and what it seals is the other's.
            stage.put_key(id, &[&wrapped[..SEALED_AT], &other_wrapped[SEALED_AT..]].concat()).await;
            assert_eq!(stage.refusal(number).await, Some(Check::WrappedKey));
            stage.put_object(id, object.clone()).await;
            stage.put_key(id, wrapped).await;
            refused += 1;
        }
        let (id, owner) = file(number);
        assert_eq!(read(&stage.vault, id, &owner).await.unwrap(), plaintext(500));
    }
    assert_eq!(refused, 2450);
}

/// Keys of 25 businesses in two versions each: none opens in the place of another, nor that of the desk itself.
#[tokio::test]
async fn no_swap_among_fifty_business_keys_decrypts() {
    let stage = Backstage::new().await;
    for business in 1..=25 {
        let owner = Owner { business, ..file(0).1 };
        store(&stage.vault, Uuid::from_u128(business as u128), &owner, &plaintext(5)).await;
    }
    stage.vault.renew_business_keys(None).await.unwrap();
    let keys = stage.keys.business_keys(None, 100).await.unwrap();
    assert_eq!(keys.len(), 51);
    let ring = &stage.vault.ring;
    let place = |key: &BusinessKeyRow| BusinessPlace { business: key.business, version: key.version };
    let mut refused = 0;
    for key in &keys {
        for other in keys.iter().filter(|other| *other != key) {
            stage
                .keys
                .forge_business(BusinessKeyRow { wrapped: other.wrapped.clone(), ..key.clone() })
                .unwrap();
            let opened = ring.unwrap_business(place(key)).await;
            assert!(matches!(opened, Err(BackendError::BusinessKey(of)) if of == key.business));
            refused += 1;
        }
        stage.keys.forge_business(key.clone()).unwrap();
        ring.unwrap_business(place(key)).await.unwrap().unwrap();
    }
    assert_eq!(refused, 51 * 50);
}

#[tokio::test]
async fn every_changed_byte_of_a_wrapped_business_key_is_detected() {
    let stage = Backstage::new().await;
    let (id, owner) = file(1);
    store(&stage.vault, id, &owner, &plaintext(10)).await;
    for key in stage.keys.business_keys(None, 10).await.unwrap() {
        let place = BusinessPlace { business: key.business, version: key.version };
        let wrapper = &stage.vault.ring.master().wrapper;
        wrapper.unwrap(&key.wrapped, place).unwrap();
        for at in 0..key.wrapped.len() {
            for change in 1..=255 {
                let mut changed = key.wrapped.clone();
                changed[at] ^= change;
                assert!(wrapper.unwrap(&changed, place).is_err(), "byte {at} xor {change}");
            }
            assert!(wrapper.unwrap(&key.wrapped[..at], place).is_err());
        }
        assert!(wrapper.unwrap(&[&key.wrapped[..], &[0]].concat(), place).is_err());
    }
}

#[tokio::test]
async fn a_file_opens_for_its_owner_only() {
    let stage = Backstage::new().await;
    let (id, owner) = file(1);
    store(&stage.vault, id, &owner, &plaintext(10)).await;
    for other in [
        Owner { business: 3, ..owner },
        Owner { document: Uuid::nil(), ..owner },
        Owner { slot: 0, ..owner },
        Owner { version: 1, ..owner },
    ] {
        let refused = stage.vault.read(id, &other).await.err();
        assert!(matches!(refused, Some(ReadError::Tampered { check: Check::WrappedKey, .. })));
    }
}

#[tokio::test]
async fn every_changed_bit_of_a_wrapped_key_is_detected() {
    let stage = Backstage::new().await;
    let (id, owner) = file(1);
    store(&stage.vault, id, &owner, &plaintext(10)).await;
    let wrapped = stage.keys.get(id).await.unwrap().unwrap();
    for bit in 0..wrapped.len() * 8 {
        let mut changed = wrapped.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        stage.put_key(id, &changed).await;
        // Bytes 2 to 5 say which key of the business to use.
        let check = if (2..6).contains(&(bit / 8)) { Check::BusinessKey } else { Check::WrappedKey };
        assert_eq!(stage.refusal(1).await, Some(check), "bit {bit}");
    }
    for length in 0..wrapped.len() {
        stage.put_key(id, &wrapped[..length]).await;
        assert_eq!(stage.refusal(1).await, Some(Check::WrappedKey));
    }
    stage.put_key(id, &[wrapped.as_slice(), &[0]].concat()).await;
    assert_eq!(stage.refusal(1).await, Some(Check::WrappedKey));
}
