//! Turning a second factor on and off, by the user itself.

use proofdesk_domain::entities::recovery_code::{self, RECOVERY_CODE};
use proofdesk_domain::entities::totp::{self, TOTP};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Shown, clear, codes, look_at, of_user, seal};
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::error::DeskError;
use crate::guard::Slot;
use crate::records::business_of;
use crate::{Desk, accounts, retrying, sign_in};

/// How long an enrolment waits for its first code, in seconds.
const PENDING: i64 = 3600;

/// What a user is shown once.
pub struct Enrolment {
    /// The secret in Base32, for an authenticator that takes no picture.
    pub secret: SecretString,
    /// The same as an `otpauth:` URL, for a picture that an authenticator reads.
    pub url: SecretString,
    /// Each stands in once for a code.
    pub recovery_codes: Vec<SecretString>,
}

/// Gives the caller a new secret and new recovery codes. Nothing is asked for before [`confirm`]; an enrolment that was never
/// confirmed is forgotten.
///
/// # Errors
/// [`DeskError::Invalid`] if the password isn't right, or there is a second factor already; [`DeskError::TooMany`],
/// [`DeskError::Busy`], [`DeskError::Unavailable`].
pub async fn enrol(desk: &Desk, caller: &Caller, password: SecretString) -> Result<Enrolment, DeskError> {
    let user = accounts::me(desk, caller).await?;
    if user.flag(user::TWO_FACTOR_ENABLED) {
        return Err(DeskError::field(
            "TwoFactorEnabled",
            "is true already: turn the second factor off first",
        ));
    }
    let checked = sign_in::check(desk, &caller.origin, email(&user), password).await?;
    if !checked.is(&user) {
        denied(desk, caller, &user).await?;
        return Err(DeskError::field("Password", "is not right"));
    }
    let mut secret = Zeroizing::new([0; codes::SECRET]);
    desk.random().fill(secret.as_mut_slice());
    let written = codes::written(secret.as_slice(), email(&user));
    let (text, url) = written.ok_or_else(|| DeskError::Unavailable("no secret can be made".to_owned()))?;
    let recovery_codes: Vec<SecretString> =
        (0..codes::RECOVERY_CODES).map(|_| codes::recovery_code(desk.random())).collect();
    retrying(|| keep(desk, caller, &user, secret.as_slice(), &recovery_codes)).await?;
    checked.succeed(desk, &caller.origin).await;
    Ok(Enrolment { secret: text, url, recovery_codes })
}

async fn keep(
    desk: &Desk,
    caller: &Caller,
    user: &Record,
    secret: &[u8],
    recovery_codes: &[SecretString],
) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    transaction.holds(user, user::TWO_FACTOR_ENABLED, 0_i64);
    clear(desk, &mut transaction, user.id()).await?;
    let factor = Record::empty(&TOTP)
        .with(totp::USER_ID, user.id())
        .with(totp::SECRET, seal::seal(desk, user.id(), secret)?)
        .with(totp::CREATED_ON, desk.now());
    transaction.insert(factor);
    for code in recovery_codes {
        let hash = seal::recovery_hash(desk, user.id(), &codes::plain(code))?;
        let kept = Record::empty(&RECOVERY_CODE).with(recovery_code::USER_ID, user.id());
        transaction.insert(kept.with(recovery_code::HASH, hash));
    }
    record(
        desk,
        &mut transaction,
        caller,
        user,
        AuditType::Update,
        "A second factor was enrolled, not yet turned on",
    );
    desk.commit(transaction).await.map(drop)
}

/// Turns the caller's second factor on, by a first code of its authenticator.
///
/// # Errors
/// [`DeskError::Invalid`] if the code isn't right, or nothing was enrolled within the hour; [`DeskError::TooMany`],
/// [`DeskError::Busy`], [`DeskError::Unavailable`].
pub async fn confirm(desk: &Desk, caller: &Caller, code: &SecretString) -> Result<(), DeskError> {
    let user = accounts::me(desk, caller).await?;
    let slot = sign_in::reserve(desk, &caller.origin, email(&user)).await?;
    let confirmed = retrying(|| turn_on(desk, caller, code)).await;
    settled(slot, confirmed)
}

/// A wrong code counts as a wrong password does.
fn settled(slot: Slot, outcome: Result<Result<(), DeskError>, DeskError>) -> Result<(), DeskError> {
    match outcome {
        Ok(Err(wrong)) => Err(wrong),
        Ok(Ok(())) => {
            slot.succeeded();
            Ok(())
        }
        Err(other) => {
            slot.unused();
            Err(other)
        }
    }
}

/// The inner error is a wrong code.
async fn turn_on(
    desk: &Desk,
    caller: &Caller,
    code: &SecretString,
) -> Result<Result<(), DeskError>, DeskError> {
    let user = accounts::me(desk, caller).await?;
    let now = desk.now().as_second();
    let is_pending = |factor: &Record| {
        let young = factor.int(totp::CREATED_ON).is_some_and(|on| now - on < PENDING);
        factor.get(totp::CONFIRMED_ON).is_null() && young
    };
    let Some(factor) = of_user(desk, user.id()).await?.filter(is_pending) else {
        return Err(DeskError::field("Code", "confirms nothing: no second factor waits for it"));
    };
    let secret = seal::open(desk, &factor)?;
    let step = match codes::Code::read(code.expose_secret()) {
        codes::Code::OfTime(code) => codes::step_of(&secret, &code, now, None),
        codes::Code::Recovery(_) => None,
    };
    let Some(step) = step else {
        denied(desk, caller, &user).await?;
        return Ok(Err(DeskError::field("Code", "is not right")));
    };
    let mut transaction = Transaction::default();
    transaction.holds(&factor, totp::SECRET, factor.get(totp::SECRET).clone());
    transaction.holds(&factor, totp::CONFIRMED_ON, Value::Null);
    transaction.update(factor.with(totp::CONFIRMED_ON, now).with(totp::LAST_STEP, step));
    switch(desk, &mut transaction, caller, &user, true);
    desk.commit(transaction).await?;
    Ok(Ok(()))
}

/// Turns the caller's second factor off.
///
/// # Errors
/// [`DeskError::Invalid`] if the password or the code isn't right, or there is no second factor; [`DeskError::TooMany`],
/// [`DeskError::Busy`], [`DeskError::Unavailable`].
pub async fn turn_off(
    desk: &Desk,
    caller: &Caller,
    password: SecretString,
    code: &SecretString,
) -> Result<(), DeskError> {
    let user = accounts::me(desk, caller).await?;
    if !user.flag(user::TWO_FACTOR_ENABLED) {
        return Err(DeskError::field("TwoFactorEnabled", "is false already"));
    }
    let checked = sign_in::check(desk, &caller.origin, email(&user), password).await?;
    // The code is used up with all that it belongs to.
    let shown = look_at(desk, Some(&user), Some(code), &mut Transaction::default()).await?;
    if !checked.is(&user) || shown == Shown::Wrong {
        denied(desk, caller, &user).await?;
        return Err(DeskError::field("Code", "is not right, or the password isn't"));
    }
    retrying(|| async {
        let user = accounts::me(desk, caller).await?;
        let mut transaction = Transaction::default();
        clear(desk, &mut transaction, user.id()).await?;
        switch(desk, &mut transaction, caller, &user, false);
        desk.commit(transaction).await.map(drop)
    })
    .await?;
    checked.succeed(desk, &caller.origin).await;
    Ok(())
}

fn switch(desk: &Desk, transaction: &mut Transaction, caller: &Caller, user: &Record, on: bool) {
    let mut after = user.clone().with(user::TWO_FACTOR_ENABLED, on);
    desk.stamp_change(&mut after, caller);
    transaction.update(after.clone());
    let text = if on { "The second factor was turned on" } else { "The second factor was turned off" };
    let changes = Changes::between(Some(user), Some(&after));
    let entry = Entry { changes, ..entry(user, AuditType::Update, text) };
    audit::record(desk, transaction, caller, entry);
}

async fn denied(desk: &Desk, caller: &Caller, user: &Record) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    record(
        desk,
        &mut transaction,
        caller,
        user,
        AuditType::Denied,
        "A change of the second factor was refused",
    );
    desk.commit(transaction).await.map(drop)
}

fn record(
    desk: &Desk,
    transaction: &mut Transaction,
    caller: &Caller,
    user: &Record,
    kind: AuditType,
    text: &str,
) {
    audit::record(desk, transaction, caller, entry(user, kind, text));
}

fn entry(user: &Record, kind: AuditType, text: &str) -> Entry {
    Entry {
        kind,
        entity: &USER,
        id: user.id().into(),
        business: business_of(user),
        subject: Value::Null,
        description: text.to_owned(),
        changes: Changes::default(),
    }
}

fn email(user: &Record) -> &str {
    user.text(user::EMAIL).unwrap_or_default()
}
