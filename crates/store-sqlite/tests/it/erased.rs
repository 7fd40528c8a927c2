//! What was deleted is nowhere in the files.

use std::path::Path;

use proofdesk_store_sqlite::SqliteKeyStore;
use proofdesk_vault::{
    BusinessKeyChange, BusinessKeyRow, FileKeyRow, KeyStore as _, MASTER_CHECK, PutFileKey,
};
use uuid::Uuid;

/// A wrapped key that is found again among bytes.
fn wrapped(number: u128) -> Vec<u8> {
    let mark = format!("<key {number:08}>");
    mark.bytes().chain((0..80).map(|place| (number as u8).wrapping_mul(31).wrapping_add(place))).collect()
}

/// A file's id that has no order.
fn id(number: u128) -> Uuid {
    Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

/// The key of a file, under the first key of business 7.
fn file(number: u128) -> FileKeyRow {
    FileKeyRow { id: id(number), business: 7, version: 1, wrapped: wrapped(number) }
}

/// A key of a business that is found again among bytes.
fn business(version: u32, number: u128) -> BusinessKeyRow {
    BusinessKeyRow { business: 7, version, retired: false, wrapped: wrapped(number) }
}

/// Gives business 7 a key.
async fn with_business(store: &SqliteKeyStore, version: u32) {
    store.put_setting(MASTER_CHECK, b"check").await.unwrap();
    let key = BusinessKeyRow { wrapped: vec![1], ..business(version, 0) };
    store.put_business_keys(&[key], b"check").await.unwrap();
}

/// The numbers of the keys whose marks are in some file of a folder.
fn found(folder: &Path) -> Vec<u128> {
    let mut numbers = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let marks = bytes.windows(14).filter(|window| window.starts_with(b"<key ") && window.ends_with(b">"));
        numbers.extend(marks.map(|mark| std::str::from_utf8(&mark[5..13]).unwrap().parse::<u128>().unwrap()));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[tokio::test]
async fn a_deleted_key_is_in_no_file_of_the_store() {
    const KEYS: u128 = 400;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap();
    with_business(&store, 1).await;
    let puts = (0..KEYS).map(|number| {
        let store = &store;
        async move { store.put(&file(number)).await }
    });
    let put = futures::future::join_all(puts).await;
    assert!(put.into_iter().all(|put| put.unwrap() == PutFileKey::Kept));
    assert_eq!(found(folder.path()), (0..KEYS).collect::<Vec<_>>(), "or the test finds nothing ever");
    let deleted: Vec<u128> = (0..KEYS).filter(|number| number % 3 != 0).collect();
    for some in deleted.chunks(40) {
        let requests = some.iter().map(|number| store.delete(id(*number)));
        assert!(futures::future::join_all(requests).await.into_iter().all(Result::unwrap));
        let left = found(folder.path());
        assert!(some.iter().all(|number| !left.contains(number)), "right after {some:?} were deleted");
    }
    let kept: Vec<u128> = (0..KEYS).filter(|number| number % 3 == 0).collect();
    assert_eq!(found(folder.path()), kept);
    for number in kept {
        assert_eq!(store.get(id(number)).await.unwrap(), Some(wrapped(number)));
    }
}

/// Not in the wrap of a master key that was replaced, nor retired, nor with its business.
#[tokio::test]
async fn a_business_key_that_went_is_in_no_file_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap();
    with_business(&store, 1).await;
    store.put_business_keys(&[business(2, 2)], b"check").await.unwrap();
    store.put_business_keys(&[business(3, 3)], b"check").await.unwrap();
    assert_eq!(found(folder.path()), [2, 3]);
    assert!(store.delete_retired(7, 2).await.unwrap());
    assert_eq!(found(folder.path()), [3], "retired");
    let keys = store.business_keys(None, 10).await.unwrap();
    let changes = keys.iter().map(|old| BusinessKeyChange { old: old.clone(), wrapped: wrapped(9) });
    assert!(store.switch_master(b"check", b"other", &changes.collect::<Vec<_>>()).await.unwrap());
    assert_eq!(found(folder.path()), [9], "in the wrap of the old master key");
    assert_eq!(store.put(&FileKeyRow { version: 3, ..file(5) }).await.unwrap(), PutFileKey::Kept);
    assert_eq!(found(folder.path()), [5, 9]);
    assert_eq!(store.destroy_business(7).await.unwrap(), 2);
    assert_eq!(found(folder.path()), [0_u128; 0], "with its business");
}
