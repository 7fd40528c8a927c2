//! Idempotency keys (draft-ietf-httpapi-idempotency-key-header): the same request again is answered as the first one was,
//! and does nothing.
//!
//! What an answer is made of goes into the transaction of what was done, so there is neither without the other, whatever
//! happens in between. It is sealed under a key of the desk, bound to its user, route and key. That one of two requests
//! finds the other is up to the database, where a mark is unique; [`Turns`] only spares the second one the work.

mod kept;
mod turns;

pub(crate) use kept::{keep, look_up};
pub use turns::Turns;

use std::sync::Arc;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::caller::Grant;
use crate::commands::Ran;
use crate::error::DeskError;
use crate::records::Saved;
use crate::{Desk, warnings};

/// How long an answer is kept, in seconds.
pub const KEPT_SECONDS: i64 = 24 * 3600;

/// A caller's key for a request, and what the request was.
#[derive(Clone, Debug)]
pub struct Key {
    /// Stands for user, route and key; hexadecimal.
    mark: String,
    user: i64,
    request: hmac::Context,
    /// Stands for the whole request; hexadecimal. None as long as the body isn't known.
    fingerprint: Option<String>,
}

/// What an answer is made of, but for the id of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When it was done; seconds since 1970 UTC.
    pub on: i64,
    /// The e-mail address of who did it.
    pub by: String,
    /// Whether a second reviewer has to approve.
    pub waits: bool,
    /// What was wrong with the pictures, as a document has it.
    pub warnings: Option<String>,
}

/// What a verb tells its caller, and can be told again.
pub trait Repeatable: Sized {
    /// What it is made of.
    fn outcome(&self) -> Outcome;
    /// The same again.
    fn again(id: i64, outcome: Outcome) -> Self;
}

impl Repeatable for Saved {
    fn outcome(&self) -> Outcome {
        let warnings = warnings::to_text(&self.warnings);
        Outcome { on: self.updated_on, by: self.updated_by.clone(), waits: false, warnings }
    }

    fn again(id: i64, outcome: Outcome) -> Self {
        let warnings = warnings::from_text(&outcome.warnings.unwrap_or_default());
        Self { id, updated_on: outcome.on, updated_by: outcome.by, warnings }
    }
}

impl Repeatable for Ran {
    fn outcome(&self) -> Outcome {
        Outcome { on: self.on, by: self.by.clone(), waits: self.waits, warnings: None }
    }

    fn again(_: i64, outcome: Outcome) -> Self {
        Self { waits: outcome.waits, on: outcome.on, by: outcome.by }
    }
}

impl Grant {
    /// The same grant, with the key of a request to a route. `request`: what the request is, but for its body.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] if the cryptography library fails.
    pub fn with_key(
        mut self,
        desk: &Desk,
        route: &str,
        key: &str,
        request: &[&str],
    ) -> Result<Self, DeskError> {
        let Some(user) = self.caller().principal().user_id else { return Ok(self) };
        let secret = secret(desk, "idempotency 1")?;
        let hmac_key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice());
        let context = |parts: &[&str]| {
            let mut context = hmac::Context::with_key(&hmac_key);
            for part in parts {
                add(&mut context, part.as_bytes());
            }
            context
        };
        let mark = hex::encode(context(&["key", &user.to_string(), route, key]).sign());
        let request = context(&[&["request"], request].concat());
        self.key = Some(Arc::new(Key { mark, user, request, fingerprint: None }));
        Ok(self)
    }

    /// The same grant, once the body of its request is known, by anything that stands for it.
    #[must_use]
    pub fn for_body(mut self, body: &[&[u8]]) -> Self {
        if let Some(key) = self.key.as_deref() {
            let mut context = key.request.clone();
            for part in body {
                add(&mut context, part);
            }
            let fingerprint = Some(hex::encode(context.sign()));
            self.key = Some(Arc::new(Key { fingerprint, ..key.clone() }));
        }
        self
    }
}

/// Adds a part with its length, so that parts can't run into one another.
fn add(context: &mut hmac::Context, part: &[u8]) {
    context.update(&(part.len() as u64).to_be_bytes());
    context.update(part);
}

fn secret(desk: &Desk, purpose: &str) -> Result<Zeroizing<[u8; 32]>, DeskError> {
    let secret = desk.vault().secret(purpose);
    secret.map_err(|_| DeskError::Unavailable("the desk's secret can't be derived".to_owned()))
}

/// Does something once for the grant's key, where it has one; and whether what is told was done before.
///
/// # Errors
/// Those of `work`; [`DeskError::KeyReused`] if the key was another request's; [`DeskError::KeyBusy`] if a request with
/// it is under way.
pub async fn once<T, F>(desk: &Desk, grant: &Grant, work: F) -> Result<(T, bool), DeskError>
where
    T: Repeatable,
    F: Future<Output = Result<T, DeskError>>,
{
    if let Some(told) = told_before(desk, grant).await? {
        return Ok((told, true));
    }
    let _turn = take_turn(desk, grant)?;
    settle(desk, grant, work.await).await
}

/// What was told to the grant's key before.
pub(crate) async fn told_before<T: Repeatable>(desk: &Desk, grant: &Grant) -> Result<Option<T>, DeskError> {
    look_up(desk, grant).await?.map(|kept| kept.told(grant)).transpose()
}

/// Holds the grant's key as long as what it gives lives.
pub(crate) fn take_turn(desk: &Desk, grant: &Grant) -> Result<Option<turns::Turn>, DeskError> {
    grant.key.as_deref().map(|key| desk.turns().take(&key.mark).ok_or(DeskError::KeyBusy)).transpose()
}

/// If another request with the key was faster, what that one told.
pub(crate) async fn settle<T: Repeatable>(
    desk: &Desk,
    grant: &Grant,
    done: Result<T, DeskError>,
) -> Result<(T, bool), DeskError> {
    match done {
        Ok(told) => Ok((told, false)),
        Err(DeskError::AlreadyDone) => {
            let told = told_before(desk, grant).await?.ok_or(DeskError::Conflict)?;
            Ok((told, true))
        }
        Err(error) => Err(error),
    }
}
