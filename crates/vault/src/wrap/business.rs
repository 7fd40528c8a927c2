//! Keys of businesses, wrapped by the master key.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::Prk;
use proofdesk_domain::ambient::Random;

use super::{Clear, SEALED_LEN, open, seal};
use crate::key_store::DESK;

const LABEL: &[u8; 16] = b"proofdesk wrap 3";
/// Wrapped by the master key: a key of a business.
const WRAP_VERSION: u8 = 3;
/// The key wraps keys of files.
const OF_A_BUSINESS: u8 = 1;
/// The desk's own secrets follow from the key.
const OF_THE_DESK: u8 = 2;

const PREFIX_LEN: usize = 2;
/// Length of a wrapped key: version, kind, nonce, sealed key, tag.
pub(crate) const WRAPPED_LEN: usize = PREFIX_LEN + SEALED_LEN;

/// Which key of which business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BusinessPlace {
    pub(crate) business: i64,
    pub(crate) version: u32,
}

impl BusinessPlace {
    fn prefix(self) -> [u8; PREFIX_LEN] {
        [WRAP_VERSION, if self.business == DESK { OF_THE_DESK } else { OF_A_BUSINESS }]
    }

    fn associated(self) -> [u8; LABEL.len() + PREFIX_LEN + 8 + 4] {
        let mut data = [0; LABEL.len() + PREFIX_LEN + 8 + 4];
        data[..LABEL.len()].copy_from_slice(LABEL);
        data[LABEL.len()..][..PREFIX_LEN].copy_from_slice(&self.prefix());
        data[LABEL.len() + PREFIX_LEN..][..8].copy_from_slice(&self.business.to_be_bytes());
        data[LABEL.len() + PREFIX_LEN + 8..].copy_from_slice(&self.version.to_be_bytes());
        data
    }
}

/// Wraps and unwraps keys of businesses.
pub(crate) struct MasterWrapper(LessSafeKey);

impl MasterWrapper {
    pub(crate) fn new(master: &Prk) -> Result<Self, Unspecified> {
        let key = master.expand(&[b"wrap businesses"], &AES_256_GCM)?;
        Ok(Self(LessSafeKey::new(UnboundKey::from(key))))
    }

    pub(crate) fn wrap(
        &self,
        key: &Clear,
        place: BusinessPlace,
        random: &dyn Random,
    ) -> Result<Vec<u8>, Unspecified> {
        let mut out = Vec::with_capacity(WRAPPED_LEN);
        out.extend_from_slice(&place.prefix());
        out.extend_from_slice(&seal(&self.0, key, &place.associated(), random)?);
        Ok(out)
    }

    /// Gives the key back, when `wrapped` is whole and was made for this place under this master key.
    pub(crate) fn unwrap(&self, wrapped: &[u8], place: BusinessPlace) -> Result<Clear, Unspecified> {
        let sealed = wrapped.strip_prefix(&place.prefix()).ok_or(Unspecified)?;
        open(&self.0, sealed, &place.associated())
    }
}
