//! Machine clients: credentials of programs, each of which acts as a user. The command line makes and ends them.

use proofdesk_domain::entities::client::{self, CLIENT};
use proofdesk_domain::entities::{token, user};
use proofdesk_domain::entity::ID;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use secrecy::SecretString;

use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::error::DeskError;
use crate::{Desk, accounts, retrying, tokens};

/// What all ids of machine clients begin with. Random bytes in hexadecimal follow, so that no program that calls itself
/// `client_something` at the other grants is taken for one; and no e-mail address is, because an id has no `@`.
pub const PREFIX: &str = "client_";
/// How many random bytes an id has.
pub const RANDOM: usize = 12;

/// What a program signs in with, given out once.
pub struct Credentials {
    /// Its id.
    pub client_id: String,
    /// Its secret: 256 random bits, base64url.
    pub secret: SecretString,
}

/// A machine client, as it is listed.
pub struct Listed {
    /// Its id.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// The e-mail address of the user that it acts as.
    pub email: String,
    /// Whether it may sign in.
    pub active: bool,
}

/// Makes credentials for a program that acts as a user.
///
/// # Errors
/// [`DeskError::NotFound`] without such a user, [`DeskError::Unavailable`].
pub async fn create(desk: &Desk, email: &str, name: &str) -> Result<Credentials, DeskError> {
    let user = accounts::by_email(desk, email).await?;
    let mut id = [0; RANDOM];
    desk.random().fill(&mut id);
    let client_id = format!("{PREFIX}{}", hex::encode(id));
    let secret = tokens::new_token(desk.random());
    let now = desk.now();
    let record = Record::empty(&CLIENT)
        .with(client::CLIENT_ID, client_id.as_str())
        .with(client::SECRET_HASH, tokens::hash(&secret))
        .with(client::NAME, name)
        .with(client::USER_ID, user.id())
        .with(client::ACTIVE, true)
        .with(client::CREATED_ON, now)
        .with(client::SECRET_SET_ON, now);
    let mut transaction = Transaction::default();
    transaction.unchanged(&user);
    let changes = Changes::between(None, Some(&record));
    let inserted = transaction.insert(record).into();
    note(desk, &mut transaction, AuditType::Create, inserted, "Client was created", changes);
    desk.commit(transaction).await?;
    Ok(Credentials { client_id, secret })
}

/// A new secret. The old one, and the tokens that it got, end at once.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn rotate(desk: &Desk, client_id: &str) -> Result<Credentials, DeskError> {
    let secret = tokens::new_token(desk.random());
    change(desk, client_id, "Client got a new secret", |client| {
        client.set(client::SECRET_HASH, tokens::hash(&secret));
        client.set(client::SECRET_SET_ON, desk.now());
    })
    .await?;
    Ok(Credentials { client_id: client_id.to_owned(), secret })
}

/// Ends a client, and its tokens with it.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn disable(desk: &Desk, client_id: &str) -> Result<(), DeskError> {
    change(desk, client_id, "Client was disabled", |client| client.set(client::ACTIVE, false)).await
}

/// All clients, by id.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn list(desk: &Desk) -> Result<Vec<Listed>, DeskError> {
    let users = accounts::list(desk).await?;
    let mut clients: Vec<Record> = Vec::new();
    loop {
        let after = clients.last().map_or(0, Record::id);
        let query = Query::all(&CLIENT, Scope::All, 500).filter(ID, Test::AtLeast(after + 1));
        let page = desk.store().select(&query).await?;
        if page.is_empty() {
            break;
        }
        clients.extend(page);
    }
    let listed = |client: &Record| {
        let text = |field| client.text(field).unwrap_or_default().to_owned();
        let user = users.iter().find(|user| Some(user.id()) == client.int(client::USER_ID));
        Listed {
            client_id: text(client::CLIENT_ID),
            name: text(client::NAME),
            email: user.and_then(|user| user.text(user::EMAIL)).unwrap_or_default().to_owned(),
            active: client.flag(client::ACTIVE),
        }
    };
    Ok(clients.iter().map(listed).collect())
}

/// The client with this id.
pub(crate) async fn find(desk: &Desk, client_id: &str) -> Result<Option<Record>, DeskError> {
    if !is_client(client_id) {
        return Ok(None);
    }
    let query = Query::all(&CLIENT, Scope::All, 1).equals(client::CLIENT_ID, client_id);
    Ok(desk.store().select(&query).await?.pop())
}

/// Whether a name at sign-in has the form of a client's id.
pub fn is_client(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX);
    random.is_some_and(|random| {
        random.len() == 2 * RANDOM && random.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

async fn change(
    desk: &Desk,
    client_id: &str,
    said: &str,
    change: impl Fn(&mut Record),
) -> Result<(), DeskError> {
    retrying(|| async {
        let before = find(desk, client_id).await?.ok_or(DeskError::NotFound)?;
        let mut after = before.clone();
        change(&mut after);
        let mut transaction = Transaction::default();
        transaction.holds(&before, client::SECRET_HASH, before.get(client::SECRET_HASH).clone());
        for token in tokens::all_tokens(desk, token::MACHINE_ID, &Value::Int(before.id())).await? {
            transaction.delete(&token);
        }
        let changes = Changes::between(Some(&before), Some(&after));
        note(desk, &mut transaction, AuditType::Update, before.id().into(), said, changes);
        transaction.update(after);
        desk.commit(transaction).await.map(drop)
    })
    .await
}

fn note(
    desk: &Desk,
    transaction: &mut Transaction,
    kind: AuditType,
    id: Value,
    said: &str,
    changes: Changes,
) {
    let (business, subject) = (Value::Null, Value::Null);
    let entry = Entry { kind, entity: &CLIENT, id, business, subject, description: said.to_owned(), changes };
    audit::record(desk, transaction, &Caller::system(), entry);
}
