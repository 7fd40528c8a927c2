//! The second factor of a user: codes by time (TOTP, RFC 6238), and recovery codes for when the authenticator is lost.
//!
//! A user enrols it with the password, and turns it on with a first code, which shows that an authenticator has the secret.
//! From then on a sign-in needs a code, each is good once, and tokens of sign-ins from before aren't renewed. Turning it off
//! takes password and code; an unrestricted administrator can do it for somebody else.

mod codes;
mod enrol;
mod seal;

#[cfg(test)]
mod tests;

pub use enrol::{Enrolment, confirm, enrol, turn_off};

use proofdesk_domain::entities::recovery_code::{self, RECOVERY_CODE};
use proofdesk_domain::entities::totp::{self, TOTP};
use proofdesk_domain::entities::user;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Transaction};
use secrecy::{ExposeSecret, SecretString};

use crate::Desk;
use crate::error::DeskError;
use codes::Code;

/// What a user who signs in has shown besides the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Nothing, and nothing is asked for.
    NotAsked,
    /// A code of the authenticator.
    Code,
    /// A recovery code.
    RecoveryCode,
    /// What was asked for wasn't shown, or isn't right.
    Wrong,
}

/// Looks at the code that somebody sent who signs in as a user. Using it up goes into the transaction, so that of two who send
/// the same code at the same time one gets a conflict.
pub(crate) async fn look_at(
    desk: &Desk,
    user: Option<&Record>,
    sent: Option<&SecretString>,
    transaction: &mut Transaction,
) -> Result<Shown, DeskError> {
    let Some(user) = user.filter(|user| user.flag(user::TWO_FACTOR_ENABLED)) else {
        return Ok(Shown::NotAsked);
    };
    let factor = of_user(desk, user.id()).await?.filter(|factor| !factor.get(totp::CONFIRMED_ON).is_null());
    let (Some(factor), Some(sent)) = (factor, sent) else { return Ok(Shown::Wrong) };
    match Code::read(sent.expose_secret()) {
        Code::OfTime(code) => {
            let secret = seal::open(desk, &factor)?;
            let last = factor.int(totp::LAST_STEP);
            let Some(step) = codes::step_of(&secret, &code, desk.now().as_second(), last) else {
                return Ok(Shown::Wrong);
            };
            transaction.holds(&factor, totp::LAST_STEP, factor.get(totp::LAST_STEP).clone());
            transaction.update(factor.with(totp::LAST_STEP, step));
            Ok(Shown::Code)
        }
        Code::Recovery(code) => {
            let hash = seal::recovery_hash(desk, user.id(), &code)?;
            let query = Query::all(&RECOVERY_CODE, Scope::All, 1).equals(recovery_code::HASH, hash);
            let Some(kept) = desk.store().select(&query).await?.pop() else { return Ok(Shown::Wrong) };
            transaction.delete(&kept);
            Ok(Shown::RecoveryCode)
        }
    }
}

/// Whether tokens may be renewed that follow from a sign-in at a time: not if a second factor was turned on since, because
/// that sign-in didn't need it.
pub(crate) async fn lets_renew(desk: &Desk, user: &Record, started_on: i64) -> Result<bool, DeskError> {
    if !user.flag(user::TWO_FACTOR_ENABLED) {
        return Ok(true);
    }
    let factor = of_user(desk, user.id()).await?;
    Ok(factor.and_then(|factor| factor.int(totp::CONFIRMED_ON)).is_some_and(|since| started_on >= since))
}

/// Takes away what a user has enrolled.
pub(crate) async fn clear(desk: &Desk, transaction: &mut Transaction, user: i64) -> Result<(), DeskError> {
    if let Some(factor) = of_user(desk, user).await? {
        transaction.delete(&factor);
    }
    let query = Query::all(&RECOVERY_CODE, Scope::All, 100).equals(recovery_code::USER_ID, user);
    for code in desk.store().select(&query).await? {
        transaction.delete(&code);
    }
    Ok(())
}

async fn of_user(desk: &Desk, user: i64) -> Result<Option<Record>, DeskError> {
    let query = Query::all(&TOTP, Scope::All, 1).equals(totp::USER_ID, user);
    Ok(desk.store().select(&query).await?.pop())
}
