//! A picture that was made of a file to be looked at: re-encoded, upright, without metadata. Sealed like the file itself.

use super::file::FILE;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of a rendition.
    RENDITION = "Rendition" in "renditions", internal,
    {
        /// The vault's id of it. It is sealed for the file's owner.
        OBJECT = Field::guid("Object", "object");
        /// The file that it was made of.
        FILE_ID = Field::reference("FileId", "file_id", &FILE);
        /// What it is for: 1 a view, 2 a thumbnail.
        KIND = Field::integer("Kind", "kind");
        /// The page, from 1.
        PAGE = Field::integer("Page", "page");
        /// Width in pixels.
        WIDTH = Field::integer("Width", "width");
        /// Height in pixels.
        HEIGHT = Field::integer("Height", "height");
        /// Size in bytes.
        BYTES = Field::integer("Bytes", "bytes");
    }
}
