//! What is left when a write fails, is dropped or is cancelled: nothing.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{ID, OWNER, plaintext, vault_over};
use crate::error::{BackendError, WriteError};
use crate::key_store::KeyStoreError;
use crate::testing::{Hook, Hooked, MemoryKeyStore};
use crate::{Object, Vault, open_local};

const LARGE: usize = 1 << 20;

async fn leftovers(vault: &Vault) -> (Vec<Uuid>, Vec<Object>) {
    (vault.keys_after(None, 10).await.unwrap(), vault.objects().try_collect().await.unwrap())
}

/// Takes nothing once told so.
#[derive(Debug, Default)]
struct FullDisk {
    inner: InMemory,
    full: AtomicBool,
}

impl FullDisk {
    fn room(&self) -> object_store::Result<()> {
        if self.full.load(Ordering::Relaxed) {
            return Err(object_store::Error::Generic { store: "FullDisk", source: "no space".into() });
        }
        Ok(())
    }
}

impl fmt::Display for FullDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FullDisk")
    }
}

#[async_trait]
impl ObjectStore for FullDisk {
    async fn put_opts(
        &self,
        at: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        // The worst failure: the object is there, and yet the answer is an error.
        let put = self.inner.put_opts(at, payload, options).await?;
        self.room().map(|()| put)
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.room()?;
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[tokio::test]
async fn a_failed_put_leaves_neither_key_nor_object() {
    let disk = Arc::new(FullDisk::default());
    let vault = vault_over(disk.clone(), Arc::new(MemoryKeyStore::default())).await;
    let mut writer = vault.create(ID, &OWNER).unwrap();
    writer.write(plaintext(100)).await.unwrap();
    disk.full.store(true, Ordering::Relaxed);
    let failed = writer.finish().await;
    assert!(matches!(failed, Err(WriteError::Backend(BackendError::Objects(_)))));
    assert_eq!(leftovers(&vault).await, (vec![], vec![]));
}

#[tokio::test]
async fn a_writer_whose_write_failed_can_not_be_finished() {
    let disk = Arc::new(FullDisk::default());
    let vault = vault_over(disk.clone(), Arc::new(MemoryKeyStore::default())).await;
    let mut writer = vault.create(ID, &OWNER).unwrap();
    disk.full.store(true, Ordering::Relaxed);
    assert!(matches!(writer.write(plaintext(LARGE)).await, Err(WriteError::Backend(_))));
    disk.full.store(false, Ordering::Relaxed);
    assert!(matches!(writer.write(plaintext(1)).await, Err(WriteError::Incomplete)));
    assert!(matches!(writer.finish().await, Err(WriteError::Incomplete)));
    assert_eq!(leftovers(&vault).await, (vec![], vec![]));
}

/// Stops in `put` until it is let go, or fails there.
#[derive(Default)]
struct Gate {
    fail: bool,
    gated: bool,
    entered: Notify,
    go: Notify,
}

impl Gate {
    fn over_memory(self) -> Arc<Hooked<Self>> {
        Arc::new(Hooked { store: Arc::new(MemoryKeyStore::default()), hook: self })
    }
}

#[async_trait]
impl Hook for Gate {
    async fn before(&self, call: &'static str) -> Result<(), KeyStoreError> {
        if call != "put" {
            return Ok(());
        }
        if self.fail {
            return Err(KeyStoreError::new("no space"));
        }
        self.entered.notify_one();
        if self.gated {
            self.go.notified().await;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_key_that_can_not_be_kept_leaves_no_object() {
    for size in [10, LARGE] {
        let keys = Gate { fail: true, ..Gate::default() }.over_memory();
        let vault = vault_over(Arc::new(InMemory::new()), keys).await;
        let mut writer = vault.create(ID, &OWNER).unwrap();
        writer.write(plaintext(size)).await.unwrap();
        let failed = writer.finish().await;
        assert!(matches!(failed, Err(WriteError::Backend(BackendError::Keys(_)))));
        assert_eq!(leftovers(&vault).await, (vec![], vec![]));
    }
}

#[tokio::test]
async fn a_file_whose_finish_was_cancelled_is_taken_back() {
    for size in [10, LARGE] {
        let keys = Gate { gated: true, ..Gate::default() }.over_memory();
        let vault = vault_over(Arc::new(InMemory::new()), keys.clone()).await;
        let mut writer = vault.create(ID, &OWNER).unwrap();
        writer.write(plaintext(size)).await.unwrap();
        let finishing = tokio::spawn(writer.finish());
        keys.hook.entered.notified().await;
        finishing.abort();
        assert!(finishing.await.unwrap_err().is_cancelled());
        keys.hook.go.notify_one();
        let_others_run().await;
        assert_eq!(leftovers(&vault).await, (vec![], vec![]));
    }
}

#[tokio::test]
async fn the_key_is_durable_before_the_object_is_published() {
    let keys = Gate { gated: true, ..Gate::default() }.over_memory();
    let vault = vault_over(Arc::new(InMemory::new()), keys.clone()).await;
    for (number, size) in [10, LARGE].into_iter().enumerate() {
        let mut writer = vault.create(Uuid::from_u128(number as u128), &OWNER).unwrap();
        writer.write(plaintext(size)).await.unwrap();
        let finishing = tokio::spawn(writer.finish());
        keys.hook.entered.notified().await;
        assert_eq!(leftovers(&vault).await.1.len(), number, "not published while its key isn't kept");
        keys.hook.go.notify_one();
        assert_eq!(finishing.await.unwrap().unwrap().size, size as u64);
        assert_eq!(leftovers(&vault).await.1.len(), number + 1);
    }
}

/// Gives every task that is ready its turn; enough for a chain of a few of them.
async fn let_others_run() {
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_dropped_writer_leaves_nothing_on_disk() {
    // With a single blocking thread, what is asked of it last is done last.
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let files = folder.path().join("files");
        let entries = || std::fs::read_dir(&files).unwrap().count();
        let objects = Arc::new(open_local(&files).unwrap());
        let vault = vault_over(objects, Arc::new(MemoryKeyStore::default())).await;
        let mut writer = vault.create(ID, &OWNER).unwrap();
        writer.write(plaintext(LARGE)).await.unwrap();
        assert_eq!(entries(), 1, "parts go to disk as they come");
        drop(writer);
        let_others_run().await;
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        assert_eq!(entries(), 0);
        assert_eq!(leftovers(&vault).await, (vec![], vec![]));
    });
}
