//! Files on a local disk, in one flat folder.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use object_store::local::LocalFileSystem;
use uuid::Uuid;

/// Opens the folder that keeps the objects of a vault, and creates it (mode 0700, durably) if it isn't there; its parent
/// must be.
///
/// Every write is synced, the file and the folder's entry both. The folder is flat on purpose: `object_store` creates
/// a missing sub-folder and syncs it in two steps, so a second writer could be told that its file is durable while the
/// sub-folder that holds it isn't yet. Blocks: for start-up.
pub fn open_local(folder: &Path) -> Result<LocalFileSystem, object_store::Error> {
    let failed = |source: io::Error| object_store::Error::Generic {
        store: "LocalFileSystem",
        source: Box::new(source),
    };
    create(folder).map_err(failed)?;
    Ok(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
}

fn create(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        created => created?,
    }
    let parent = folder.canonicalize()?;
    match parent.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Removes what a crash left of unfinished writes (`<id>#<n>`, invisible through the object store). Call this only while
/// nothing writes to the folder, in whatever process: a write under way would fail. A folder that isn't there is clean.
///
/// # Errors
/// What the file system says.
pub fn remove_unfinished(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_unfinished) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The names that `LocalFileSystem` gives to files that it hasn't published yet.
fn is_unfinished(name: &str) -> bool {
    name.split_once('#').is_some_and(|(id, number)| {
        Uuid::try_parse(id).is_ok() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
