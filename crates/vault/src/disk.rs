//! What an error of the object store says of the disk below it.

use std::error::Error;
use std::io;

use proofdesk_domain::latch::Latch;

use crate::error::BackendError;

/// What the operating system says when a disk doesn't keep what it is given: an I/O error, a file system that was made
/// read-only or found damaged, a device that is gone (`errno(3)`).
const BROKEN: [i32; 5] = [5, 6, 19, 30, 117];

/// Does a write, unless the latch is shut; shuts it if the write shows that the disk failed.
pub(crate) async fn write<T>(
    latch: &Latch,
    writing: impl Future<Output = object_store::Result<T>>,
) -> Result<T, BackendError> {
    open(latch)?;
    let error = match writing.await {
        Ok(done) => return Ok(done),
        Err(error) => error,
    };
    match cause(&error) {
        Some(io) if io.raw_os_error().is_some_and(|number| BROKEN.contains(&number)) => {
            let why = format!("the disk of the files failed; restart once it works again: {io}");
            if latch.shut(why.as_str()) {
                tracing::error!(why, "nothing is written any more");
            }
            Err(BackendError::Broken(why))
        }
        Some(io) if matches!(io.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
            Err(BackendError::Full)
        }
        _ => Err(error.into()),
    }
}

/// That writing goes on.
pub(crate) fn open(latch: &Latch) -> Result<(), BackendError> {
    latch.why().map_or(Ok(()), |why| Err(BackendError::Broken(why.to_owned())))
}

/// The operating system's own words, however deep.
fn cause(error: &object_store::Error) -> Option<&io::Error> {
    let mut found = None;
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        found = error.downcast_ref::<io::Error>().or(found);
        next = error.source();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn written(latch: &Latch, number: i32) -> Result<(), BackendError> {
        let source = Box::new(io::Error::from_raw_os_error(number));
        write(latch, async { Err(object_store::Error::Generic { store: "test", source }) }).await
    }

    #[tokio::test]
    async fn a_failed_disk_shuts_the_latch_and_a_full_one_does_not() {
        let latch = Latch::default();
        // No room, no room for this user, too many open files, not permitted.
        assert!(matches!(written(&latch, 28).await, Err(BackendError::Full)));
        assert!(matches!(written(&latch, 122).await, Err(BackendError::Full)));
        assert!(matches!(written(&latch, 24).await, Err(BackendError::Objects(_))));
        assert!(matches!(written(&latch, 13).await, Err(BackendError::Objects(_))));
        assert_eq!(latch.why(), None);
        for number in BROKEN {
            let latch = Latch::default();
            assert!(matches!(written(&latch, number).await, Err(BackendError::Broken(_))));
            assert!(latch.why().is_some());
            let mut tried = false;
            let again = write(&latch, async {
                tried = true;
                Ok(())
            });
            assert!(matches!(again.await, Err(BackendError::Broken(_))));
            assert!(!tried, "what is shut is not even tried");
        }
    }
}
