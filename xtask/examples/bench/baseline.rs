//! The least that keeping a file safe can cost: one pass of SHA-256 and one of AES-256-GCM over its bytes.

use std::time::Duration;

use anyhow::{Result, anyhow};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};

use crate::usage::thread_cpu;

/// How often it is done for one figure.
const TIMES: u32 = 50;

/// The CPU time of hashing and encrypting some bytes.
pub(crate) fn hash_and_encrypt(bytes: &[u8]) -> Result<Duration> {
    let failed = |_| anyhow!("AES-256-GCM is not to be had");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(failed)?);
    let mut sealed = bytes.to_vec();
    let mut hashed = 0;
    let started = thread_cpu()?;
    for count in 0..TIMES {
        hashed ^= digest(&SHA256, bytes).as_ref()[0];
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&count.to_be_bytes());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut sealed).map_err(failed)?;
        hashed ^= tag.as_ref()[0];
    }
    let took = thread_cpu()?.saturating_sub(started);
    std::hint::black_box((hashed, sealed));
    Ok(took / TIMES)
}
