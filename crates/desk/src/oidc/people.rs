//! Who it is that the issuer names, what that person may do from now on, and the session: all in one transaction.

use aws_lc_rs::digest;
use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::entities::identity::{self, IDENTITY};
use proofdesk_domain::entities::spent_state;
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use secrecy::SecretString;
use serde_json::{Map, Value as Json};

use super::mapping::{self, Rights};
use super::{Refusal, Settings, claims, flow};
use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Origin, Principal};
use crate::error::DeskError;
use crate::records::{self, Body, business_of};
use crate::tokens::browser::{self, Begun, By};
use crate::{Desk, retrying, tokens};

/// The longest name that is taken, in characters.
const MAX_NAME: usize = 255;

/// Signs the person in that the issuer's claims name.
pub(super) async fn sign_in(
    desk: &Desk,
    origin: &Origin,
    settings: &Settings,
    said: &Map<String, Json>,
    spent: &Record,
    session: Option<&SecretString>,
) -> Result<Begun, Refusal> {
    let attempt = || async {
        match once(desk, origin, settings, said, spent, session).await {
            Err(Refusal::Desk(error)) => Err(error),
            other => Ok(other),
        }
    };
    retrying(attempt).await?
}

async fn once(
    desk: &Desk,
    origin: &Origin,
    settings: &Settings,
    said: &Map<String, Json>,
    spent: &Record,
    session: Option<&SecretString>,
) -> Result<Begun, Refusal> {
    if flow::is_spent(desk, spent.text(spent_state::HASH).unwrap_or_default()).await? {
        return Err(Refusal::Used);
    }
    let by = Caller::new(Principal::unrestricted(None, "proofdesk").into(), origin.clone());
    let subject = claims::subject(said).ok_or(Refusal::Bad("it names nobody"))?;
    let known = identity_of(desk, &settings.issuer, subject).await?;
    let mut transaction = Transaction::default();
    let person = person(desk, settings, said, known, subject, &by, &mut transaction).await?;
    if !person.user.flag(user::ACTIVE) {
        return Err(Refusal::Disabled);
    }
    let id = keep(desk, settings, said, &person, &by, &mut transaction).await?;
    transaction.insert(spent.clone());
    browser::end_old(desk, &mut transaction, session).await?;
    let begun = browser::begin(desk, &mut transaction, id, By::Issuer);
    let email = person.user.text(user::EMAIL).unwrap_or_default();
    let own = Principal::unrestricted(Some(person.user.id()).filter(|id| *id != 0), email);
    let text = "Signed in by OpenID Connect";
    let entry = entry(&person.user, begun.user.clone(), AuditType::SignIn, text, Changes::default());
    audit::record(desk, &mut transaction, &Caller::new(own.into(), origin.clone()), entry);
    desk.commit(transaction).await?;
    Ok(begun)
}

/// Who signs in.
struct Person {
    user: Record,
    identity: Record,
    /// Whether the user was there before.
    is_user: bool,
    /// Whether the two were linked before.
    is_linked: bool,
}

/// Who the claims name: by who it is at the issuer, else once by the e-mail address, else somebody new where that is wanted.
async fn person(
    desk: &Desk,
    settings: &Settings,
    said: &Map<String, Json>,
    known: Option<Record>,
    subject: &str,
    by: &Caller,
    transaction: &mut Transaction,
) -> Result<Person, Refusal> {
    if let Some(identity) = known {
        let id = identity.int(identity::USER_ID).unwrap_or(0);
        let found = desk.store().select(&Query::by_id(&USER, Scope::All, id)).await;
        let user = found.map_err(DeskError::from)?.pop();
        let user = user.ok_or(DeskError::Conflict)?;
        return Ok(Person { user, identity, is_user: true, is_linked: true });
    }
    let identity = Record::empty(&IDENTITY)
        .with(identity::MARK, mark(&settings.issuer, subject))
        .with(identity::ISSUER, settings.issuer.as_str())
        .with(identity::SUBJECT, subject)
        .with(identity::CREATED_ON, desk.now());
    let email = email(settings, said)?;
    match tokens::user_by_email(desk, email).await? {
        Some(user) if is_somebody_else(desk, &settings.issuer, user.id()).await? => {
            Err(Refusal::LinkedToOther)
        }
        Some(user) => Ok(Person { user, identity, is_user: true, is_linked: false }),
        None if settings.create_users => {
            let user = newcomer(desk, email, said, by, transaction).await?;
            Ok(Person { user, identity, is_user: false, is_linked: false })
        }
        None => Err(Refusal::Unknown),
    }
}

/// The e-mail address, as far as the issuer answers for it. Some issuers write the flag as a text.
fn email<'a>(settings: &Settings, said: &'a Map<String, Json>) -> Result<&'a str, Refusal> {
    let email = said.get("email").and_then(Json::as_str).filter(|email| !email.trim().is_empty());
    let email = email.ok_or(Refusal::Unknown)?;
    let verified = said.get("email_verified").is_some_and(|flag| *flag == Json::Bool(true) || flag == "true");
    if settings.require_verified_email && !verified { Err(Refusal::Unverified) } else { Ok(email) }
}

/// A new user, by the rules for all users.
async fn newcomer(
    desk: &Desk,
    email: &str,
    said: &Map<String, Json>,
    by: &Caller,
    transaction: &mut Transaction,
) -> Result<Record, Refusal> {
    let name = said.get("name").and_then(Json::as_str).map(str::trim).filter(|name| !name.is_empty());
    let name: String = name.unwrap_or(email).chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    let mut body = Body::new();
    body.insert(USER.field(user::EMAIL).name.to_owned(), email.into());
    body.insert(USER.field(user::FULL_NAME).name.to_owned(), name.into());
    let (draft, errors) = Draft::parse(&USER, Write::Create, &body);
    let grant = by.grant(&USER, Operation::Create)?;
    match records::prepare(desk, &grant, None, &draft, errors, transaction).await {
        Ok(mut user) => {
            desk.stamp_new(&mut user, by);
            Ok(user)
        }
        Err(DeskError::Invalid(_)) => Err(Refusal::Bad("its e-mail address can't be a user's")),
        Err(error) => Err(error.into()),
    }
}

/// Adds the user, the identity, and what the claims give, to the transaction. Gives the user's id.
async fn keep(
    desk: &Desk,
    settings: &Settings,
    said: &Map<String, Json>,
    person: &Person,
    by: &Caller,
    transaction: &mut Transaction,
) -> Result<Value, Refusal> {
    let before = mapping::rights_of(&person.user);
    let granted = mapping::granted(&person.identity);
    let (rights, granted) = match &settings.roles_claim {
        Some(claim) => {
            let wanted = mapping::wanted(desk, settings, claim, said).await?;
            mapping::synchronised(&before, &granted, &wanted)
        }
        None => (before.clone(), granted),
    };
    let mut user = person.user.clone();
    mapping::set(&mut user, &rights);
    let id = keep_user(desk, person, user, &before, &rights, by, transaction).await?;
    let mut identity = person.identity.clone().with(identity::USER_ID, id.clone());
    mapping::note(&mut identity, &granted);
    if person.is_linked {
        transaction.update(identity);
    } else {
        transaction.insert(identity);
        let text = "Linked to the issuer of OpenID Connect";
        let entry = entry(&person.user, id.clone(), AuditType::Linked, text, Changes::default());
        audit::record(desk, transaction, by, entry);
    }
    Ok(id)
}

/// Adds a new user, or the change of its rights. Who loses some is signed out of all other browsers.
async fn keep_user(
    desk: &Desk,
    person: &Person,
    mut user: Record,
    before: &Rights,
    after: &Rights,
    by: &Caller,
    transaction: &mut Transaction,
) -> Result<Value, Refusal> {
    if !person.is_user {
        let grant = by.grant(&USER, Operation::Create)?;
        return Ok(records::add(desk, &grant, transaction, &user).into());
    }
    let id = Value::from(user.id());
    if before == after {
        // Nobody disables the user, or takes rights away, between the look and the session.
        transaction.unchanged(&person.user);
        return Ok(id);
    }
    if mapping::lost(before, after) {
        browser::end_all(desk, transaction, user.id()).await?;
    }
    desk.stamp_change(&mut user, by);
    let changes = Changes::between(Some(&person.user), Some(&user));
    let text = "Rights were set by what the issuer says";
    let entry = entry(&user, id.clone(), AuditType::Mapped, text, changes);
    transaction.update(user);
    audit::record(desk, transaction, by, entry);
    Ok(id)
}

async fn identity_of(desk: &Desk, issuer: &str, subject: &str) -> Result<Option<Record>, DeskError> {
    let query = Query::all(&IDENTITY, Scope::All, 1).equals(identity::MARK, mark(issuer, subject));
    Ok(desk.store().select(&query).await?.pop())
}

/// Whether a user is linked to somebody at the issuer already: an address that went to somebody else opens nothing.
async fn is_somebody_else(desk: &Desk, issuer: &str, user: i64) -> Result<bool, DeskError> {
    let query = Query::all(&IDENTITY, Scope::All, 100).equals(identity::USER_ID, user);
    let identities = desk.store().select(&query).await?;
    Ok(identities.iter().any(|identity| identity.text(identity::ISSUER) == Some(issuer)))
}

/// What stands for somebody at an issuer: no URL has the separator in it.
fn mark(issuer: &str, subject: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, format!("{issuer}\0{subject}").as_bytes()))
}

fn entry(user: &Record, id: Value, kind: AuditType, text: &str, changes: Changes) -> Entry {
    Entry {
        kind,
        entity: &USER,
        id,
        business: business_of(user),
        subject: Value::Null,
        description: text.to_owned(),
        changes,
    }
}
