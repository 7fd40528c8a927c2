//! When a document is complete, and what that means for its check: the automatic half of the lifecycle.

use proofdesk_domain::entities::{check, document, document::DOCUMENT, event, event::EVENT};
use proofdesk_domain::enumeration::{AuditType, IdentityDocumentType, Status, VerificationType};
use proofdesk_domain::event::Action;
use proofdesk_domain::lifecycle::Step;
use proofdesk_domain::record::Record;
use proofdesk_domain::slots;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;

use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::records::{business_of, subject_of};
use crate::{Desk, reviews};

/// Where a check or a document stands.
pub(crate) fn status_of(record: &Record) -> Status {
    let field = if record.entity() == &DOCUMENT { document::STATUS_ } else { check::STATUS_ };
    Status::from_number(record.int(field).unwrap_or(0))
}

/// The step that a document's files make: it is complete, or no longer. A rejected one needs a new file.
fn step_of(check: &Record, document: &Record, new_file: bool) -> Option<Step> {
    let verification = VerificationType::from_number(check.int(check::VERIFICATION).unwrap_or(0));
    let identity = IdentityDocumentType::from_number(check.int(check::IDENTITY_TYPE).unwrap_or(0));
    let complete = slots::is_complete(document, verification, identity);
    match status_of(document) {
        Status::Pending if complete => Some(Step::Submit),
        Status::Failed | Status::Submitted if complete && new_file => Some(Step::Submit),
        Status::Submitted if !complete => Some(Step::Withdraw),
        _ => None,
    }
}

/// Moves a document and its check after a change of the document's files or of what the check asks for. Once the check is
/// final, nothing moves any more.
/// `others_submitted`: whether another document of the check waits for the reviewer.
pub(crate) fn settle(check: &mut Record, document: &mut Record, new_file: bool, others_submitted: bool) {
    if status_of(check).is_final() {
        return;
    }
    let Some(step) = step_of(check, document, new_file) else { return };
    let Some(next) = status_of(document).after(step) else { return };
    document.set(document::STATUS_, next);
    reviews::forget(document);
    let check_follows = step == Step::Submit || !others_submitted;
    if let Some(next) = status_of(check).after(step).filter(|_| check_follows) {
        check.set(check::STATUS_, next);
        check.set(check::LAST_ERROR, Value::Null);
        reviews::forget(check);
    }
}

/// Settles all documents of a changed check; gives those that moved, before and after. `anew`: what was approved so far is
/// to be approved again.
pub(crate) fn settle_all(check: &mut Record, documents: Vec<Record>, anew: bool) -> Vec<(Record, Record)> {
    let is_submitted = |document: &Record| usize::from(status_of(document) == Status::Submitted);
    let mut submitted: usize = documents.iter().map(is_submitted).sum();
    let settle_one = |before: Record| {
        let mut after = before.clone();
        if anew {
            reviews::forget(&mut after);
        }
        submitted -= is_submitted(&before);
        settle(check, &mut after, false, submitted > 0);
        submitted += is_submitted(&after);
        (before, after)
    };
    documents.into_iter().map(settle_one).filter(|(before, after)| before != after).collect()
}

/// Adds a document's move to a transaction that is about its check.
pub(crate) fn save_document(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    before: &Record,
    mut after: Record,
) {
    desk.stamp_change(&mut after, caller);
    moved(desk, caller, transaction, before, &after);
    transaction.update(after);
}

/// Adds a check's move to a transaction that is about one of its documents.
pub(crate) fn save_check(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    before: &Record,
    mut after: Record,
) {
    if before == &after {
        return transaction.unchanged(before);
    }
    desk.stamp_change(&mut after, caller);
    moved(desk, caller, transaction, before, &after);
    announce_move(desk, transaction, before, &after);
    transaction.update(after);
}

/// Adds the audit entry of a move.
pub(crate) fn moved(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    before: &Record,
    after: &Record,
) {
    let entry = Entry {
        kind: AuditType::Update,
        entity: after.entity(),
        id: after.id().into(),
        business: business_of(after),
        subject: subject_of(after),
        description: reviews::described(before, after),
        changes: Changes::between(Some(before), Some(after)),
    };
    audit::record(desk, transaction, caller, entry);
}

/// Adds the event of a check's move, if it moved.
pub(crate) fn announce_move(desk: &Desk, transaction: &mut Transaction, before: &Record, after: &Record) {
    let action = match status_of(after) {
        _ if status_of(before) == status_of(after) => return,
        Status::Submitted => Action::CheckSubmitted,
        Status::Successful => Action::CheckVerified,
        Status::Failed => Action::CheckRejected,
        Status::Cancelled => Action::CheckCancelled,
        Status::None | Status::Pending => return,
    };
    announce(desk, transaction, action, after, after.id().into());
}

/// Adds an event about a record.
pub(crate) fn announce(
    desk: &Desk,
    transaction: &mut Transaction,
    action: Action,
    about: &Record,
    id: Value,
) {
    let record = Record::empty(&EVENT)
        .with(event::ACTION, action as i64)
        .with(event::BUSINESS_ID, business_of(about))
        .with(event::ENTITY, about.entity().name)
        .with(event::ENTITY_ID, id)
        .with(event::CREATED_ON, desk.now());
    transaction.insert(record);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proofdesk_domain::entities::check::CHECK;
    use proofdesk_domain::slots::Slot;

    fn pair(status: Status, filled: &[Slot]) -> (Record, Record) {
        let check = Record::empty(&CHECK)
            .with(check::VERIFICATION, VerificationType::IdDocument)
            .with(check::IDENTITY_TYPE, IdentityDocumentType::Passport)
            .with(check::STATUS_, status);
        let document = Record::empty(&DOCUMENT).with(document::STATUS_, status);
        (check, filled.iter().fold(document, |record, slot| record.with(slot.file_name(), "f")))
    }

    fn after(status: Status, filled: &[Slot], new_file: bool, others: bool) -> (Status, Status) {
        let (mut check, mut document) = pair(status, filled);
        settle(&mut check, &mut document, new_file, others);
        (status_of(&check), status_of(&document))
    }

    const FULL: [Slot; 2] = [Slot::Photo, Slot::Document];

    #[test]
    fn a_complete_document_is_submitted_with_its_check() {
        use Status::{Failed, Pending, Submitted, Successful};
        assert_eq!(after(Pending, &FULL, true, false), (Submitted, Submitted));
        assert_eq!(after(Pending, &[Slot::Document], true, false), (Pending, Pending));
        assert_eq!(after(Successful, &[], false, false), (Successful, Successful));
        assert_eq!(after(Failed, &FULL, false, false), (Failed, Failed));
        assert_eq!(after(Failed, &FULL, true, false), (Submitted, Submitted));
    }

    #[test]
    fn taking_back_a_required_file_withdraws() {
        use Status::{Pending, Submitted};
        assert_eq!(after(Submitted, &[Slot::Photo], false, false), (Pending, Pending));
        assert_eq!(after(Submitted, &[Slot::Photo], false, true), (Submitted, Pending));
    }
}
