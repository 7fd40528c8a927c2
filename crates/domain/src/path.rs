//! The way from a record to a value that it, or a record that it refers to, holds.

use crate::entity::{Entity, Field, FieldIndex, Kind, Source};

/// The most references that a path follows; more would let one query join without bound.
const MAX_HOPS: usize = 3;

/// References to follow, and the field at the end. Never ends at a derived field: those are themselves paths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The reference fields to follow, each of the entity that the one before leads to.
    pub hops: Vec<FieldIndex>,
    /// The field at the end.
    pub last: FieldIndex,
}

impl Path {
    /// The path to a field of the record itself.
    pub fn own(field: FieldIndex) -> Self {
        Self { hops: Vec::new(), last: field }
    }

    /// The entity that the path ends in.
    pub fn target(&self, root: &'static Entity) -> &'static Entity {
        self.hops.iter().fold(root, |entity, hop| referred(entity.field(*hop)).unwrap_or(entity))
    }

    /// The field that the path ends in.
    pub fn field(&self, root: &'static Entity) -> &'static Field {
        self.target(root).field(self.last)
    }
}

/// The entity that a reference field leads to.
pub fn referred(field: &Field) -> Option<&'static Entity> {
    if let Kind::Reference(entity) = field.kind { Some(entity) } else { None }
}

impl Entity {
    /// The path to a field, through the references that a derived one stands for.
    ///
    /// None if a name on the way is not a reference, or the way is too long: a test walks all declarations.
    pub fn path_to(&'static self, field: FieldIndex) -> Option<Path> {
        let mut hops = Vec::new();
        let (mut entity, mut index) = (self, field);
        while let Source::Path(names) = entity.field(index).source {
            let (last, way) = names.split_last()?;
            for name in way {
                let hop = entity.find_any(name)?;
                hops.push(hop);
                entity = referred(entity.field(hop))?;
            }
            index = entity.find_any(last)?;
        }
        (hops.len() <= MAX_HOPS).then_some(Path { hops, last: index })
    }

    /// The path through one of this entity's references to a field of the entity that it refers to.
    pub fn path_through(&'static self, reference: FieldIndex, field: FieldIndex) -> Option<Path> {
        let mut path = referred(self.field(reference))?.path_to(field)?;
        path.hops.insert(0, reference);
        (path.hops.len() <= MAX_HOPS).then_some(path)
    }

    fn find_any(&self, name: &str) -> Option<FieldIndex> {
        self.fields.iter().position(|field| field.name == name).map(FieldIndex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{self, check, document};

    #[test]
    fn every_declared_path_leads_somewhere() {
        for entity in entities::all() {
            for index in 0..entity.fields.len() {
                let path = entity.path_to(FieldIndex(index));
                assert!(path.is_some(), "{}.{}", entity.name, entity.fields[index].name);
            }
        }
    }

    #[test]
    fn derived_fields_expand_to_their_references() {
        let path = document::DOCUMENT.path_to(document::CHECK_BUSINESS_NAME).expect("declared");
        assert_eq!(path.hops, vec![document::CHECK_ID, check::BUSINESS_ID]);
        assert_eq!(path.target(&document::DOCUMENT).name, "Business");
        assert_eq!(path.field(&document::DOCUMENT).name, "Name");
    }

    #[test]
    fn nested_filters_go_through_derived_fields_too() {
        let path =
            document::DOCUMENT.path_through(document::CHECK_ID, check::COWORKER_FULL_NAME).expect("short");
        assert_eq!(path.hops, vec![document::CHECK_ID, check::COWORKER_ID]);
        assert_eq!(path.field(&document::DOCUMENT).name, "FullName");
    }
}
