//! Other keys in the place of those that wrap: the master key, and the keys of businesses. No file is written anew.
//!
//! Each step is one transaction of the key store, and after each everything opens, so a rotation may end anywhere and be
//! taken up again. What one process rotates others notice: see [`crate::ring`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::BackendError;
use crate::key_store::{
    BusinessKeyChange, BusinessKeyRow, DESK, FileKeyChange, FileKeyRow, KeyCount, PutBusinessKeys,
};
use crate::master_key::MasterKey;
use crate::ring::{Master, Ring};
use crate::vault::Vault;
use crate::wrap::{BusinessKey, BusinessPlace};

/// Keys that are re-wrapped in one transaction.
const BATCH: usize = 1000;
/// How often a step is tried that a concurrent one undid.
const TRIES: usize = 50;

/// Told how many keys were re-wrapped so far, after each transaction.
pub type Progress<'a> = &'a mut (dyn FnMut(u64) + Send);

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Keys that got another wrap.
    pub rewrapped: u64,
    /// Keys of businesses that were made or, when the master key was replaced, wrapped anew.
    pub businesses: u64,
    /// Retired keys that nothing needs any more and that were destroyed.
    pub destroyed: u64,
    /// Keys of files that don't open: they are damaged, and stay as they are, with the key that they name.
    pub damaged: u64,
}

impl Vault {
    /// Puts another master key in the place of the one that there is, in one transaction: before it the old one opens
    /// everything, after it the new one. Does nothing when it is the new one already.
    ///
    /// # Errors
    /// [`BackendError::MasterReplaced`] when the master key that this process has is no longer the right one, and
    /// [`BackendError::BusinessKey`] when a key of a business doesn't open; nothing is changed then.
    pub async fn rotate_master(&self, new: &MasterKey) -> Result<Rotated, BackendError> {
        let ring = &self.ring;
        let master = Master::new(new).map_err(|_| BackendError::Cipher)?;
        for _ in 0..TRIES {
            let check = ring.store.setting(crate::key_store::MASTER_CHECK).await?.unwrap_or_default();
            if master.has_check(&check) {
                ring.take_master(master);
                return Ok(Rotated::default());
            }
            ring.follow_master().await?;
            let changes = match rewrapped_businesses(ring, &master).await {
                // Another process was faster, between two looks.
                Err(BackendError::BusinessKey(_)) if ring.follow_master().await? => continue,
                changes => changes?,
            };
            if ring.store.switch_master(&ring.master().check, &master.check, &changes).await? {
                ring.take_master(master);
                let count = changes.len() as u64;
                return Ok(Rotated { rewrapped: count, businesses: count, ..Rotated::default() });
            }
        }
        Err(BackendError::MasterReplaced)
    }

    /// Whether this is the master key that this process uses now.
    pub fn has_master(&self, key: &MasterKey) -> bool {
        Master::new(key).is_ok_and(|master| self.ring.master().has_check(&master.check))
    }

    /// Whether a rotation of a business's key, or of any, was begun and not ended.
    ///
    /// # Errors
    /// [`BackendError::Keys`].
    pub async fn rotation_is_unfinished(&self, business: Option<i64>) -> Result<bool, BackendError> {
        Ok(businesses(&self.ring, business).await?.iter().any(|key| key.retired))
    }

    /// Makes new keys for a business, or for all that have one, in one transaction. From then on they wrap new files;
    /// [`Vault::finish_rotation`] moves what the retired ones wrap.
    ///
    /// # Errors
    /// [`BackendError`] as each says.
    pub async fn renew_business_keys(&self, business: Option<i64>) -> Result<Rotated, BackendError> {
        for _ in 0..TRIES {
            let mut next = BTreeMap::new();
            for key in businesses(&self.ring, business).await?.iter().filter(|key| !key.retired) {
                let version = key.version.checked_add(1).ok_or(BackendError::BusinessKey(key.business))?;
                let place = BusinessPlace { business: key.business, version };
                next.insert(place, self.ring.new_business_key(place)?);
            }
            let next: Vec<BusinessKeyRow> = next.into_values().collect();
            match self.ring.store.put_business_keys(&next, &self.ring.master().check).await? {
                PutBusinessKeys::Kept => {
                    return Ok(Rotated { businesses: next.len() as u64, ..Rotated::default() });
                }
                PutBusinessKeys::Taken => {}
                PutBusinessKeys::OtherMaster => {
                    self.ring.follow_master().await?;
                }
            }
        }
        Err(BackendError::BusinessKey(business.unwrap_or_default()))
    }

    /// Moves all that retired keys wrap under the current ones, and destroys the retired ones.
    ///
    /// # Errors
    /// [`BackendError`] as each says; what was moved before stays moved.
    pub async fn finish_rotation(
        &self,
        business: Option<i64>,
        progress: Progress<'_>,
    ) -> Result<Rotated, BackendError> {
        let mut rotated = Rotated::default();
        for key in businesses(&self.ring, business).await?.into_iter().filter(|key| key.retired) {
            let place = BusinessPlace { business: key.business, version: key.version };
            retire(&self.ring, place, &mut rotated, progress).await?;
        }
        Ok(rotated)
    }

    /// How many keys of files there are under each key of a business, the desk's own left out.
    ///
    /// # Errors
    /// [`BackendError::Keys`].
    pub async fn key_counts(&self) -> Result<Vec<KeyCount>, BackendError> {
        let mut counts = self.ring.store.counts().await?;
        counts.retain(|count| count.business != DESK);
        Ok(counts)
    }

    /// Destroys all keys of a business, and so erases all its files in one step; gives how many keys it had. The objects
    /// stay: without a key they are as closed as random bytes, and the sweep removes them.
    ///
    /// # Errors
    /// [`BackendError::BusinessKey`] for business 0, whose key the desk's own secrets follow from.
    pub async fn destroy_business(&self, business: i64) -> Result<usize, BackendError> {
        if business == DESK {
            return Err(BackendError::BusinessKey(DESK));
        }
        let destroyed = self.ring.store.destroy_business(business).await?;
        self.ring.forget(business);
        Ok(destroyed)
    }
}

/// The keys of a business, or of all, the desk's own and those that were destroyed left out.
async fn businesses(ring: &Ring, only: Option<i64>) -> Result<Vec<BusinessKeyRow>, BackendError> {
    let mut keys = every_business(ring, only.map(|business| (business, 0))).await?;
    keys.retain(|key| {
        key.business != DESK && !key.is_destroyed() && only.is_none_or(|only| only == key.business)
    });
    Ok(keys)
}

/// All keys of businesses from a place on; of one business only, where the place is of one.
async fn every_business(
    ring: &Ring,
    mut after: Option<(i64, u32)>,
) -> Result<Vec<BusinessKeyRow>, BackendError> {
    let only = after.map(|(business, _)| business);
    let mut keys = Vec::new();
    loop {
        let page = ring.store.business_keys(after, BATCH).await?;
        let Some(last) = page.last() else { return Ok(keys) };
        after = Some((last.business, last.version));
        let beyond = only.is_some_and(|only| only != last.business);
        keys.extend(page);
        if beyond {
            return Ok(keys);
        }
    }
}

/// All keys of businesses, the desk's own too, in the wrap of another master key.
async fn rewrapped_businesses(ring: &Ring, new: &Master) -> Result<Vec<BusinessKeyChange>, BackendError> {
    let mut changes = Vec::new();
    let master = ring.master();
    for old in every_business(ring, None).await? {
        let place = BusinessPlace { business: old.business, version: old.version };
        let wrapped = if old.is_destroyed() {
            Vec::new()
        } else {
            let damaged = |_| BackendError::BusinessKey(old.business);
            let key = master.wrapper.unwrap(&old.wrapped, place).map_err(damaged)?;
            let wrapped = new.wrapper.wrap(&key, place, ring.random.as_ref());
            wrapped.map_err(|_| BackendError::Cipher)?
        };
        changes.push(BusinessKeyChange { old, wrapped });
    }
    Ok(changes)
}

/// Moves all that a retired key wraps, and destroys it.
async fn retire(
    ring: &Ring,
    place: BusinessPlace,
    rotated: &mut Rotated,
    progress: Progress<'_>,
) -> Result<(), BackendError> {
    let Some(clear) = ring.unwrap_business(place).await? else { return Ok(()) };
    let old = BusinessKey::new(&clear, place).map_err(|_| BackendError::Cipher)?;
    let mut after = None;
    loop {
        let page = ring.store.file_keys_under(place.business, place.version, after, BATCH).await?;
        let Some(last) = page.last().map(|key| key.id) else { break };
        move_keys(ring, &old, page, rotated).await?;
        progress(rotated.rewrapped);
        after = Some(last);
    }
    rotated.destroyed += u64::from(ring.store.delete_retired(place.business, place.version).await?);
    Ok(())
}

/// Moves keys of files under the current key of their business, whichever it is by then.
async fn move_keys(
    ring: &Ring,
    old: &BusinessKey,
    mut keys: Vec<FileKeyRow>,
    rotated: &mut Rotated,
) -> Result<(), BackendError> {
    let BusinessPlace { business, version } = old.place();
    for _ in 0..TRIES {
        ring.forget_current(business);
        let by: Arc<BusinessKey> = ring.current(business).await?;
        let before = keys.len();
        let changes: Vec<FileKeyChange> = keys
            .drain(..)
            .filter_map(|key| {
                let wrapped = old.rewrap(&key.wrapped, &by, ring.random.as_ref()).ok()?;
                Some(FileKeyChange { old: key, version: by.place().version, wrapped })
            })
            .collect();
        rotated.damaged += (before - changes.len()) as u64;
        let moved = ring.store.replace_file_keys(&changes).await?;
        rotated.rewrapped += moved as u64;
        if moved == changes.len() {
            return Ok(());
        }
        // Others were erased meanwhile, or the current key is retired again: look what is still there.
        for change in changes {
            let still = ring.store.get(change.old.id).await?;
            if still.as_ref() == Some(&change.old.wrapped) {
                keys.push(change.old);
            }
        }
        tracing::debug!(business, version, left = keys.len(), "keys changed while they were re-wrapped");
    }
    Err(BackendError::BusinessKey(business))
}
