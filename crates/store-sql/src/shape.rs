//! What the columns of a select's answer hold.

use proofdesk_domain::entity::{Entity, FieldIndex, Kind, Source};
use proofdesk_domain::value::Value;

/// What a column of a select's answer holds. Each but [`Shape::Nothing`] may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A 64-bit integer.
    Int,
    /// A text.
    Text,
    /// Ids, ascending, as a text with commas; null for none. See [`parse_ids`].
    Ids,
    /// Always null, and of no type in particular: not to be read.
    Nothing,
}

impl Shape {
    /// The shape of each field of an entity; a derived field has that of the field which it stands for.
    pub(crate) fn of(entity: &'static Entity) -> Vec<Self> {
        (0..entity.fields.len()).map(|place| Self::of_field(entity, FieldIndex(place))).collect()
    }

    fn of_field(entity: &'static Entity, field: FieldIndex) -> Self {
        let target = entity.path_to(field).map(|path| path.field(entity));
        match target.map(|target| (target.source, target.kind)) {
            Some((Source::Links(_), _)) => Self::Ids,
            Some((Source::Column(_), Kind::Text(_) | Kind::Guid)) => Self::Text,
            Some((Source::Column(_), _)) => Self::Int,
            Some((Source::Instruction | Source::Path(_), _)) | None => Self::Nothing,
        }
    }
}

/// The list in a column of shape [`Shape::Ids`]; what isn't a number is left out.
pub fn parse_ids(text: Option<&str>) -> Value {
    let ids = text.unwrap_or_default().split(',');
    Value::List(ids.filter_map(|id| id.parse().ok()).collect())
}
