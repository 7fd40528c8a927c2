//! Passwords: Argon2id at 19 MiB, two passes, one lane (OWASP Password Storage), worked out by a thread of its own.

mod hashing;
mod strength;
mod thread;

pub use strength::{MIN_LENGTH, weakness};

use std::sync::Arc;

use proofdesk_domain::ambient::Random;
use secrecy::{ExposeSecret, SecretString};

use crate::error::DeskError;
use hashing::NOBODY;
use thread::Hashing;

/// What came of holding a password against a hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub matches: bool,
    /// The hash wasn't made with the present parameters.
    pub outdated: bool,
}

/// Hashes and verifies passwords.
pub struct Passwords {
    random: Arc<dyn Random>,
    thread: Hashing,
}

impl Passwords {
    pub(crate) fn new(random: Arc<dyn Random>) -> Self {
        Self { random, thread: Hashing::default() }
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// [`DeskError::Busy`] if too many others wait, [`DeskError::Unavailable`] if it can't be worked out.
    pub async fn hash(&self, password: SecretString) -> Result<String, DeskError> {
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let job = move |memory: &mut _| hashing::hash(password.expose_secret().as_bytes(), &salt, memory);
        let hash = self.thread.run(job).await?;
        hash.ok_or_else(|| DeskError::Unavailable("the password can't be hashed".to_owned()))
    }

    /// Holds a password against a hash. Takes as long without a hash.
    ///
    /// # Errors
    /// [`DeskError::Busy`] if too many others wait, [`DeskError::Unavailable`] if it can't be worked out.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<Verdict, DeskError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let job = move |memory: &mut _| hashing::check(password.expose_secret().as_bytes(), &hash, memory);
        let verdict = self.thread.run(job).await?;
        Ok(Verdict { matches: verdict.matches && known, ..verdict })
    }
}

#[cfg(test)]
mod tests;
