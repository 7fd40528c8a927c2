//! Argon2 in a block of memory that is used again: allocating 19 MiB for each password costs as much as a pass over it.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

use super::Verdict;

/// A hash of nothing that anybody knows: random bytes, with the parameters of every other hash. Checked where there is no
/// user, so that both take as long.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AjFXuVMrqYcYConBWGbITQ$LlkSzGr1D4ixapHRcJw6fcrupCaVm8WIFt/fFlgJZNQ";

/// The most that a stored hash may ask for, in KiB and passes: more than any that this desk has ever made, and little enough
/// that a row which somebody has changed can't stop it.
const MOST: (u32, u32) = (64 * 1024, 16);

/// What a hash is worked out in. Wiped when it goes.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// Whether it holds anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&mut self, blocks: usize) -> &mut [Block] {
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        &mut self.0[..blocks]
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The hash of a password, in PHC form, with the present parameters.
pub(super) fn hash(password: &[u8], salt: &[u8], memory: &mut Memory) -> Option<String> {
    let argon2 = Argon2::default();
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let blocks = memory.of(argon2.params().block_count());
    argon2.hash_password_into_with_memory(password, salt, &mut output, blocks).ok()?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params()).ok()?,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(Output::new(&output).ok()?),
    };
    Some(hash.to_string())
}

/// Holds a password against a hash. A hash that can't be read, or asks for too much, is nobody's.
pub(super) fn check(password: &[u8], hash: &str, memory: &mut Memory) -> Verdict {
    let Ok(parsed) = PasswordHash::new(hash) else { return Verdict::default() };
    let matches = matches(password, &parsed, memory).unwrap_or(false);
    Verdict { matches, outdated: is_outdated(&parsed) }
}

/// Whether a hash has other parameters than those of a new one.
fn is_outdated(hash: &PasswordHash) -> bool {
    let today = Argon2::default();
    let same = hash.algorithm == Algorithm::default().ident()
        && hash.version == Some(Version::default().into())
        && Params::try_from(hash).is_ok_and(|params| costs(&params) == costs(today.params()));
    !same || hash.hash.as_ref().is_none_or(|output| output.len() != Params::DEFAULT_OUTPUT_LEN)
}

fn costs(params: &Params) -> [u32; 3] {
    [params.m_cost(), params.t_cost(), params.p_cost()]
}

fn matches(password: &[u8], hash: &PasswordHash, memory: &mut Memory) -> Option<bool> {
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(hash).ok()?;
    if params.m_cost() > MOST.0 || params.t_cost() > MOST.1 {
        return None;
    }
    let blocks = params.block_count();
    let argon2 = Argon2::new(algorithm, version, params);
    let mut output = vec![0; expected.len()];
    argon2.hash_password_into_with_memory(password, salt.as_ref(), &mut output, memory.of(blocks)).ok()?;
    // Compares in constant time.
    Some(Output::new(&output).ok()? == *expected)
}
