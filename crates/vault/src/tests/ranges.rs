//! Ranges are slices of the plaintext, and nothing that isn't genuine is given out.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use super::{Backstage, ID, OWNER, plaintext, store};
use crate::error::{Check, ReadError};
use crate::format::{CHUNK, HEADER_LEN, SEALED_CHUNK};
use crate::reader::Reader;

const SIZES: [usize; 8] = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK, 9 * CHUNK + 17];

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

async fn reader(size: usize) -> Reader {
    let stage = Backstage::new().await;
    store(&stage.vault, ID, &OWNER, &plaintext(size)).await;
    stage.vault.read(ID, &OWNER).await.unwrap()
}

async fn range(reader: &Reader, start: usize, end: usize) -> Vec<u8> {
    let pieces: Vec<Bytes> = reader.stream(start as u64..end as u64).try_collect().await.unwrap();
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= CHUNK));
    pieces.concat()
}

#[tokio::test]
async fn ranges_at_the_edges_of_chunks_are_slices() {
    for size in SIZES {
        let (reader, plaintext) = (reader(size).await, plaintext(size));
        assert_eq!(reader.size(), size as u64);
        let near = |edge: usize| [edge.saturating_sub(1), edge, edge + 1];
        let mut edges: Vec<usize> =
            [0, CHUNK, 2 * CHUNK, 5 * CHUNK, 9 * CHUNK, size].into_iter().flat_map(near).collect();
        edges.retain(|edge| *edge <= size);
        edges.sort_unstable();
        edges.dedup();
        for (at, start) in edges.iter().enumerate() {
            for end in &edges[at..] {
                assert!(range(&reader, *start, *end).await == plaintext[*start..*end], "{start}..{end}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_range_is_a_slice(size in 0..7 * CHUNK, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (a, b) = (a.index(size + 1), b.index(size + 1));
        let (start, end) = (a.min(b), a.max(b));
        let same = runtime().block_on(async { range(&reader(size).await, start, end).await == plaintext(size)[start..end] });
        prop_assert!(same);
    }
}

#[tokio::test]
async fn a_range_outside_of_the_file_is_refused() {
    let reader = reader(CHUNK + 1).await;
    let past = (CHUNK + 2) as u64;
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    for range in [0..past, past..past, past - 1..past, 2..1, 0..u64::MAX] {
        let mut stream = reader.stream(range);
        assert!(matches!(stream.next().await, Some(Err(ReadError::Range))));
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test]
async fn a_changed_chunk_ends_the_stream_before_it() {
    let stage = Backstage::new().await;
    let plaintext = plaintext(6 * CHUNK + 5);
    store(&stage.vault, ID, &OWNER, &plaintext).await;
    let location = Path::from(ID.to_string());
    let whole = stage.objects.get(&location).await.unwrap().bytes().await.unwrap();
    for bad in 0..6_usize {
        let mut changed = whole.to_vec();
        changed[HEADER_LEN + bad * SEALED_CHUNK + 100] ^= 1;
        stage.objects.put(&location, changed.into()).await.unwrap();
        let reader = stage.vault.read(ID, &OWNER).await.unwrap();
        let mut stream = reader.stream(0..reader.size());
        let mut released = Vec::new();
        let failure = loop {
            match stream.next().await.expect("the change is noticed") {
                Ok(piece) => released.extend_from_slice(&piece),
                Err(error) => break error,
            }
        };
        assert!(released == plaintext[..bad * CHUNK]);
        assert!(
            matches!(failure, ReadError::Tampered { check: Check::Chunk(chunk), .. } if chunk == bad as u64)
        );
        assert!(stream.next().await.is_none(), "the stream ends with its first error");
        let after = (bad + 1) * CHUNK;
        assert!(range(&reader, after, plaintext.len()).await == plaintext[after..], "other chunks are sound");
    }
}

#[tokio::test]
async fn a_changed_last_chunk_or_length_refuses_every_range() {
    let stage = Backstage::new().await;
    store(&stage.vault, ID, &OWNER, &plaintext(3 * CHUNK)).await;
    let location = Path::from(ID.to_string());
    let whole = stage.objects.get(&location).await.unwrap().bytes().await.unwrap();
    let mut flipped = whole.to_vec();
    flipped[HEADER_LEN + 2 * SEALED_CHUNK] ^= 1;
    for changed in [flipped, whole[..whole.len() - SEALED_CHUNK].to_vec(), [&whole[..], b"x"].concat()] {
        stage.objects.put(&location, changed.into()).await.unwrap();
        assert!(matches!(stage.vault.read(ID, &OWNER).await.err(), Some(ReadError::Tampered { .. })));
    }
}

#[tokio::test]
async fn an_object_that_shrinks_or_goes_while_it_is_read_ends_the_stream() {
    let stage = Backstage::new().await;
    store(&stage.vault, ID, &OWNER, &plaintext(4 * CHUNK)).await;
    let location = Path::from(ID.to_string());
    let whole = stage.objects.get(&location).await.unwrap().bytes().await.unwrap();
    let reader = stage.vault.read(ID, &OWNER).await.unwrap();
    stage.objects.put(&location, whole.slice(..HEADER_LEN + SEALED_CHUNK + 10).into()).await.unwrap();
    let shrunk: Vec<_> = reader.stream(CHUNK as u64..reader.size()).collect().await;
    assert!(matches!(shrunk.as_slice(), [Err(ReadError::Tampered { check: Check::Length, .. })]));
    stage.vault.shred(ID).await.unwrap();
    let gone: Vec<_> = reader.stream(CHUNK as u64..reader.size()).collect().await;
    assert!(matches!(gone.as_slice(), [Err(ReadError::ObjectMissing(_))]));
}
