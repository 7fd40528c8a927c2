//! Legal holds: what a court or an authority has asked to keep is neither erased nor deleted, whatever retention says.

use proofdesk_domain::entities::{check, check::CHECK};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::{Operation, Role};
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;

use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::commands::{Ran, named};
use crate::error::DeskError;
use crate::records::subject_of;
use crate::{Desk, erasure, idempotency, retrying};

/// Puts checks under a hold, or lifts it. One that is as it shall be stays as it is.
///
/// # Errors
/// [`DeskError::Refused`] if one isn't there or was erased; [`DeskError::MissingRole`] if a hold is lifted by somebody who
/// couldn't delete the check then.
pub(crate) async fn run(desk: &Desk, grant: &Grant, ids: &[i64], held: bool) -> Result<Ran, DeskError> {
    retrying(|| async {
        let records = grant.load_all(desk, ids).await?;
        let mut transaction = Transaction::default();
        for record in named(grant, &records, ids)? {
            change(desk, grant, &mut transaction, record, held)?;
        }
        let ran = Ran::now(desk, grant);
        idempotency::keep(desk, grant, &mut transaction, Value::Null, &ran).await?;
        desk.commit(transaction).await?;
        Ok(ran)
    })
    .await
}

fn change(
    desk: &Desk,
    grant: &Grant,
    transaction: &mut Transaction,
    before: &Record,
    held: bool,
) -> Result<(), DeskError> {
    let role = Role::new(&CHECK, Operation::Delete);
    let business = before.int(check::BUSINESS_ID).unwrap_or(0);
    if !held && !grant.caller().principal().holds(role, business) {
        return Err(DeskError::MissingRole(role.name()));
    }
    if erasure::erased_on(before).is_some() {
        return Err(DeskError::Refused(format!("{} {}: was erased", CHECK.name, before.id())));
    }
    if before.flag(check::LEGAL_HOLD) == held {
        transaction.unchanged(before);
        return Ok(());
    }
    let mut after = before.clone();
    after.set(check::LEGAL_HOLD, held);
    desk.stamp_change(&mut after, grant.caller());
    let (kind, done) = if held {
        (AuditType::Hold, "was put under a legal hold")
    } else {
        (AuditType::HoldLifted, "is under a legal hold no more")
    };
    let entry = Entry {
        kind,
        entity: &CHECK,
        id: before.id().into(),
        business: business.into(),
        subject: subject_of(before),
        description: format!("{} {done}", CHECK.name),
        changes: Changes::between(Some(before), Some(&after)),
    };
    audit::record(desk, transaction, grant.caller(), entry);
    transaction.update(after);
    Ok(())
}

/// Refuses to delete a check, or a part of it, that is held.
pub(crate) fn refuse_held(check: &Record) -> Result<(), DeskError> {
    if check.flag(check::LEGAL_HOLD) {
        return Err(DeskError::field("Id", "is under a legal hold: nothing of the check can be deleted"));
    }
    Ok(())
}
