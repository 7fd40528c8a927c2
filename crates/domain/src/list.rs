//! What a search asks for: filters, order and page, read from the query string (contract section 3).

use serde_json::Value as Json;

use crate::coerce;
use crate::entity::{Access, Entity, FieldIndex, ID, Kind, Source, UNIQUE_ID};
use crate::path::{Path, referred};
use crate::validation::FieldError;
use crate::value::Value;

/// A page of this many records where the query doesn't say.
pub const DEFAULT_SIZE: u32 = 25;
/// The largest page that is served.
pub const MAX_SIZE: u32 = 1000;

/// One condition on the records of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// What it is about.
    pub path: Path,
    /// What it must be.
    pub test: Test,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Equal.
    Equals(Value),
    /// A text that contains this one, ignoring case.
    Contains(String),
    /// A text that doesn't contain this one, ignoring case, or none. No caller can ask for it.
    Lacks(String),
    /// This or more.
    AtLeast(i64),
    /// This or less.
    AtMost(i64),
    /// One of these numbers.
    OneOf(Vec<i64>),
    /// A list that holds this id.
    Holds(i64),
}

/// In which order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// The field that the caller named.
    pub field: FieldIndex,
    /// The value to order by; ties break by id.
    pub path: Path,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// Counted from 1.
    pub number: u64,
    /// Records on a page, 1 to [`MAX_SIZE`].
    pub size: u32,
}

impl Page {
    /// How many records come before the page.
    pub fn offset(self) -> u64 {
        self.number.saturating_sub(1).saturating_mul(u64::from(self.size))
    }
}

/// A search, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// All must hold.
    pub filters: Vec<Filter>,
    /// In which order.
    pub order: Order,
    /// Which part.
    pub page: Page,
}

impl Order {
    /// By id, ascending: the default.
    pub fn by_id() -> Self {
        Self { field: ID, path: Path::own(ID), descending: false }
    }
}

impl ListRequest {
    /// Reads a query string's pairs. Unknown keys are ignored, and so are filters with an empty value.
    ///
    /// # Errors
    /// Every key whose value its property can't hold.
    pub fn parse<'a>(
        entity: &'static Entity,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<FieldError>> {
        let page = Page { number: 1, size: DEFAULT_SIZE };
        let mut request = Self { filters: Vec::new(), order: Order::by_id(), page };
        let mut errors = Vec::new();
        for (key, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            if let Err(message) = request.take(entity, key, value) {
                errors.push(FieldError::new(key, message).attempted(value));
            }
        }
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    fn take(&mut self, entity: &'static Entity, key: &str, value: &str) -> Result<(), String> {
        match key.to_ascii_lowercase().as_str() {
            "page" => self.page.number = positive(value)?,
            "size" => self.page.size = positive(value)?.min(u64::from(MAX_SIZE)) as u32,
            "orderby" => self.order = Order { descending: self.order.descending, ..order_by(entity, value)? },
            "dir" => self.order.descending = descending(value)?,
            "id" => self
                .filters
                .push(Filter { path: Path::own(ID), test: test(Kind::Integer, Bound::Equal, value)? }),
            "uniqueid" => {
                let test = test(Kind::Guid, Bound::Equal, value)?;
                self.filters.push(Filter { path: Path::own(UNIQUE_ID), test });
            }
            _ => self.filters.extend(filter(entity, key, value)?),
        }
        Ok(())
    }
}

fn positive(value: &str) -> Result<u64, String> {
    value.parse().ok().filter(|n| *n >= 1).ok_or_else(|| "must be a whole number from 1".to_owned())
}

fn descending(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "0" | "asc" | "ascending" => Ok(false),
        "1" | "-1" | "desc" | "descending" => Ok(true),
        _ => Err("must be 0, asc, ascending, 1, -1, desc or descending".to_owned()),
    }
}

fn order_by(entity: &'static Entity, name: &str) -> Result<Order, String> {
    let unknown = || format!("must be a property of {}", entity.name);
    let field = entity.find(name).ok_or_else(unknown)?;
    let path = sortable(entity, field).ok_or_else(|| "is not a property to order by".to_owned())?;
    Ok(Order { field, path, descending: false })
}

fn sortable(entity: &'static Entity, field: FieldIndex) -> Option<Path> {
    let path = entity.path_to(field)?;
    matches!(path.field(entity).source, Source::Column(_)).then_some(path)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Equal,
    From,
    To,
}

/// Reads `[from_|to_]{E}_{Property}`; None for a key that is no filter, and for filters on instructions.
fn filter(entity: &'static Entity, key: &str, value: &str) -> Result<Option<Filter>, String> {
    let (bound, rest) = strip(key, "from_")
        .map(|rest| (Bound::From, rest))
        .or_else(|| strip(key, "to_").map(|rest| (Bound::To, rest)))
        .unwrap_or((Bound::Equal, key));
    let named = strip(rest, entity.name).and_then(|rest| rest.strip_prefix('_'));
    let Some(path) = named.and_then(|property| path_of(entity, property)) else { return Ok(None) };
    let target = path.field(entity);
    if matches!(target.source, Source::Instruction) {
        return Ok(None);
    }
    Ok(Some(Filter { test: test(target.kind, bound, value)?, path }))
}

fn strip<'a>(key: &'a str, prefix: &str) -> Option<&'a str> {
    let head = key.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &key[prefix.len()..])
}

/// A property's path: its own name, or through a reference `{Reference}_{Property}`.
fn path_of(entity: &'static Entity, property: &str) -> Option<Path> {
    if let Some(field) = entity.find_filter(property) {
        return entity.path_to(field);
    }
    let (reference, nested) = property.split_once('_')?;
    let reference = entity.find_filter(reference)?;
    let other = referred(entity.field(reference))?;
    let field = other.find_filter(nested)?;
    (other.field(field).access != Access::Hidden).then(|| entity.path_through(reference, field))?
}

fn test(kind: Kind, bound: Bound, value: &str) -> Result<Test, String> {
    let read = |kind| coerce::value(kind, &Json::String(value.to_owned()));
    match (bound, kind) {
        (Bound::From, Kind::Integer | Kind::Instant) => Ok(Test::AtLeast(number(&read(kind)?)?)),
        (Bound::To, Kind::Integer | Kind::Instant) => Ok(Test::AtMost(number(&read(kind)?)?)),
        (Bound::From | Bound::To, _) => Err("is not a date or a number, so it has no range".to_owned()),
        (Bound::Equal, Kind::Text(_)) if value.contains('\0') => {
            Err("must not contain the character U+0000".to_owned())
        }
        (Bound::Equal, Kind::Text(_)) => Ok(Test::Contains(fold(value))),
        (Bound::Equal, Kind::Integer | Kind::Reference(_)) if value.starts_with('[') => {
            ids(value).map(Test::OneOf)
        }
        (Bound::Equal, Kind::Reference(_)) => Ok(Test::Equals(read(Kind::Integer)?)),
        (Bound::Equal, Kind::List(_)) => Ok(Test::Holds(number(&read(Kind::Integer)?)?)),
        (Bound::Equal, Kind::RoleNames) => {
            Ok(Test::Holds(read(kind)?.as_list().first().copied().unwrap_or(0)))
        }
        (Bound::Equal, _) => Ok(Test::Equals(read(kind)?)),
    }
}

fn number(value: &Value) -> Result<i64, String> {
    value.as_int().ok_or_else(|| "must be a whole number".to_owned())
}

/// The form in which texts are compared where case is ignored; stores must fold their side the same way.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Reads `[1,2,3]`, at most [`coerce::MAX_LIST`] ids.
///
/// # Errors
/// What is wrong, reading on after the key.
pub fn ids(value: &str) -> Result<Vec<i64>, String> {
    let sent: Json = serde_json::from_str(value).map_err(|_| "must be ids such as [1,2,3]".to_owned())?;
    coerce::numbers(&sent)
}

#[cfg(test)]
mod tests;
