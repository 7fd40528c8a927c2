//! What never changes about an entity's SQL.

use std::sync::OnceLock;

use proofdesk_domain::entities;
use proofdesk_domain::entity::{Entity, Field, FieldIndex, Links, Source};
use proofdesk_store::{Guard, StoreError};

use crate::builder::Builder;
use crate::dialect::{Dialect, Lock};
use crate::joins::Joins;
use crate::parameter::{Parameter, Statement};
use crate::points::Points;
use crate::shape::Shape;
use crate::writes::Writes;

/// The SQL of one entity in one dialect; made once, then shared by all.
pub struct Plan {
    pub(crate) dialect: Dialect,
    pub(crate) entity: &'static Entity,
    /// All fields, to stand after `SELECT `.
    pub(crate) row: String,
    pub(crate) points: Points,
    pub(crate) writes: Writes,
    shapes: Vec<Shape>,
}

impl Plan {
    /// The plan of an entity.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for an entity that isn't one of [`entities::all`].
    pub fn of(dialect: Dialect, entity: &'static Entity) -> Result<&'static Self, StoreError> {
        static SQLITE: OnceLock<Vec<Plan>> = OnceLock::new();
        static POSTGRES: OnceLock<Vec<Plan>> = OnceLock::new();
        let made = match dialect {
            Dialect::Sqlite => &SQLITE,
            Dialect::Postgres => &POSTGRES,
        };
        let plans = made.get_or_init(|| entities::all().map(|entity| Self::new(dialect, entity)).collect());
        let unknown = || StoreError::Unavailable(format!("there is no table for {}", entity.name));
        plans.iter().find(|plan| plan.entity == entity).ok_or_else(unknown)
    }

    fn new(dialect: Dialect, entity: &'static Entity) -> Self {
        let mut joins = Joins::new(entity);
        let fields = 0..entity.fields.len();
        let row: Vec<String> =
            fields.map(|place| selected(dialect, entity, FieldIndex(place), &mut joins)).collect();
        let row = row.join(", ");
        let head = format!("SELECT {row} FROM {}", joins.tables());
        Self {
            dialect,
            entity,
            points: Points::new(dialect, entity, &head),
            writes: Writes::new(dialect, entity),
            shapes: Shape::of(entity),
            row,
        }
    }

    /// The entity.
    pub fn entity(&self) -> &'static Entity {
        self.entity
    }

    /// What the columns of the answer to [`Plan::select`] hold: one for each field.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The question that gives one row if a guard holds, and none otherwise.
    ///
    /// Where other transactions run meanwhile, the caller sorts guards by table and id, or two may wait for one another.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for a field without a column, or a value that no column holds.
    pub fn guard<'a>(&self, guard: &'a Guard, lock: Lock) -> Result<Statement<'a>, StoreError> {
        let field = self.entity.fields.get(guard.field.0);
        let column = field.and_then(Field::column);
        let (Some(column), Some(value)) = (column, Parameter::of(&guard.value)) else {
            return Err(StoreError::Unavailable("a guard is about what no column holds".to_owned()));
        };
        let mut sql = Builder::new(self.dialect, "SELECT 1 FROM ");
        sql.push(self.entity.table);
        sql.compare(" WHERE id", " = ", Parameter::Int(guard.id));
        sql.push(" AND ");
        sql.compare(column, self.dialect.is(), value);
        sql.push(self.dialect.lock(lock));
        Ok(sql.done())
    }
}

/// A field as it is selected.
fn selected(dialect: Dialect, entity: &'static Entity, field: FieldIndex, joins: &mut Joins) -> String {
    if let Source::Links(Links { table, own, other }) = entity.field(field).source {
        return format!("(SELECT {} FROM {table} WHERE {own} = t0.id)", dialect.joined(other));
    }
    entity.path_to(field).and_then(|path| joins.column(&path)).unwrap_or_else(|| "NULL".to_owned())
}
