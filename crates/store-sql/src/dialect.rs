//! What differs between the two databases.

use std::fmt::Write as _;

use proofdesk_domain::entity::Links;

/// The database that a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite. The connection has a function `fold(text)` that does what `proofdesk_domain::list::fold` does, and gives
    /// null for null. An id set is a JSON array as text.
    Sqlite,
    /// PostgreSQL with ICU. An id set is a `bigint[]`.
    Postgres,
}

/// How firmly a guard holds the record that it looks at, in a database where other transactions run meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nobody may change it until the end of the transaction.
    Share,
    /// And this transaction is about to update it.
    Update,
    /// And this transaction is about to delete it.
    Delete,
}

impl Dialect {
    /// Writes the placeholder of the n-th parameter, counted from 1.
    pub(crate) fn placeholder(self, sql: &mut String, number: usize) {
        match self {
            Self::Sqlite => sql.push('?'),
            Self::Postgres => {
                // Writing to a String can't fail.
                let _ = write!(sql, "${number}");
            }
        }
    }

    /// The text before and after the placeholder of an id set, to test that a number is in it.
    pub(crate) fn in_set(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite => (" IN (SELECT value FROM json_each(", "))"),
            Self::Postgres => (" = ANY(", ")"),
        }
    }

    /// The opposite of [`Self::in_set`].
    pub(crate) fn not_in_set(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite => (" NOT IN (SELECT value FROM json_each(", "))"),
            Self::Postgres => (" <> ALL(", ")"),
        }
    }

    /// A text as it is compared where case is ignored.
    pub(crate) fn folded(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("fold({text})"),
            Self::Postgres => format!("lower({text} COLLATE \"und-x-icu\")"),
        }
    }

    /// The text before, between and after a text and the placeholder of another, to test that the first contains it.
    pub(crate) fn contains(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sqlite => ("instr(", ", ", ") > 0"),
            Self::Postgres => ("strpos(", ", ", ") > 0"),
        }
    }

    /// Makes a text compare by its bytes.
    pub(crate) fn by_bytes(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " COLLATE \"C\"",
        }
    }

    /// Puts nulls before everything else. SQLite does so unasked.
    pub(crate) fn nulls(self, descending: bool) -> &'static str {
        match (self, descending) {
            (Self::Sqlite, _) => "",
            (Self::Postgres, false) => " NULLS FIRST",
            (Self::Postgres, true) => " NULLS LAST",
        }
    }

    /// The ids in a column, ascending and joined with commas.
    pub(crate) fn joined(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("group_concat({column}, ',' ORDER BY {column})"),
            Self::Postgres => format!("string_agg({column}::text, ',' ORDER BY {column})"),
        }
    }

    /// Compares so that null equals null.
    pub(crate) fn is(self) -> &'static str {
        match self {
            Self::Sqlite => " IS ",
            Self::Postgres => " IS NOT DISTINCT FROM ",
        }
    }

    /// The end of a guard's text. SQLite has one writer, so nothing needs to be held.
    pub(crate) fn lock(self, lock: Lock) -> &'static str {
        match (self, lock) {
            (Self::Sqlite, _) => "",
            (Self::Postgres, Lock::Share) => " FOR SHARE",
            (Self::Postgres, Lock::Update) => " FOR NO KEY UPDATE",
            (Self::Postgres, Lock::Delete) => " FOR UPDATE",
        }
    }

    /// The end of an insert's text that gives the new id, where it isn't known otherwise.
    pub(crate) fn returning_id(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " RETURNING id",
        }
    }

    /// Adds entries to a link table: of the record in the first parameter, the ids in the second.
    pub(crate) fn add_links(self, links: &Links) -> String {
        let Links { table, own, other } = links;
        // SQLite needs the condition, or it would read ON CONFLICT as the condition of a join.
        let ids = match self {
            Self::Sqlite => "SELECT ?, value FROM json_each(?) WHERE TRUE",
            Self::Postgres => "SELECT $1::bigint, unnest($2::bigint[])",
        };
        format!("INSERT INTO {table} ({own}, {other}) {ids} ON CONFLICT DO NOTHING")
    }
}
