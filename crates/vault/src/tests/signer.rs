//! Signatures of the desk: the same at every start, of this desk alone, and of one kind alone.

use std::sync::Arc;

use object_store::memory::InMemory;

use crate::testing::{MemoryKeyStore, RepeatableRandom};
use crate::{MasterKey, Vault, verify};

async fn desk(seed: u64) -> Vault {
    let (objects, keys) = (Arc::new(InMemory::new()), Arc::new(MemoryKeyStore::default()));
    Vault::open(objects, keys, MasterKey::from_bytes([1; 32]), Arc::new(RepeatableRandom::new(seed)))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_signature_is_of_one_desk_one_kind_and_one_message() {
    let signer = desk(1).await.signer().unwrap();
    let signature = signer.sign("receipt", b"erased");
    let key = signer.public_key();
    assert!(verify(&key, "receipt", b"erased", &signature));
    assert!(!verify(&key, "receipt", b"erased!", &signature), "another message");
    assert!(!verify(&key, "manifest", b"erased", &signature), "another kind");
    assert!(!verify(&key, "receip", b"t\0erased", &signature), "a label that runs on");
    assert!(!verify(&key, "receipt", b"erased", &signature[..63]), "cut short");
    for bit in 0..8 * signature.len() {
        let mut forged = signature;
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(!verify(&key, "receipt", b"erased", &forged), "bit {bit} flipped");
    }
    let other = desk(2).await.signer().unwrap();
    assert!(!verify(&other.public_key(), "receipt", b"erased", &signature), "another desk");
}
