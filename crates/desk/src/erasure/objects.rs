//! What the vault keeps of a document: everything that an erasure must destroy. The one place that knows it.

use proofdesk_domain::record::Record;
use uuid::Uuid;

use crate::Desk;
use crate::documents::files_of;
use crate::error::DeskError;
use crate::files::object_of;

/// One file of a document, with what was made from it.
pub(crate) struct Kept {
    /// The record that names the file.
    pub(crate) file: Record,
    /// The vault's ids of the file and of everything that was derived from it.
    pub(crate) objects: Vec<Uuid>,
}

/// All files of a document, whatever slot they are in, with all objects of each.
pub(crate) async fn of_document(desk: &Desk, document: i64) -> Result<Vec<Kept>, DeskError> {
    let files = files_of(desk, document).await?;
    Ok(files.into_iter().map(of_file).collect())
}

/// A file with all its objects.
pub(crate) fn of_file(file: Record) -> Kept {
    Kept { objects: vec![object_of(&file)], file }
}
