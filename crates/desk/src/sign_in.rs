//! Signing in by password: the one place where a password that somebody sends is held against a user's.

use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_store::Transaction;
use secrecy::SecretString;

use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Origin, Principal};
use crate::error::DeskError;
use crate::records::business_of;
use crate::{Desk, tokens};

/// What came of a password.
pub(crate) struct Checked {
    user: Option<Record>,
    /// The password, where it should be hashed anew.
    outdated: Option<SecretString>,
}

/// Holds a password against the user with an e-mail address. Takes as long where there is none.
///
/// # Errors
/// [`DeskError::Busy`], [`DeskError::Unavailable`].
pub(crate) async fn check(desk: &Desk, email: &str, password: SecretString) -> Result<Checked, DeskError> {
    let user = tokens::user_by_email(desk, email).await?;
    let stored = user.as_ref().and_then(|user| user.text(user::PASSWORD_HASH)).map(str::to_owned);
    let verdict = desk.passwords().verify(password.clone(), stored).await?;
    let outdated = (verdict.matches && verdict.outdated).then_some(password);
    Ok(Checked { user: user.filter(|_| verdict.matches), outdated })
}

impl Checked {
    /// The user whose password it is.
    pub(crate) fn user(&self) -> Option<&Record> {
        self.user.as_ref()
    }

    /// The sign-in has succeeded. A hash that was made with other parameters than today's is made anew, so that raising them
    /// protects those who sign in; a failure of that is no failure of the sign-in, because the next one tries again.
    pub(crate) async fn succeed(self, desk: &Desk, origin: &Origin) {
        if let (Some(user), Some(password)) = (self.user, self.outdated)
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
    let entry = Entry {
        kind: AuditType::Update,
        entity: &USER,
        id: user.id().into(),
        business: business_of(&user),
        subject: proofdesk_domain::value::Value::Null,
        description: "The password was hashed anew, with today's parameters".to_owned(),
        changes: Changes::default(),
    };
    audit::record(desk, &mut transaction, &Caller::new(principal.into(), origin.clone()), entry);
    transaction.update(user.with(user::PASSWORD_HASH, hash));
    desk.commit(transaction).await.map(drop)
}
