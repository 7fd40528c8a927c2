//! The worked example of docs/vault-format.md, which another program computed.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use bytes::Bytes;
use object_store::memory::InMemory;
use proofdesk_domain::ambient::Random;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{open, seal};
use crate::file_key::{FileKey, expand};
use crate::master_key::check_value;
use crate::owner::Binding;
use crate::sealer::nonce;
use crate::testing::{MemoryKeyStore, RepeatableRandom};
use crate::wrap::{BusinessKey, BusinessPlace, Clear, MasterWrapper, key_version};
use crate::{BusinessKeyRow, KeyStore, MasterKey, Owner, Vault};

struct Example(BTreeMap<&'static str, Vec<u8>>);

impl Example {
    fn read() -> Self {
        let page = include_str!("../../../../docs/vault-format.md");
        let (_, vector) = page.split_once("```vector\n").unwrap();
        let (vector, _) = vector.split_once("```").unwrap();
        let lines = vector.lines().map(|line| line.split_once(" = ").unwrap());
        Self(lines.map(|(name, digits)| (name, hex::decode(digits).unwrap())).collect())
    }

    fn get(&self, name: &str) -> &[u8] {
        &self.0[name]
    }

    fn key(&self, name: &str) -> [u8; 32] {
        self.get(name).try_into().unwrap()
    }

    fn binding(&self) -> Binding {
        let document = Uuid::from_slice(self.get("document")).unwrap();
        let owner = Owner { business: 4711, document, slot: 2, version: 5 };
        Binding::new(Uuid::from_slice(self.get("file_id")).unwrap(), &owner)
    }

    fn file_key(&self) -> FileKey {
        FileKey::from_bytes(Box::new(Zeroizing::new(self.key("file_key"))))
    }
}

/// Gives always the same bytes.
struct Fixed(Vec<u8>);

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

fn gcm(key: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap())
}

#[test]
fn objects_are_those_of_the_worked_example() {
    let example = Example::read();
    let (key, binding) = (example.file_key(), example.binding());
    assert_eq!(binding.as_bytes(), example.get("binding"));
    let derived = key.derive(&binding).unwrap();
    assert_eq!(derived.commitment, example.get("commitment"));
    let sealed = |key: &LessSafeKey| {
        key.seal_in_place_separate_tag(nonce(1, false), Aad::empty(), &mut []).unwrap().as_ref().to_vec()
    };
    assert_eq!(sealed(&derived.chunks), sealed(&gcm(example.get("chunk_key"))));

    let plaintext = Bytes::copy_from_slice(example.get("plaintext"));
    let object = seal(&key, &binding, &plaintext);
    assert_eq!(object, example.get("object"));
    assert_eq!(open(&key, &binding, &object).unwrap(), plaintext);
    assert_eq!(seal(&key, &binding, &Bytes::new()), example.get("object_of_empty_file"));
    let two_chunks = seal(&key, &binding, &Bytes::from(vec![0x5a; 65_537]));
    assert_eq!(digest(&SHA256, &two_chunks).as_ref(), example.get("sha256_of_object_of_two_chunks"));
}

#[test]
fn wrapped_keys_and_check_value_are_those_of_the_worked_example() {
    let example = Example::read();
    let master = MasterKey::from_bytes(example.key("master_key")).prk();
    assert_eq!(check_value(&master).unwrap(), example.get("check_value"));
    assert_eq!(expanded(&master, b"wrap businesses"), example.get("business_wrapping_key"));
    let version = u32::from_be_bytes(example.get("business_key_version").try_into().unwrap());
    let place = BusinessPlace { business: 4711, version };
    let business_key: Clear = Box::new(Zeroizing::new(example.key("business_key")));
    let master = MasterWrapper::new(&master).unwrap();
    let random = Fixed(example.get("business_wrap_nonce").to_vec());
    let wrapped = master.wrap(&business_key, place, &random).unwrap();
    assert_eq!(wrapped, example.get("wrapped_business_key"));
    assert_eq!(master.unwrap(&wrapped, place).unwrap(), business_key);

    let wrapping = Salt::new(HKDF_SHA256, b"proofdesk vault business 1").extract(business_key.as_slice());
    assert_eq!(expanded(&wrapping, b"wrap"), example.get("wrapping_key"));
    let business = BusinessKey::new(&business_key, place).unwrap();
    let random = Fixed(example.get("wrap_nonce").to_vec());
    let wrapped = business.wrap(&example.file_key(), &example.binding(), &random).unwrap();
    assert_eq!(wrapped, example.get("wrapped_key"));
    assert_eq!(key_version(&wrapped, &example.binding()), Some(version));
    let key = business.unwrap(&wrapped, &example.binding()).unwrap();
    assert_eq!(key.as_bytes(), example.get("file_key"));
}

fn expanded(prk: &Prk, info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    expand(prk, &[info], &mut key).unwrap();
    key
}

#[tokio::test]
async fn secrets_follow_from_the_desk_key_as_in_the_worked_example() {
    let example = Example::read();
    let master = MasterKey::from_bytes(example.key("master_key"));
    let place = BusinessPlace { business: 0, version: 1 };
    let master_wrapper = MasterWrapper::new(&master.prk()).unwrap();
    let desk_key: Clear = Box::new(Zeroizing::new(example.key("desk_key")));
    let random = Fixed(example.get("desk_wrap_nonce").to_vec());
    let wrapped = master_wrapper.wrap(&desk_key, place, &random).unwrap();
    assert_eq!(wrapped, example.get("wrapped_desk_key"));
    let keys = Arc::new(MemoryKeyStore::default());
    keys.put_setting("master-key-check-1", example.get("check_value")).await.unwrap();
    keys.forge_business(BusinessKeyRow { business: 0, version: 1, retired: false, wrapped }).unwrap();
    let random = Arc::new(RepeatableRandom::new(1));
    let vault = Vault::open(Arc::new(InMemory::new()), keys, master, random).await.unwrap();
    let secret = vault.secret("refresh tokens 1").unwrap();
    assert_eq!(secret.as_slice(), example.get("secret_of_refresh_tokens_1"));
}
