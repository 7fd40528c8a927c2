//! Hostile and broken files on the way that every file takes: the cleaner first, then a child.

use std::time::Duration;

use image::ImageFormat::{Jpeg, Png, WebP};
use proofdesk_decoder::{DecodeError, Options, Pool};
use proofdesk_intake::{Limits, MediaType, Receiver};

use crate::child::{Decoded, decode, options};
use crate::deaths::{children, until};
use crate::{bombs, samples};

/// What is kept of a file, and its type; `None` for what the cleaner refuses.
fn cleaned(bytes: &[u8]) -> Option<(MediaType, Vec<u8>)> {
    let mut receiver = Receiver::new(Limits::default());
    let mut kept = Vec::new();
    receiver.push(bytes, &mut kept).ok()?;
    receiver.finish().ok().map(|received| (received.media_type, kept))
}

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The processor time, in milliseconds, of all children that have ended (proc(5): in hundredths of a second).
fn spent() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("the figures");
    let (_, figures) = text.rsplit_once(')').expect("the name's end");
    let figures: Vec<&str> = figures.split_whitespace().collect();
    figures[13..15].iter().map(|number| number.parse::<u64>().expect("a number")).sum::<u64>() * 10
}

/// What a file cost: processor time of its child in milliseconds, and memory of this process in KiB.
struct Cost {
    processor: u64,
    memory: u64,
    outcome: Result<Decoded, DecodeError>,
}

/// Sends a file to a child that has no other, and is ended after it.
async fn cost(media_type: MediaType, bytes: &[u8]) -> Cost {
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
    let (before, spent_before) = (peak(), spent());
    // Processor time is what counts here, however much else this machine has to do.
    let wall = Duration::from_secs(120);
    let pool = Pool::new(Options { workers: 1, jobs: 1, wall, ..options() });
    let outcome = decode(&pool, media_type, bytes).await;
    let memory = peak().saturating_sub(before);
    drop(pool);
    until(|| children().is_empty()).await;
    Cost { processor: spent() - spent_before, memory, outcome }
}

/// The most processor time that a file may take, in milliseconds: what it is allowed, and the time between two looks at it.
const MOST: u64 = 2_000;

/// What a bomb ends as. A child that is ended is fine; a desk that grows or an answer that isn't one of these isn't.
#[test]
#[expect(clippy::print_stdout, reason = "the table says what each one ended as")]
fn bombs_go_off_in_the_child_or_not_at_all() {
    let mut costly = Vec::new();
    runtime().block_on(async {
        for (name, bytes) in bombs::all() {
            let Some((media_type, kept)) = cleaned(&bytes) else {
                println!("{name}: refused before it is kept");
                continue;
            };
            drop(bytes);
            let Cost { processor, memory, outcome } = cost(media_type, &kept).await;
            // What was made is held here by the test; the desk has 64 KiB of it at one time.
            let made = outcome.as_ref().map_or(0, |decoded| {
                decoded.made.iter().map(|(_, _, bytes)| bytes.len() as u64).sum::<u64>() / 512
            });
            let end = match outcome {
                Ok(_) => "taken".to_owned(),
                Err(DecodeError::Refused(text)) => text,
                Err(DecodeError::Unreadable) => "ended the child".to_owned(),
                Err(other) => panic!("{name}: {other}"),
            };
            println!("{name}: {processor} ms, {memory} KiB: {end}");
            if processor > MOST || memory > 8 * 1024 + made {
                costly.push(format!("{name}: {processor} ms, {memory} KiB"));
            }
        }
        let pool = Pool::new(options());
        decode(&pool, MediaType::Jpeg, &samples::jpeg(64, 48)).await.expect("a picture after all that");
    });
    assert!(costly.is_empty(), "{costly:#?}");
}

/// Large files as people hand them in: the time that stops the bombs is enough for them.
#[test]
#[expect(clippy::print_stdout, reason = "the figures are for whoever changes the limit")]
fn large_honest_files_have_time_enough() {
    let photo = samples::jpeg(8_000, 6_000);
    let files = [
        ("JPEG of 48 million pixels", MediaType::Jpeg, photo),
        ("PNG of 12 million pixels", MediaType::Png, samples::written(&samples::drawn(4_000, 3_000), Png)),
        // More than 2 s here, where the renderer is hardly optimised: each page that is made has brought some time with it.
        ("PDF of 20 pages", MediaType::Pdf, samples::pdf(20)),
    ];
    runtime().block_on(async {
        for (name, media_type, bytes) in files {
            let Cost { processor, outcome, .. } = cost(media_type, &bytes).await;
            println!("{name}: {processor} ms");
            outcome.unwrap_or_else(|error| panic!("{name}: {processor} ms: {error}"));
        }
    });
}

/// Small valid files of every type.
fn small() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (width, height) in [(9, 7), (16, 16), (33, 20), (64, 48)] {
        let drawn = samples::drawn(width, height);
        for format in [Jpeg, Png, WebP] {
            all.push(samples::written(&drawn, format));
        }
        let rgba = drawn.to_rgba8();
        let heic = heifer::encode_rgba8(width, height, &rgba, &heifer::EncodeOptions::default());
        all.push(heic.expect("a HEIC"));
        all.push(samples::pdf(1 + width as usize % 2));
    }
    all
}

/// Every prefix of 20 small files, four of each type, and flipped bits: to the cleaner, and past it to the child, which is ended
/// if one takes more than its time.
#[test]
fn prefixes_and_flipped_bits_end_no_child() {
    runtime().block_on(async {
        let pool = Pool::new(options());
        assert_eq!(small().len(), 20);
        for (number, bytes) in small().into_iter().enumerate() {
            let media_type = cleaned(&bytes).expect("a good file").0;
            decode(&pool, media_type, &bytes).await.expect("a good file");
            let step = 10 + bytes.len() / 60;
            for at in 0..bytes.len() {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << (at % 8);
                let flips = (at % step == number % step).then_some(&flipped[..]);
                for broken in [&bytes[..at]].into_iter().chain(flips) {
                    // What the cleaner says of it doesn't matter here: it says something.
                    drop(cleaned(broken));
                    match decode(&pool, media_type, broken).await {
                        Ok(_) | Err(DecodeError::Refused(_)) => {}
                        Err(other) => panic!("{media_type:?} {number} at {at}: {other}"),
                    }
                }
            }
        }
    });
}
