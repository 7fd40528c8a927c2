//! The suite that the tables of every backend pass.

use std::sync::Arc;

use proofdesk_store_postgres::{Options, PostgresTables};
use proofdesk_testkit::postgres::Database;

async fn fresh() -> (Arc<PostgresTables>, Database) {
    let database = Database::empty().await;
    (Arc::new(PostgresTables::records(database.url(), Options::default())), database)
}

proofdesk_store::tables_conformance!(fresh());
