//! The cases for key stores.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::try_join_all;
use uuid::Uuid;

use crate::key_store::{BusinessKeyRow, FileKeyRow, KeyStore, KeyStoreError, MASTER_CHECK, PutFileKey};

pub use super::business_keys::*;

/// Why a case could not be carried out; a case that finds the store wrong panics.
pub type Failure = KeyStoreError;

/// An empty key store of the backend under test, for one case.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// Opens the store; each call gives a store of its own over the same data, as a restart would.
    async fn open(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError>;
}

const NONE: [Uuid; 0] = [];

/// The check value of the master key in these cases.
pub(super) const CHECK: &[u8] = b"check value";

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The key of a file, under a key of business 7.
pub(super) fn file(number: u128, version: u32, wrapped: &[u8]) -> FileKeyRow {
    FileKeyRow { id: id(number), business: 7, version, wrapped: wrapped.to_vec() }
}

/// A current key of a business.
pub(super) fn business(business: i64, version: u32, wrapped: &[u8]) -> BusinessKeyRow {
    BusinessKeyRow { business, version, retired: false, wrapped: wrapped.to_vec() }
}

/// A store where business 7 has its first key.
pub(super) async fn with_business(fixture: &dyn Fixture) -> Result<Arc<dyn KeyStore>, Failure> {
    let store = fixture.open().await?;
    store.put_setting(MASTER_CHECK, CHECK).await?;
    store.put_business_keys(&[business(7, 1, b"first of seven")], CHECK).await?;
    Ok(store)
}

/// Puts the key of a file under the first key of business 7; whether it was kept.
pub(super) async fn put(store: &dyn KeyStore, id: Uuid, wrapped: &[u8]) -> Result<bool, Failure> {
    let key = FileKeyRow { id, ..file(0, 1, wrapped) };
    Ok(store.put(&key).await? == PutFileKey::Kept)
}

/// Ids whose byte order is neither their order as signed numbers nor that of their insertion.
fn scattered() -> [Uuid; 6] {
    [id(1 << 127), id(2), Uuid::max(), id((1 << 127) - 1), Uuid::nil(), id(1 << 64)]
}

/// Any bytes come back as they were, none for an id that has none.
pub async fn gives_back_what_was_put(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    let every_byte: Vec<u8> = (0..=255).collect();
    let longest = vec![0xff; 1024];
    assert!(put(&*store, id(1), &every_byte).await?);
    assert!(put(&*store, id(2), &longest).await?);
    assert_eq!(store.get(id(1)).await?, Some(every_byte));
    assert_eq!(store.get(id(2)).await?, Some(longest));
    assert_eq!(store.get(id(3)).await?, None);
    Ok(())
}

/// A second key for an id is refused, and the first stays.
pub async fn refuses_a_second_key(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(put(&*store, id(1), b"first").await?);
    assert!(!put(&*store, id(1), b"second").await?);
    assert!(!put(&*store, id(1), b"first").await?, "the same key again is a second key too");
    assert_eq!(store.get(id(1)).await?.as_deref(), Some(b"first".as_slice()));
    Ok(())
}

/// Of concurrent puts with one id, also through different connections, one wins, and its key is the one that stays.
pub async fn lets_one_of_many_puts_win(fixture: &dyn Fixture) -> Result<(), Failure> {
    let stores = [with_business(fixture).await?, with_business(fixture).await?];
    let put = |number: usize| {
        let store = Arc::clone(&stores[number % stores.len()]);
        async move { put(&*store, id(1), &[number as u8]).await }
    };
    let won = try_join_all((0..8).map(put)).await?;
    let winners: Vec<u8> = (0..8).filter(|number| won[usize::from(*number)]).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(stores[0].get(id(1)).await?, Some(winners));
    Ok(())
}

/// A deleted key is gone at once, for every connection; the others stay.
pub async fn deletes_a_key_and_no_other(fixture: &dyn Fixture) -> Result<(), Failure> {
    let (store, other) = (with_business(fixture).await?, fixture.open().await?);
    put(&*store, id(1), b"one").await?;
    put(&*store, id(2), b"two").await?;
    assert!(store.delete(id(1)).await?);
    assert_eq!(store.get(id(1)).await?, None);
    assert_eq!(other.get(id(1)).await?, None);
    assert_eq!(store.get(id(2)).await?.as_deref(), Some(b"two".as_slice()));
    assert!(!store.delete(id(1)).await?, "what is gone can't be deleted");
    assert_eq!(store.ids(None, 10).await?, [id(2)]);
    Ok(())
}

/// Ids come in the order of their bytes, whatever the order in which they were put.
pub async fn lists_ids_in_byte_order(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert_eq!(store.ids(None, 10).await?, NONE);
    for id in scattered() {
        put(&*store, id, b"key").await?;
    }
    let mut sorted = scattered();
    sorted.sort_unstable();
    assert_eq!(store.ids(None, 10).await?, sorted);
    Ok(())
}

/// Pages join without gap or overlap; `after` need not have a key itself.
pub async fn lists_ids_in_pages(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    for number in [10, 20, 30, 40, 50] {
        put(&*store, id(number), b"key").await?;
    }
    assert_eq!(store.ids(None, 2).await?, [id(10), id(20)]);
    assert_eq!(store.ids(Some(id(20)), 2).await?, [id(30), id(40)]);
    assert_eq!(store.ids(Some(id(40)), 2).await?, [id(50)]);
    assert_eq!(store.ids(Some(id(50)), 2).await?, NONE);
    assert_eq!(store.ids(Some(id(25)), 1).await?, [id(30)]);
    assert_eq!(store.ids(Some(Uuid::max()), 2).await?, NONE);
    assert_eq!(store.ids(None, 0).await?, NONE);
    Ok(())
}

/// The first value of a setting stays; a setting that has none is told from an empty one.
pub async fn keeps_the_first_value_of_a_setting(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert_eq!(store.setting("check").await?, None);
    assert!(store.put_setting("check", &[0, 0xff]).await?);
    assert!(!store.put_setting("check", b"other").await?);
    assert_eq!(store.setting("check").await?, Some(vec![0, 0xff]));
    assert!(store.put_setting("empty", b"").await?);
    assert_eq!(store.setting("empty").await?, Some(Vec::new()));
    assert_eq!(store.setting("Check").await?, None, "names are compared byte by byte");
    Ok(())
}

/// Settings aren't listed as keys, and deleting keys leaves them.
pub async fn keeps_settings_apart_from_keys(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    let name = id(1).to_string();
    store.put_setting(&name, b"setting").await?;
    assert_eq!(store.get(id(1)).await?, None);
    assert_eq!(store.ids(None, 10).await?, NONE);
    assert!(!store.delete(id(1)).await?);
    assert_eq!(store.setting(&name).await?.as_deref(), Some(b"setting".as_slice()));
    Ok(())
}

/// What was put, deleted and set is so for a store that is opened later.
pub async fn finds_all_again_when_reopened(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    put(&*store, id(1), b"one").await?;
    put(&*store, id(2), b"two").await?;
    store.delete(id(1)).await?;
    store.put_setting("check", b"value").await?;
    drop(store);
    let store = with_business(fixture).await?;
    assert_eq!(store.ids(None, 10).await?, [id(2)]);
    assert_eq!(store.get(id(2)).await?.as_deref(), Some(b"two".as_slice()));
    assert_eq!(store.setting("check").await?.as_deref(), Some(b"value".as_slice()));
    Ok(())
}
