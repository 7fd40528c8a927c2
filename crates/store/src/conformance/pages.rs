//! Parts of a list.

use std::sync::Arc;

use proofdesk_domain::entities::business;
use proofdesk_domain::list::{Order, Page};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;

use super::Outcome;
use super::world::World;
use crate::{Query, Store, StoreError};

const COUNT: usize = 13;

/// So many locations with few different names, so that most are ties.
async fn locations(store: Arc<dyn Store>, count: usize) -> Result<World, StoreError> {
    let mut world = World::empty(store).await?;
    let named = |n: usize| world.sample(&business::BUSINESS, n).with(business::NAME, ["b", "A", "a"][n % 3]);
    let records = (0..count).map(named).collect();
    world.insert_all(records).await?;
    Ok(world)
}

fn page(number: u64, size: u32, descending: bool) -> Query {
    let order = Order { field: business::NAME, path: Path::own(business::NAME), descending };
    Query { order, page: Page { number, size }, ..Query::all(&business::BUSINESS, Scope::All, 1) }
}

/// Nothing twice, nothing left out, the same total on each.
pub async fn pages_of_every_size_make_up_the_whole(store: Arc<dyn Store>) -> Outcome {
    let world = locations(store, COUNT).await?;
    for descending in [false, true] {
        let whole = world.model.answer(&page(1, 100, descending)).records;
        assert_eq!(whole.len(), COUNT);
        for size in 1..=COUNT + 1 {
            let mut joined: Vec<Record> = Vec::new();
            for number in 1..=COUNT.div_ceil(size) {
                let listed = world.store.list(&page(number as u64, size as u32, descending)).await?;
                assert_eq!(listed.total, COUNT as u64);
                assert!(number * size > COUNT || listed.records.len() == size);
                joined.extend(listed.records);
            }
            assert!(joined == whole, "pages of {size}");
        }
    }
    Ok(())
}

/// Where a store may read from the end rather than skip all that comes before.
pub async fn pages_of_a_long_list_are_right_to_its_end(store: Arc<dyn Store>) -> Outcome {
    let world = locations(store, 1103).await?;
    for descending in [false, true] {
        for (number, size) in
            [(1, 100), (6, 100), (11, 100), (12, 100), (13, 100), (1103, 1), (367, 3), (368, 3)]
        {
            world.check(&page(number, size, descending)).await?;
        }
    }
    Ok(())
}

/// It has the right total all the same.
pub async fn a_page_past_the_end_is_empty(store: Arc<dyn Store>) -> Outcome {
    let world = locations(store, COUNT).await?;
    for (number, size) in [(2, 13), (3, 12), (14, 1), (1000, 1000)] {
        let listed = world.store.list(&page(number, size, false)).await?;
        assert_eq!((listed.records.len(), listed.total), (0, COUNT as u64), "page {number} of {size}");
        assert!(world.store.select(&page(number, size, false)).await?.is_empty());
    }
    Ok(())
}

/// No number that a client can send overflows anything.
pub async fn the_largest_numbers_do_no_harm(store: Arc<dyn Store>) -> Outcome {
    let world = locations(store, COUNT).await?;
    let half = i64::MAX as u64;
    for number in
        [u64::MAX, u64::MAX - 1, half, half + 1, half / 1000, half / 1000 + 2, u64::from(u32::MAX) + 1]
    {
        for size in [1, 2, 1000, u32::MAX] {
            world.check(&page(number, size, true)).await?;
        }
    }
    world.check(&page(1, u32::MAX, false)).await
}
