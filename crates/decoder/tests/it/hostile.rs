//! Hostile and broken files on the way that every file takes: the cleaner first, then a child.

use proofdesk_decoder::{DecodeError, Options, Pool};
use proofdesk_intake::{Limits, MediaType, Receiver};

use crate::child::{decode, options};
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

/// What a bomb ends as. A child that is ended is fine; a desk that grows or an answer that isn't one of these isn't.
#[test]
#[expect(clippy::print_stdout, reason = "the table says what each one ended as")]
fn bombs_go_off_in_the_child_or_not_at_all() {
    runtime().block_on(async {
        // A child that needs more than 2 to 3 s for one of them is ended by the kernel.
        let pool = Pool::new(Options { workers: 1, processor_seconds: 2, ..options() });
        for (name, bytes) in bombs::all() {
            let Some((media_type, kept)) = cleaned(&bytes) else {
                println!("{name}: refused before it is kept");
                continue;
            };
            drop(bytes);
            std::fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
            let before = peak();
            let outcome = decode(&pool, media_type, &kept).await;
            let grown = peak().saturating_sub(before);
            // What was made is held here by the test; the desk has 64 KiB of it at one time.
            let made = outcome.as_ref().map_or(0, |decoded| {
                decoded.made.iter().map(|(_, _, bytes)| bytes.len() as u64).sum::<u64>() / 512
            });
            assert!(grown <= 8 * 1024 + made, "{name}: {grown} KiB");
            match outcome {
                Ok(_) => println!("{name}: taken"),
                Err(DecodeError::Refused(text)) => println!("{name}: {text}"),
                Err(DecodeError::Unreadable) => println!("{name}: ended the child"),
                Err(other) => panic!("{name}: {other}"),
            }
        }
        decode(&pool, MediaType::Jpeg, &samples::jpeg(64, 48)).await.expect("a picture after all that");
    });
}

/// Small valid files of every type.
fn small() -> Vec<Vec<u8>> {
    use image::ImageFormat::{Jpeg, Png, WebP};
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

/// Straight to the child, past the cleaner: prefixes and flipped bits of small files. Every tenth, but another tenth of each.
#[test]
fn prefixes_and_flipped_bits_end_no_child() {
    runtime().block_on(async {
        let pool = Pool::new(options());
        for (number, bytes) in small().into_iter().enumerate() {
            let media_type = cleaned(&bytes).expect("a good file").0;
            decode(&pool, media_type, &bytes).await.expect("a good file");
            let step = 10 + bytes.len() / 60;
            for at in (number..bytes.len()).step_by(step) {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << (at % 8);
                for broken in [&bytes[..at], &flipped] {
                    match decode(&pool, media_type, broken).await {
                        Ok(_) | Err(DecodeError::Refused(_)) => {}
                        Err(other) => panic!("{media_type:?} {number} at {at}: {other}"),
                    }
                }
            }
        }
    });
}
