//! Whatever is done to an object, it doesn't open.

use bytes::Bytes;
use proptest::prelude::*;

use super::{ID, OWNER, file_key, open, plaintext, seal};
use crate::error::Check;
use crate::file_key::FileKey;
use crate::format::{CHUNK, HEADER_LEN, SEALED_CHUNK, TAG};
use crate::owner::Binding;

/// A sealed file, and how often it was changed in vain.
struct Target {
    key: FileKey,
    binding: Binding,
    object: Vec<u8>,
    tried: usize,
}

impl Target {
    fn new(size: usize) -> Self {
        let (key, binding) = (file_key(9), Binding::new(ID, &OWNER));
        let object = seal(&key, &binding, &plaintext(size));
        assert_eq!(open(&key, &binding, &object).unwrap(), plaintext(size));
        Self { key, binding, object, tried: 0 }
    }

    fn refuses(&mut self, what: impl FnOnce() -> String, changed: &[u8]) {
        if changed == self.object {
            return;
        }
        self.tried += 1;
        assert!(open(&self.key, &self.binding, changed).is_err(), "undetected: {}", what());
    }

    fn flips(&mut self, bytes: impl Iterator<Item = usize>, masks: &[u8]) {
        let mut changed = self.object.clone();
        for at in bytes {
            for mask in masks {
                changed[at] ^= mask;
                self.refuses(|| format!("byte {at} xor {mask:#x}"), &changed);
                changed[at] ^= mask;
            }
        }
    }

    fn cuts(&mut self) {
        for length in 0..self.object.len() {
            let changed = self.object[..length].to_vec();
            self.refuses(|| format!("cut to {length} bytes"), &changed);
        }
    }

    fn extensions(&mut self) {
        for added in (1..=3 * TAG).chain([CHUNK, SEALED_CHUNK - 1, SEALED_CHUNK, SEALED_CHUNK + 1]) {
            for byte in [0, 0xff] {
                let changed = [self.object.as_slice(), &vec![byte; added]].concat();
                self.refuses(|| format!("{added} bytes {byte:#x} appended"), &changed);
            }
        }
    }

    /// Every arrangement of at most one chunk more than there are, drawn from the genuine ones with repetition: covers
    /// reordering, duplicating, dropping, and appending.
    fn arrangements(&mut self) {
        let (header, body) = self.object.split_at(HEADER_LEN);
        let (header, chunks): (_, Vec<Vec<u8>>) =
            (header.to_vec(), body.chunks(SEALED_CHUNK).map(<[u8]>::to_vec).collect());
        let kinds = chunks.len() as u32;
        for length in 0..=kinds + 1 {
            for code in 0..kinds.pow(length) {
                let order = (0..length).map(|place| code / kinds.pow(place) % kinds);
                let order: Vec<u32> = order.collect();
                let mut changed = header.clone();
                for chunk in &order {
                    changed.extend_from_slice(&chunks[*chunk as usize]);
                }
                self.refuses(|| format!("chunks {order:?}"), &changed);
            }
        }
    }
}

const EACH_BIT: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

#[test]
fn a_hundred_thousand_mutations_are_all_detected() {
    let every_change: Vec<u8> = (1..=255).collect();
    let mut tried = 0;
    for size in [0, 1, 33] {
        let mut target = Target::new(size);
        target.flips(0..target.object.len(), &every_change);
        tried += target.tried;
    }
    for size in [0, 1, 2, 15, 16, 17, 100, 300, 500] {
        let mut target = Target::new(size);
        target.flips(0..target.object.len(), &EACH_BIT);
        target.cuts();
        target.extensions();
        target.arrangements();
        tried += target.tried;
    }
    let mut cut_everywhere = Target::new(CHUNK + 200);
    cut_everywhere.cuts();
    tried += cut_everywhere.tried;
    for size in [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 4 * CHUNK + 1, 5 * CHUNK] {
        tried += mutate_chunked(size);
    }
    assert!(tried >= 100_000, "only {tried} mutations");
}

/// Header, every tag, the edges of every chunk, and the order of the chunks.
fn mutate_chunked(size: usize) -> usize {
    let mut target = Target::new(size);
    target.flips(0..HEADER_LEN, &EACH_BIT);
    let starts: Vec<usize> = (HEADER_LEN..target.object.len()).step_by(SEALED_CHUNK).collect();
    for start in starts {
        let end = target.object.len().min(start + SEALED_CHUNK);
        target.flips(end - TAG - 1..end, &EACH_BIT);
        target.flips(start..=start, &EACH_BIT);
    }
    target.extensions();
    target.arrangements();
    target.tried
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_body_is_detected(size in 0..3 * CHUNK, at in any::<prop::sample::Index>(), mask in 1..=255_u8) {
        let (key, binding) = (file_key(3), Binding::new(ID, &OWNER));
        let mut object = seal(&key, &binding, &plaintext(size));
        let at = at.index(object.len());
        object[at] ^= mask;
        prop_assert!(open(&key, &binding, &object).is_err());
    }

    #[test]
    fn what_was_sealed_in_any_pieces_opens(size in 0..3 * CHUNK, piece in 1..2 * CHUNK) {
        let (key, binding) = (file_key(3), Binding::new(ID, &OWNER));
        let mut sealer = crate::sealer::Sealer::new(key.derive(&binding).unwrap(), 1);
        let mut object = Vec::new();
        for piece in plaintext(size).chunks(piece) {
            let mut piece = Bytes::copy_from_slice(piece);
            while let Some(part) = sealer.push(&mut piece).unwrap() {
                object.extend_from_slice(&part);
            }
        }
        object.extend_from_slice(&sealer.finish().unwrap());
        prop_assert!(object == seal(&key, &binding, &plaintext(size)));
        prop_assert!(open(&key, &binding, &object).unwrap() == plaintext(size));
    }
}

#[test]
fn a_refusal_says_which_check_failed() {
    let (key, binding) = (file_key(9), Binding::new(ID, &OWNER));
    let object = seal(&key, &binding, &plaintext(2 * CHUNK));
    let refused = |at: usize| {
        let mut changed = object.clone();
        changed[at] ^= 1;
        open(&key, &binding, &changed).unwrap_err()
    };
    assert_eq!(refused(0), Check::Magic);
    assert_eq!(refused(8), Check::Version);
    assert_eq!(refused(9), Check::Suite);
    assert_eq!(refused(10), Check::Header);
    assert_eq!(refused(15), Check::Header);
    assert_eq!(refused(16), Check::Commitment);
    assert_eq!(refused(HEADER_LEN), Check::Chunk(0));
    assert_eq!(refused(object.len() - 1), Check::Chunk(1));
    assert_eq!(open(&key, &binding, &object[..HEADER_LEN]).unwrap_err(), Check::Length);
    assert_eq!(open(&key, &binding, &object[..HEADER_LEN + SEALED_CHUNK + TAG]).unwrap_err(), Check::Length);
    assert_eq!(open(&key, &binding, &object[..HEADER_LEN + SEALED_CHUNK]).unwrap_err(), Check::Chunk(0));
}
