//! The database of a desk, past all that callers can do.

use proofdesk_testkit::postgres;

use super::Desk;

/// The tables whose ids callers see, but for the fixed list of roles.
const TABLES: [&str; 7] =
    ["businesses", "users", "user_roles", "coworkers", "checks", "documents", "audit_entries"];

/// The first id of the first table; the next one begins ten millions later.
const FIRST: i64 = 710_305_601;
/// How far the tables' ids lie apart.
pub(crate) const LONG_IDS_STEP: i64 = 10_000_000;

impl Desk {
    /// From now on new records have ids of nine digits; the desk starts anew, so call it before anything else.
    pub(crate) fn with_long_ids(&self) {
        self.kill();
        let firsts = (0..).map(|number| FIRST + number * LONG_IDS_STEP);
        let tables = TABLES.into_iter().zip(firsts);
        if let Some(url) = self.database_url() {
            let restart =
                |(table, first)| format!("ALTER TABLE {table} ALTER COLUMN id RESTART WITH {first};");
            let sql: String = tables.map(restart).collect::<Vec<_>>().concat();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(proofdesk_testkit::postgres::execute(url, &sql));
        } else {
            let connection = rusqlite::Connection::open(self.data().join("desk.db")).expect("the database");
            for (table, first) in tables {
                let forget = "DELETE FROM sqlite_sequence WHERE name = ?1";
                connection.execute(forget, [table]).expect("a statement");
                let start = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
                connection.execute(start, (table, first - 1)).expect("a statement");
            }
        }
        self.run();
    }

    /// Changes one row, while the desk runs.
    pub(crate) fn change(&self, sql: &str) {
        if let Some(url) = self.database_url() {
            runtime().block_on(postgres::execute(url, sql));
        } else {
            assert_eq!(self.database().execute(sql, []).expect("a statement"), 1, "{sql}");
        }
    }

    /// The numbers that statements select, one each. The desk starts anew.
    pub(crate) fn numbers(&self, statements: &[String]) -> Vec<i64> {
        self.kill();
        let numbers = if let Some(url) = self.database_url() {
            let runtime = runtime();
            statements.iter().map(|sql| runtime.block_on(postgres::number(url, sql))).collect()
        } else {
            let connection = self.database();
            let number = |sql: &String| connection.query_row(sql, [], |row| row.get(0)).expect("a number");
            statements.iter().map(number).collect()
        };
        self.run();
        numbers
    }

    /// Carries out a statement in the database of the records, whatever it does to them.
    pub(crate) fn execute(&self, sql: &str) {
        self.execute_in("desk.db", sql);
    }

    /// Carries out a statement in the key store; its tables are `proofdesk_keys.…` in PostgreSQL.
    pub(crate) fn execute_in(&self, file: &str, sql: &str) {
        if let Some(url) = self.database_url() {
            runtime().block_on(postgres::execute(url, sql));
        } else {
            let connection = rusqlite::Connection::open(self.data().join(file)).expect("the database");
            connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect("a statement");
        }
    }

    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data().join("desk.db")).expect("the database")
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
