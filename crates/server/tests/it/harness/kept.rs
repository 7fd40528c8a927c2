//! What a desk keeps, seen past it: for what no answer tells, and for what an older desk would have written.

use std::sync::Arc;

use proofdesk_domain::entities::{token, token::TOKEN, user, user::USER};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Store as Records, Transaction};
use proofdesk_store_postgres::PostgresStore;
use proofdesk_store_sqlite::SqliteStore;

use super::Desk;

impl Desk {
    /// The user with this e-mail address, as it is kept.
    #[track_caller]
    pub(crate) fn kept_user(&self, email: &str) -> Record {
        let query = Query::all(&USER, Scope::All, 1).equals(user::EMAIL, email);
        self.beside(async |store| store.select(&query).await.expect("users").pop().expect("the user"))
    }

    /// All records of an entity, at most a hundred, as they are kept.
    #[track_caller]
    pub(crate) fn kept(&self, entity: &'static Entity) -> Vec<Record> {
        self.beside(async |store| store.select(&Query::all(entity, Scope::All, 100)).await.expect("records"))
    }

    /// Keeps a record as it shall be, whatever the desk would say to it.
    #[track_caller]
    pub(crate) fn keep(&self, record: Record) {
        let mut transaction = Transaction::default();
        transaction.update(record);
        self.beside(async |store| store.commit(transaction).await.expect("it is kept"));
    }

    /// Lets all tokens that are kept have ended long ago.
    #[track_caller]
    pub(crate) fn let_tokens_end(&self) {
        let query = Query::all(&TOKEN, Scope::All, 1000);
        for token in self.beside(async |store| store.select(&query).await.expect("tokens")) {
            self.keep(token.with(token::EXPIRES_ON, 1_i64));
        }
    }

    fn beside<T>(&self, work: impl AsyncFnOnce(Arc<dyn Records>) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let store: Arc<dyn Records> = if let Some(url) = self.database_url() {
                let options = proofdesk_store_postgres::Options::default();
                Arc::new(PostgresStore::connect(url, options).await.expect("the database"))
            } else {
                let options = proofdesk_store_sqlite::Options::default();
                Arc::new(SqliteStore::open(&self.data().join("desk.db"), options).expect("the database"))
            };
            work(store).await
        })
    }
}
