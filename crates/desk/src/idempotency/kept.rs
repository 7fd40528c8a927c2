//! Kept answers: sealed in the transaction of what was done, opened for the same request again.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofdesk_domain::entities::idempotent_answer::{self, IDEMPOTENT_ANSWER};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use serde_json::{Value as Json, json};

use super::{KEPT_SECONDS, Key, Outcome, Repeatable, secret};
use crate::Desk;
use crate::caller::Grant;
use crate::error::DeskError;

/// An answer that was kept, and the request that it is for.
pub(crate) struct Kept {
    id: i64,
    fingerprint: String,
    outcome: Outcome,
}

impl Kept {
    /// The answer, if the grant is for the same request.
    pub(crate) fn told<T: Repeatable>(self, grant: &Grant) -> Result<T, DeskError> {
        let own = grant.key.as_deref().and_then(|key| key.fingerprint.as_ref());
        if own == Some(&self.fingerprint) {
            Ok(T::again(self.id, self.outcome))
        } else {
            Err(DeskError::KeyReused)
        }
    }
}

/// What was told to the grant's key in the last day.
pub(crate) async fn look_up(desk: &Desk, grant: &Grant) -> Result<Option<Kept>, DeskError> {
    let Some(key) = grant.key.as_deref() else { return Ok(None) };
    let record = row(desk, key).await?.filter(|record| is_live(desk, record));
    record.map(|record| open(desk, &record)).transpose()
}

/// Adds what is told to the transaction of what was done. `id`: the record that the answer names.
///
/// # Errors
/// [`DeskError::AlreadyDone`] if a request with the grant's key was faster.
pub(crate) async fn keep<T: Repeatable>(
    desk: &Desk,
    grant: &Grant,
    transaction: &mut Transaction,
    id: Value,
    told: &T,
) -> Result<(), DeskError> {
    let Some(key) = grant.key.as_deref() else { return Ok(()) };
    match row(desk, key).await? {
        Some(record) if is_live(desk, &record) => return Err(DeskError::AlreadyDone),
        Some(ended) => transaction.delete(&ended),
        None => {}
    }
    let now = desk.now().as_second();
    let record = Record::empty(&IDEMPOTENT_ANSWER)
        .with(idempotent_answer::MARK, key.mark.as_str())
        .with(idempotent_answer::USER_ID, key.user)
        .with(idempotent_answer::ENTITY, grant.entity().name)
        .with(idempotent_answer::RECORD_ID, id)
        .with(idempotent_answer::SEALED, seal(desk, key, &told.outcome())?)
        .with(idempotent_answer::CREATED_ON, now)
        .with(idempotent_answer::EXPIRES_ON, now + KEPT_SECONDS);
    transaction.insert(record);
    Ok(())
}

async fn row(desk: &Desk, key: &Key) -> Result<Option<Record>, DeskError> {
    let query =
        Query::all(&IDEMPOTENT_ANSWER, Scope::All, 1).equals(idempotent_answer::MARK, key.mark.as_str());
    Ok(desk.store().select(&query).await?.pop())
}

fn is_live(desk: &Desk, record: &Record) -> bool {
    record.int(idempotent_answer::EXPIRES_ON).is_some_and(|end| end > desk.now().as_second())
}

fn cipher(desk: &Desk) -> Result<LessSafeKey, DeskError> {
    let secret = secret(desk, "idempotent answers 1")?;
    UnboundKey::new(&AES_256_GCM, secret.as_slice()).map(LessSafeKey::new).map_err(|_| broken())
}

fn broken() -> DeskError {
    DeskError::Unavailable("a kept answer can't be sealed or opened".to_owned())
}

/// Nonce, ciphertext and tag. Bound to the mark, so that an answer opens for no other user, route or key. Nonces are
/// random, which is good for 2^32 answers under one key (NIST SP 800-38D section 8.3).
fn seal(desk: &Desk, key: &Key, outcome: &Outcome) -> Result<String, DeskError> {
    let plain = json!({
        "fingerprint": key.fingerprint, "on": outcome.on, "by": outcome.by, "waits": outcome.waits,
        "warnings": outcome.warnings,
    });
    let mut sealed = plain.to_string().into_bytes();
    let mut nonce = [0; NONCE_LEN];
    desk.random().fill(&mut nonce);
    let aad = Aad::from(key.mark.as_bytes());
    cipher(desk)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
        .map_err(|_| broken())?;
    Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

fn open(desk: &Desk, record: &Record) -> Result<Kept, DeskError> {
    let sealed = record.text(idempotent_answer::SEALED).and_then(|text| STANDARD.decode(text).ok());
    let mut sealed = sealed.ok_or_else(broken)?;
    let (nonce, rest) = sealed.split_first_chunk_mut::<NONCE_LEN>().ok_or_else(broken)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let mark = record.text(idempotent_answer::MARK).unwrap_or_default();
    let plain = cipher(desk)?.open_in_place(nonce, Aad::from(mark.as_bytes()), rest).map_err(|_| broken())?;
    let plain: Json = serde_json::from_slice(plain).map_err(|_| broken())?;
    let text = |name: &str| plain[name].as_str().unwrap_or_default().to_owned();
    Ok(Kept {
        id: record.int(idempotent_answer::RECORD_ID).unwrap_or(0),
        fingerprint: text("fingerprint"),
        outcome: Outcome {
            on: plain["on"].as_i64().ok_or_else(broken)?,
            by: text("by"),
            waits: plain["waits"].as_bool().unwrap_or(false),
            warnings: plain["warnings"].as_str().map(str::to_owned),
        },
    })
}
