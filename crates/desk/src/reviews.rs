//! Who may decide: what a location asks of its reviewers (`IdentityCheckFourEyes`, `IdentityCheckSecondReviewer`).
//!
//! People are told apart by their user id, whichever token or program they use. Who is unrestricted is bound too: the
//! point is that one person alone can't do it.

use proofdesk_domain::entities::{business, business::BUSINESS, check, check::CHECK, document};
use proofdesk_domain::entity::FieldIndex;
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::{Operation, Role};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;

use crate::Desk;
use crate::caller::{Caller, Grant, Principal};
use crate::error::DeskError;
use crate::submission::status_of;

/// What a check is about: another value is another thing to approve.
const PROVEN: [FieldIndex; 7] = [
    check::PROVIDER_,
    check::IDENTITY_TYPE,
    check::IDENTITY_NUMBER,
    check::IDENTITY_ISSUED_BY,
    check::IDENTITY_EXPIRES_ON,
    check::ADDRESS_TYPE,
    check::VERIFICATION,
];

/// The location of a check, with what it asks of reviewers.
pub(crate) async fn business_of(desk: &Desk, check: &Record) -> Result<Record, DeskError> {
    let id = check.int(check::BUSINESS_ID).unwrap_or(0);
    let query = Query::by_id(&BUSINESS, Scope::All, id);
    desk.store().select(&query).await?.pop().ok_or(DeskError::Conflict)
}

/// Whether a caller may decide on a check and its documents. `record` is the one that the caller names.
pub(crate) fn may_decide(
    grant: &Grant,
    business: &Record,
    record: &Record,
    documents: &[Record],
) -> Result<(), DeskError> {
    let principal = grant.caller().principal();
    // A document decides its check, so the right to edit documents isn't enough.
    let role = Role::new(&CHECK, Operation::Edit);
    if !principal.holds(role, business.id()) {
        return Err(DeskError::MissingRole(role.name()));
    }
    if business.flag(business::FOUR_EYES) && documents.iter().any(|own| has_handed_in(own, principal)) {
        return Err(refused(record, "was handed in by yourself, so somebody else has to decide"));
    }
    Ok(())
}

/// What an approval of a record means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    /// It decides.
    Decides,
    /// It waits for another reviewer's.
    Waits,
}

/// What an approval of a record means, as it stands now.
pub(crate) fn approval(grant: &Grant, business: &Record, record: &Record) -> Result<Approval, DeskError> {
    if !business.flag(business::SECOND_REVIEWER) {
        return Ok(Approval::Decides);
    }
    let id = grant.caller().principal().user_id;
    match (record.int(fields(record).0), id) {
        (_, None) => Err(refused(record, "needs the approval of a user")),
        (None, Some(_)) => Ok(Approval::Waits),
        (Some(first), Some(id)) if first == id => {
            Err(refused(record, "was approved by yourself already, so somebody else has to approve it too"))
        }
        (Some(_), Some(_)) => Ok(Approval::Decides),
    }
}

fn refused(record: &Record, why: &str) -> DeskError {
    DeskError::Refused(format!("{} {}: {why}", record.entity().name, record.id()))
}

/// The fields of the first approval: by whom, and when.
pub(crate) fn fields(record: &Record) -> (FieldIndex, FieldIndex) {
    if record.entity() == &CHECK {
        (check::FIRST_APPROVAL_BY_ID, check::FIRST_APPROVAL_ON)
    } else {
        (document::FIRST_APPROVAL_BY_ID, document::FIRST_APPROVAL_ON)
    }
}

/// Takes back a first approval.
pub(crate) fn forget(record: &mut Record) {
    let (by, on) = fields(record);
    record.set(by, Value::Null);
    record.set(on, Value::Null);
}

/// Whether a check was changed so that what was approved of it is something else now.
pub(crate) fn reopens(before: &Record, after: &Record) -> bool {
    PROVEN.into_iter().any(|field| before.get(field) != after.get(field))
}

/// What the audit trail says of a move, or of an approval that waits.
pub(crate) fn described(before: &Record, after: &Record) -> String {
    let (name, by) = (after.entity().name, fields(after).0);
    match (status_of(after), before.get(by), after.get(by)) {
        (Status::Submitted, Value::Null, Value::Int(_)) => format!("{name} was approved by a first reviewer"),
        (status, ..) => format!("{name} became {}", status.name()),
    }
}

/// Notes that somebody made a document, put a file into it, or submitted it.
pub(crate) fn note_handed_in(document: &mut Record, by: &Caller) {
    let Some(id) = by.principal().user_id.filter(|_| !has_handed_in(document, by.principal())) else {
        return;
    };
    let others = document.text(document::HANDED_IN_BY).map(|others| format!("{others},"));
    document.set(document::HANDED_IN_BY, format!("{}{id}", others.unwrap_or_default()));
}

/// The same for a change that puts no file into it, if it submitted the document.
pub(crate) fn note_move(before: &Record, document: &mut Record, by: &Caller) {
    if status_of(before) != Status::Submitted && status_of(document) == Status::Submitted {
        note_handed_in(document, by);
    }
}

fn has_handed_in(document: &Record, principal: &Principal) -> bool {
    let ids = document.text(document::HANDED_IN_BY).unwrap_or_default();
    let own = principal.user_id.map(|id| id.to_string());
    own.is_some_and(|own| ids.split(',').any(|id| id == own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Origin;
    use proofdesk_domain::entities::document::DOCUMENT;

    fn user(id: i64) -> Caller {
        Caller::new(Principal::unrestricted(Some(id), "somebody@example.com").into(), Origin::default())
    }

    #[test]
    fn who_handed_in_is_told_apart_by_the_whole_id() {
        let mut document = Record::empty(&DOCUMENT);
        for id in [12, 3, 12] {
            note_handed_in(&mut document, &user(id));
        }
        note_handed_in(&mut document, &Caller::system());
        assert_eq!(document.text(document::HANDED_IN_BY), Some("12,3"));
        let has = |id| has_handed_in(&document, user(id).principal());
        assert!(has(12) && has(3));
        assert!(!has(1) && !has(2) && !has(123) && !has_handed_in(&document, Caller::system().principal()));
    }

    #[test]
    fn only_what_is_proven_reopens() {
        let check = Record::empty(&CHECK).with(check::IDENTITY_NUMBER, "A1");
        assert!(!reopens(&check, &check.clone().with(check::NAME, "Another").with(check::BILLED, true)));
        assert!(reopens(&check, &check.clone().with(check::IDENTITY_NUMBER, "A2")));
    }
}
