//! The conformance suites over the backends that this crate brings, and the local folder.

use std::sync::Arc;

use async_trait::async_trait;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use tempfile::TempDir;

use crate::conformance::{key_store, objects};
use crate::key_store::{KeyStore, KeyStoreError};
use crate::testing::MemoryKeyStore;

mod memory_keys {
    use super::*;

    struct Memory(Arc<MemoryKeyStore>);

    #[async_trait]
    impl key_store::Fixture for Memory {
        async fn open(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
            Ok(self.0.clone())
        }
    }

    crate::key_store_conformance!(Memory(Arc::default()));
}

mod memory_objects {
    use super::*;

    struct Memory(Arc<InMemory>);

    impl objects::Fixture for Memory {
        fn objects(&self) -> Arc<dyn ObjectStore> {
            self.0.clone()
        }
    }

    crate::objects_conformance!(Memory(Arc::new(InMemory::new())));
}

mod local_disk {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::{open_local, remove_unfinished};

    struct Local {
        _folder: TempDir,
        objects: Arc<dyn ObjectStore>,
    }

    impl Local {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let objects = Arc::new(open_local(&folder.path().join("files")).unwrap());
            Self { _folder: folder, objects }
        }
    }

    impl objects::Fixture for Local {
        fn objects(&self) -> Arc<dyn ObjectStore> {
            self.objects.clone()
        }
    }

    crate::objects_conformance!(Local::new());

    #[test]
    fn a_new_folder_is_private_and_only_unfinished_writes_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("files");
        remove_unfinished(&folder).unwrap();
        open_local(&folder).unwrap();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let id = "00000000-0000-0000-0000-000000000001";
        let kept = [id.to_owned(), format!("{id}#"), format!("{id}#1x"), "other#1".to_owned()];
        for name in kept.iter().cloned().chain([format!("{id}#1"), format!("{id}#23")]) {
            std::fs::write(folder.join(name), b"sealed").unwrap();
        }
        open_local(&folder).unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 6, "opening leaves writes of others alone");
        remove_unfinished(&folder).unwrap();
        let mut left: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort_unstable();
        assert_eq!(left, kept);
    }

    #[test]
    fn opening_needs_the_parent_folder() {
        let parent = tempfile::tempdir().unwrap();
        open_local(&parent.path().join("missing/files")).unwrap_err();
    }
}
