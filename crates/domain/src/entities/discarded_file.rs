//! A file that no record refers to any more: its key and its bytes are about to be destroyed.

use crate::entity::{Field, entity};

entity! {
    /// The declaration of a discarded file.
    DISCARDED_FILE = "DiscardedFile" in "discarded_files", internal,
    {
        /// The vault's id of it.
        OBJECT = Field::guid("Object", "object");
        /// Since when.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
    }
}
