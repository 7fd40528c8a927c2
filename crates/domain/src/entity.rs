//! How an entity is declared: its fields, their kinds, who may write them, and where they are kept.
//!
//! An entity is a declaration, not code: the list engine, the envelope, the bodies, the SQL of both stores and the
//! OpenAPI document are all made from it.

use std::fmt;

use crate::enumeration::Enumeration;

/// The declaration of one kind of record.
pub struct Entity {
    /// Its name on the wire, such as `CoworkerIdentityCheck`; also the prefix of its roles and filters.
    pub name: &'static str,
    /// Its path on the wire, such as `/api/spaces/coworkeridentitychecks`; empty for what never leaves the desk.
    pub path: &'static str,
    /// The table that keeps it.
    pub table: &'static str,
    /// All fields; a [`FieldIndex`] is a place in this list. The first is always the id.
    pub fields: &'static [Field],
    /// How a record belongs to businesses.
    pub tenancy: Tenancy,
    /// The field that stands for the record where a person reads (`ToStringText`).
    pub display: FieldIndex,
    /// Which changes callers may make through the API.
    pub changes: Changes,
}

/// Which changes callers may make to an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Create, edit and delete.
    All,
    /// None: the desk itself writes it.
    ReadOnly,
}

/// A place in [`Entity::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldIndex(pub usize);

/// How a record belongs to businesses, the border between tenants.
#[derive(Debug)]
pub enum Tenancy {
    /// To none: every caller with the role sees it.
    Shared,
    /// It is a business.
    Itself,
    /// To the one in this column.
    Column(&'static str),
    /// To all in this link table.
    Members(&'static Links),
    /// Never asked for by a caller; only the desk itself reads it.
    Internal,
}

/// A table that links records with one another.
#[derive(Debug, PartialEq, Eq)]
pub struct Links {
    /// Its name.
    pub table: &'static str,
    /// The column with the id of the record that has the list.
    pub own: &'static str,
    /// The column with the ids in the list.
    pub other: &'static str,
}

/// The declaration of one field.
#[derive(Debug)]
pub struct Field {
    /// Its name on the wire, PascalCase.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Where its value comes from.
    pub source: Source,
    /// Who may write it.
    pub access: Access,
    /// Whether a record without it is refused.
    pub required: bool,
    /// Whether its value must be left out of errors, audit values and logs.
    pub secret: bool,
    /// Whether its value says something of a person, and goes when that person is erased (GDPR article 17).
    pub personal: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A 64-bit number.
    Integer,
    /// True or false.
    Flag,
    /// An instant, UTC, whole seconds.
    Instant,
    /// A text of at most so many characters.
    Text(usize),
    /// A GUID.
    Guid,
    /// One of a table of values.
    Enumeration(&'static Enumeration),
    /// The id of another record; its filter goes by the name without `Id`.
    Reference(&'static Entity),
    /// A list of ids of other records.
    List(&'static Entity),
    /// A list of role names; kept as the numbers of the roles.
    RoleNames,
}

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// A column of the entity's table.
    Column(&'static str),
    /// A field of a record that this one refers to, by the names of the fields on the way. Derived at every read,
    /// shown as a text or null, enumerations as their names.
    Path(&'static [&'static str]),
    /// A link table.
    Links(&'static Links),
    /// Nowhere: an instruction that a body may carry; it reads back as null.
    Instruction,
}

/// Who may write a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Callers, at create and edit.
    Writable,
    /// Callers, at create only.
    CreateOnly,
    /// The desk; ignored in bodies.
    ReadOnly,
    /// The desk; callers never see it.
    Hidden,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, source: Source) -> Self {
        Self { name, kind, source, access: Access::Writable, required: false, secret: false, personal: false }
    }

    /// A number.
    pub const fn integer(name: &'static str, column: &'static str) -> Self {
        Self::new(name, Kind::Integer, Source::Column(column))
    }

    /// True or false.
    pub const fn flag(name: &'static str, column: &'static str) -> Self {
        Self::new(name, Kind::Flag, Source::Column(column))
    }

    /// An instant.
    pub const fn instant(name: &'static str, column: &'static str) -> Self {
        Self::new(name, Kind::Instant, Source::Column(column))
    }

    /// A text of at most `max` characters.
    pub const fn text(name: &'static str, column: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Text(max), Source::Column(column))
    }

    /// A GUID.
    pub const fn guid(name: &'static str, column: &'static str) -> Self {
        Self::new(name, Kind::Guid, Source::Column(column))
    }

    /// One of a table of values.
    pub const fn one_of(name: &'static str, column: &'static str, table: &'static Enumeration) -> Self {
        Self::new(name, Kind::Enumeration(table), Source::Column(column))
    }

    /// The id of another record.
    pub const fn reference(name: &'static str, column: &'static str, to: &'static Entity) -> Self {
        Self::new(name, Kind::Reference(to), Source::Column(column))
    }

    /// A list of ids of other records.
    pub const fn list(name: &'static str, links: &'static Links, of: &'static Entity) -> Self {
        Self::new(name, Kind::List(of), Source::Links(links))
    }

    /// A list of role names.
    pub const fn role_names(name: &'static str, links: &'static Links) -> Self {
        Self::new(name, Kind::RoleNames, Source::Links(links))
    }

    /// A value of a record that this one refers to.
    pub const fn derived(name: &'static str, path: &'static [&'static str]) -> Self {
        Self { access: Access::ReadOnly, ..Self::new(name, Kind::Text(0), Source::Path(path)) }
    }

    /// A text instruction in a body.
    pub const fn text_instruction(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Text(max), Source::Instruction)
    }

    /// A true-or-false instruction in a body.
    pub const fn flag_instruction(name: &'static str) -> Self {
        Self::new(name, Kind::Flag, Source::Instruction)
    }

    /// An enumerated instruction in a body.
    pub const fn one_of_instruction(name: &'static str, table: &'static Enumeration) -> Self {
        Self::new(name, Kind::Enumeration(table), Source::Instruction)
    }

    /// A record without it is refused.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Callers may write it at create only.
    pub const fn create_only(self) -> Self {
        Self { access: Access::CreateOnly, ..self }
    }

    /// Only the desk writes it.
    pub const fn read_only(self) -> Self {
        Self { access: Access::ReadOnly, ..self }
    }

    /// Only the desk writes and reads it.
    pub const fn hidden(self) -> Self {
        Self { access: Access::Hidden, ..self }
    }

    /// Its value stays out of errors, audit values and logs.
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// Its value says something of a person, and goes when that person is erased.
    pub const fn personal(self) -> Self {
        Self { personal: true, ..self }
    }

    /// Whether a body may set it, at create or at edit.
    pub fn is_writable(&self, creating: bool) -> bool {
        match self.access {
            Access::Writable => true,
            Access::CreateOnly => creating,
            Access::ReadOnly | Access::Hidden => false,
        }
    }

    /// The column, of a field that has one.
    pub fn column(&self) -> Option<&'static str> {
        if let Source::Column(column) = self.source { Some(column) } else { None }
    }

    /// Its name in filters and paths: a reference goes without its `Id`.
    pub fn filter_name(&self) -> &'static str {
        match self.kind {
            Kind::Reference(_) => self.name.strip_suffix("Id").unwrap_or(self.name),
            _ => self.name,
        }
    }
}

impl Entity {
    /// The field at an index.
    pub fn field(&self, index: FieldIndex) -> &'static Field {
        &self.fields[index.0]
    }

    /// The field that callers know by this name, whatever its case.
    pub fn find(&self, name: &str) -> Option<FieldIndex> {
        self.position(|field| field.access != Access::Hidden && field.name.eq_ignore_ascii_case(name))
    }

    /// The field that filters know by this name, whatever its case.
    pub fn find_filter(&self, name: &str) -> Option<FieldIndex> {
        let visible = |field: &Field| field.access != Access::Hidden && !field.secret;
        self.position(|field| visible(field) && field.filter_name().eq_ignore_ascii_case(name))
            .or_else(|| self.position(|field| visible(field) && field.name.eq_ignore_ascii_case(name)))
    }

    fn position(&self, wanted: impl Fn(&Field) -> bool) -> Option<FieldIndex> {
        self.fields.iter().position(wanted).map(FieldIndex)
    }
}

/// Only its name: declarations refer to one another in circles.
impl fmt::Debug for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Entities are compared by identity: each is declared once.
impl PartialEq for Entity {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Entity {}

/// Declares an entity and the index of each of its fields.
///
/// `record` entities start with the fields that every record has (contract section 2); `internal` ones with the id only.
macro_rules! entity {
    ($(#[$doc:meta])* $entity:ident = $name:literal at $path:literal in $table:literal, record,
     tenancy: $tenancy:expr, display: $display:ident, changes: $changes:ident,
     { $($(#[$fdoc:meta])* $field:ident = $declared:expr;)* }) => {
        $(#[$doc])*
        pub static $entity: $crate::entity::Entity = $crate::entity::Entity {
            name: $name, path: $path, table: $table, tenancy: $tenancy, display: $display,
            changes: $crate::entity::Changes::$changes,
            fields: &[
                $crate::entity::Field::integer("Id", "id").read_only(),
                $crate::entity::Field::guid("UniqueId", "unique_id").read_only(),
                $crate::entity::Field::instant("CreatedOn", "created_on").read_only(),
                $crate::entity::Field::instant("UpdatedOn", "updated_on").read_only(),
                $crate::entity::Field::text("UpdatedBy", "updated_by", 254).read_only(),
                $crate::entity::Field::text("SystemId", "system_id", 255).personal(),
                $crate::entity::Field::integer("Version", "version").hidden(),
                $($declared),*
            ],
        };
        entity!(@indexes $crate::entity::COMMON.len(); $($(#[$fdoc])* $field)*);
    };
    ($(#[$doc:meta])* $entity:ident = $name:literal in $table:literal, internal,
     { $($(#[$fdoc:meta])* $field:ident = $declared:expr;)* }) => {
        $(#[$doc])*
        pub static $entity: $crate::entity::Entity = $crate::entity::Entity {
            name: $name, path: "", table: $table, tenancy: $crate::entity::Tenancy::Internal,
            display: $crate::entity::ID, changes: $crate::entity::Changes::ReadOnly,
            fields: &[$crate::entity::Field::integer("Id", "id").read_only(), $($declared),*],
        };
        entity!(@indexes 1; $($(#[$fdoc])* $field)*);
    };
    (@indexes $start:expr; $($(#[$fdoc:meta])* $field:ident)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code, reason = "the variants are only counted")]
        enum Place { $($field),* }
        $($(#[$fdoc])* pub const $field: $crate::entity::FieldIndex = $crate::entity::FieldIndex($start + Place::$field as usize);)*
    };
}
pub(crate) use entity;

/// The id, of every entity.
pub const ID: FieldIndex = FieldIndex(0);
/// The GUID, of every `record` entity, like those that follow.
pub const UNIQUE_ID: FieldIndex = FieldIndex(1);
/// When it was made.
pub const CREATED_ON: FieldIndex = FieldIndex(2);
/// When it was last changed.
pub const UPDATED_ON: FieldIndex = FieldIndex(3);
/// The e-mail address of who changed it last.
pub const UPDATED_BY: FieldIndex = FieldIndex(4);
/// The client's own reference.
pub const SYSTEM_ID: FieldIndex = FieldIndex(5);
/// Counts the changes, for optimistic concurrency.
pub const VERSION: FieldIndex = FieldIndex(6);
/// The fields that every `record` entity starts with.
pub const COMMON: [FieldIndex; 7] = [ID, UNIQUE_ID, CREATED_ON, UPDATED_ON, UPDATED_BY, SYSTEM_ID, VERSION];
