//! The keys in memory: what is derived from the master key, and the keys of the businesses that were lately used.

mod cache;
mod master;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use proofdesk_domain::ambient::Random;

use crate::error::{BackendError, Check, OpenError};
use crate::file_key::FileKey;
use crate::key_store::{
    BusinessKeyRow, DESK, FileKeyRow, KeyStore, MASTER_CHECK, PutBusinessKeys, PutFileKey,
};
use crate::master_key::MasterSource;
use crate::owner::Binding;
use crate::wrap::{BusinessKey, BusinessPlace, Clear, key_version};
use cache::Cache;
pub(crate) use master::Master;

/// How often something is tried that others may keep changing meanwhile. They'd have to do so each time.
const TRIES: usize = 20;

/// Wraps and unwraps the keys of files, and knows when others rotate what wraps them.
pub(crate) struct Ring {
    pub(crate) store: Arc<dyn KeyStore>,
    pub(crate) random: Arc<dyn Random>,
    source: Arc<dyn MasterSource>,
    master: RwLock<Arc<Master>>,
    cache: Mutex<Cache>,
}

/// Why a key of a file couldn't be unwrapped.
#[derive(Debug)]
pub(crate) enum Unopened {
    Missing,
    Tampered(Check),
    Backend(BackendError),
}

impl<E: Into<BackendError>> From<E> for Unopened {
    fn from(error: E) -> Self {
        Self::Backend(error.into())
    }
}

impl Ring {
    /// The keys of a store that belongs to one of the source's master keys, or to none yet.
    pub(crate) async fn open(
        store: Arc<dyn KeyStore>,
        source: Arc<dyn MasterSource>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let master = Master::first(store.as_ref(), source.as_ref()).await?;
        let (master, cache) = (RwLock::new(Arc::new(master)), Mutex::default());
        Ok(Self { store, random, source, master, cache })
    }

    pub(crate) fn master(&self) -> Arc<Master> {
        Arc::clone(&self.master.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn take_master(&self, master: Master) {
        *self.master.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(master);
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the master key that the store belongs to by now; `false` if it's the one that is held already.
    pub(crate) async fn follow_master(&self) -> Result<bool, BackendError> {
        let check = self.store.setting(MASTER_CHECK).await?.unwrap_or_default();
        if self.master().has_check(&check) {
            return Ok(false);
        }
        let candidates = self.source.load().await.map_err(|error| {
            tracing::error!(%error, "the master key was replaced, and the new one can't be had");
            BackendError::MasterReplaced
        })?;
        let chosen = Master::choose(candidates, &check).map_err(|_| BackendError::Cipher)?;
        let Some((key, master)) = chosen else {
            tracing::error!(
                "the master key was replaced, and where it comes from does not give the new one yet"
            );
            return Err(BackendError::MasterReplaced);
        };
        self.take_master(master);
        self.source.settle(&key).await;
        tracing::info!("the master key was replaced; the new one is in use");
        Ok(true)
    }

    /// A key of a business in the clear; `None` when it isn't there, or not any more.
    pub(crate) async fn unwrap_business(&self, place: BusinessPlace) -> Result<Option<Clear>, BackendError> {
        let mut last = None;
        for _ in 0..TRIES {
            let row = self.store.business_key(place.business, place.version).await?;
            let Some(row) = row.filter(|row| !row.is_destroyed()) else { return Ok(None) };
            if let Ok(key) = self.master().wrapper.unwrap(&row.wrapped, place) {
                return Ok(Some(key));
            }
            if !self.follow_master().await? && last.as_ref() == Some(&row) {
                break;
            }
            last = Some(row);
        }
        Err(BackendError::BusinessKey(place.business))
    }

    /// A key of a business, from memory if it was lately used.
    async fn business(&self, place: BusinessPlace) -> Result<Option<Arc<BusinessKey>>, BackendError> {
        if let Some(key) = self.cache().get(place) {
            return Ok(Some(key));
        }
        let Some(clear) = self.unwrap_business(place).await? else { return Ok(None) };
        let key = BusinessKey::new(&clear, place).map_err(|_| BackendError::Cipher)?;
        Ok(Some(self.cache().insert(key)))
    }

    /// The current key of a business; made if there is none.
    pub(crate) async fn current(&self, business: i64) -> Result<Arc<BusinessKey>, BackendError> {
        if let Some(key) = self.cache().current(business) {
            return Ok(key);
        }
        for _ in 0..TRIES {
            let Some(row) = self.store.current_business_key(business).await? else {
                self.make_business(business).await?;
                continue;
            };
            if let Some(key) = self.business(BusinessPlace { business, version: row.version }).await? {
                self.cache().set_current(&key);
                return Ok(key);
            }
        }
        Err(BackendError::BusinessKey(business))
    }

    /// Makes the next key of a business that has no current one. If another made it meanwhile, that one stays: a second
    /// one would retire it, and so look like a rotation that nobody began.
    async fn make_business(&self, business: i64) -> Result<(), BackendError> {
        let last = self.last(business).await?;
        if last.as_ref().is_some_and(|last| !last.retired) {
            return Ok(());
        }
        let version = last.map_or(0, |last| last.version).checked_add(1);
        let version = version.ok_or(BackendError::BusinessKey(business))?;
        let row = self.new_business_key(BusinessPlace { business, version })?;
        let check = self.master().check;
        match self.store.put_business_keys(&[row], &check).await? {
            PutBusinessKeys::Kept | PutBusinessKeys::Taken => Ok(()),
            PutBusinessKeys::OtherMaster => self.follow_master().await.map(drop),
        }
    }

    /// The latest key that a business had, be it retired or destroyed.
    async fn last(&self, business: i64) -> Result<Option<BusinessKeyRow>, BackendError> {
        let mut last: Option<BusinessKeyRow> = None;
        loop {
            let after = last.as_ref().map_or(0, |last| last.version);
            let row = self.store.business_keys(Some((business, after)), 1).await?.pop();
            match row.filter(|row| row.business == business) {
                Some(row) => last = Some(row),
                None => return Ok(last),
            }
        }
    }

    /// A new random key of a business, wrapped by the master key that is held.
    pub(crate) fn new_business_key(&self, place: BusinessPlace) -> Result<BusinessKeyRow, BackendError> {
        let mut key = Clear::default();
        self.random.fill(key.as_mut_slice());
        let wrapped = self.master().wrapper.wrap(&key, place, self.random.as_ref());
        let wrapped = wrapped.map_err(|_| BackendError::Cipher)?;
        Ok(BusinessKeyRow { business: place.business, version: place.version, retired: false, wrapped })
    }

    /// Wraps the key of a file and keeps it; `false` when the file has one already.
    pub(crate) async fn keep(&self, key: &FileKey, binding: &Binding) -> Result<bool, BackendError> {
        let business = binding.business();
        for _ in 0..TRIES {
            let by = self.current(business).await?;
            let wrapped = by.wrap(key, binding, self.random.as_ref()).map_err(|_| BackendError::Cipher)?;
            let (id, version) = (binding.id(), by.place().version);
            match self.store.put(&FileKeyRow { id, business, version, wrapped }).await? {
                PutFileKey::Kept => return Ok(true),
                PutFileKey::Taken => return Ok(false),
                PutFileKey::Retired => self.forget_current(business),
            }
        }
        Err(BackendError::BusinessKey(business))
    }

    /// The key of a file in the clear.
    pub(crate) async fn unwrap(&self, binding: &Binding) -> Result<FileKey, Unopened> {
        let mut last = None;
        for _ in 0..TRIES {
            let wrapped = self.store.get(binding.id()).await?.ok_or(Unopened::Missing)?;
            // It is another one by now if its business's key was rotated between the two looks.
            let again = last.as_ref() == Some(&wrapped);
            let version = key_version(&wrapped, binding).ok_or(Unopened::Tampered(Check::WrappedKey))?;
            let by = self.business(BusinessPlace { business: binding.business(), version }).await;
            match by {
                Ok(Some(by)) => {
                    return by.unwrap(&wrapped, binding).map_err(|_| Unopened::Tampered(Check::WrappedKey));
                }
                Ok(None) if !again => {}
                Ok(None) | Err(BackendError::BusinessKey(_)) => {
                    return Err(Unopened::Tampered(Check::BusinessKey));
                }
                Err(error) => return Err(error.into()),
            }
            last = Some(wrapped);
        }
        Err(Unopened::Tampered(Check::BusinessKey))
    }

    /// Looks up anew, the next time, which key of a business is the current one.
    pub(crate) fn forget_current(&self, business: i64) {
        self.cache().forget_current(business);
    }

    /// Forgets the keys of a business.
    pub(crate) fn forget(&self, business: i64) {
        self.cache().forget(business);
    }

    /// What the desk's own secrets follow from; made in a store that has no keys yet.
    pub(crate) async fn desk(&self) -> Result<Clear, OpenError> {
        let place = BusinessPlace { business: DESK, version: 1 };
        if let Some(root) = self.unwrap_business(place).await? {
            return Ok(root);
        }
        let any = !self.store.business_keys(None, 1).await.map_err(BackendError::from)?.is_empty()
            || !self.store.ids(None, 1).await.map_err(BackendError::from)?.is_empty();
        if !any {
            self.make_business(DESK).await?;
        }
        self.unwrap_business(place).await?.ok_or(OpenError::SecretsMissing)
    }
}
