//! What a desk does once after it was put back from a backup, before it serves.

use jiff::Timestamp;
use proofdesk_domain::entities::audit_entry::AUDIT_ENTRY;
use proofdesk_domain::entities::{idempotent_answer::IDEMPOTENT_ANSWER, token::TOKEN};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};

use crate::Desk;
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::error::DeskError;

/// How many records are removed in one transaction.
const BATCH: u32 = 500;

/// Ends all tokens, because one that was ended since the backup would be good again, forgets answers that were kept for
/// retries, and puts on record that the desk was put back. `ledger`: whether erasures since were made again.
///
/// # Errors
/// [`DeskError::Unavailable`]; calling it again goes on.
pub async fn finish(desk: &Desk, taken_on: Timestamp, ledger: bool) -> Result<(), DeskError> {
    remove_all(desk, &TOKEN).await?;
    remove_all(desk, &IDEMPOTENT_ANSWER).await?;
    let erasures = if ledger {
        "erasures since were made again from the ledger"
    } else {
        "without the ledger of erasures: whoever was erased since may be here again"
    };
    let mut transaction = Transaction::default();
    let entry = Entry {
        kind: AuditType::Restored,
        entity: &AUDIT_ENTRY,
        id: Value::Null,
        business: Value::Null,
        subject: Value::Null,
        description: format!("The desk was put back as it was on {taken_on}; {erasures}"),
        changes: Changes::default(),
    };
    audit::record(desk, &mut transaction, &Caller::system(), entry);
    desk.commit(transaction).await.map(drop)
}

async fn remove_all(desk: &Desk, entity: &'static Entity) -> Result<(), DeskError> {
    loop {
        let mut transaction = Transaction::default();
        for record in &desk.store().select(&Query::all(entity, Scope::All, BATCH)).await? {
            transaction.delete(record);
        }
        if transaction.writes.is_empty() {
            return Ok(());
        }
        desk.commit(transaction).await?;
    }
}
