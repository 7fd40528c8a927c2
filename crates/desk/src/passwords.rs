//! Passwords: Argon2id at 19 MiB, two passes, one lane (OWASP Password Storage), on threads of their own.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use proofdesk_domain::ambient::Random;
use proofdesk_domain::validation::FieldError;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::error::DeskError;

/// Hashes that are worked out at one time: each takes 19 MiB and some 25 ms of a core.
const AT_ONCE: usize = 1;

/// The shortest password that is taken, in characters.
pub const MIN_LENGTH: usize = 8;

/// Hashes and verifies passwords.
pub struct Passwords {
    random: Arc<dyn Random>,
    places: Arc<Semaphore>,
}

/// A hash of nothing that anybody knows: random bytes, with the parameters of every other hash. Checked where there is no
/// user, so that both take as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AjFXuVMrqYcYConBWGbITQ$LlkSzGr1D4ixapHRcJw6fcrupCaVm8WIFt/fFlgJZNQ";

impl Passwords {
    pub(crate) fn new(random: Arc<dyn Random>) -> Self {
        Self { random, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] if it can't be worked out.
    pub async fn hash(&self, password: SecretString) -> Result<String, DeskError> {
        let random = self.random.clone();
        self.work(move || hash(password.expose_secret().as_bytes(), random.as_ref())).await?
    }

    /// Whether a password has this hash. Takes as long without a hash.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] if it can't be worked out.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, DeskError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let matches = move || {
            let parsed = PasswordHash::new(&hash);
            let password = password.expose_secret().as_bytes();
            parsed.is_ok_and(|parsed| Argon2::default().verify_password(password, &parsed).is_ok())
        };
        Ok(self.work(matches).await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DeskError> {
        let closed = |_| DeskError::Unavailable("the password threads have ended".to_owned());
        let place = self.places.clone().acquire_owned().await.map_err(closed)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            job()
        });
        done.await.map_err(|_| DeskError::Unavailable("a password thread has failed".to_owned()))
    }
}

fn hash(password: &[u8], random: &dyn Random) -> Result<String, DeskError> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password, &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|_| DeskError::Unavailable("the password can't be hashed".to_owned()))
}

/// What is wrong with a new password, if anything is.
pub fn weakness(property: &str, password: &str, email: &str) -> Option<FieldError> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Some(FieldError::new(
            property,
            format!("must have at least {MIN_LENGTH} characters, has {length}"),
        ));
    }
    let is_email = password.eq_ignore_ascii_case(email);
    is_email.then(|| FieldError::new(property, "must not be the e-mail address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn parameters(phc: &str) -> String {
        PasswordHash::new(phc).expect("a PHC string");
        phc.split('$').take(4).collect::<Vec<_>>().join("$")
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_by_none() {
        let passwords = Passwords::new(Arc::new(Zeros));
        let hash = passwords.hash("correct horse".to_owned().into()).await.expect("a hash");
        assert_eq!(parameters(&hash), parameters(NOBODY), "nobody takes as long as somebody");
        let verified = |password: &str, hash: Option<&str>| {
            passwords.verify(password.to_owned().into(), hash.map(str::to_owned))
        };
        assert!(verified("correct horse", Some(&hash)).await.expect("an answer"));
        assert!(!verified("correct horsf", Some(&hash)).await.expect("an answer"));
        assert!(!verified("correct horse", None).await.expect("an answer"));
    }

    #[test]
    fn short_passwords_and_the_address_itself_are_weak() {
        assert!(weakness("NewPassword", "1234567", "a@b").is_some());
        assert!(weakness("NewPassword", "Ada@Example.com", "ada@example.com").is_some());
        assert!(weakness("NewPassword", "12345678", "a@b").is_none());
    }
}
