//! The cases for key stores.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::try_join_all;
use uuid::Uuid;

use crate::key_store::{KeyStore, KeyStoreError};

/// Why a case could not be carried out; a case that finds the store wrong panics.
pub type Failure = KeyStoreError;

/// An empty key store of the backend under test, for one case.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// Opens the store; each call gives a store of its own over the same data, as a restart would.
    async fn open(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError>;
}

const NONE: [Uuid; 0] = [];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Ids whose byte order is neither their order as signed numbers nor that of their insertion.
fn scattered() -> [Uuid; 6] {
    [id(1 << 127), id(2), Uuid::max(), id((1 << 127) - 1), Uuid::nil(), id(1 << 64)]
}

/// Any bytes come back as they were, none for an id that has none.
pub async fn gives_back_what_was_put(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = fixture.open().await?;
    let every_byte: Vec<u8> = (0..=255).collect();
    let longest = vec![0xff; 1024];
    assert!(store.put(id(1), &every_byte).await?);
    assert!(store.put(id(2), &longest).await?);
    assert_eq!(store.get(id(1)).await?, Some(every_byte));
    assert_eq!(store.get(id(2)).await?, Some(longest));
    assert_eq!(store.get(id(3)).await?, None);
    Ok(())
}

/// A second key for an id is refused, and the first stays.
pub async fn refuses_a_second_key(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = fixture.open().await?;
    assert!(store.put(id(1), b"first").await?);
    assert!(!store.put(id(1), b"second").await?);
    assert!(!store.put(id(1), b"first").await?, "the same key again is a second key too");
    assert_eq!(store.get(id(1)).await?.as_deref(), Some(b"first".as_slice()));
    Ok(())
}

/// Of concurrent puts with one id, also through different connections, one wins, and its key is the one that stays.
pub async fn lets_one_of_many_puts_win(fixture: &dyn Fixture) -> Result<(), Failure> {
    let stores = [fixture.open().await?, fixture.open().await?];
    let put = |number: usize| {
        let store = Arc::clone(&stores[number % stores.len()]);
        async move { store.put(id(1), &[number as u8]).await }
    };
    let won = try_join_all((0..8).map(put)).await?;
    let winners: Vec<u8> = (0..8).filter(|number| won[usize::from(*number)]).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(stores[0].get(id(1)).await?, Some(winners));
    Ok(())
}

/// A deleted key is gone at once, for every connection; the others stay.
pub async fn deletes_a_key_and_no_other(fixture: &dyn Fixture) -> Result<(), Failure> {
    let (store, other) = (fixture.open().await?, fixture.open().await?);
    store.put(id(1), b"one").await?;
    store.put(id(2), b"two").await?;
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
    let store = fixture.open().await?;
    assert_eq!(store.ids(None, 10).await?, NONE);
    for id in scattered() {
        store.put(id, b"key").await?;
    }
    let mut sorted = scattered();
    sorted.sort_unstable();
    assert_eq!(store.ids(None, 10).await?, sorted);
    Ok(())
}

/// Pages join without gap or overlap; `after` need not have a key itself.
pub async fn lists_ids_in_pages(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = fixture.open().await?;
    for number in [10, 20, 30, 40, 50] {
        store.put(id(number), b"key").await?;
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
    let store = fixture.open().await?;
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
    let store = fixture.open().await?;
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
    let store = fixture.open().await?;
    store.put(id(1), b"one").await?;
    store.put(id(2), b"two").await?;
    store.delete(id(1)).await?;
    store.put_setting("check", b"value").await?;
    drop(store);
    let store = fixture.open().await?;
    assert_eq!(store.ids(None, 10).await?, [id(2)]);
    assert_eq!(store.get(id(2)).await?.as_deref(), Some(b"two".as_slice()));
    assert_eq!(store.setting("check").await?.as_deref(), Some(b"value".as_slice()));
    Ok(())
}
