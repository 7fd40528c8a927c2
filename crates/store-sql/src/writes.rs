//! Writes: insert, update, delete, and the entries of link tables.

use proofdesk_domain::entity::{Entity, FieldIndex, ID, Links, Source, VERSION};
use proofdesk_domain::record::Record;
use proofdesk_store::{StoreError, has_version};

use crate::builder::Builder;
use crate::dialect::Dialect;
use crate::parameter::Parameter;
use crate::plan::Plan;

/// The texts of an entity's writes, and what goes into them.
pub(crate) struct Writes {
    insert: String,
    update: String,
    stored: String,
    delete: String,
    /// The fields whose columns are written, without id and version.
    columns: Vec<FieldIndex>,
    versioned: bool,
    lists: Vec<ListWrites>,
}

/// How a list field of a record is written: after an insert [`ListWrites::add`], after an update both. The parameters of
/// each are the record's id and the list's ids.
pub struct ListWrites {
    /// The list field.
    pub field: FieldIndex,
    /// Removes the entries that aren't in the list.
    pub remove: String,
    /// Adds the entries of the list that aren't there.
    pub add: String,
}

impl Writes {
    pub(crate) fn new(dialect: Dialect, entity: &Entity) -> Self {
        let versioned = has_version(entity);
        let written = |place: usize| {
            let kept = entity.fields[place].column().is_some();
            kept && place != ID.0 && !(versioned && place == VERSION.0)
        };
        let columns: Vec<FieldIndex> =
            (0..entity.fields.len()).filter(|place| written(*place)).map(FieldIndex).collect();
        Self {
            insert: insert(dialect, entity, &columns, versioned),
            update: update(dialect, entity, &columns, versioned),
            stored: stored(dialect, entity, &columns),
            delete: delete(dialect, entity),
            lists: lists(dialect, entity),
            columns,
            versioned,
        }
    }
}

impl Plan {
    /// The text that adds a record, with version 1 where the entity has one. In PostgreSQL it gives the new id.
    pub fn insert(&self) -> &str {
        &self.writes.insert
    }

    /// What goes into [`Plan::insert`]. `inserted` are the ids that the transaction's inserts got so far.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for a value that no column holds.
    pub fn insert_parameters<'a>(
        &self,
        record: &'a Record,
        inserted: &[i64],
    ) -> Result<Vec<Parameter<'a>>, StoreError> {
        let written = |field: &FieldIndex| {
            Parameter::written(record.get(*field), self.entity.field(*field).kind, inserted)
        };
        self.writes.columns.iter().map(written).collect()
    }

    /// The text that changes a record. It changes no row if there is none with this id, or its version is another: then
    /// the record was changed meanwhile.
    pub fn update(&self) -> &str {
        &self.writes.update
    }

    /// What goes into [`Plan::update`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for a value that no column holds.
    pub fn update_parameters<'a>(
        &self,
        record: &'a Record,
        inserted: &[i64],
    ) -> Result<Vec<Parameter<'a>>, StoreError> {
        let mut parameters = self.insert_parameters(record, inserted)?;
        parameters.push(Parameter::Int(record.id()));
        if self.writes.versioned {
            parameters.push(Parameter::of(record.get(VERSION)).unwrap_or(Parameter::Null));
        }
        Ok(parameters)
    }

    /// How many columns a write sets: the first parameters of [`Plan::insert`] and [`Plan::update`].
    pub fn columns(&self) -> usize {
        self.writes.columns.len()
    }

    /// The text that gives the columns of the record with an id, its parameter, in the order of
    /// [`Plan::insert_parameters`].
    pub fn stored(&self) -> &str {
        &self.writes.stored
    }

    /// The text of an update of some columns only, by their places in [`Plan::stored`]; the other parameters are those of
    /// [`Plan::update`]. For a database that touches every index of a column that is set, even to what it was. None if
    /// there would be nothing to set.
    pub fn update_of(&self, places: &[usize]) -> Option<String> {
        let columns: Vec<FieldIndex> = places.iter().map(|place| self.writes.columns[*place]).collect();
        let sets = self.writes.versioned || !columns.is_empty();
        sets.then(|| update(self.dialect, self.entity, &columns, self.writes.versioned))
    }

    /// The text that removes the record with an id, its parameter. It removes no row if there is none.
    pub fn delete(&self) -> &str {
        &self.writes.delete
    }

    /// How the list fields are written.
    pub fn lists(&self) -> &[ListWrites] {
        &self.writes.lists
    }
}

fn names<'a>(entity: &'a Entity, columns: &'a [FieldIndex]) -> impl Iterator<Item = &'static str> {
    columns.iter().filter_map(|field| entity.field(*field).column())
}

fn insert(dialect: Dialect, entity: &Entity, columns: &[FieldIndex], versioned: bool) -> String {
    let mut sql = Builder::new(dialect, "INSERT INTO ");
    let names: Vec<&str> = versioned.then_some("version").into_iter().chain(names(entity, columns)).collect();
    sql.push(&format!("{} ({}) VALUES (", entity.table, names.join(", ")));
    for place in 0..names.len() {
        sql.push(if place == 0 { "" } else { ", " });
        if place == 0 && versioned { sql.push("1") } else { sql.bind(Parameter::Null) }
    }
    sql.push(")");
    sql.push(dialect.returning_id());
    sql.sql()
}

fn update(dialect: Dialect, entity: &Entity, columns: &[FieldIndex], versioned: bool) -> String {
    let mut sql = Builder::new(dialect, "UPDATE ");
    sql.push(entity.table);
    sql.push(" SET ");
    if versioned {
        sql.push("version = version + 1");
    }
    for (place, name) in names(entity, columns).enumerate() {
        sql.push(if place == 0 && !versioned { "" } else { ", " });
        sql.compare(name, " = ", Parameter::Null);
    }
    sql.compare(" WHERE id", " = ", Parameter::Null);
    if versioned {
        sql.compare(" AND version", " = ", Parameter::Null);
    }
    sql.sql()
}

fn stored(dialect: Dialect, entity: &Entity, columns: &[FieldIndex]) -> String {
    let names: Vec<&str> = names(entity, columns).collect();
    let mut sql = Builder::new(dialect, &format!("SELECT {} FROM {}", names.join(", "), entity.table));
    sql.compare(" WHERE id", " = ", Parameter::Null);
    sql.sql()
}

fn delete(dialect: Dialect, entity: &Entity) -> String {
    let mut sql = Builder::new(dialect, "DELETE FROM ");
    sql.push(entity.table);
    sql.compare(" WHERE id", " = ", Parameter::Null);
    sql.sql()
}

fn lists(dialect: Dialect, entity: &Entity) -> Vec<ListWrites> {
    let fields = entity.fields.iter().enumerate();
    let lists = fields.filter_map(|(place, field)| match field.source {
        Source::Links(links) => Some(ListWrites {
            field: FieldIndex(place),
            remove: remove(dialect, links),
            add: dialect.add_links(links),
        }),
        _ => None,
    });
    lists.collect()
}

fn remove(dialect: Dialect, links: &Links) -> String {
    let (before, after) = dialect.not_in_set();
    let mut sql = Builder::new(dialect, "DELETE FROM ");
    sql.push(links.table);
    sql.push(" WHERE ");
    sql.compare(links.own, " = ", Parameter::Null);
    sql.push(" AND ");
    sql.compare(links.other, before, Parameter::Null);
    sql.push(after);
    sql.sql()
}
