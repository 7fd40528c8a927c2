//! The password grant (RFC 6749 section 4.3), and how tokens are issued.

use proofdesk_domain::ambient::Random;
use proofdesk_domain::entities::token::{self, TOKEN, TokenKind};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use secrecy::SecretString;

use super::{hash, new_token};
use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Origin, Principal};
use crate::error::DeskError;
use crate::totp::{self, Shown};
use crate::{Desk, retrying, sign_in};

/// Tokens, given out once.
pub struct Issued {
    /// Authenticates requests.
    pub access: SecretString,
    /// Gets the next pair; None for a program, which asks with its credentials again.
    pub refresh: Option<SecretString>,
    /// How long the access token lives, in seconds.
    pub expires_in: i64,
    /// The roles that a program's token opens, with spaces between; None for a person's.
    pub scope: Option<String>,
}

/// Tokens for an e-mail address and a password, and a code where the user has a second factor.
///
/// # Errors
/// [`DeskError::InvalidGrant`] without saying what is wrong, [`DeskError::Unavailable`].
pub async fn password_grant(
    desk: &Desk,
    origin: &Origin,
    username: &str,
    password: SecretString,
    code: Option<SecretString>,
    client_id: Option<&str>,
) -> Result<Issued, DeskError> {
    if !desk.settings().password_grant {
        return refuse(desk, origin).await;
    }
    retrying(|| async {
        let checked = sign_in::check(desk, origin, username, password.clone()).await?;
        let mut transaction = Transaction::default();
        let shown = totp::look_at(desk, checked.found(), code.as_ref(), &mut transaction).await?;
        let may = |user: &&Record| may_sign_in(user) && shown != Shown::Wrong;
        let Some(user) = checked.user().filter(may).cloned() else {
            return refuse(desk, origin).await;
        };
        let client = client_id.unwrap_or_else(|| user.text(user::EMAIL).unwrap_or_default());
        let (id, started_on) = (desk.random().uuid().into(), desk.now().as_second());
        let family = Family { id, user: &user, client, started_on };
        // A password that was changed since it was looked at ended the tokens that there were: no new ones after that.
        transaction.holds(&user, user::PASSWORD_HASH, user.get(user::PASSWORD_HASH).clone());
        let issued = issue(desk, &mut transaction, &family, Pair::random(desk.random()));
        record(desk, &mut transaction, origin, Some(&user), AuditType::SignIn, by(shown));
        // In a conflict all is looked at again: a code that somebody else has used meanwhile is no good any more.
        desk.commit(transaction).await?;
        checked.succeed(desk, origin).await;
        Ok(issued)
    })
    .await
}

async fn refuse(desk: &Desk, origin: &Origin) -> Result<Issued, DeskError> {
    note(desk, origin, None, AuditType::Denied, "A sign-in was refused").await?;
    Err(DeskError::InvalidGrant)
}

pub(super) fn by(shown: Shown) -> &'static str {
    match shown {
        Shown::NotAsked | Shown::Wrong => "Signed in by password",
        Shown::Code => "Signed in by password and code",
        Shown::RecoveryCode => "Signed in by password and recovery code",
    }
}

/// Whether a user may get tokens: active, and allowed to use the API.
pub(super) fn may_sign_in(user: &Record) -> bool {
    user.flag(user::ACTIVE) && user.flag(user::API_ACCESS)
}

pub(super) fn is_live(desk: &Desk, token: &Record, kind: TokenKind) -> bool {
    let live = token.int(token::EXPIRES_ON).is_some_and(|end| end > desk.now().as_second());
    live && token.int(token::KIND) == Some(kind as i64)
}

/// The tokens of a pair, before they are kept.
pub(super) struct Pair {
    pub(super) access: SecretString,
    pub(super) refresh: SecretString,
}

impl Pair {
    fn random(random: &dyn Random) -> Self {
        Self { access: new_token(random), refresh: new_token(random) }
    }
}

/// What all pairs that follow from one sign-in share.
pub(super) struct Family<'a> {
    pub(super) id: Value,
    pub(super) user: &'a Record,
    pub(super) client: &'a str,
    /// When the sign-in was; seconds since 1970 UTC.
    pub(super) started_on: i64,
}

/// Adds a pair of tokens to a transaction. Neither outlives the longest that a sign-in may last.
pub(super) fn issue(desk: &Desk, transaction: &mut Transaction, family: &Family<'_>, pair: Pair) -> Issued {
    let (settings, now) = (desk.settings(), desk.now().as_second());
    let left = family.started_on + settings.session_seconds - now;
    let expires_in = settings.access_token_seconds.min(left);
    let lives = [
        (&pair.access, TokenKind::Access, expires_in),
        (&pair.refresh, TokenKind::Refresh, settings.refresh_token_seconds.min(left)),
    ];
    for (token, kind, seconds) in lives {
        transaction.insert(row(desk, family, kind, token, seconds));
    }
    Issued { access: pair.access, refresh: Some(pair.refresh), expires_in, scope: None }
}

/// What is kept of a token that lives so long.
pub(super) fn row(
    desk: &Desk,
    family: &Family<'_>,
    kind: TokenKind,
    token: &SecretString,
    seconds: i64,
) -> Record {
    let now = desk.now().as_second();
    Record::empty(&TOKEN)
        .with(token::HASH, hash(token))
        .with(token::KIND, kind as i64)
        .with(token::USER_ID, family.user.id())
        .with(token::FAMILY, family.id.clone())
        .with(token::CLIENT_ID, family.client)
        .with(token::CREATED_ON, now)
        .with(token::STARTED_ON, family.started_on)
        .with(token::EXPIRES_ON, now + seconds)
}

/// Writes what happened to the audit trail, with nothing else.
pub(crate) async fn note(
    desk: &Desk,
    origin: &Origin,
    user: Option<&Record>,
    kind: AuditType,
    text: &str,
) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    record(desk, &mut transaction, origin, user, kind, text);
    desk.commit(transaction).await.map(drop)
}

pub(super) fn record(
    desk: &Desk,
    transaction: &mut Transaction,
    origin: &Origin,
    user: Option<&Record>,
    kind: AuditType,
    text: &str,
) {
    let id = user.map(Record::id);
    let email = user.and_then(|user| user.text(user::EMAIL)).unwrap_or_default();
    let principal = Principal::unrestricted(id, email);
    let entry = Entry {
        kind,
        entity: &USER,
        id: id.into(),
        business: Value::Null,
        subject: Value::Null,
        description: text.to_owned(),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, &Caller::new(principal.into(), origin.clone()), entry);
}
