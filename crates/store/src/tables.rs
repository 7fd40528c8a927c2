//! Everything that a database holds, table by table: for backups, for the move to another backend, and for checks of what
//! lies on the disk. Nothing here knows what the tables mean, so a new table is part of it by itself.

use async_trait::async_trait;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::StoreError;

/// A value as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// None.
    Null,
    /// A 64-bit number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A table, ahead of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of their names' bytes; so are the cells of each row.
    pub columns: Vec<String>,
    /// The highest id that a row has had, where the database counts them: it is never given again.
    pub last_id: Option<i64>,
}

/// A piece of an export. All are of one instant, and in the same order whatever the backend: the schema, then each table
/// in the order of the names' bytes with its rows after it, by id or else by all columns, then the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The number of the last migration that the tables have seen.
    Schema(i64),
    /// The rows that follow are of this table.
    Table(Table),
    /// Some rows.
    Rows(Vec<Vec<Cell>>),
    /// There is no more. An import that ends without it is taken back.
    End,
}

/// A database as a set of tables: the desk's records, or the vault's keys.
#[async_trait]
pub trait Tables: Send + Sync {
    /// The newest schema that this version knows.
    fn known_schema(&self) -> i64;

    /// What the database finds wrong with itself, in words without anybody's data: damaged pages, and references to rows
    /// that aren't there. Each line is a finding.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it can't be looked at.
    async fn inspect(&self) -> Result<Vec<String>, StoreError>;

    /// Gives out everything, as it is at one instant, while others go on writing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; also if nobody takes the pieces any more. There was no [`Piece::End`] then.
    async fn export(&self, pieces: Sender<Piece>) -> Result<(), StoreError>;

    /// Brings an empty database to the schema of an export and fills it, in one transaction; what migrations put into it
    /// is replaced. References are checked at the end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], with what doesn't fit; there are no rows then.
    async fn import(&self, pieces: Receiver<Piece>) -> Result<(), StoreError>;

    /// Whether there is nothing but what migrations put there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it can't be looked at.
    async fn is_empty(&self) -> Result<bool, StoreError>;

    /// Notes that a restore has begun, in a database that is empty, or that was noted before and is emptied now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it is neither, and as above.
    async fn begin_restore(&self) -> Result<(), StoreError>;

    /// Takes the note away.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn end_restore(&self) -> Result<(), StoreError>;

    /// Whether a restore has begun and not ended.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn is_restoring(&self) -> Result<bool, StoreError>;
}

/// How many rows go into a [`Piece::Rows`] at the most.
pub const ROWS: usize = 256;

/// The error of an export whose pieces nobody takes.
pub fn abandoned() -> StoreError {
    StoreError::Unavailable("the export was abandoned".to_owned())
}
