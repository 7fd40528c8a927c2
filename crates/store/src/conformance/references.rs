//! What must be unique is, and references lead somewhere.

use std::sync::Arc;

use proofdesk_domain::entities::{
    audit_entry, audit_values, business, check, coworker, document, file, idempotent_answer, rendition,
    token, user, user_role,
};
use proofdesk_domain::entity::{FieldIndex, Kind, Source, Tenancy, VERSION};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::samples::WRITTEN;
use super::world::{EVERYTHING, World, assert_fails};
use crate::{Query, Store, StoreError, Transaction};

fn assert_taken(result: Result<impl Sized, StoreError>, expected: (&str, &str)) {
    match result {
        Err(StoreError::Duplicate { table, column }) => assert_eq!((&*table, &*column), expected),
        Err(other) => panic!("failed for another reason: {other:?}"),
        Ok(_) => panic!("took what is taken"),
    }
}

/// At insert and at update; a login of one's own can be kept.
pub async fn a_taken_login_names_its_column(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let first = world.insert(world.sample(&user::USER, 0).with(user::LOGIN, "é@example.com")).await?;
    let again = world.sample(&user::USER, 1).with(user::LOGIN, "é@example.com");
    assert_taken(world.insert(again.clone()).await, ("users", "login"));
    let second = world.insert(again.with(user::LOGIN, "e@example.com")).await?;
    let taking = second.with(user::LOGIN, "é@example.com");
    assert_taken(world.update(taking).await, ("users", "login"));
    world.update(first).await?;
    world.check_everything().await
}

/// The hash of a token is unique too.
pub async fn a_taken_token_names_its_column(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let taken = world.first(&token::TOKEN).get(token::HASH).clone();
    let again = world.sample(&token::TOKEN, 80).with(token::HASH, taken);
    assert_taken(world.insert(again).await, ("tokens", "hash"));
    world.check_everything().await
}

/// Every reference of what callers see, and those of files, renditions and tokens, at insert and at update; but an audit entry outlives
/// its location and its values, and keeps the user who approved something first.
pub async fn a_record_can_not_refer_to_nothing(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    for entity in WRITTEN {
        if matches!(entity.tenancy, Tenancy::Internal)
            && ![&file::FILE, &rendition::RENDITION, &token::TOKEN, &idempotent_answer::IDEMPOTENT_ANSWER]
                .contains(&entity)
        {
            continue;
        }
        for (place, field) in entity.fields.iter().enumerate() {
            let outlives = [
                (&audit_entry::AUDIT_ENTRY, audit_entry::BUSINESS_ID),
                (&audit_entry::AUDIT_ENTRY, audit_entry::VALUES_ID),
                (&check::CHECK, check::FIRST_APPROVAL_BY_ID),
                (&document::DOCUMENT, document::FIRST_APPROVAL_BY_ID),
            ];
            let outlives = outlives.contains(&(entity, FieldIndex(place)));
            if !outlives && matches!((field.kind, field.source), (Kind::Reference(_), Source::Column(_))) {
                let lost = world.sample(entity, 66 + place).with(FieldIndex(place), 999_999);
                assert_fails!(world.insert(lost).await, StoreError::Reference);
                let lost = world.first(entity).with(FieldIndex(place), 999_999);
                assert_fails!(world.update(lost).await, StoreError::Reference);
            }
        }
    }
    world.check_everything().await
}

/// What is unique by two columns names both.
pub async fn a_taken_slot_names_both_columns(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let taken = world.first(&file::FILE);
    let again = world.sample(&file::FILE, 66).with(file::SLOT, taken.get(file::SLOT).clone());
    let again = again.with(file::DOCUMENT_ID, taken.get(file::DOCUMENT_ID).clone());
    assert_taken(world.insert(again).await, ("files", "document_id, slot"));
    world.check_everything().await
}

/// Lists of records and of roles alike.
pub async fn a_list_can_not_hold_what_is_not_there(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let nothing = || Value::List(vec![999_999]);
    for (entity, field) in [
        (&user::USER, user::BUSINESSES),
        (&user::USER, user::USER_ROLES),
        (&user_role::USER_ROLE, user_role::USERS),
        (&user_role::USER_ROLE, user_role::ROLES),
        (&coworker::COWORKER, coworker::BUSINESSES),
    ] {
        let lost = world.sample(entity, 80).with(field, nothing());
        assert_fails!(world.insert(lost).await, StoreError::Reference);
        let lost = world.first(entity).with(field, nothing());
        assert_fails!(world.update(lost).await, StoreError::Reference);
    }
    world.check_everything().await
}

/// A business with checks, a customer with checks, a check with documents, a document with files, a user of a customer.
pub async fn what_is_referred_to_can_not_be_deleted(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let business = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let user = world.sample(&user::USER, 0).with(user::DEFAULT_BUSINESS_ID, Value::Null);
    let user = world.insert(user.with(user::BUSINESSES, Value::List(vec![]))).await?;
    let coworker = world.sample(&coworker::COWORKER, 0).with(coworker::BUSINESSES, Value::List(vec![]));
    let coworker = coworker.with(coworker::INVOICING_BUSINESS_ID, Value::Null);
    let coworker = world.insert(coworker.with(coworker::USER_ID, user.id())).await?;
    let check = world.insert(world.sample(&check::CHECK, 0)).await?;
    let document = world.insert(world.sample(&document::DOCUMENT, 0)).await?;
    world.insert(world.sample(&file::FILE, 0)).await?;
    for record in [business, coworker, user, check, document] {
        assert_fails!(world.delete(&record).await, StoreError::Reference);
    }
    world.check_everything().await
}

/// A business that is in the list of a user or of a customer, and nothing else.
pub async fn what_has_members_can_not_be_deleted(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let business = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let members = || Value::List(vec![business.id()]);
    let user = world.sample(&user::USER, 0).with(user::DEFAULT_BUSINESS_ID, Value::Null);
    let user = world.insert(user.with(user::BUSINESSES, members())).await?;
    assert_fails!(world.delete(&business).await, StoreError::Reference);
    world.delete(&user).await?;
    let coworker = world.sample(&coworker::COWORKER, 0).with(coworker::INVOICING_BUSINESS_ID, Value::Null);
    let coworker = coworker.with(coworker::USER_ID, Value::Null).with(coworker::BUSINESSES, members());
    let coworker = world.insert(coworker).await?;
    assert_fails!(world.delete(&business).await, StoreError::Reference);
    world.delete(&coworker).await?;
    world.delete(&business).await?;
    world.check_everything().await
}

/// Erasing the values of an audit entry leaves the entry without them, and otherwise as it was written.
pub async fn an_audit_entry_outlives_its_values_and_its_location(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let location = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let values = world.sample(&audit_values::AUDIT_VALUES, 0).with(audit_values::NEW_VALUE, "{}");
    let values = world.insert(values).await?;
    let entry = world.sample(&audit_entry::AUDIT_ENTRY, 0).with(audit_entry::BUSINESS_ID, location.id());
    let entry = world.insert(entry.with(audit_entry::VALUES_ID, values.id())).await?;
    assert_eq!(world.read(&entry).await?.text(audit_entry::NEW_VALUE), Some("{}"));
    world.delete(&values).await?;
    world.delete(&location).await?;
    let left = world.read(&entry).await?;
    assert!(left.get(audit_entry::NEW_VALUE).is_null());
    assert_eq!(left.get(audit_entry::VALUES_ID), entry.get(audit_entry::VALUES_ID), "it is not rewritten");
    assert_eq!(left.int(VERSION), Some(1));
    assert_eq!(left.int(audit_entry::BUSINESS_ID), Some(location.id()));
    Ok(())
}

/// Tokens of a user are gone with the user.
pub async fn a_users_tokens_go_with_the_user(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let users = [
        world.insert(world.sample(&user::USER, 0)).await?,
        world.insert(world.sample(&user::USER, 1)).await?,
    ];
    for (number, user) in users.iter().chain(&users).enumerate() {
        world.insert(world.sample(&token::TOKEN, number).with(token::USER_ID, user.id())).await?;
    }
    let token = world.first(&token::TOKEN);
    assert_eq!(token.int(token::USER_ID), Some(users[0].id()));
    let mut too_late = Transaction::default();
    too_late.delete(&users[0]);
    too_late.delete(&token);
    assert_fails!(world.store.commit(too_late).await, StoreError::Conflict);
    world.check_everything().await?;
    world.delete(&users[0]).await?;
    let left = world.store.select(&Query::all(&token::TOKEN, Scope::All, EVERYTHING)).await?;
    let owners: Vec<_> = left.iter().map(|token| token.int(token::USER_ID)).collect();
    assert_eq!(owners, [Some(users[1].id()); 2]);
    Ok(())
}

/// Writes happen in their order: documents, then their check, then the location.
pub async fn a_transaction_can_delete_bottom_up(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let business = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let coworker = world.sample(&coworker::COWORKER, 0).with(coworker::USER_ID, Value::Null);
    let coworker = world.insert(coworker).await?;
    let check = world.insert(world.sample(&check::CHECK, 0)).await?;
    let documents = [
        world.insert(world.sample(&document::DOCUMENT, 0)).await?,
        world.insert(world.sample(&document::DOCUMENT, 1)).await?,
    ];
    let bottom_up = [&documents[0], &documents[1], &check, &coworker, &business];
    let mut transaction = Transaction::default();
    for record in bottom_up.iter().rev() {
        transaction.delete(record);
    }
    assert_fails!(world.store.commit(transaction).await, StoreError::Reference);
    world.check_everything().await?;
    let mut transaction = Transaction::default();
    for record in bottom_up {
        transaction.delete(record);
        world.model.delete(record);
    }
    world.store.commit(transaction).await?;
    world.check_everything().await
}
