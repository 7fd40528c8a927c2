//! The three file slots of a document, and which of them must be filled (contract section 2).

use crate::entities::document;
use crate::entity::FieldIndex;
use crate::enumeration::{IdentityDocumentType, VerificationType};
use crate::record::Record;

/// A place for one file in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The face.
    Photo = 1,
    /// The front.
    Document = 2,
    /// The back.
    AdditionalDocument = 3,
}

impl Slot {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Photo, Self::Document, Self::AdditionalDocument];

    /// Its prefix in property names.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Document => "Document",
            Self::AdditionalDocument => "AdditionalDocument",
        }
    }

    /// Its number in the store.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The field with the name of the file in it.
    pub const fn file_name(self) -> FieldIndex {
        match self {
            Self::Photo => document::PHOTO_FILE_NAME,
            Self::Document => document::DOCUMENT_FILE_NAME,
            Self::AdditionalDocument => document::ADDITIONAL_DOCUMENT_FILE_NAME,
        }
    }

    /// The instruction that fills it from a URL.
    pub const fn new_url(self) -> FieldIndex {
        match self {
            Self::Photo => document::NEW_PHOTO_URL,
            Self::Document => document::NEW_DOCUMENT_URL,
            Self::AdditionalDocument => document::NEW_ADDITIONAL_DOCUMENT_URL,
        }
    }

    /// The instruction that empties it.
    pub const fn clear(self) -> FieldIndex {
        match self {
            Self::Photo => document::CLEAR_PHOTO,
            Self::Document => document::CLEAR_DOCUMENT,
            Self::AdditionalDocument => document::CLEAR_ADDITIONAL_DOCUMENT,
        }
    }

    /// Whether a check of this kind needs it: the front always, the face photo for an identity check, and the back for
    /// an identity check unless the document is a passport.
    pub fn is_required(self, verification: VerificationType, identity: IdentityDocumentType) -> bool {
        let proves_identity = verification == VerificationType::IdDocument;
        match self {
            Self::Document => true,
            Self::Photo => proves_identity,
            Self::AdditionalDocument => proves_identity && identity != IdentityDocumentType::Passport,
        }
    }

    /// Whether the slot of this document has a file.
    pub fn is_filled(self, document: &Record) -> bool {
        !document.get(self.file_name()).is_null()
    }
}

/// Whether all slots that a check needs are filled in this document.
pub fn is_complete(
    document: &Record,
    verification: VerificationType,
    identity: IdentityDocumentType,
) -> bool {
    Slot::ALL.into_iter().all(|slot| !slot.is_required(verification, identity) || slot.is_filled(document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_slots_follow_the_contract() {
        use IdentityDocumentType as Id;
        use VerificationType as V;
        let required =
            |verification, identity| Slot::ALL.map(|slot| slot.is_required(verification, identity));
        assert_eq!(required(V::IdDocument, Id::Passport), [true, true, false]);
        assert_eq!(required(V::IdDocument, Id::DriversLicense), [true, true, true]);
        assert_eq!(required(V::IdDocument, Id::None), [true, true, true]);
        assert_eq!(required(V::Address, Id::Passport), [false, true, false]);
        assert_eq!(required(V::None, Id::IdCard), [false, true, false]);
    }

    #[test]
    fn complete_means_every_required_slot() {
        let filled = |slots: &[Slot]| {
            slots
                .iter()
                .fold(Record::empty(&document::DOCUMENT), |record, slot| record.with(slot.file_name(), "f"))
        };
        let complete =
            |record: &Record| is_complete(record, VerificationType::IdDocument, IdentityDocumentType::IdCard);
        assert!(!complete(&filled(&[Slot::Photo, Slot::Document])));
        assert!(complete(&filled(&Slot::ALL)));
    }
}
