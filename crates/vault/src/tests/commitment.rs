//! A ciphertext that AES-GCM opens under two keys opens under one here ("How to Abuse and Fix Authenticated Encryption
//! Without Key Commitment", Albertini et al., USENIX Security 2022).

use aws_lc_rs::aead::{Aad, LessSafeKey};

use super::{ID, OWNER, file_key, open};
use crate::error::Check;
use crate::format;
use crate::owner::Binding;
use crate::sealer::nonce;

/// The product in the field of GCM, bit 0 being the highest (NIST SP 800-38D §6.3).
fn times(a: u128, b: u128) -> u128 {
    let (mut product, mut shifted) = (0, b);
    for bit in (0..128).rev() {
        if a >> bit & 1 == 1 {
            product ^= shifted;
        }
        shifted = (shifted >> 1) ^ if shifted & 1 == 1 { 0xe1 << 120 } else { 0 };
    }
    product
}

const ONE: u128 = 1 << 127;

/// By Fermat: a^(2^128 - 2).
fn inverse(a: u128) -> u128 {
    let (mut square, mut result) = (a, ONE);
    for _ in 1..128 {
        square = times(square, square);
        result = times(result, square);
    }
    result
}

/// What the tag of the last and only chunk depends on, for one key.
struct Universal {
    /// The hash key, H.
    hash: u128,
    /// The encrypted first counter block, which masks the tag.
    mask: u128,
}

impl Universal {
    /// Found with the cipher as a black box: the tag of nothing is the mask; one zero block of associated data shows H.
    fn of(key: &LessSafeKey) -> Self {
        let tag = |associated: &[u8]| {
            let tag = key.seal_in_place_separate_tag(nonce(0, true), Aad::from(associated), &mut []).unwrap();
            u128::from_be_bytes(tag.as_ref().try_into().unwrap())
        };
        let mask = tag(&[]);
        let associated_bits: u128 = 128 << 64;
        Self { hash: times(tag(&[0; 16]) ^ mask, inverse(associated_bits)), mask }
    }

    fn tag(&self, blocks: &[u128]) -> u128 {
        let bits = blocks.len() as u128 * 128;
        let hashed = blocks.iter().chain([&bits]).fold(0, |sum, block| times(sum ^ block, self.hash));
        hashed ^ self.mask
    }
}

/// A ciphertext of 4 blocks, with tag, that both keys open.
fn two_key_ciphertext(one: &Universal, other: &Universal) -> Vec<u8> {
    let mut blocks = [0x1111, 0, 0x2222, 0x3333];
    let difference = one.tag(&blocks) ^ other.tag(&blocks);
    // Block 1 of 4 is multiplied by H^4: blocks 1, 2, 3 and the length.
    let power = |hash: u128| times(times(hash, hash), times(hash, hash));
    blocks[1] = times(difference, inverse(power(one.hash) ^ power(other.hash)));
    let tag = one.tag(&blocks);
    assert_eq!(tag, other.tag(&blocks));
    blocks.iter().chain([&tag]).flat_map(|block| block.to_be_bytes()).collect()
}

#[test]
fn a_ciphertext_for_two_keys_opens_under_the_committed_one_only() {
    let binding = Binding::new(ID, &OWNER);
    let keys = [file_key(1), file_key(2)];
    let derived = [keys[0].derive(&binding).unwrap(), keys[1].derive(&binding).unwrap()];
    let ciphertext =
        two_key_ciphertext(&Universal::of(&derived[0].chunks), &Universal::of(&derived[1].chunks));

    for derived in &derived {
        let mut raw = ciphertext.clone();
        derived
            .chunks
            .open_in_place(nonce(0, true), Aad::empty(), &mut raw)
            .expect("AES-GCM alone is deceived");
    }
    for (committed, other) in [(0, 1), (1, 0)] {
        let object = [&format::header(&derived[committed].commitment)[..], &ciphertext].concat();
        assert_eq!(open(&keys[committed], &binding, &object).unwrap().len(), 64);
        assert_eq!(open(&keys[other], &binding, &object), Err(Check::Commitment));
    }
}

#[test]
fn the_commitment_is_to_the_owner_and_the_id_too() {
    let key = file_key(1);
    let commitment = |binding: &Binding| key.derive(binding).unwrap().commitment;
    let ours = commitment(&Binding::new(ID, &OWNER));
    let others = [
        Binding::new(uuid::Uuid::nil(), &OWNER),
        Binding::new(ID, &crate::Owner { business: 8, ..OWNER }),
        Binding::new(ID, &crate::Owner { business: -7, ..OWNER }),
        Binding::new(ID, &crate::Owner { document: ID, ..OWNER }),
        Binding::new(ID, &crate::Owner { slot: 2, ..OWNER }),
        Binding::new(ID, &crate::Owner { version: 4, ..OWNER }),
        Binding::new(OWNER.document, &crate::Owner { document: ID, ..OWNER }),
    ];
    for other in &others {
        assert_ne!(commitment(other), ours);
    }
    assert_eq!(commitment(&Binding::new(ID, &OWNER)), ours);
}
