//! Children that don't say the truth, and kernels that lack a part: the desk believes no length and no size.

use proofdesk_decoder::{DecodeError, Found, Job, Options, Piece, Pool, Session};
use proofdesk_intake::{Limits, MediaType};

use crate::child::options;
use crate::deaths::{children, until};

fn frame(tag: u8, payload: &[u8]) -> Vec<u8> {
    [&[tag][..], &(payload.len() as u32).to_le_bytes(), payload].concat()
}

/// What it found: width, height, pages, the length of a cleaned file.
fn found(words: [u32; 4]) -> Vec<u8> {
    frame(b'F', &words.map(u32::to_le_bytes).concat())
}

const NONE: u32 = u32::MAX;

/// A rendition of a kind and a page, of this size and length; as many bytes follow as are given.
fn rendition((kind, page): (u8, u16), [width, height, length]: [u32; 3], bytes: usize) -> Vec<u8> {
    let words = [width, height, length].map(u32::to_le_bytes).concat();
    [frame(b'R', &[&[kind][..], &page.to_le_bytes(), &words].concat()), vec![7; bytes]].concat()
}

fn picture() -> Vec<u8> {
    [found([64, 48, NONE, NONE]), rendition((1, 1), [64, 48, 9], 9), rendition((2, 1), [64, 48, 9], 9)]
        .concat()
}

fn hello(landlock: u8, seccomp: u8) -> Vec<u8> {
    frame(b'H', &[landlock, seccomp])
}

/// Children that say these bytes: some at once, the others when they have the file.
fn saying(first: &[u8], then: &[u8]) -> Options {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Options { arguments: vec!["say".to_owned(), hex(first), hex(then)], workers: 1, ..options() }
}

const JOB: Job = Job {
    media_type: MediaType::Jpeg,
    limits: Limits { bytes: 1, pixels: 9_999, side: 100, pages: 3 },
    bytes: 1,
};

async fn all(session: &mut Session) -> Result<Vec<Piece>, DecodeError> {
    session.send(b"x").await?;
    let mut pieces = Vec::new();
    loop {
        let piece = session.next().await?;
        while session.chunk().await?.is_some() {}
        pieces.push(piece);
        if matches!(piece, Piece::Done(_)) {
            return Ok(pieces);
        }
    }
}

/// What comes of a child that says this of a file.
fn told(then: &[u8]) -> Result<Vec<Piece>, DecodeError> {
    told_of(JOB, then)
}

fn told_of(job: Job, then: &[u8]) -> Result<Vec<Piece>, DecodeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let pool = Pool::new(saying(&hello(1, 1), then));
        let mut session = pool.begin(job).await?;
        let outcome = all(&mut session).await;
        session.finish();
        if outcome.is_err() {
            // It isn't kept for the next file.
            until(|| children().is_empty()).await;
        }
        outcome
    })
}

#[test]
fn a_child_that_says_what_can_be_is_heard() {
    let pieces = told(&[picture(), frame(b'D', &[])].concat()).expect("a picture");
    let found = Found { width: Some(64), height: Some(48), pages: None, cleaned: None };
    assert_eq!((pieces.len(), pieces[0]), (4, Piece::Found(found)));
}

#[test]
fn what_can_not_be_is_not_believed() {
    let good = || found([64, 48, NONE, NONE]);
    let view = |sizes, bytes| [good(), rendition((1, 1), sizes, bytes)].concat();
    let view_and = |more: [Vec<u8>; 1]| [view([64, 48, 9], 9), more.concat()].concat();
    let lies = [
        ("a rendition before anything was found", rendition((1, 1), [64, 48, 9], 9)),
        ("the end before anything was found", frame(b'D', &[])),
        ("the end without a rendition", [good(), frame(b'D', &[])].concat()),
        ("the end without a thumbnail", [view([64, 48, 9], 9), frame(b'D', &[])].concat()),
        ("what was found, twice", [good(), good()].concat()),
        ("a greeting", [good(), hello(1, 1)].concat()),
        ("a side over the limit", found([101, 48, NONE, NONE])),
        ("a side of nothing", found([64, 0, NONE, NONE])),
        ("pages over the limit", found([NONE, NONE, 4, NONE])),
        ("a cleaned file of 4 GiB", found([64, 48, NONE, NONE - 1])),
        ("a cleaned file larger than can be", found([64, 48, NONE, 2 + 8 * 1024 * 1024])),
        ("a view that is too wide", view([2_001, 48, 9], 9)),
        ("a view of nothing", view([64, 0, 9], 9)),
        ("a view without bytes", view([64, 48, 0], 0)),
        ("a view of more than 8 MiB", view([64, 48, 1 + 8 * 1024 * 1024], 9)),
        ("a thumbnail that is too wide", [good(), rendition((2, 1), [513, 48, 9], 9)].concat()),
        ("a rendition of no kind", [good(), rendition((3, 1), [64, 48, 9], 9)].concat()),
        ("a page that is not there", [good(), rendition((1, 2), [64, 48, 9], 9)].concat()),
        ("a page of no number", [good(), rendition((1, 0), [64, 48, 9], 9)].concat()),
        ("a second view of a page", [picture(), rendition((1, 1), [64, 48, 9], 9)].concat()),
        ("a second page of a picture", [picture(), rendition((1, 2), [64, 48, 9], 9)].concat()),
        ("a second thumbnail", [picture(), rendition((2, 1), [64, 48, 9], 9)].concat()),
        ("a thumbnail of another page", view_and([rendition((2, 2), [64, 48, 9], 9)])),
        ("pages of a picture", found([64, 48, 1, NONE])),
        ("a frame of no kind", frame(b'?', &[])),
        ("a frame of 4 GiB", vec![b'F', 0xff, 0xff, 0xff, 0xff]),
        ("a frame that is too short", frame(b'F', &[1, 2, 3])),
        ("a refusal with a line in it", frame(b'X', b"is\ndamaged")),
        ("a refusal in another script", frame(b'X', "ist beschädigt".as_bytes())),
    ];
    // Whatever follows: one of these would be a good end, if the lie were believed.
    let (made, end) = (|kind| rendition((kind, 1), [64, 48, 9], 9), || frame(b'D', &[]));
    let rests = [
        end(),
        [made(1), end()].concat(),
        [made(2), end()].concat(),
        [made(1), made(2), end()].concat(),
        [picture(), end()].concat(),
    ];
    for (name, then) in lies {
        for (number, rest) in rests.iter().enumerate() {
            let said = [&then[..], rest].concat();
            assert_eq!(told(&said), Err(DecodeError::Unreadable), "{name}, and then {number}");
        }
    }
}

#[test]
fn a_pdf_has_a_view_of_each_page_in_its_turn_and_one_thumbnail() {
    let page = |number| rendition((1, number), [64, 48, 9], 9);
    let thumbnail = || rendition((2, 1), [64, 48, 9], 9);
    let end = || frame(b'D', &[]);
    let pages = |count| found([NONE, NONE, count, NONE]);
    let pdf = |said: &[Vec<u8>]| told_of(Job { media_type: MediaType::Pdf, ..JOB }, &said.concat());
    let good = [pages(3), page(1), thumbnail(), page(2), page(3), end()];
    assert_eq!(pdf(&good).map(|pieces| pieces.len()), Ok(6));
    let lies = [
        ("no pages", vec![pages(NONE), page(1), thumbnail(), end()]),
        ("pages over the limit", vec![pages(4), page(1), thumbnail(), page(2), page(3), page(4), end()]),
        ("a page left out", vec![pages(3), page(1), thumbnail(), page(2), end()]),
        ("a page too many", vec![pages(1), page(1), thumbnail(), page(2), end()]),
        ("pages out of their order", vec![pages(3), page(1), thumbnail(), page(3), page(2), end()]),
        ("a thumbnail of each page", vec![pages(1), page(1), thumbnail(), thumbnail(), end()]),
    ];
    for (name, said) in lies {
        assert_eq!(pdf(&said), Err(DecodeError::Unreadable), "{name}");
    }
}

/// Not at the end only: a child that goes on and on would fill the disk until then.
#[test]
fn a_view_too_many_is_refused_when_it_comes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let pool = Pool::new(saying(&hello(1, 1), &[picture(), rendition((1, 2), [64, 48, 9], 9)].concat()));
        let mut session = pool.begin(JOB).await.expect("a child");
        session.send(b"x").await.expect("the file");
        for _ in 0..3 {
            session.next().await.expect("what can be");
            while session.chunk().await.expect("its bytes").is_some() {}
        }
        // Told of at once, with no byte of it taken; what would come of an end without it is the same.
        assert_eq!(session.next().await, Err(DecodeError::Unreadable));
        assert_eq!(session.chunk().await, Ok(None));
    });
}

/// What fewer bytes than announced come to: the child is waited for until its time is over, and no longer.
#[test]
fn what_was_announced_and_does_not_come_is_not_waited_for() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let short = [found([64, 48, NONE, NONE]), rendition((1, 1), [64, 48, 9], 8)].concat();
        let wall = std::time::Duration::from_millis(300);
        let pool = Pool::new(Options { wall, ..saying(&hello(1, 1), &short) });
        let mut session = pool.begin(JOB).await.expect("a child");
        assert_eq!(all(&mut session).await, Err(DecodeError::Unreadable));
    });
}

#[test]
fn a_child_that_is_not_kept_in_by_every_part_is_of_no_use_unless_it_is_allowed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let done = [picture(), frame(b'D', &[])].concat();
        for (landlock, seccomp, lacks) in [
            (0, 1, "the kernel lacks Landlock (Linux 5.13 or newer, with landlock in its lsm= list)"),
            (1, 0, "the kernel lacks seccomp filters"),
            (0, 0, "the kernel lacks Landlock and seccomp filters"),
        ] {
            let options = saying(&hello(landlock, seccomp), &done);
            let strict = Pool::new(options.clone());
            let parts = strict.probe().await.expect("it says so");
            assert_eq!((u8::from(parts.landlock), u8::from(parts.seccomp)), (landlock, seccomp));
            let text = format!("decoder.sandbox is \"require\", and {lacks}");
            assert_eq!(strict.begin(JOB).await.err(), Some(DecodeError::Unavailable(text)));
            let lax = Pool::new(Options { best_effort: true, ..options });
            let mut session = lax.begin(JOB).await.expect("a child");
            assert_eq!(all(&mut session).await.map(|pieces| pieces.len()), Ok(4));
        }
    });
}
