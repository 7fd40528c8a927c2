//! Derived fields: values of the records that a record refers to.

use std::sync::Arc;

use proofdesk_domain::entities::{audit_entry, business, check, coworker, document, user};
use proofdesk_domain::entity::{Entity, FieldIndex, Source, UPDATED_BY};
use proofdesk_domain::enumeration::{CoworkerType, VerificationType};
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::World;
use crate::{Store, StoreError};

async fn location_and_document(world: &mut World) -> Result<(Record, Record), StoreError> {
    let nowhere = Value::List(Vec::new());
    let location = world.sample(&business::BUSINESS, 0).with(business::NAME, "Hafen 1");
    let location = world.insert(location).await?;
    let coworker = world.sample(&coworker::COWORKER, 0).with(coworker::FULL_NAME, "Ada Ö.");
    let coworker = coworker.with(coworker::TYPE, CoworkerType::Company).with(coworker::COMPANY_NAME, "");
    let coworker = coworker.with(coworker::BILLING_NAME, Value::Null).with(coworker::BUSINESSES, nowhere);
    world.insert(coworker).await?;
    let check = world.sample(&check::CHECK, 0).with(check::NAME, "check");
    world.insert(check.with(check::VERIFICATION, VerificationType::Address)).await?;
    let document = world.insert(world.sample(&document::DOCUMENT, 0)).await?;
    Ok((location, document))
}

/// One reference: the customer's name. Two: the name of the check's location. Enumerations as their numbers.
pub async fn derived_fields_follow_one_and_two_references(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let (_, document) = location_and_document(&mut world).await?;
    let read = world.read(&document).await?;
    assert_eq!(read.text(document::COWORKER_FULL_NAME), Some("Ada Ö."));
    assert_eq!(read.get(document::COWORKER_TYPE), &Value::from(CoworkerType::Company));
    assert_eq!(read.text(document::COWORKER_COMPANY), Some(""));
    assert_eq!(read.get(document::COWORKER_BILLING), &Value::Null);
    assert_eq!(read.text(document::CHECK_NAME), Some("check"));
    assert_eq!(read.get(document::CHECK_VERIFICATION), &Value::from(VerificationType::Address));
    assert_eq!(read.text(document::CHECK_BUSINESS_NAME), Some("Hafen 1"));
    Ok(())
}

/// An audit entry of nobody known, with its values erased.
pub async fn derived_fields_are_null_where_a_reference_is(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let user = world.first(&user::USER).id();
    let entry = world.sample(&audit_entry::AUDIT_ENTRY, 90).with(audit_entry::VALUES_ID, Value::Null);
    let known = world.insert(entry.clone().with(audit_entry::ACTOR_ID, user)).await?;
    let unknown = world.insert(entry.with(audit_entry::ACTOR_ID, Value::Null)).await?;
    let (known, unknown) = (world.read(&known).await?, world.read(&unknown).await?);
    let email = world.first(&user::USER).get(user::EMAIL).clone();
    assert!(!email.is_null());
    for field in [UPDATED_BY, audit_entry::ACTION_BY] {
        assert_eq!(known.get(field), &email);
        assert!(unknown.get(field).is_null());
    }
    for field in [audit_entry::OLD_VALUE, audit_entry::NEW_VALUE, audit_entry::REMOTE_ADDRESS] {
        assert!(known.get(field).is_null());
    }
    Ok(())
}

/// They are never kept: a location's new name shows at once, without a new version of what shows it.
pub async fn derived_fields_follow_every_change(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let (location, document) = location_and_document(&mut world).await?;
    world.update(location.with(business::NAME, "Hafen 2")).await?;
    assert_eq!(world.read(&document).await?.text(document::CHECK_BUSINESS_NAME), Some("Hafen 2"));
    world.check_everything().await
}

/// What a record brings along in its derived fields is not written.
pub async fn every_derived_field_of_every_entity(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let entities: [&Entity; 3] = [&check::CHECK, &document::DOCUMENT, &audit_entry::AUDIT_ENTRY];
    for entity in entities {
        for mut record in world.model.all(entity) {
            for (place, field) in entity.fields.iter().enumerate() {
                if matches!(field.source, Source::Path(_)) {
                    record.set(FieldIndex(place), "forged");
                }
            }
            world.update(record).await?;
        }
    }
    world.check_everything().await
}
