//! Keys at rest: those of businesses wrapped by a key derived from the master key, those of files by one derived from the
//! key of their business (docs/vault-format.md, "Wrapped keys").

mod business;
mod file;

pub(crate) use business::{BusinessPlace, MasterWrapper};
pub(crate) use file::{BusinessKey, key_version};

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use aws_lc_rs::error::Unspecified;
use proofdesk_domain::ambient::Random;
use zeroize::Zeroizing;

use crate::file_key::KEY_LEN;
use crate::format::TAG;

/// A key in the clear. Boxed, so that moving it leaves no copy behind.
pub(crate) type Clear = Box<Zeroizing<[u8; KEY_LEN]>>;

/// A nonce and a sealed key with its tag.
const SEALED_LEN: usize = NONCE_LEN + KEY_LEN + TAG;

/// Seals a key: a random nonce, then the ciphertext and its tag. Random nonces allow 2^32 wraps under one key (NIST SP
/// 800-38D §8.3).
fn seal(
    with: &LessSafeKey,
    key: &[u8; KEY_LEN],
    associated: &[u8],
    random: &dyn Random,
) -> Result<[u8; SEALED_LEN], Unspecified> {
    let mut out = Zeroizing::new([0; SEALED_LEN]);
    random.fill(&mut out[..NONCE_LEN]);
    let nonce = Nonce::try_assume_unique_for_key(&out[..NONCE_LEN])?;
    let (sealed, tag) = out[NONCE_LEN..].split_at_mut(KEY_LEN);
    sealed.copy_from_slice(key);
    tag.copy_from_slice(with.seal_in_place_separate_tag(nonce, Aad::from(associated), sealed)?.as_ref());
    Ok(*out)
}

/// Gives the key back, when `sealed` is whole and was made with the same associated data.
fn open(with: &LessSafeKey, sealed: &[u8], associated: &[u8]) -> Result<Clear, Unspecified> {
    let sealed: &[u8; SEALED_LEN] = sealed.try_into().map_err(|_| Unspecified)?;
    let (nonce, sealed) = sealed.split_at(NONCE_LEN);
    let (sealed, tag) = sealed.split_at(KEY_LEN);
    let mut key = Clear::default();
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    with.open_separate_gather(nonce, Aad::from(associated), sealed, tag, key.as_mut_slice())?;
    Ok(key)
}
