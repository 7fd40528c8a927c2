//! One file in one slot of a document: what the vault must be told to open it, and what is known of it.

use super::{business::BUSINESS, document::DOCUMENT};
use crate::entity::{Field, entity};

entity! {
    /// The declaration of a file.
    FILE = "File" in "files", internal,
    {
        /// The vault's id of it.
        OBJECT = Field::guid("Object", "object");
        /// The document that it belongs to.
        DOCUMENT_ID = Field::reference("DocumentId", "document_id", &DOCUMENT);
        /// The slot: a number of [`crate::slots::Slot`].
        SLOT = Field::integer("Slot", "slot");
        /// The location that it is sealed for.
        BUSINESS_ID = Field::reference("BusinessId", "business_id", &BUSINESS);
        /// The document's GUID that it is sealed for.
        DOCUMENT_GUID = Field::guid("DocumentGuid", "document_guid");
        /// Counts the files that this slot has had.
        ROUND = Field::integer("Round", "round");
        /// The name that the customer gave it, cleaned.
        NAME = Field::text("Name", "name", 255).personal();
        /// Its media type, such as `image/jpeg`.
        MEDIA_TYPE = Field::text("MediaType", "media_type", 64);
        /// Width in pixels; null for a PDF.
        WIDTH = Field::integer("Width", "width");
        /// Height in pixels; null for a PDF.
        HEIGHT = Field::integer("Height", "height");
        /// Pages of a PDF.
        PAGES = Field::integer("Pages", "pages");
        /// Size as received, in bytes.
        RECEIVED_BYTES = Field::integer("ReceivedBytes", "received_bytes");
        /// SHA-256 of what was received, in hexadecimal.
        RECEIVED_SHA256 = Field::text("ReceivedSha256", "received_sha256", 64).personal();
        /// Size as kept, in bytes.
        KEPT_BYTES = Field::integer("KeptBytes", "kept_bytes");
        /// When it was taken.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
        /// `held` as long as it waits for the malware scan, and nobody may have it.
        SCAN = Field::text("Scan", "scan", 8);
    }
}
