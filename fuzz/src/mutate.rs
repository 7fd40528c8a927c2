//! Mutations that are the same in every run.

/// Makes inputs out of a good one: cut, flipped, repeated, and spliced with another.
#[derive(Debug)]
pub struct Mutations(u64);

/// Numbers that lengths like to break at.
const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, b'\r', b'"', b'%'];

impl Mutations {
    /// The mutations that follow from a number.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One mutation of a seed, or of it and another one.
    pub fn of(&mut self, seed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let (at, from) = (self.below(bytes.len()), self.below(other.len()));
            match self.below(6) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                2 if !bytes.is_empty() => bytes[at] = EDGES[self.below(EDGES.len())],
                3 => bytes.splice(at..at, other[from..].iter().copied().take(64)).for_each(drop),
                4 => {
                    let end = bytes.len().min(at + 1 + self.below(32));
                    bytes.drain(at.min(end)..end);
                }
                _ => {
                    let end = bytes.len().min(at + 1 + self.below(256));
                    let again = bytes[at.min(end)..end].to_vec();
                    bytes.splice(at..at, again).for_each(drop);
                }
            }
        }
        bytes
    }
}
