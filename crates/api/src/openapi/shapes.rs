//! Small schemas that the others are made of.

use serde_json::{Value as Json, json};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, RefBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema, SchemaFormat};

/// A schema, or a reference to one.
pub(super) type Shape = RefOr<Schema>;

/// A value of one of these types.
pub(super) fn of<const N: usize>(types: [Type; N]) -> ObjectBuilder {
    let types: Vec<Type> = types.into();
    match <[Type; 1]>::try_from(types) {
        Ok([one]) => ObjectBuilder::new().schema_type(one),
        Err(many) => ObjectBuilder::new().schema_type(SchemaType::Array(many)),
    }
}

/// An object; its properties are added by the caller.
pub(super) fn object() -> ObjectBuilder {
    of([Type::Object])
}

pub(super) fn string() -> ObjectBuilder {
    of([Type::String])
}

/// A text that may be absent.
pub(super) fn nullable_string() -> ObjectBuilder {
    of([Type::String, Type::Null])
}

/// A 64-bit number.
pub(super) fn integer() -> ObjectBuilder {
    of([Type::Integer]).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

/// Nothing, ever.
pub(super) fn null(description: &str) -> Shape {
    of([Type::Null]).description(Some(description)).into()
}

/// Null or an empty text.
pub(super) fn nothing(description: &str) -> Shape {
    let values = [json!(""), Json::Null];
    of([Type::String, Type::Null]).enum_values(Some(values)).description(Some(description)).into()
}

/// An instant as it is sent: UTC, whole seconds.
pub(super) fn date_time(builder: ObjectBuilder) -> ObjectBuilder {
    builder.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

/// A GUID as it is sent.
pub(super) fn uuid(builder: ObjectBuilder) -> ObjectBuilder {
    builder.format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

/// One of these texts.
pub(super) fn one_of<'a>(builder: ObjectBuilder, values: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    builder.enum_values(Some(values.into_iter().map(Json::from)))
}

/// A list.
pub(super) fn array(items: impl Into<Shape>) -> ArrayBuilder {
    ArrayBuilder::new().items(items.into())
}

/// A schema among the components.
pub(super) fn schema(name: &str) -> Shape {
    Ref::from_schema_name(name).into()
}

/// The same, said more of in this place.
pub(super) fn described(name: &str, description: &str, read_only: bool) -> Shape {
    let builder = RefBuilder::new().ref_location_from_schema_name(name);
    let builder = if description.is_empty() { builder } else { builder.description(Some(description)) };
    if read_only { builder.read_only(true).into() } else { builder.into() }
}

/// The names of an enumeration's values, for generators of clients.
pub(super) fn named(builder: ObjectBuilder, names: Vec<&'static str>) -> ObjectBuilder {
    builder.extensions(Some(ExtensionsBuilder::new().add("x-enum-varnames", names).build()))
}
