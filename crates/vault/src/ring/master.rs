//! The master key as it is held while the desk runs: what is derived from it, not the key itself.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;

use crate::error::{BackendError, OpenError};
use crate::file_key::KEY_LEN;
use crate::key_store::{KeyStore, MASTER_CHECK};
use crate::master_key::{MasterKey, MasterSource, check_value};
use crate::wrap::MasterWrapper;

pub(crate) struct Master {
    pub(crate) wrapper: MasterWrapper,
    pub(crate) check: [u8; KEY_LEN],
}

impl Master {
    pub(crate) fn new(key: &MasterKey) -> Result<Self, Unspecified> {
        let prk = key.prk();
        Ok(Self { wrapper: MasterWrapper::new(&prk)?, check: check_value(&prk)? })
    }

    pub(crate) fn has_check(&self, check: &[u8]) -> bool {
        verify_slices_are_equal(&self.check, check).is_ok()
    }

    /// The key that has this check value.
    pub(super) fn choose(
        keys: Vec<MasterKey>,
        check: &[u8],
    ) -> Result<Option<(MasterKey, Self)>, Unspecified> {
        for key in keys {
            let master = Self::new(&key)?;
            if master.has_check(check) {
                return Ok(Some((key, master)));
            }
        }
        Ok(None)
    }

    /// The key that the store belongs to; a store that belongs to none and holds nothing is given to the only one.
    pub(super) async fn first(store: &dyn KeyStore, source: &dyn MasterSource) -> Result<Self, OpenError> {
        let mut tried = None;
        loop {
            let candidates = source.load().await?;
            let check = match store.setting(MASTER_CHECK).await.map_err(BackendError::from)? {
                Some(check) => check,
                None => first_check(store, &candidates).await?,
            };
            let chosen = Self::choose(candidates, &check).map_err(|_| OpenError::Cipher)?;
            if let Some((key, master)) = chosen {
                source.settle(&key).await;
                return Ok(master);
            }
            // Another process may have replaced the master key between the two looks: then the check value is another too.
            if tried.as_ref() == Some(&check) {
                return Err(OpenError::WrongMasterKey);
            }
            tried = Some(check);
        }
    }
}

/// Keeps the check value of the first master key, and gives back the one that is kept: another process may be faster, and
/// may have put keys since.
async fn first_check(store: &dyn KeyStore, candidates: &[MasterKey]) -> Result<Vec<u8>, OpenError> {
    let [key] = candidates else { return Err(OpenError::Ambiguous(candidates.len())) };
    let ours = check_value(&key.prk()).map_err(|_| OpenError::Cipher)?;
    let empty = store.ids(None, 1).await.map_err(BackendError::from)?.is_empty()
        && store.business_keys(None, 1).await.map_err(BackendError::from)?.is_empty();
    if empty {
        store.put_setting(MASTER_CHECK, &ours).await.map_err(BackendError::from)?;
    }
    let kept = store.setting(MASTER_CHECK).await.map_err(BackendError::from)?;
    kept.ok_or(OpenError::CheckValueMissing)
}
