//! The joins that paths through references need: one for each distinct reference.

use std::fmt::Write as _;

use proofdesk_domain::entity::{Entity, FieldIndex, ID};
use proofdesk_domain::path::{Path, referred};

/// The entity's own table as `t0`, and the records that it refers to as `t1`, `t2` and so on.
pub(crate) struct Joins {
    root: &'static Entity,
    joined: Vec<Join>,
}

struct Join {
    from: usize,
    reference: FieldIndex,
    column: &'static str,
    entity: &'static Entity,
}

impl Joins {
    pub(crate) fn new(root: &'static Entity) -> Self {
        Self { root, joined: Vec::new() }
    }

    /// The column at the end of a path, such as `t2.name`; None where the path doesn't end in a column. Joins what the
    /// path needs. The id of a referred record is the reference itself, without a join.
    pub(crate) fn column(&mut self, path: &Path) -> Option<String> {
        let (hops, last) = match path.hops.split_last() {
            Some((reference, way)) if path.last == ID => (way, *reference),
            _ => (path.hops.as_slice(), path.last),
        };
        let (alias, entity) = self.follow(hops)?;
        let column = entity.fields.get(last.0)?.column()?;
        Some(format!("t{alias}.{column}"))
    }

    /// The number of the table that references lead to, and what it holds.
    pub(crate) fn follow(&mut self, hops: &[FieldIndex]) -> Option<(usize, &'static Entity)> {
        hops.iter().try_fold((0, self.root), |(from, entity), hop| self.join(from, entity, *hop))
    }

    fn join(
        &mut self,
        from: usize,
        of: &'static Entity,
        hop: FieldIndex,
    ) -> Option<(usize, &'static Entity)> {
        let known = self.joined.iter().position(|join| join.from == from && join.reference == hop);
        if let Some(place) = known {
            return Some((place + 1, self.joined[place].entity));
        }
        let reference = of.fields.get(hop.0)?;
        let (entity, column) = (referred(reference)?, reference.column()?);
        self.joined.push(Join { from, reference: hop, column, entity });
        Some((self.joined.len(), entity))
    }

    /// The table and its joins, to stand after ` FROM `.
    pub(crate) fn tables(&self) -> String {
        format!("{} t0{}", self.root.table, self.joins())
    }

    /// The joins only.
    pub(crate) fn joins(&self) -> String {
        self.joined.iter().enumerate().fold(String::new(), |mut sql, (place, join)| {
            let (table, alias, from, column) = (join.entity.table, place + 1, join.from, join.column);
            // Writing to a String can't fail.
            let _ = write!(sql, " LEFT JOIN {table} t{alias} ON t{alias}.id = t{from}.{column}");
            sql
        })
    }
}
