//! The suite that every store passes.

use std::sync::Arc;

use proofdesk_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

fn fresh() -> std::future::Ready<(Arc<SqliteStore>, TempDir)> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("desk.db"), Options::default()).expect("opens");
    std::future::ready((Arc::new(store), folder))
}

proofdesk_store::store_conformance!(fresh());
