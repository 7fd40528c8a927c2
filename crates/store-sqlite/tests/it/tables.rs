//! The suite that the tables of every backend pass.

use std::future::{Ready, ready};
use std::sync::Arc;

use proofdesk_store_sqlite::SqliteTables;
use tempfile::TempDir;

fn fresh() -> Ready<(Arc<SqliteTables>, TempDir)> {
    let folder = tempfile::tempdir().expect("a folder");
    ready((Arc::new(SqliteTables::records(&folder.path().join("desk.db"))), folder))
}

proofdesk_store::tables_conformance!(fresh());
