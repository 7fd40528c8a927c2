//! Keys of files, wrapped by the key of their business.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use proofdesk_domain::ambient::Random;

use super::{BusinessPlace, Clear, SEALED_LEN, open, seal};
use crate::file_key::FileKey;
use crate::format::SUITE;
use crate::owner::{BINDING_LEN, Binding};

const SALT: &[u8] = b"proofdesk vault business 1";
const LABEL: &[u8; 16] = b"proofdesk wrap 2";
/// Wrapped by the key of a business: the key of a file.
const WRAP_VERSION: u8 = 2;
const PREFIX: [u8; 2] = [WRAP_VERSION, SUITE];
/// The prefix, the version of the business's key, and the binding: all of it authenticated.
const HEAD_LEN: usize = BINDING_AT + BINDING_LEN;
const BINDING_AT: usize = PREFIX.len() + 4;
/// Length of a wrapped key: head, nonce, sealed key, tag.
pub(crate) const WRAPPED_LEN: usize = HEAD_LEN + SEALED_LEN;

/// Wraps and unwraps the keys of a business's files. The library wipes it when it is dropped.
pub(crate) struct BusinessKey {
    place: BusinessPlace,
    wrapping: LessSafeKey,
}

impl BusinessKey {
    pub(crate) fn new(key: &Clear, place: BusinessPlace) -> Result<Self, Unspecified> {
        let prk = Salt::new(HKDF_SHA256, SALT).extract(key.as_slice());
        let wrapping = LessSafeKey::new(UnboundKey::from(prk.expand(&[b"wrap"], &AES_256_GCM)?));
        Ok(Self { place, wrapping })
    }

    pub(crate) fn place(&self) -> BusinessPlace {
        self.place
    }

    pub(crate) fn wrap(
        &self,
        key: &FileKey,
        binding: &Binding,
        random: &dyn Random,
    ) -> Result<Vec<u8>, Unspecified> {
        let head = self.head(binding);
        let sealed = seal(&self.wrapping, key.as_bytes(), &associated(&head), random)?;
        Ok([&head[..], &sealed].concat())
    }

    /// Gives the key back, when `wrapped` is whole and was made for this binding under this key.
    pub(crate) fn unwrap(&self, wrapped: &[u8], binding: &Binding) -> Result<FileKey, Unspecified> {
        let head = self.head(binding);
        let sealed = wrapped.strip_prefix(&head).ok_or(Unspecified)?;
        Ok(FileKey::from_bytes(open(&self.wrapping, sealed, &associated(&head))?))
    }

    /// The same key wrapped by another key of the business, for the binding that it has.
    pub(crate) fn rewrap(
        &self,
        wrapped: &[u8],
        by: &Self,
        random: &dyn Random,
    ) -> Result<Vec<u8>, Unspecified> {
        let binding = wrapped.get(BINDING_AT..HEAD_LEN).and_then(Binding::from_slice).ok_or(Unspecified)?;
        if binding.business() != self.place.business || by.place.business != self.place.business {
            return Err(Unspecified);
        }
        by.wrap(&self.unwrap(wrapped, &binding)?, &binding, random)
    }

    fn head(&self, binding: &Binding) -> [u8; HEAD_LEN] {
        let mut head = [0; HEAD_LEN];
        head[..PREFIX.len()].copy_from_slice(&PREFIX);
        head[PREFIX.len()..BINDING_AT].copy_from_slice(&self.place.version.to_be_bytes());
        head[BINDING_AT..].copy_from_slice(binding.as_bytes());
        head
    }
}

/// Which version of its business's key wrapped this for a binding, as it says itself; nothing vouches for it before it is
/// unwrapped. `None` when it is of another form, or for another binding.
pub(crate) fn key_version(wrapped: &[u8], binding: &Binding) -> Option<u32> {
    let wrapped: &[u8; WRAPPED_LEN] = wrapped.try_into().ok()?;
    let version = wrapped.strip_prefix(&PREFIX)?.first_chunk()?;
    (wrapped[BINDING_AT..HEAD_LEN] == *binding.as_bytes()).then(|| u32::from_be_bytes(*version))
}

fn associated(head: &[u8; HEAD_LEN]) -> [u8; LABEL.len() + HEAD_LEN] {
    let mut data = [0; LABEL.len() + HEAD_LEN];
    data[..LABEL.len()].copy_from_slice(LABEL);
    data[LABEL.len()..].copy_from_slice(head);
    data
}
