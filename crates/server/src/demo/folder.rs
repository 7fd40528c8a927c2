//! A folder that goes away with whoever holds it.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use proofdesk_domain::ambient::Random;

/// How often the removal is tried again when a thread that is just ending still writes.
const ATTEMPTS: usize = 5;

/// A new folder among the system's temporary ones, open to its owner only. Removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder.
    pub(crate) fn make(random: &dyn Random) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("proofdesk-demo-{}", random.uuid().simple()));
        // Not recursive: a folder that is there already is somebody else's.
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("the folder {} can't be made", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for _ in 0..ATTEMPTS {
            match fs::remove_dir_all(&self.0) {
                Ok(()) => return,
                Err(error) if error.kind() == ErrorKind::NotFound => return,
                Err(error) => tracing::debug!(%error, "the folder can't be removed yet"),
            }
        }
        tracing::warn!(folder = %self.0.display(), "the folder could not be removed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proofdesk_testkit::SeededRandom;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_its_owners_only_and_goes_with_what_is_in_it() {
        // Other runs of this test may go on beside this one, so the seed is this run's.
        let random = SeededRandom::new(std::process::id().into());
        let folder = Folder::make(&random).expect("a folder");
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o700);
        fs::create_dir(path.join("files")).expect("a folder in it");
        fs::write(path.join("files/one"), b"1").expect("a file in it");
        let same = SeededRandom::new(std::process::id().into());
        assert!(Folder::make(&same).is_err(), "a folder that is there was taken");
        assert!(path.exists());
        drop(folder);
        assert!(!path.exists());
    }
}
