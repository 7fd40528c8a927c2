//! Whom a file belongs to, as the bytes that its keys and its content are bound to.

use uuid::Uuid;

/// The place that a file fills: one version of one slot of one document of one business.
///
/// A file opens only for the owner that it was created for; the vault gives the numbers no other meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The business (tenant) that holds the document. 0 stands for the desk itself, and has no files.
    pub business: i64,
    /// The identity-check document.
    pub document: Uuid,
    /// The slot of the document: face, front, back.
    pub slot: u8,
    /// Which submission of that slot this is; a replaced file can't be put back in the place of its successor.
    pub version: u64,
}

/// Length of a [`Binding`]: encoding version, file id, business, document, slot, version.
pub(crate) const BINDING_LEN: usize = 1 + 16 + 8 + 16 + 1 + 8;

/// Version of the encoding below, so that owners of another shape can never encode to the same bytes.
const BINDING_VERSION: u8 = 1;

/// The canonical encoding of a file id and its owner: fixed length, big-endian, so injective
/// (docs/vault-format.md, "Binding").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Binding([u8; BINDING_LEN]);

impl Binding {
    pub(crate) fn new(id: Uuid, owner: &Owner) -> Self {
        let mut bytes = [0; BINDING_LEN];
        bytes[0] = BINDING_VERSION;
        bytes[1..17].copy_from_slice(id.as_bytes());
        bytes[17..25].copy_from_slice(&owner.business.to_be_bytes());
        bytes[25..41].copy_from_slice(owner.document.as_bytes());
        bytes[41] = owner.slot;
        bytes[42..].copy_from_slice(&owner.version.to_be_bytes());
        Self(bytes)
    }

    /// Bytes that may be a binding: of this length and version.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; BINDING_LEN] = bytes.try_into().ok()?;
        (bytes[0] == BINDING_VERSION).then_some(Self(bytes))
    }

    /// The file.
    pub(crate) fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[1..17]);
        Uuid::from_bytes(bytes)
    }

    /// The business that holds the document.
    pub(crate) fn business(&self) -> i64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[17..25]);
        i64::from_be_bytes(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
