//! The random key of one file, and what is derived from it (docs/vault-format.md, "Keys of a file").

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use proofdesk_domain::ambient::Random;
use zeroize::Zeroizing;

use crate::format::{COMMITMENT, PREFIX};
use crate::owner::Binding;

/// Length of every symmetric key here.
pub(crate) const KEY_LEN: usize = 32;

const SALT: &[u8] = b"proofdesk vault file 1";

/// The key of one file; exists in the clear only while a file is being opened or created. Boxed, so that moving it leaves no
/// copy behind.
pub(crate) struct FileKey(Box<Zeroizing<[u8; KEY_LEN]>>);

/// What the key of a file stands for once it is tied to a file id and an owner.
pub(crate) struct Derived {
    /// Seals and opens the chunks.
    pub(crate) chunks: LessSafeKey,
    /// Names the key without giving it away: no two keys or bindings have the same (HMAC-SHA256 resists collisions).
    pub(crate) commitment: [u8; COMMITMENT],
}

impl FileKey {
    pub(crate) fn generate(random: &dyn Random) -> Self {
        let mut bytes = Box::new(Zeroizing::new([0; KEY_LEN]));
        random.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    pub(crate) fn from_bytes(bytes: Box<Zeroizing<[u8; KEY_LEN]>>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Derives the chunk key and the commitment, both bound to the header's prefix and to `binding` (RFC 5869).
    pub(crate) fn derive(&self, binding: &Binding) -> Result<Derived, Unspecified> {
        let prk = Salt::new(HKDF_SHA256, SALT).extract(self.as_bytes());
        let chunks = LessSafeKey::new(UnboundKey::from(prk.expand(&info(b"chunks", binding), &AES_256_GCM)?));
        let mut commitment = [0; COMMITMENT];
        expand(&prk, &info(b"commit", binding), &mut commitment)?;
        Ok(Derived { chunks, commitment })
    }
}

fn info<'a>(purpose: &'a [u8; 6], binding: &'a Binding) -> [&'a [u8]; 3] {
    [purpose, &PREFIX, binding.as_bytes()]
}

/// HKDF-Expand to 32 bytes.
pub(crate) fn expand(prk: &Prk, info: &[&[u8]], out: &mut [u8; KEY_LEN]) -> Result<(), Unspecified> {
    struct ThirtyTwo;
    impl KeyType for ThirtyTwo {
        fn len(&self) -> usize {
            KEY_LEN
        }
    }
    prk.expand(info, ThirtyTwo)?.fill(out)
}
