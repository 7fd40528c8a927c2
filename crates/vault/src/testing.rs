//! Stand-ins for tests: a key store in memory and repeatable randomness.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use proofdesk_domain::ambient::Random;
use uuid::Uuid;

use crate::key_store::{KeyStore, KeyStoreError};

/// A key store that forgets all when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryKeyStore {
    keys: Mutex<BTreeMap<Uuid, Vec<u8>>>,
    settings: Mutex<BTreeMap<String, Vec<u8>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> Result<std::sync::MutexGuard<'_, T>, KeyStoreError> {
    mutex.lock().map_err(|_| KeyStoreError::new("a test panicked while it used the key store"))
}

fn insert<K: Ord>(map: &mut BTreeMap<K, Vec<u8>>, key: K, value: &[u8]) -> bool {
    match map.entry(key) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value.to_vec());
            true
        }
        std::collections::btree_map::Entry::Occupied(_) => false,
    }
}

#[async_trait]
impl KeyStore for MemoryKeyStore {
    async fn put(&self, id: Uuid, wrapped: &[u8]) -> Result<bool, KeyStoreError> {
        Ok(insert(&mut *locked(&self.keys)?, id, wrapped))
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError> {
        Ok(locked(&self.keys)?.get(&id).cloned())
    }

    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError> {
        Ok(locked(&self.keys)?.remove(&id).is_some())
    }

    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        let keys = locked(&self.keys)?;
        let later = keys.keys().filter(|id| after.is_none_or(|after| **id > after));
        Ok(later.take(limit).copied().collect())
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        Ok(locked(&self.settings)?.get(name).cloned())
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        Ok(insert(&mut *locked(&self.settings)?, name.to_owned(), value))
    }
}

/// Bytes that look random and are the same in every run (`SplitMix64`). Of no use outside of tests.
#[derive(Debug)]
pub struct RepeatableRandom(AtomicU64);

impl RepeatableRandom {
    /// A generator whose bytes follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for RepeatableRandom {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
