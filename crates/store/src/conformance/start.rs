//! What a new store is like.

use std::sync::Arc;

use proofdesk_domain::entities::{self, role};
use proofdesk_domain::entity::{CREATED_ON, UNIQUE_ID, UPDATED_ON, VERSION};
use proofdesk_domain::roles::Role;
use proofdesk_domain::scope::Scope;

use super::Outcome;
use super::world::EVERYTHING;
use crate::{Query, Store};

/// It can be read and written.
pub async fn a_new_store_is_ready(store: Arc<dyn Store>) -> Outcome {
    store.ready().await
}

/// The list of roles is there, by number, each complete; no other record is.
pub async fn a_new_store_has_the_roles_and_nothing_else(store: Arc<dyn Store>) -> Outcome {
    let seeded = store.select(&Query::all(&role::ROLE, Scope::All, EVERYTHING)).await?;
    let found: Vec<_> =
        seeded.iter().map(|record| (record.id(), record.text(role::NAME).map(str::to_owned))).collect();
    let expected: Vec<_> = Role::all().map(|role| (role.number(), Some(role.name()))).collect();
    assert_eq!(found, expected);
    let mut guids: Vec<_> = seeded.iter().filter_map(|record| record.text(UNIQUE_ID)).collect();
    guids.sort_unstable();
    guids.dedup();
    assert_eq!(guids.len(), expected.len(), "each has a GUID of its own");
    for record in &seeded {
        assert_eq!(record.int(VERSION), Some(1));
        assert!(record.int(CREATED_ON).is_some() && record.int(UPDATED_ON).is_some());
    }
    for entity in entities::all().filter(|entity| **entity != role::ROLE) {
        let listed = store.list(&Query::all(entity, Scope::All, EVERYTHING)).await?;
        assert_eq!((listed.records.len(), listed.total), (0, 0), "{}", entity.name);
    }
    Ok(())
}
