//! What records leave elsewhere: values of audit entries, kept answers, and the account of a customer who signs in.

use proofdesk_domain::entities::{
    audit_entry, audit_entry::AUDIT_ENTRY, audit_values, audit_values::AUDIT_VALUES,
};
use proofdesk_domain::entities::{client, client::CLIENT, coworker, coworker::COWORKER, user, user::USER};
use proofdesk_domain::entities::{idempotent_answer, idempotent_answer::IDEMPOTENT_ANSWER};
use proofdesk_domain::entities::{identity, identity::IDENTITY};
use proofdesk_domain::entity::{ID, UNIQUE_ID};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::list::Test;
use proofdesk_domain::personal;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};

use super::receipt::Counts;
use super::target::{Target, all_of};
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::error::DeskError;
use crate::records::business_of;
use crate::{Desk, tokens, totp};

/// How many rows are asked for by their ids at one time.
const PAGE: usize = 500;

/// Adds to a transaction what takes away the traces of all records of a target.
pub(super) async fn erase(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    target: &Target,
    counts: &mut Counts,
) -> Result<(), DeskError> {
    let mut values = Vec::new();
    for record in &target.records {
        values.extend(values_of(desk, record).await?);
        for answer in answers_about(desk, record).await? {
            transaction.delete(&answer);
            counts.answers += 1;
        }
    }
    if target.root().entity() == &COWORKER {
        let own = all_of(desk, &AUDIT_VALUES, audit_values::SUBJECT_ID, target.root().id()).await?;
        values.extend(own.iter().map(Record::id));
        if let Some(user) = account_of(desk, target.root()).await? {
            values.extend(values_of(desk, &user).await?);
            close_account(desk, caller, transaction, &user, counts).await?;
        }
    }
    values.sort_unstable();
    values.dedup();
    for some in values.chunks(PAGE) {
        let query = Query::all(&AUDIT_VALUES, Scope::All, PAGE as u32).filter(ID, Test::OneOf(some.to_vec()));
        for row in desk.store().select(&query).await? {
            transaction.delete(&row);
            counts.audit_values += 1;
        }
    }
    Ok(())
}

/// The rows with the values of a record's audit entries. Those of the erasure itself say who asked for it and from where,
/// which is nothing of the customer's: they stay.
async fn values_of(desk: &Desk, record: &Record) -> Result<Vec<i64>, DeskError> {
    let erasures = [AuditType::Erase, AuditType::Expired, AuditType::ErasedAgain].map(AuditType::number);
    let mut values = Vec::new();
    let mut after = 0;
    loop {
        let query = Query::all(&AUDIT_ENTRY, Scope::All, PAGE as u32)
            .equals(audit_entry::ENTITY, record.entity().name)
            .equals(audit_entry::ENTITY_ID, Value::Int(record.id()))
            .filter(ID, Test::AtLeast(after));
        let entries = desk.store().select(&query).await?;
        let is_of_erasure =
            |entry: &&Record| entry.int(audit_entry::TYPE).is_some_and(|kind| erasures.contains(&kind));
        let others = entries.iter().filter(|entry| !is_of_erasure(entry));
        values.extend(others.filter_map(|entry| entry.int(audit_entry::VALUES_ID)));
        match entries.last() {
            Some(last) if entries.len() == PAGE => after = last.id() + 1,
            _ => return Ok(values),
        }
    }
}

/// The kept answers that name a record. Those from before answers said of which entity they are may be another record's: they
/// have a day to live, and losing one costs that a repeated request is looked at anew.
async fn answers_about(desk: &Desk, record: &Record) -> Result<Vec<Record>, DeskError> {
    let mut answers = all_of(desk, &IDEMPOTENT_ANSWER, idempotent_answer::RECORD_ID, record.id()).await?;
    answers.retain(|answer| {
        answer.text(idempotent_answer::ENTITY).is_none_or(|name| name == record.entity().name)
    });
    Ok(answers)
}

/// The user that a customer signs in as, if it is the customer's alone: with nothing to say at the desk, no program, and no
/// other customer's.
pub(crate) async fn account_of(desk: &Desk, customer: &Record) -> Result<Option<Record>, DeskError> {
    let Some(id) = customer.int(coworker::USER_ID) else { return Ok(None) };
    let user = desk.store().select(&Query::by_id(&USER, Scope::All, id)).await?.pop();
    let Some(user) = user.filter(|user| !user.flag(user::IS_ADMIN) && user.list(user::USER_ROLES).is_empty())
    else {
        return Ok(None);
    };
    let clients = all_of(desk, &CLIENT, client::USER_ID, id).await?;
    let customers = all_of(desk, &COWORKER, coworker::USER_ID, id).await?;
    Ok((clients.is_empty() && customers.len() == 1).then_some(user))
}

/// Empties an account, so that nobody signs in with it any more.
async fn close_account(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    user: &Record,
    counts: &mut Counts,
) -> Result<(), DeskError> {
    for token in tokens::of_user(desk, user.id()).await? {
        transaction.delete(&token);
        counts.tokens += 1;
    }
    for answer in all_of(desk, &IDEMPOTENT_ANSWER, idempotent_answer::USER_ID, user.id()).await? {
        let there = transaction.writes.iter().any(
            |write| matches!(write, proofdesk_store::Write::Delete(entity, id) if *entity == &IDEMPOTENT_ANSWER && *id == answer.id()),
        );
        if !there {
            transaction.delete(&answer);
            counts.answers += 1;
        }
    }
    for identity in all_of(desk, &IDENTITY, identity::USER_ID, user.id()).await? {
        transaction.delete(&identity);
    }
    totp::clear(desk, transaction, user.id()).await?;
    let mut after = user.clone();
    personal::blank(&mut after);
    // Names to sign in with are unique.
    after.set(user::LOGIN, format!("erased {}", user.text(UNIQUE_ID).unwrap_or_default()));
    for flag in [user::ACTIVE, user::API_ACCESS, user::TWO_FACTOR_ENABLED, user::ON_IDENTITY_CHECK_UPDATE] {
        after.set(flag, false);
    }
    desk.stamp_change(&mut after, caller);
    let entry = Entry {
        kind: AuditType::Erase,
        entity: &USER,
        id: user.id().into(),
        business: business_of(user),
        subject: Value::Null,
        description: format!("{} was erased with its customer", USER.name),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, caller, entry);
    transaction.update(after);
    counts.users += 1;
    Ok(())
}
