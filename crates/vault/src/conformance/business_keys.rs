//! The cases about keys of businesses, and about what they wrap.

use std::sync::Arc;

use futures::future::try_join_all;
use uuid::Uuid;

use super::key_store::{CHECK, Failure, Fixture, business, file, id, put, with_business};
use crate::key_store::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, KeyStore, KeyStoreError, MASTER_CHECK,
    PutBusinessKeys, PutFileKey,
};

/// Puts a key of a business; whether it was kept.
async fn renew(store: &dyn KeyStore, key: &BusinessKeyRow) -> Result<bool, KeyStoreError> {
    Ok(store.put_business_keys(std::slice::from_ref(key), CHECK).await? == PutBusinessKeys::Kept)
}

fn retired(key: BusinessKeyRow) -> BusinessKeyRow {
    BusinessKeyRow { retired: true, ..key }
}

fn change(old: FileKeyRow, version: u32, wrapped: &[u8]) -> FileKeyChange {
    FileKeyChange { old, version, wrapped: wrapped.to_vec() }
}

/// Keys of files come with all that was put, by file and by key of a business, in pages.
pub async fn lists_keys_of_files_whole(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(renew(&*store, &business(-8, 1, b"of another")).await?);
    let other = FileKeyRow { id: id(2), business: -8, version: 1, wrapped: b"two".to_vec() };
    let keys = [file(1, 1, b"one"), other, file(u128::MAX, 1, b"three")];
    for key in &keys {
        assert_eq!(store.put(key).await?, PutFileKey::Kept);
    }
    assert_eq!(store.file_keys(None, 10).await?, keys);
    assert_eq!(store.file_keys(Some(id(1)), 1).await?, [keys[1].clone()]);
    assert_eq!(store.file_keys_under(7, 1, None, 10).await?, [keys[0].clone(), keys[2].clone()]);
    assert_eq!(store.file_keys_under(7, 1, Some(id(1)), 10).await?, [keys[2].clone()]);
    assert_eq!(store.file_keys_under(7, 1, None, 1).await?, [keys[0].clone()]);
    assert_eq!(store.file_keys_under(-8, 1, None, 10).await?, [keys[1].clone()]);
    assert_eq!(store.file_keys_under(7, 2, None, 10).await?, []);
    assert_eq!(store.file_keys_under(7, 1, Some(Uuid::max()), 10).await?, []);
    let counts = store.counts().await?;
    let counts: Vec<_> = counts.iter().map(|count| (count.business, count.version, count.files)).collect();
    assert_eq!(counts, [(-8, 1, 1), (7, 1, 2)]);
    Ok(())
}

/// A new key of a business retires the one before, and nothing is put under a retired or an unknown one.
pub async fn keeps_keys_under_the_current_key_only(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(put(&*store, id(1), b"one").await?);
    assert!(renew(&*store, &business(7, 2, b"second of seven")).await?);
    assert_eq!(store.current_business_key(7).await?, Some(business(7, 2, b"second of seven")));
    assert_eq!(store.business_key(7, 1).await?, Some(retired(business(7, 1, b"first of seven"))));
    assert_eq!(store.put(&file(2, 1, b"two")).await?, PutFileKey::Retired);
    assert_eq!(store.put(&file(2, 3, b"two")).await?, PutFileKey::Retired);
    assert_eq!(store.put(&FileKeyRow { business: 8, ..file(2, 1, b"two") }).await?, PutFileKey::Retired);
    assert_eq!(store.get(id(2)).await?, None);
    assert_eq!(store.put(&file(1, 1, b"again")).await?, PutFileKey::Taken, "also under a retired key");
    assert_eq!(store.put(&file(2, 2, b"two")).await?, PutFileKey::Kept);
    assert_eq!(store.get(id(1)).await?.as_deref(), Some(b"one".as_slice()), "what was put stays");
    Ok(())
}

/// Of concurrent keys of one version one is kept; no earlier version comes after a later one.
pub async fn lets_one_of_many_new_business_keys_win(fixture: &dyn Fixture) -> Result<(), Failure> {
    let stores = [with_business(fixture).await?, fixture.open().await?];
    let renewal = |number: u8| {
        let store = Arc::clone(&stores[usize::from(number) % stores.len()]);
        async move { renew(&*store, &business(7, 2, &[number])).await }
    };
    let won = try_join_all((0..8).map(renewal)).await?;
    let winners: Vec<u8> = (0..8).filter(|number| won[usize::from(*number)]).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(stores[0].current_business_key(7).await?, Some(business(7, 2, &winners)));
    for version in [1, 2] {
        let late = stores[1].put_business_keys(&[business(7, version, b"late")], CHECK).await?;
        assert_eq!(late, PutBusinessKeys::Taken);
    }
    assert!(renew(&*stores[1], &business(7, 5, b"a gap is none of the store's business")).await?);
    Ok(())
}

/// A key of a business that another master key wraps isn't kept.
pub async fn keeps_business_keys_for_its_own_master_key_only(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = fixture.open().await?;
    let refused = store.put_business_keys(&[business(7, 1, b"key")], CHECK).await?;
    assert_eq!(refused, PutBusinessKeys::OtherMaster, "there is no check value yet");
    store.put_setting(MASTER_CHECK, CHECK).await?;
    let refused = store.put_business_keys(&[business(7, 1, b"key")], b"other").await?;
    assert_eq!(refused, PutBusinessKeys::OtherMaster);
    assert_eq!(store.current_business_key(7).await?, None);
    assert_eq!(store.business_keys(None, 10).await?, []);
    assert!(renew(&*store, &business(7, 1, b"key")).await?);
    Ok(())
}

/// Keys of businesses come in the order of business and version, negative ones first, in pages without gap or overlap.
pub async fn lists_business_keys_in_pages(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    for (of, version) in [(i64::MAX, 1), (-3, 1), (7, 2), (0, 1), (7, 300)] {
        assert!(renew(&*store, &business(of, version, b"key")).await?);
    }
    let places = |keys: Vec<BusinessKeyRow>| -> Vec<_> {
        keys.iter().map(|key| (key.business, key.version)).collect()
    };
    let expected = [(-3, 1), (0, 1), (7, 1), (7, 2), (7, 300), (i64::MAX, 1)];
    assert_eq!(places(store.business_keys(None, 10).await?), expected);
    assert_eq!(places(store.business_keys(None, 2).await?), expected[..2]);
    assert_eq!(places(store.business_keys(Some((0, 1)), 2).await?), expected[2..4]);
    assert_eq!(places(store.business_keys(Some((7, 2)), 10).await?), expected[4..]);
    assert_eq!(places(store.business_keys(Some((7, 5)), 1).await?), expected[4..5]);
    assert_eq!(places(store.business_keys(Some(expected[5]), 10).await?), []);
    Ok(())
}

/// What was deleted or replaced meanwhile stays so, and nothing is put under a key that isn't current.
pub async fn replaces_what_is_still_there(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    let keys: Vec<FileKeyRow> = (1..=4).map(|number| file(number, 1, b"old")).collect();
    for key in &keys {
        assert_eq!(store.put(key).await?, PutFileKey::Kept);
    }
    assert!(renew(&*store, &business(7, 2, b"second")).await?);
    assert!(store.delete(id(2)).await?);
    let mut changes: Vec<_> = keys.iter().map(|key| change(key.clone(), 2, b"new")).collect();
    changes[2].old.wrapped = b"another".to_vec();
    assert_eq!(store.replace_file_keys(&changes).await?, 2);
    let new = |number| file(number, 2, b"new");
    assert_eq!(store.file_keys(None, 10).await?, [new(1), file(3, 1, b"old"), new(4)]);
    assert_eq!(store.replace_file_keys(&[]).await?, 0);
    assert_eq!(store.replace_file_keys(&changes).await?, 0, "once");
    assert_eq!(store.replace_file_keys(&[change(new(1), 1, b"back")]).await?, 0, "1 is retired");
    assert_eq!(store.replace_file_keys(&[change(new(1), 3, b"on")]).await?, 0, "3 isn't there");
    assert_eq!(store.file_keys_under(7, 1, None, 10).await?, [file(3, 1, b"old")]);
    Ok(())
}

/// Keys of several businesses are kept together, or none of them.
pub async fn renews_many_businesses_or_none(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(renew(&*store, &business(8, 1, b"of eight")).await?);
    let before = store.business_keys(None, 10).await?;
    let one_taken = [business(7, 2, b"new"), business(9, 1, b"new"), business(8, 1, b"new")];
    assert_eq!(store.put_business_keys(&one_taken, CHECK).await?, PutBusinessKeys::Taken);
    assert_eq!(store.business_keys(None, 10).await?, before);
    let all_new = [business(7, 2, b"new"), business(9, 1, b"new"), business(8, 2, b"new")];
    assert_eq!(store.put_business_keys(&all_new, CHECK).await?, PutBusinessKeys::Kept);
    for key in all_new {
        assert_eq!(store.current_business_key(key.business).await?, Some(key));
    }
    assert_eq!(store.business_keys(None, 10).await?.len(), 5);
    Ok(())
}

/// A key goes when it's retired and wraps nothing.
pub async fn deletes_a_retired_key_that_nothing_needs(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(put(&*store, id(1), b"one").await?);
    assert!(!store.delete_retired(7, 1).await?, "it is current");
    assert!(renew(&*store, &business(7, 2, b"second")).await?);
    assert!(!store.delete_retired(7, 1).await?, "it is needed");
    assert_eq!(store.replace_file_keys(&[change(file(1, 1, b"one"), 2, b"new")]).await?, 1);
    assert!(store.delete_retired(7, 1).await?);
    assert!(!store.delete_retired(7, 1).await?, "once");
    assert_eq!(store.business_keys(None, 10).await?, [business(7, 2, b"second")]);
    assert_eq!(store.put(&file(2, 1, b"two")).await?, PutFileKey::Retired);
    Ok(())
}

/// While keys of files are being put, others retire what wraps them, move all that it wraps, and delete it: afterwards every
/// key of a file that was kept is under a key that is there.
pub async fn loses_no_key_between_put_and_retirement(fixture: &dyn Fixture) -> Result<(), Failure> {
    let stores = [with_business(fixture).await?, fixture.open().await?, fixture.open().await?];
    let putting = async |store: &dyn KeyStore, from: u128| {
        let mut kept = Vec::new();
        for number in from..from + 60 {
            let current = store.current_business_key(7).await?.ok_or(KeyStoreError::new("no key"))?;
            // As if the current one was looked up long ago: the next one may be there by now.
            tokio::task::yield_now().await;
            if store.put(&file(number, current.version, b"old")).await? == PutFileKey::Kept {
                kept.push(id(number));
            }
        }
        Ok::<_, KeyStoreError>(kept)
    };
    let rotating = async {
        for version in 2..12 {
            assert!(renew(&*stores[2], &business(7, version, b"next")).await?);
            let moved = stores[2].file_keys_under(7, version - 1, None, 1000).await?;
            let moved: Vec<_> = moved.into_iter().map(|old| change(old, version, b"new")).collect();
            assert_eq!(stores[2].replace_file_keys(&moved).await?, moved.len());
            assert!(stores[2].delete_retired(7, version - 1).await?, "nothing came under it since");
        }
        Ok::<_, KeyStoreError>(())
    };
    let (one, two, rotated) = futures::join!(putting(&*stores[0], 1), putting(&*stores[1], 1001), rotating);
    rotated?;
    let mut kept = one?;
    kept.extend(two?);
    kept.sort_unstable();
    let files = stores[0].file_keys(None, 1000).await?;
    assert_eq!(files.iter().map(|file| file.id).collect::<Vec<_>>(), kept);
    assert!(files.iter().all(|file| file.version == 11));
    Ok(())
}

/// All keys of businesses and the check value change together, or nothing does.
pub async fn switches_the_master_key_whole_or_not_at_all(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(renew(&*store, &business(7, 2, b"second of seven")).await?);
    assert!(renew(&*store, &business(0, 1, b"root")).await?);
    let before = store.business_keys(None, 10).await?;
    let changes: Vec<BusinessKeyChange> = before
        .iter()
        .map(|old| BusinessKeyChange { old: old.clone(), wrapped: [b"new ", &old.wrapped[..]].concat() })
        .collect();
    let mut another = changes.clone();
    another[2].old.wrapped = b"another".to_vec();
    let mut unknown = changes.clone();
    unknown[0].old.business = 1;
    for (check, keys) in [
        (b"wrong".as_slice(), &changes[..]),
        (CHECK, &changes[..2]),
        (CHECK, &another[..]),
        (CHECK, &unknown[..]),
        (CHECK, &[]),
    ] {
        assert!(!store.switch_master(check, b"new check", keys).await?);
        assert_eq!(store.business_keys(None, 10).await?, before);
        assert_eq!(store.setting(MASTER_CHECK).await?.as_deref(), Some(CHECK));
    }
    assert!(store.switch_master(CHECK, b"new check", &changes).await?);
    let expected: Vec<_> = changes
        .iter()
        .map(|key| BusinessKeyRow { wrapped: key.wrapped.clone(), ..key.old.clone() })
        .collect();
    let other = fixture.open().await?;
    assert_eq!(other.business_keys(None, 10).await?, expected);
    assert_eq!(other.setting(MASTER_CHECK).await?.as_deref(), Some(b"new check".as_slice()));
    let late = other.put_business_keys(&[business(9, 1, b"late")], CHECK).await?;
    assert_eq!(late, PutBusinessKeys::OtherMaster);
    Ok(())
}

/// All keys of a business go, with all that they wrap; the others stay.
pub async fn destroys_a_business_and_no_other(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(renew(&*store, &business(8, 1, b"of another")).await?);
    assert!(put(&*store, id(1), b"one").await?);
    assert!(renew(&*store, &business(7, 2, b"second")).await?);
    assert_eq!(store.put(&file(2, 2, b"two")).await?, PutFileKey::Kept);
    let other = FileKeyRow { business: 8, ..file(3, 1, b"three") };
    assert_eq!(store.put(&other).await?, PutFileKey::Kept);
    assert_eq!(store.destroy_business(7).await?, 2);
    assert_eq!(store.destroy_business(7).await?, 0);
    assert_eq!(store.file_keys(None, 10).await?, [other]);
    let left = [retired(business(7, 2, b"")), business(8, 1, b"of another")];
    assert_eq!(store.business_keys(None, 10).await?, left);
    assert_eq!(store.current_business_key(7).await?, None);
    assert!(!store.delete_retired(7, 2).await?, "it keeps the version from coming again");
    assert!(!renew(&*store, &business(7, 2, b"second again")).await?);
    assert_eq!(store.put(&file(4, 2, b"four")).await?, PutFileKey::Retired);
    Ok(())
}

/// What was listed can be put into an empty store, retired keys and what they wrap included; what is there stays.
pub async fn restores_what_was_listed(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = fixture.open().await?;
    let businesses = [retired(business(7, 1, b"first")), business(7, 2, b"second"), business(0, 1, b"root")];
    let files = [file(1, 1, b"one"), file(2, 2, b"two")];
    store.restore(&businesses, &files).await?;
    let mut sorted = businesses.to_vec();
    sorted.sort_unstable_by_key(|key| (key.business, key.version));
    assert_eq!(store.business_keys(None, 10).await?, sorted);
    assert_eq!(store.file_keys(None, 10).await?, files);
    store.restore(&[business(0, 1, b"other")], &[file(1, 2, b"other"), file(3, 2, b"three")]).await?;
    assert_eq!(store.business_keys(None, 10).await?, sorted);
    assert_eq!(store.file_keys(None, 10).await?, [&files[..], &[file(3, 2, b"three")]].concat());
    store.restore(&[], &[]).await
}

/// Nothing is lost or made anew by opening.
pub async fn tells_keys_and_settings_whole_when_reopened(fixture: &dyn Fixture) -> Result<(), Failure> {
    let store = with_business(fixture).await?;
    assert!(put(&*store, id(1), b"one").await?);
    assert!(renew(&*store, &business(7, 2, b"second")).await?);
    assert!(store.put_setting("another", b"value").await?);
    drop(store);
    let store = fixture.open().await?;
    assert_eq!(store.file_keys(None, 10).await?, [file(1, 1, b"one")]);
    let keys = [retired(business(7, 1, b"first of seven")), business(7, 2, b"second")];
    assert_eq!(store.business_keys(None, 10).await?, keys);
    let settings = [("another".to_owned(), b"value".to_vec()), (MASTER_CHECK.to_owned(), CHECK.to_vec())];
    assert_eq!(store.settings().await?, settings);
    Ok(())
}
