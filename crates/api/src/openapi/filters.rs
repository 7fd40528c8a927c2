//! The query of a list: page, order and every filter that there is (contract section 3).

use proofdesk_domain::entities;
use proofdesk_domain::entity::{Access, Entity, Field, FieldIndex, Kind, Source};
use proofdesk_domain::list::{DEFAULT_SIZE, MAX_SIZE};
use proofdesk_domain::path::{Path, referred};
use proofdesk_domain::roles::Role;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Ref, Required};

use super::input::{FLAG, GUID, INSTANT, INTEGER, TEXT, texts_of};
use super::shapes::{Shape, of, one_of, string};

/// A number, a list of ids, or nothing.
const IDS: &str = "^([+-]?[0-9]{1,18}|\\[((0|[1-9][0-9]{0,17})(, ?(0|[1-9][0-9]{0,17})){0,99})?\\])?$";
/// A page or a size as text, or nothing.
const POSITIVE: &str = "^([1-9][0-9]{0,15})?$";
/// The highest page that is promised to be taken.
const MAX_PAGE: isize = 1_000_000_000_000_000;

/// A parameter among the components, by its name there.
pub(super) struct Named {
    pub(super) component: String,
    pub(super) parameter: Parameter,
}

/// The parameters of all lists.
pub(super) fn components() -> Vec<Named> {
    let own = entities::PUBLIC.into_iter().flat_map(of_entity);
    shared().into_iter().chain(own).collect()
}

/// References to all parameters of an entity's list.
pub(super) fn references(entity: &'static Entity) -> Vec<Ref> {
    let named = shared().into_iter().chain(of_entity(entity));
    named.map(|named| Ref::new(format!("#/components/parameters/{}", named.component))).collect()
}

fn shared() -> Vec<Named> {
    let page = |name: &str, said: String| {
        let shape = of([Type::Integer, Type::String]).minimum(Some(1)).maximum(Some(MAX_PAGE));
        query(name, name, &said, shape.pattern(Some(POSITIVE)))
    };
    let dir = one_of(string(), ["0", "asc", "ascending", "1", "desc", "descending", "-1", ""]);
    let ids = "A list of ids such as [1,2,3] answers with a bare array of these records, unknown ones left out, and \
               needs the role -Read. A single id filters the list.";
    vec![
        page("page", "The page, from 1.".to_owned()),
        page(
            "size",
            format!(
                "Records on a page: {DEFAULT_SIZE} by default, at most {MAX_SIZE}; more is served as {MAX_SIZE}."
            ),
        ),
        query("dir", "dir", "The direction: 0, asc or ascending up, 1, -1, desc or descending down.", dir),
        query("id", "id", ids, string().pattern(Some(IDS))),
        query("UniqueId", "UniqueId", "The record with this GUID.", string().pattern(Some(GUID))),
    ]
}

fn query(component: &str, name: &str, said: &str, shape: impl Into<Shape>) -> Named {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(said))
        .schema(Some(shape));
    Named { component: component.to_owned(), parameter: parameter.build() }
}

fn of_entity(entity: &'static Entity) -> Vec<Named> {
    let mut all = vec![order_by(entity)];
    for (place, field) in entity.fields.iter().enumerate() {
        let index = FieldIndex(place);
        if let Some(path) = shown(field).then(|| entity.path_to(index)).flatten() {
            all.extend(filters(entity, field.filter_name(), path.field(entity)));
        }
        if let Some(other) = shown(field).then(|| referred(field)).flatten() {
            all.extend(nested(entity, index, other));
        }
    }
    all
}

/// Whether a field can be filtered by: what is hidden, secret or an instruction can't.
fn shown(field: &Field) -> bool {
    field.access != Access::Hidden && !field.secret && !matches!(field.source, Source::Instruction)
}

/// Filters through a reference.
fn nested(entity: &'static Entity, reference: FieldIndex, other: &'static Entity) -> Vec<Named> {
    let through = entity.field(reference).filter_name();
    let fields = other.fields.iter().enumerate().filter(|(_, field)| shown(field));
    let paths = fields.filter_map(|(place, field)| {
        let path: Path = entity.path_through(reference, FieldIndex(place))?;
        Some((format!("{through}_{}", field.filter_name()), path))
    });
    paths.flat_map(|(name, path)| filters(entity, &name, path.field(entity))).collect()
}

/// The filters on one property: equal, and where it has an order, from and to.
fn filters(entity: &'static Entity, property: &str, target: &'static Field) -> Vec<Named> {
    let key = format!("{}_{property}", entity.name);
    let (said, shape) = equal(target.kind);
    let mut all = vec![query(&key, &key, &said, shape)];
    let bound = match target.kind {
        Kind::Integer => Some(INTEGER),
        Kind::Instant => Some(INSTANT),
        _ => None,
    };
    if let Some(pattern) = bound {
        for (prefix, said) in [("from_", "This or more."), ("to_", "This or less.")] {
            let key = format!("{prefix}{key}");
            all.push(query(&key, &key, said, string().pattern(Some(pattern))));
        }
    }
    all
}

/// What a filter on a value of this kind takes. An empty value is no filter.
fn equal(kind: Kind) -> (String, Shape) {
    match kind {
        Kind::Text(_) => ("Contains this, ignoring case.".to_owned(), string().pattern(Some(TEXT)).into()),
        Kind::Integer => ("Equal, or one of [1,2,3].".to_owned(), string().pattern(Some(IDS)).into()),
        Kind::Reference(to) => {
            (format!("The id of a {}, or one of [1,2,3].", to.name), string().pattern(Some(IDS)).into())
        }
        Kind::List(of) => {
            (format!("The list holds this id of a {}.", of.name), string().pattern(Some(INTEGER)).into())
        }
        Kind::Flag => ("True or false.".to_owned(), string().pattern(Some(FLAG)).into()),
        Kind::Guid => ("Equal.".to_owned(), string().pattern(Some(GUID)).into()),
        Kind::Instant => ("At exactly this instant.".to_owned(), string().pattern(Some(INSTANT)).into()),
        Kind::Enumeration(table) => {
            let texts = texts_of(table);
            let shape = one_of(string(), texts.iter().map(String::as_str));
            (format!("A value of {}, by name or number.", table.name), shape.into())
        }
        Kind::RoleNames => ("The list holds this role.".to_owned(), roles()),
    }
}

fn roles() -> Shape {
    let names: Vec<String> = Role::all().map(Role::name).collect();
    one_of(string(), names.iter().map(String::as_str).chain([""])).into()
}

/// The properties that a list can be ordered by: those that end in a column.
fn order_by(entity: &'static Entity) -> Named {
    let fields = entity.fields.iter().enumerate();
    let sortable = fields.filter(|(place, field)| {
        let path = entity.path_to(FieldIndex(*place));
        let column = path.is_some_and(|path| matches!(path.field(entity).source, Source::Column(_)));
        field.access != Access::Hidden && column
    });
    let names = sortable.map(|(_, field)| field.name).chain([""]);
    let said = "The property to order by, any case; Id by default. Ties break by Id.";
    query(&format!("{}.orderBy", entity.name), "orderBy", said, one_of(string(), names))
}
