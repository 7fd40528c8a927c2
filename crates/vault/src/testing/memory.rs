//! The key store in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use uuid::Uuid;

use crate::key_store::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, KeyCount, KeyStore, KeyStoreError,
    MASTER_CHECK, PutBusinessKeys, PutFileKey,
};

/// A key store that forgets all when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryKeyStore(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    files: BTreeMap<Uuid, FileKeyRow>,
    businesses: BTreeMap<(i64, u32), BusinessKeyRow>,
    settings: BTreeMap<String, Vec<u8>>,
}

impl Kept {
    fn is_current(&self, business: i64, version: u32) -> bool {
        self.businesses.get(&(business, version)).is_some_and(|key| !key.retired)
    }

    fn check(&self) -> Option<&[u8]> {
        self.settings.get(MASTER_CHECK).map(Vec::as_slice)
    }

    fn file_keys(&self, after: Option<Uuid>) -> impl Iterator<Item = &FileKeyRow> {
        self.files.values().filter(move |key| after.is_none_or(|after| key.id > after))
    }
}

impl MemoryKeyStore {
    fn kept(&self) -> Result<std::sync::MutexGuard<'_, Kept>, KeyStoreError> {
        self.0.lock().map_err(|_| KeyStoreError::new("a test panicked while it used the key store"))
    }

    /// Puts a wrapped key in the place of another, whatever rules there are: what an attacker does who writes to the store.
    ///
    /// # Errors
    /// If a test panicked while it used the store.
    pub fn forge(&self, key: FileKeyRow) -> Result<(), KeyStoreError> {
        self.kept()?.files.insert(key.id, key);
        Ok(())
    }

    /// The same for a key of a business.
    ///
    /// # Errors
    /// If a test panicked while it used the store.
    pub fn forge_business(&self, key: BusinessKeyRow) -> Result<(), KeyStoreError> {
        self.kept()?.businesses.insert((key.business, key.version), key);
        Ok(())
    }
}

#[async_trait]
impl KeyStore for MemoryKeyStore {
    async fn put(&self, key: &FileKeyRow) -> Result<PutFileKey, KeyStoreError> {
        let mut kept = self.kept()?;
        if kept.files.contains_key(&key.id) {
            return Ok(PutFileKey::Taken);
        }
        if !kept.is_current(key.business, key.version) {
            return Ok(PutFileKey::Retired);
        }
        kept.files.insert(key.id, key.clone());
        Ok(PutFileKey::Kept)
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError> {
        Ok(self.kept()?.files.get(&id).map(|key| key.wrapped.clone()))
    }

    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError> {
        Ok(self.kept()?.files.remove(&id).is_some())
    }

    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        Ok(self.kept()?.file_keys(after).take(limit).map(|key| key.id).collect())
    }

    async fn file_keys(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        Ok(self.kept()?.file_keys(after).take(limit).cloned().collect())
    }

    async fn file_keys_under(
        &self,
        business: i64,
        version: u32,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        let kept = self.kept()?;
        let under = kept.file_keys(after).filter(|key| (key.business, key.version) == (business, version));
        Ok(under.take(limit).cloned().collect())
    }

    async fn replace_file_keys(&self, changes: &[FileKeyChange]) -> Result<usize, KeyStoreError> {
        let mut kept = self.kept()?;
        let mut replaced = 0;
        for change in changes {
            let there = kept.files.get(&change.old.id) == Some(&change.old);
            if there && kept.is_current(change.old.business, change.version) {
                let wrapped = change.wrapped.clone();
                let key = FileKeyRow { version: change.version, wrapped, ..change.old };
                kept.files.insert(key.id, key);
                replaced += 1;
            }
        }
        Ok(replaced)
    }

    async fn counts(&self) -> Result<Vec<KeyCount>, KeyStoreError> {
        let kept = self.kept()?;
        let count = |key: &BusinessKeyRow| {
            let under = |file: &&FileKeyRow| (file.business, file.version) == (key.business, key.version);
            let files = kept.files.values().filter(under).count() as u64;
            KeyCount { business: key.business, version: key.version, retired: key.retired, files }
        };
        Ok(kept.businesses.values().map(count).collect())
    }

    async fn put_business_keys(
        &self,
        keys: &[BusinessKeyRow],
        check: &[u8],
    ) -> Result<PutBusinessKeys, KeyStoreError> {
        let mut kept = self.kept()?;
        if kept.check() != Some(check) {
            return Ok(PutBusinessKeys::OtherMaster);
        }
        let later = |key: &BusinessKeyRow| (key.business, key.version)..=(key.business, u32::MAX);
        if keys.iter().any(|key| kept.businesses.range(later(key)).next().is_some()) {
            return Ok(PutBusinessKeys::Taken);
        }
        for key in keys {
            let earlier = (key.business, 0)..(key.business, key.version);
            kept.businesses.range_mut(earlier).for_each(|(_, key)| key.retired = true);
            let row = BusinessKeyRow { retired: false, ..key.clone() };
            kept.businesses.insert((key.business, key.version), row);
        }
        Ok(PutBusinessKeys::Kept)
    }

    async fn business_key(
        &self,
        business: i64,
        version: u32,
    ) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        Ok(self.kept()?.businesses.get(&(business, version)).cloned())
    }

    async fn current_business_key(&self, business: i64) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        let kept = self.kept()?;
        Ok(kept.businesses.values().find(|key| key.business == business && !key.retired).cloned())
    }

    async fn business_keys(
        &self,
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Result<Vec<BusinessKeyRow>, KeyStoreError> {
        let kept = self.kept()?;
        let later = kept.businesses.iter().filter(|(place, _)| after.is_none_or(|after| **place > after));
        Ok(later.take(limit).map(|(_, key)| key.clone()).collect())
    }

    async fn delete_retired(&self, business: i64, version: u32) -> Result<bool, KeyStoreError> {
        let mut kept = self.kept()?;
        let needed = kept.files.values().any(|file| (file.business, file.version) == (business, version));
        let retired = |key: &BusinessKeyRow| key.retired && !key.is_destroyed();
        let retired = kept.businesses.get(&(business, version)).is_some_and(retired);
        Ok(retired && !needed && kept.businesses.remove(&(business, version)).is_some())
    }

    async fn destroy_business(&self, business: i64) -> Result<usize, KeyStoreError> {
        let mut kept = self.kept()?;
        kept.files.retain(|_, file| file.business != business);
        let of_business = kept.businesses.values().filter(|key| key.business == business);
        let destroyed = of_business.clone().filter(|key| !key.is_destroyed()).count();
        if let Some(latest) = of_business.max_by_key(|key| key.version).cloned() {
            kept.businesses.retain(|(of, _), _| *of != business);
            let row = BusinessKeyRow { retired: true, wrapped: Vec::new(), ..latest };
            kept.businesses.insert((business, row.version), row);
        }
        Ok(destroyed)
    }

    async fn switch_master(
        &self,
        old: &[u8],
        new: &[u8],
        keys: &[BusinessKeyChange],
    ) -> Result<bool, KeyStoreError> {
        let mut kept = self.kept()?;
        let as_said = |key: &BusinessKeyChange| {
            let there = kept.businesses.get(&(key.old.business, key.old.version));
            there.is_some_and(|there| there.wrapped == key.old.wrapped)
        };
        if kept.check() != Some(old) || keys.len() != kept.businesses.len() || !keys.iter().all(as_said) {
            return Ok(false);
        }
        for key in keys {
            if let Some(there) = kept.businesses.get_mut(&(key.old.business, key.old.version)) {
                there.wrapped.clone_from(&key.wrapped);
            }
        }
        kept.settings.insert(MASTER_CHECK.to_owned(), new.to_vec());
        Ok(true)
    }

    async fn restore(
        &self,
        businesses: &[BusinessKeyRow],
        files: &[FileKeyRow],
    ) -> Result<(), KeyStoreError> {
        let mut kept = self.kept()?;
        for key in businesses {
            kept.businesses.entry((key.business, key.version)).or_insert_with(|| key.clone());
        }
        for key in files {
            kept.files.entry(key.id).or_insert_with(|| key.clone());
        }
        Ok(())
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        Ok(self.kept()?.settings.get(name).cloned())
    }

    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, KeyStoreError> {
        Ok(self.kept()?.settings.clone().into_iter().collect())
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        let mut kept = self.kept()?;
        if kept.settings.contains_key(name) {
            return Ok(false);
        }
        kept.settings.insert(name.to_owned(), value.to_vec());
        Ok(true)
    }
}
