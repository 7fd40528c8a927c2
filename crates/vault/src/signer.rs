//! Signs what leaves the desk and must be told from a forgery: receipts of erasures, manifests of backups.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::error::OpenError;
use crate::vault::Vault;

/// Length of a public key, in bytes.
pub const PUBLIC_KEY_LEN: usize = 32;
/// Length of a signature, in bytes.
pub const SIGNATURE_LEN: usize = 64;

/// The purpose that the key is derived for.
const PURPOSE: &str = "signing 1";

/// Signs by Ed25519 (RFC 8032). The key follows from the desk's secrets, so it is the same at every start and on every node.
///
/// What is signed begins with a label of its own kind, so that a signature of one kind can't stand for another.
pub struct Signer(Ed25519KeyPair);

impl Vault {
    /// The desk's signer.
    ///
    /// # Errors
    /// [`OpenError::Cipher`] if the cryptography library fails.
    pub fn signer(&self) -> Result<Signer, OpenError> {
        let seed = self.secret(PURPOSE)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| OpenError::Cipher)?;
        Ok(Signer(pair))
    }
}

impl Signer {
    /// Signs a message under a label, such as `proofdesk receipt 1`.
    pub fn sign(&self, label: &str, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        let mut signature = [0; SIGNATURE_LEN];
        signature.copy_from_slice(self.0.sign(&labelled(label, message)).as_ref());
        signature
    }

    /// The key that tells the signatures from forgeries; anybody may know it.
    pub fn public_key(&self) -> [u8; PUBLIC_KEY_LEN] {
        let mut key = [0; PUBLIC_KEY_LEN];
        key.copy_from_slice(self.0.public_key().as_ref());
        key
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

/// Whether a signature of a message under a label was made with the private half of a key.
pub fn verify(public_key: &[u8; PUBLIC_KEY_LEN], label: &str, message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public_key).verify(&labelled(label, message), signature).is_ok()
}

/// A label can't run on into the message: labels hold no zero byte.
fn labelled(label: &str, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(label.len() + 1 + message.len());
    bytes.extend_from_slice(label.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(message);
    bytes
}
