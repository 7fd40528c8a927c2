//! File keys at rest: each wrapped by a key derived from the master key (docs/vault-format.md, "Wrapped key").

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::Prk;
use proofdesk_domain::ambient::Random;
use zeroize::Zeroizing;

use crate::file_key::{FileKey, KEY_LEN};
use crate::format::{SUITE, TAG};
use crate::owner::{BINDING_LEN, Binding};

const LABEL: &[u8; 16] = b"proofdesk wrap 1";
/// Wrapped by the master key itself; keys of businesses will wrap under another number.
const WRAP_VERSION: u8 = 1;
const PREFIX: [u8; 2] = [WRAP_VERSION, SUITE];
const SEALED_AT: usize = PREFIX.len() + NONCE_LEN;
/// Length of a wrapped key: version, suite, nonce, sealed key, tag.
pub(crate) const WRAPPED_LEN: usize = SEALED_AT + KEY_LEN + TAG;

/// Wraps and unwraps file keys. Random nonces allow 2^32 wraps under one master key (NIST SP 800-38D §8.3).
pub(crate) struct KeyWrapper(LessSafeKey);

impl KeyWrapper {
    pub(crate) fn new(master: &Prk) -> Result<Self, Unspecified> {
        let key = master.expand(&[b"wrap"], &AES_256_GCM)?;
        Ok(Self(LessSafeKey::new(UnboundKey::from(key))))
    }

    pub(crate) fn wrap(
        &self,
        key: &FileKey,
        binding: &Binding,
        random: &dyn Random,
    ) -> Result<[u8; WRAPPED_LEN], Unspecified> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut out = Zeroizing::new([0; WRAPPED_LEN]);
        out[..PREFIX.len()].copy_from_slice(&PREFIX);
        out[PREFIX.len()..SEALED_AT].copy_from_slice(&nonce);
        let (sealed, tag) = out[SEALED_AT..].split_at_mut(KEY_LEN);
        sealed.copy_from_slice(key.as_bytes());
        let computed = self.0.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            associated_data(binding),
            sealed,
        )?;
        tag.copy_from_slice(computed.as_ref());
        Ok(*out)
    }

    /// Gives the key back, when `wrapped` is whole and was made for this binding under this master key.
    pub(crate) fn unwrap(&self, wrapped: &[u8], binding: &Binding) -> Result<FileKey, Unspecified> {
        let wrapped: &[u8; WRAPPED_LEN] = wrapped.try_into().map_err(|_| Unspecified)?;
        if wrapped[..PREFIX.len()] != PREFIX {
            return Err(Unspecified);
        }
        let nonce = Nonce::try_assume_unique_for_key(&wrapped[PREFIX.len()..SEALED_AT])?;
        let (sealed, tag) = wrapped[SEALED_AT..].split_at(KEY_LEN);
        let mut key = Box::new(Zeroizing::new([0; KEY_LEN]));
        self.0.open_separate_gather(nonce, associated_data(binding), sealed, tag, key.as_mut_slice())?;
        Ok(FileKey::from_bytes(key))
    }
}

fn associated_data(binding: &Binding) -> Aad<[u8; LABEL.len() + PREFIX.len() + BINDING_LEN]> {
    let mut data = [0; LABEL.len() + PREFIX.len() + BINDING_LEN];
    data[..LABEL.len()].copy_from_slice(LABEL);
    data[LABEL.len()..][..PREFIX.len()].copy_from_slice(&PREFIX);
    data[LABEL.len() + PREFIX.len()..].copy_from_slice(binding.as_bytes());
    Aad::from(data)
}
