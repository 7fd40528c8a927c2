//! What can be asked for.

use proofdesk_domain::entity::{Entity, FieldIndex, ID};
use proofdesk_domain::list::{Filter, ListRequest, Order, Page, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

/// Which records, in which order, and which part of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What kind.
    pub entity: &'static Entity,
    /// Of which businesses, by the entity's tenancy. Required, so that the border can't be forgotten.
    pub scope: Scope,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// In which order; ties break by id, ascending.
    pub order: Order,
    /// Which part.
    pub page: Page,
}

impl Query {
    /// Everything of one kind, by id, a page of `limit`.
    pub fn all(entity: &'static Entity, scope: Scope, limit: u32) -> Self {
        Self {
            entity,
            scope,
            filters: Vec::new(),
            order: Order::by_id(),
            page: Page { number: 1, size: limit },
        }
    }

    /// The record with this id.
    pub fn by_id(entity: &'static Entity, scope: Scope, id: i64) -> Self {
        Self::all(entity, scope, 1).equals(ID, id)
    }

    /// What a client searches for.
    pub fn search(entity: &'static Entity, scope: Scope, request: ListRequest) -> Self {
        Self { entity, scope, filters: request.filters, order: request.order, page: request.page }
    }

    /// Only records with this value in a field of their own.
    pub fn equals(self, field: FieldIndex, value: impl Into<Value>) -> Self {
        self.filter(field, Test::Equals(value.into()))
    }

    /// Only records whose own field passes a test.
    pub fn filter(mut self, field: FieldIndex, test: Test) -> Self {
        self.filters.push(Filter { path: Path::own(field), test });
        self
    }
}

/// One page of a list, and the size of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The records of the page.
    pub records: Vec<Record>,
    /// How many records all pages have.
    pub total: u64,
}
