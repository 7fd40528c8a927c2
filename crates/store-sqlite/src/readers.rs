//! The connections that read, and which read runs where.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use proofdesk_domain::entities::{client, file, token, user};
use proofdesk_domain::entity::{Entity, FieldIndex, ID, Kind, UNIQUE_ID};
use proofdesk_domain::list::{Filter, Test};
use proofdesk_store::{Query, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::OpenError;
use crate::reader::Reader;

/// The connections that read.
pub(crate) struct Readers {
    /// For reads that take microseconds, on the caller's thread.
    quick: Vec<Mutex<Reader>>,
    /// For all others, on a blocking thread; as many as there are permits.
    idle: Arc<Mutex<Vec<Reader>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens as many connections for quick reads as for long ones.
    pub(crate) fn open(path: &Path, each: usize) -> Result<Self, OpenError> {
        let open = || (0..each).map(|_| Reader::open(path)).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            quick: open()?.into_iter().map(Mutex::new).collect(),
            idle: Arc::new(Mutex::new(open()?)),
            permits: Arc::new(Semaphore::new(each)),
        })
    }

    /// Reads on the caller's thread.
    pub(crate) fn here<T>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let free = self.quick.iter().find_map(|reader| match reader.try_lock() {
            Ok(reader) => Some(reader),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let mut reader = match (free, self.quick.first()) {
            (Some(reader), _) => reader,
            (None, Some(first)) => locked(first),
            (None, None) => return Err(StoreError::Unavailable("there is no connection".to_owned())),
        };
        read(&mut reader)
    }

    /// Reads on a blocking thread, once a connection is free.
    pub(crate) async fn elsewhere<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Unavailable("the store is closed".to_owned()))?;
        let idle = Arc::clone(&self.idle);
        let reading = tokio::task::spawn_blocking(move || {
            let mut lease = Lease::new(idle, permit)?;
            lease.reader.as_mut().map_or_else(|| Err(none_idle()), read)
        });
        reading.await.map_err(|error| StoreError::Unavailable(format!("a read was lost: {error}")))?
    }
}

/// A connection that goes back when this is dropped, also when the read panics.
struct Lease {
    reader: Option<Reader>,
    idle: Arc<Mutex<Vec<Reader>>>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    fn new(idle: Arc<Mutex<Vec<Reader>>>, permit: OwnedSemaphorePermit) -> Result<Self, StoreError> {
        let reader = Some(locked(&idle).pop().ok_or_else(none_idle)?);
        Ok(Self { reader, idle, _permit: permit })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        locked(&self.idle).extend(self.reader.take());
    }
}

fn none_idle() -> StoreError {
    StoreError::Unavailable("there is no idle connection".to_owned())
}

/// A panic in a read leaves its connection usable: statements reset themselves.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a query is about so few records that an index finds at once: by id, by GUID, or by what names one or three.
pub(crate) fn is_quick(query: &Query) -> bool {
    let pinned = |filter: &Filter| {
        let Filter { path, test: Test::Equals(value) } = filter else { return false };
        path.hops.is_empty() && !value.is_null() && names_few(query.entity, path.last)
    };
    query.filters.iter().any(pinned)
}

fn names_few(entity: &'static Entity, field: FieldIndex) -> bool {
    let unique: [(&Entity, FieldIndex); 5] = [
        (&client::CLIENT, client::CLIENT_ID),
        (&token::TOKEN, token::HASH),
        (&user::USER, user::LOGIN),
        (&file::FILE, file::OBJECT),
        (&file::FILE, file::DOCUMENT_ID),
    ];
    let own_guid = field == UNIQUE_ID && matches!(entity.field(field).kind, Kind::Guid);
    field == ID || own_guid || unique.contains(&(entity, field))
}

#[cfg(test)]
mod tests {
    use proofdesk_domain::entities::{check, discarded_file};
    use proofdesk_domain::path::Path;
    use proofdesk_domain::scope::Scope;
    use proofdesk_domain::value::Value;

    use super::*;

    #[test]
    fn what_an_index_finds_at_once_is_quick() {
        let all = |entity| Query::all(entity, Scope::All, 1);
        assert!(is_quick(&Query::by_id(&check::CHECK, Scope::of([1]), 1)));
        assert!(is_quick(&all(&check::CHECK).equals(UNIQUE_ID, "x")));
        assert!(is_quick(&all(&token::TOKEN).equals(token::HASH, "x")));
        assert!(is_quick(&all(&file::FILE).equals(file::DOCUMENT_ID, 1)));
    }

    #[test]
    fn what_may_be_many_is_not() {
        let all = |entity| Query::all(entity, Scope::All, 1);
        assert!(!is_quick(&all(&check::CHECK)));
        assert!(!is_quick(&all(&check::CHECK).equals(check::STATUS_, 1)));
        assert!(!is_quick(&all(&check::CHECK).filter(ID, Test::AtLeast(1))));
        assert!(!is_quick(&all(&check::CHECK).equals(UNIQUE_ID, Value::Null)));
        // The place of a GUID in other entities.
        assert!(!is_quick(&all(&token::TOKEN).equals(token::KIND, 1)));
        assert!(!is_quick(&all(&discarded_file::DISCARDED_FILE).equals(discarded_file::CREATED_ON, 1)));
        let mut of_coworker = all(&check::CHECK);
        let path = Path { hops: vec![check::COWORKER_ID], last: ID };
        of_coworker.filters.push(Filter { path, test: Test::Equals(1.into()) });
        assert!(!is_quick(&of_coworker));
    }
}
