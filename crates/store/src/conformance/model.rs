//! What a store must answer, worked out record by record from what was written: slow, and plain to read.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use proofdesk_domain::entity::{Entity, FieldIndex, ID, Links, Source, Tenancy, VERSION};
use proofdesk_domain::list::{Filter, Order, Test, fold};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use crate::{Listed, Query, has_version};

/// An entry of a link table: the table, and both columns with their ids, in the order of the columns' names.
type Link = (&'static str, [(&'static str, i64); 2]);

/// The records and links that are in the store.
#[derive(Clone, Default)]
pub(super) struct Model {
    records: BTreeMap<(&'static str, i64), Record>,
    links: BTreeSet<Link>,
}

fn link(links: &'static Links, own: i64, other: i64) -> Link {
    let mut ends = [(links.own, own), (links.other, other)];
    ends.sort_unstable();
    (links.table, ends)
}

fn lists(entity: &'static Entity) -> impl Iterator<Item = (FieldIndex, &'static Links)> {
    entity.fields.iter().enumerate().filter_map(|(place, field)| match field.source {
        Source::Links(links) => Some((FieldIndex(place), links)),
        _ => None,
    })
}

impl Model {
    /// Takes over a record that was inserted and got this id.
    pub(super) fn insert(&mut self, record: &Record, id: i64) {
        self.put(record.clone().with(ID, id), 1);
    }

    /// Takes over a record that was updated.
    pub(super) fn update(&mut self, record: &Record) {
        let versioned = has_version(record.entity());
        let version = if versioned { record.int(VERSION).unwrap_or_default() } else { 0 };
        self.put(record.clone(), version + 1);
    }

    fn put(&mut self, mut record: Record, version: i64) {
        let (entity, id) = (record.entity(), record.id());
        if has_version(entity) {
            record.set(VERSION, version);
        }
        self.unlink(entity, id);
        for (index, links) in lists(entity) {
            self.links.extend(record.list(index).iter().map(|other| link(links, id, *other)));
        }
        self.records.insert((entity.table, id), record);
    }

    /// Forgets a record that was deleted.
    pub(super) fn delete(&mut self, record: &Record) {
        self.unlink(record.entity(), record.id());
        self.records.remove(&(record.entity().table, record.id()));
    }

    fn unlink(&mut self, entity: &'static Entity, id: i64) {
        for (_, links) in lists(entity) {
            self.links.retain(|(table, ends)| *table != links.table || !ends.contains(&(links.own, id)));
        }
    }

    /// All records of an entity as the store must give them, by id.
    pub(super) fn all(&self, entity: &'static Entity) -> Vec<Record> {
        let own = self.records.values().filter(|record| record.entity() == entity);
        own.map(|record| self.read(record)).collect()
    }

    /// The record with this id, as the store must give it.
    ///
    /// # Panics
    /// If there is none: the case is wrong.
    pub(super) fn get(&self, entity: &'static Entity, id: i64) -> Record {
        let record = self.records.get(&(entity.table, id));
        self.read(record.unwrap_or_else(|| panic!("no {} {id}", entity.name)))
    }

    fn read(&self, record: &Record) -> Record {
        let entity = record.entity();
        let mut read = record.clone();
        for (place, field) in entity.fields.iter().enumerate() {
            let index = FieldIndex(place);
            match field.source {
                Source::Column(_) => {}
                Source::Instruction => read.set(index, Value::Null),
                Source::Links(_) | Source::Path(_) => {
                    let path = entity.path_to(index).unwrap_or_else(|| Path::own(index));
                    read.set(index, self.value(record, &path));
                }
            }
        }
        read
    }

    /// The value at the end of a path; null where a reference on the way is.
    fn value(&self, record: &Record, path: &Path) -> Value {
        let mut at = record;
        for hop in &path.hops {
            let other = proofdesk_domain::path::referred(at.entity().field(*hop));
            let next = other.zip(at.int(*hop)).and_then(|(entity, id)| self.records.get(&(entity.table, id)));
            let Some(next) = next else { return Value::Null };
            at = next;
        }
        match at.entity().field(path.last).source {
            Source::Links(links) => Value::List(self.linked(links, at.id())),
            _ => at.get(path.last).clone(),
        }
    }

    fn linked(&self, links: &'static Links, own: i64) -> Vec<i64> {
        let of_record = self
            .links
            .iter()
            .filter(|(table, ends)| *table == links.table && ends.contains(&(links.own, own)));
        let mut ids: Vec<i64> = of_record
            .flat_map(|(_, ends)| ends.iter().filter(|(column, _)| *column == links.other))
            .map(|(_, id)| *id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// What the store must answer.
    pub(super) fn answer(&self, query: &Query) -> Listed {
        let mut records = self.all(query.entity);
        records.retain(|record| self.is_seen(record, &query.scope));
        records.retain(|record| query.filters.iter().all(|filter| self.passes(record, filter)));
        records.sort_by(|a, b| self.compare(a, b, &query.order));
        let total = records.len() as u64;
        let first = usize::try_from(query.page.offset()).unwrap_or(usize::MAX);
        let page = records.into_iter().skip(first).take(query.page.size as usize).collect();
        Listed { records: page, total }
    }

    fn is_seen(&self, record: &Record, scope: &Scope) -> bool {
        if *scope == Scope::All {
            return true;
        }
        let business = |column: &str| {
            let index = record.entity().fields.iter().position(|field| field.column() == Some(column));
            index.and_then(|place| record.int(FieldIndex(place)))
        };
        match record.entity().tenancy {
            Tenancy::Shared => true,
            Tenancy::Internal => false,
            Tenancy::Itself => scope.covers(record.id()),
            Tenancy::Column(column) => business(column).is_some_and(|id| scope.covers(id)),
            Tenancy::Members(links) => self.linked(links, record.id()).iter().any(|id| scope.covers(*id)),
        }
    }

    fn passes(&self, record: &Record, filter: &Filter) -> bool {
        let value = self.value(record, &filter.path);
        match &filter.test {
            Test::Equals(wanted) => value == *wanted,
            Test::Contains(part) => value.as_text().is_some_and(|text| fold(text).contains(part.as_str())),
            Test::Lacks(part) => !value.as_text().is_some_and(|text| fold(text).contains(part.as_str())),
            Test::AtLeast(bound) => value.as_int().is_some_and(|n| n >= *bound),
            Test::AtMost(bound) => value.as_int().is_some_and(|n| n <= *bound),
            Test::OneOf(ids) => value.as_int().is_some_and(|n| ids.contains(&n)),
            Test::Holds(id) => value.as_list().contains(id),
        }
    }

    fn compare(&self, a: &Record, b: &Record, order: &Order) -> Ordering {
        let [first, second] = [a, b].map(|record| self.value(record, &order.path));
        let ordering = compare_values(&first, &second);
        let directed = if order.descending { ordering.reverse() } else { ordering };
        directed.then_with(|| a.id().cmp(&b.id()))
    }
}

fn compare_values(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => fold(a).cmp(&fold(b)),
        _ => a.is_null().cmp(&b.is_null()).reverse().then_with(|| a.as_int().cmp(&b.as_int())),
    }
}
