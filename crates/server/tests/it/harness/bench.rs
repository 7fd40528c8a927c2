//! A desk without a server, for tests that call the verbs themselves.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use jiff::Timestamp;
use proofdesk_decoder::{Options, Pool};
use proofdesk_desk::caller::{Caller, Grant, Origin, Principal};
use proofdesk_desk::erasure::Ledger;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::files::FileError;
use proofdesk_desk::records::{self, Body};
use proofdesk_desk::{Desk, Settings, Surroundings, documents};
use proofdesk_domain::entities::{business::BUSINESS, coworker::COWORKER, user::USER};
use proofdesk_domain::entities::{check, check::CHECK, document, document::DOCUMENT};
use proofdesk_domain::entity::{Entity, ID};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_egress::{Gateway, Policy, Trust};
use proofdesk_store::{Query, Store};
use proofdesk_store_postgres::{Options as PostgresOptions, PostgresStore};
use proofdesk_store_sqlite::{Options as SqliteOptions, SqliteKeyStore, SqliteStore};
use proofdesk_testkit::postgres::Database;
use proofdesk_testkit::{SeededRandom, StepClock};
use proofdesk_vault::{MasterKey, Vault, open_local};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Store as Kind, png};

/// A desk without a server, with a clock that the test moves.
pub(crate) struct Bench {
    pub(crate) desk: Desk,
    /// Another node on the same data.
    pub(crate) node: Desk,
    pub(crate) clock: Arc<StepClock>,
    pub(crate) store: Kind,
    pub(crate) business: i64,
    pub(crate) coworker: i64,
    folder: TempDir,
}

/// How much a test does, from the environment.
pub(crate) fn amount(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// A runtime of its own, as the server has one.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime")
}

/// In memory where there is such a folder: what is written here needn't survive the machine.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

impl Bench {
    pub(crate) async fn new(kind: Kind) -> Self {
        let mut bench = Self::open(kind, folder()).await;
        bench.business = bench.create(&BUSINESS, json!({ "Name": "Harbour" })).await;
        let customer =
            json!({ "FullName": "Ada", "Email": "ada@example.com", "InvoicingBusinessId": bench.business });
        bench.coworker = bench.create(&COWORKER, customer).await;
        bench
    }

    /// A desk on the data that is in a folder already, with SQLite.
    pub(crate) async fn over(folder: TempDir) -> Self {
        Self::open(Kind::Sqlite, folder).await
    }

    async fn open(kind: Kind, folder: TempDir) -> Self {
        let path = |name: &str| folder.path().join(name);
        let store: Arc<dyn Store> = match kind {
            Kind::Sqlite => {
                Arc::new(SqliteStore::open(&path("desk.db"), SqliteOptions::default()).expect("a database"))
            }
            Kind::Postgres => {
                let database = Database::empty().await;
                Arc::new(
                    PostgresStore::connect(database.url(), PostgresOptions::default())
                        .await
                        .expect("a database"),
                )
            }
        };
        let random = Arc::new(SeededRandom::new(7));
        std::fs::create_dir_all(path("files")).expect("a folder");
        let objects = Arc::new(open_local(&path("files")).expect("files"));
        let keys = Arc::new(SqliteKeyStore::open(&path("keys.db")).expect("keys"));
        let vault = Vault::open(objects, keys, MasterKey::from_bytes([7; 32]), random.clone()).await;
        let vault = vault.expect("a vault");
        let clock = Arc::new(StepClock::new(Timestamp::from_second(1_800_000_000).expect("an instant")));
        let ledger = Ledger::open(&path("erasures.jsonl")).expect("a ledger");
        let node = || {
            Desk::new(Surroundings {
                store: store.clone(),
                vault: vault.clone(),
                ledger: ledger.clone(),
                gateway: Gateway::new(Policy::default(), &Trust::Only(Vec::new())).expect("a gateway"),
                decoder: Pool::new(Options {
                    program: env!("CARGO_BIN_EXE_proofdesk").into(),
                    ..Options::this_program(&["decode-worker"])
                }),
                clock: clock.clone(),
                random: random.clone(),
                settings: Settings::default(),
            })
        };
        let (desk, node) = (node(), node());
        Self { desk, node, clock, store: kind, business: 0, coworker: 0, folder }
    }

    /// Where its data is.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Moves the clock on to an instant; seconds since 1970 UTC.
    pub(crate) fn at(&self, second: i64) {
        let now = self.desk.now().as_second();
        self.clock.advance(jiff::SignedDuration::from_secs(second - now));
    }

    /// Somebody who may do everything, as a user of the desk.
    pub(crate) async fn user(&self, email: &str) -> Caller {
        let id = self.create(&USER, json!({ "FullName": "A user", "Email": email })).await;
        Caller::new(Arc::new(Principal::unrestricted(Some(id), email)), Origin::default())
    }

    pub(crate) async fn create(&self, entity: &'static Entity, body: Value) -> i64 {
        let grant = grant(&Caller::system(), entity, Operation::Create);
        records::create(&self.desk, &grant, &properties(body)).await.expect("it is made").id
    }

    /// A check of a passport.
    pub(crate) async fn check(&self) -> i64 {
        let body = json!({
            "BusinessId": self.business, "CoworkerId": self.coworker, "Name": "Check", "IdentityDocumentType": 1,
        });
        self.create(&CHECK, body).await
    }

    pub(crate) fn document_of(&self, check: i64) -> Value {
        json!({ "CoworkerId": self.coworker, "CoworkerIdentityCheckId": check, "Name": "Document" })
    }

    /// Puts a picture into a slot.
    pub(crate) async fn fill(&self, by: &Caller, document: i64, slot: Slot) -> Result<(), DeskError> {
        let grant = grant(by, &DOCUMENT, Operation::Edit);
        let bytes = stream::iter([Ok::<_, FileError>(Bytes::from(png(1)))]);
        documents::upload(&self.desk, &grant, document, slot, "scan.png", bytes).await.map(drop)
    }

    pub(crate) async fn record(&self, entity: &'static Entity, id: i64) -> Record {
        let query = Query::by_id(entity, Scope::All, id);
        self.desk.store().select(&query).await.expect("an answer").pop().expect("a record")
    }

    pub(crate) async fn status(&self, entity: &'static Entity, id: i64) -> Status {
        status(&self.record(entity, id).await)
    }

    /// All records of an entity, by id.
    pub(crate) async fn all(&self, entity: &'static Entity) -> Vec<Record> {
        let mut all: Vec<Record> = Vec::new();
        loop {
            let after = all.last().map_or(0, Record::id);
            let query = Query::all(entity, Scope::All, 1000).filter(ID, Test::AtLeast(after + 1));
            let page = self.desk.store().select(&query).await.expect("an answer");
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
}

pub(crate) fn grant(by: &Caller, entity: &'static Entity, operation: Operation) -> Grant {
    by.grant(entity, operation).expect("the role")
}

pub(crate) fn properties(body: Value) -> Body {
    serde_json::from_value(body).expect("an object")
}

pub(crate) fn status(record: &Record) -> Status {
    let field = if record.entity() == &DOCUMENT { document::STATUS_ } else { check::STATUS_ };
    Status::from_number(record.int(field).unwrap_or(0))
}
