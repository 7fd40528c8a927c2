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
    /// The hash of nothing that anybody knows: checked where there is no user, so that both take as long.
    nobody: String,
}

impl Passwords {
    pub(crate) fn new(random: Arc<dyn Random>) -> Self {
        let mut unknown = [0; 32];
        random.fill(&mut unknown);
        let nobody = hash(&unknown, random.as_ref()).unwrap_or_default();
        Self { random, places: Arc::new(Semaphore::new(AT_ONCE)), nobody }
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
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
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
