//! What the vault keeps of a document: everything that an erasure must destroy. The one place that knows it.

use proofdesk_domain::record::Record;
use proofdesk_store::Transaction;
use uuid::Uuid;

use crate::Desk;
use crate::documents::files_of;
use crate::error::DeskError;
use crate::files::{object_of, renditions_of};

/// One file of a document, with what was made from it.
pub(crate) struct Kept {
    /// The record that names the file.
    pub(crate) file: Record,
    /// The records that name its renditions.
    renditions: Vec<Record>,
    /// The vault's ids of the file and of everything that was derived from it.
    pub(crate) objects: Vec<Uuid>,
}

impl Kept {
    /// Removes the records, in a transaction; the objects are for the caller.
    pub(crate) fn remove(&self, transaction: &mut Transaction) {
        self.renditions.iter().for_each(|made| transaction.delete(made));
        transaction.delete(&self.file);
    }
}

/// All files of a document, whatever slot they are in, with all objects of each.
pub(crate) async fn of_document(desk: &Desk, document: i64) -> Result<Vec<Kept>, DeskError> {
    let mut all = Vec::new();
    for file in files_of(desk, document).await? {
        all.push(of_file(desk, file).await?);
    }
    Ok(all)
}

/// A file with all its objects.
pub(crate) async fn of_file(desk: &Desk, file: Record) -> Result<Kept, DeskError> {
    let renditions = renditions_of(desk, file.id()).await?;
    let objects = std::iter::once(&file).chain(&renditions).map(object_of).collect();
    Ok(Kept { file, renditions, objects })
}
