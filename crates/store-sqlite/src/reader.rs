//! One connection that reads.

use std::path::Path;

use proofdesk_domain::record::Record;
use proofdesk_store::{Listed, Query, StoreError};
use proofdesk_store_sql::{Dialect, Plan, Statement};
use rusqlite::Connection;

use crate::connection::{self, Role, run};
use crate::error::{OpenError, unavailable};
use crate::rows;
use crate::totals::Totals;

/// One connection that reads.
pub(crate) struct Reader {
    connection: Connection,
    totals: Totals,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = connection::open(path, Role::Reader)?;
        Ok(Self { connection, totals: Totals::default() })
    }

    /// Whether the database can be read.
    pub(crate) fn ping(&self) -> Result<(), StoreError> {
        let any = Statement { sql: "SELECT 1 FROM roles LIMIT 1".into(), parameters: Vec::new() };
        self.number(&any).map(drop)
    }

    /// The records of one page.
    pub(crate) fn select(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let plan = Plan::of(Dialect::Sqlite, query.entity)?;
        self.records(plan, plan.select(query, None))
    }

    /// The records of one page and the total, both of one instant.
    pub(crate) fn list(&mut self, query: &Query) -> Result<Listed, StoreError> {
        let plan = Plan::of(Dialect::Sqlite, query.entity)?;
        run(&self.connection, "BEGIN").map_err(unavailable)?;
        let listed = self.list_now(plan, query);
        run(&self.connection, "COMMIT").map_err(unavailable)?;
        listed
    }

    fn list_now(&mut self, plan: &'static Plan, query: &Query) -> Result<Listed, StoreError> {
        let version = Statement { sql: "PRAGMA data_version".into(), parameters: Vec::new() };
        let version = self.number(&version)?;
        let mut known = self.totals.get(version, query);
        if known.is_none() && query.page.number > 1 {
            known = Some(self.count(plan, query)?);
        }
        let records = self.records(plan, plan.select(query, known))?;
        let total = match known {
            Some(total) => total,
            // The first page, and it isn't full: there is no other.
            None if records.len() < query.page.size as usize => records.len() as u64,
            None => self.count(plan, query)?,
        };
        Ok(Listed { records, total })
    }

    fn count(&mut self, plan: &'static Plan, query: &Query) -> Result<u64, StoreError> {
        let Some(statement) = plan.count(query) else { return Ok(0) };
        let total = self.number(&statement)?.unsigned_abs();
        self.totals.put(query, total);
        Ok(total)
    }

    fn records(&self, plan: &Plan, statement: Option<Statement<'_>>) -> Result<Vec<Record>, StoreError> {
        let Some(statement) = statement else { return Ok(Vec::new()) };
        rows::records(&self.connection, plan, &statement).map_err(unavailable)
    }

    fn number(&self, statement: &Statement<'_>) -> Result<i64, StoreError> {
        Ok(rows::number(&self.connection, statement).map_err(unavailable)?.unwrap_or(0))
    }
}
