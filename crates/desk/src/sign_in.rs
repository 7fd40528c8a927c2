//! Signing in by password: the one place where a password that somebody sends is held against a user's.

use std::time::Duration;

use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use secrecy::SecretString;

use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Origin, Principal};
use crate::error::DeskError;
use crate::guard::{Refusal, Slot};
use crate::records::business_of;
use crate::{Desk, names, tokens};

/// What came of a password. Dropped, it was a wrong one.
pub(crate) struct Checked {
    /// None where the name can't be an account's, whoever asks.
    slot: Option<Slot>,
    found: Option<Record>,
    matches: bool,
    /// The password, where it should be hashed anew.
    outdated: Option<SecretString>,
}

/// Holds a password against the user with an e-mail address, if that may be tried now. Takes as long where there is none.
///
/// # Errors
/// [`DeskError::TooMany`], whether there is such a user or not; [`DeskError::Busy`], [`DeskError::Unavailable`].
pub(crate) async fn check(
    desk: &Desk,
    origin: &Origin,
    email: &str,
    password: SecretString,
) -> Result<Checked, DeskError> {
    if !names::may_be_an_account(email) {
        return Ok(Checked { slot: None, found: None, matches: false, outdated: None });
    }
    let slot = reserve(desk, origin, email).await?;
    let found = match tokens::user_by_email(desk, email).await {
        Ok(found) => found,
        Err(error) => {
            slot.unused();
            return Err(error);
        }
    };
    let stored = found.as_ref().and_then(|user| user.text(user::PASSWORD_HASH)).map(str::to_owned);
    let verdict = match desk.passwords().verify(password.clone(), stored).await {
        Err(error @ DeskError::Busy(_)) => {
            slot.unused();
            return Err(error);
        }
        other => other?,
    };
    let outdated = (verdict.matches && verdict.outdated).then_some(password);
    Ok(Checked { slot: Some(slot), found, matches: verdict.matches, outdated })
}

/// Takes a slot for a try of an account's password, or of what stands beside it.
///
/// # Errors
/// [`DeskError::TooMany`], [`DeskError::Busy`], [`DeskError::Unavailable`].
pub(crate) async fn reserve(desk: &Desk, origin: &Origin, email: &str) -> Result<Slot, DeskError> {
    match desk.guard().reserve(email, origin).await {
        Ok(slot) => Ok(slot),
        Err(refusal) => Err(refused(desk, origin, email, refusal).await?),
    }
}

/// The error of a try that may not begin. The first one in a while is on record, so that the user's administrator learns of
/// it, and a thousand more add nothing.
async fn refused(
    desk: &Desk,
    origin: &Origin,
    email: &str,
    refusal: Refusal,
) -> Result<DeskError, DeskError> {
    let Refusal::TooMany { wait, first } = refusal else {
        return Ok(DeskError::Busy(Duration::from_secs(2)));
    };
    if first {
        let user = tokens::user_by_email(desk, email).await?;
        let mut transaction = Transaction::default();
        let text = "Sign-ins are refused for a time: too many wrong passwords";
        // By nobody: whoever guesses isn't the user.
        let by = Caller::new(Principal::unrestricted(None, "").into(), origin.clone());
        audit::record(desk, &mut transaction, &by, entry(user.as_ref(), AuditType::Denied, text));
        desk.commit(transaction).await?;
    }
    Ok(DeskError::TooMany(wait))
}

fn entry(user: Option<&Record>, kind: AuditType, text: &str) -> Entry {
    Entry {
        kind,
        entity: &USER,
        id: user.map(Record::id).into(),
        business: user.map_or(Value::Null, business_of),
        subject: Value::Null,
        description: text.to_owned(),
        changes: Changes::default(),
    }
}

impl Checked {
    /// The user whose password it is.
    pub(crate) fn user(&self) -> Option<&Record> {
        self.found.as_ref().filter(|_| self.matches)
    }

    /// The user with the e-mail address, whether it was the password or not: for what must take as long in both cases.
    pub(crate) fn found(&self) -> Option<&Record> {
        self.found.as_ref()
    }

    /// Whether it is the password of this user.
    pub(crate) fn is(&self, user: &Record) -> bool {
        self.user().is_some_and(|own| own.id() == user.id())
    }

    /// The password was right, and is about to be replaced: the try doesn't count, and where it came from is known.
    pub(crate) fn right(self) {
        if let Some(slot) = self.slot {
            slot.succeeded();
        }
    }

    /// The sign-in has succeeded: the try doesn't count, and where it came from is known. A hash that was made with other
    /// parameters than today's is made anew, so that raising them protects those who sign in; a failure of that is no
    /// failure of the sign-in, because the next one tries again.
    pub(crate) async fn succeed(self, desk: &Desk, origin: &Origin) {
        if let Some(slot) = self.slot {
            slot.succeeded();
        }
        if let (Some(user), Some(password)) = (self.found, self.outdated)
            && let Err(error) = rehash(desk, origin, user, password).await
        {
            tracing::info!(%error, "a password was not hashed anew");
        }
    }
}

/// Like a change of the password, but it is the same one, so nobody's tokens end.
async fn rehash(desk: &Desk, origin: &Origin, user: Record, password: SecretString) -> Result<(), DeskError> {
    let hash = desk.passwords().hash(password).await?;
    let mut transaction = Transaction::default();
    // Whoever sets another password meanwhile wins.
    transaction.holds(&user, user::PASSWORD_HASH, user.get(user::PASSWORD_HASH).clone());
    let principal = Principal::unrestricted(Some(user.id()), user.text(user::EMAIL).unwrap_or_default());
    let text = "The password was hashed anew, with today's parameters";
    let entry = entry(Some(&user), AuditType::Update, text);
    audit::record(desk, &mut transaction, &Caller::new(principal.into(), origin.clone()), entry);
    transaction.update(user.with(user::PASSWORD_HASH, hash));
    desk.commit(transaction).await.map(drop)
}
