//! Children that die: one file that can't be read, and no more.

use std::time::Duration;

use proofdesk_decoder::{DecodeError, Options, Pool};
use proofdesk_intake::MediaType;

use crate::child::{decode, options};
use crate::samples;

/// The processes that this one has started, dead ones that nobody has reaped among them.
pub(crate) fn children() -> Vec<i32> {
    let mut all = Vec::new();
    for task in std::fs::read_dir("/proc/self/task").expect("the threads") {
        let path = task.expect("a thread").path().join("children");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        all.extend(text.split_whitespace().map(|id| id.parse::<i32>().expect("a number")));
    }
    all
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("the descriptors").count()
}

/// Waits for what the runtime does in the background.
pub(crate) async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::task::yield_now().await;
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Kills children while they are in use and while they rest, a hundred times.
#[test]
fn killed_children_are_replaced_and_leave_nothing() {
    let (runtime, jpeg) = (runtime(), samples::jpeg(640, 480));
    runtime.block_on(async {
        let pool = Pool::new(Options { workers: 2, ..options() });
        decode(&pool, MediaType::Jpeg, &jpeg).await.expect("a good start");
        let before = descriptors();
        let (mut dead, mut alive) = (0, 0);
        while dead + alive < 100 || dead < 20 {
            let file = decode(&pool, MediaType::Jpeg, &jpeg);
            let kill = async {
                for id in children() {
                    let pid = rustix::process::Pid::from_raw(id).expect("a number");
                    let _gone = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                }
            };
            match tokio::join!(file, kill).0 {
                Ok(_) => alive += 1,
                Err(DecodeError::Unreadable | DecodeError::Unavailable(_)) => dead += 1,
                Err(other) => panic!("{other}"),
            }
        }
        decode(&pool, MediaType::Jpeg, &jpeg).await.expect("a good end");
        // One child rests; the others are reaped, and their pipes closed.
        until(|| children().len() == 1).await;
        until(|| descriptors() <= before).await;
    });
}

/// Two files at one time, and the child of the first is killed when it has half of it: a hundred times. Each such file is told
/// as one that can't be read, the other is fine, and nothing is left.
#[test]
fn a_hundred_children_killed_in_use_are_a_hundred_files() {
    let (runtime, jpeg) = (runtime(), samples::jpeg(320, 240));
    runtime.block_on(async {
        let pool = Pool::new(Options { workers: 2, ..options() });
        decode(&pool, MediaType::Jpeg, &jpeg).await.expect("a good start");
        let before = descriptors();
        for number in 0..100 {
            until(|| children().len() == 1).await;
            let job = proofdesk_decoder::Job {
                media_type: MediaType::Jpeg,
                limits: proofdesk_intake::Limits::default(),
                bytes: jpeg.len() as u64,
            };
            // It gets the child that rested, the only one; the other file gets a new one.
            let mut session = pool.begin(job).await.expect("a child");
            let own = children();
            assert_eq!(own.len(), 1, "{number}");
            session.send(&jpeg[..jpeg.len() / 2]).await.expect("the first half");
            let kill = async {
                let pid = rustix::process::Pid::from_raw(own[0]).expect("a number");
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is there");
                match session.send(&jpeg[jpeg.len() / 2..]).await {
                    Ok(()) => session.next().await.map(drop),
                    gone => gone,
                }
            };
            let (killed, other) = tokio::join!(kill, decode(&pool, MediaType::Jpeg, &jpeg));
            assert_eq!(killed, Err(DecodeError::Unreadable), "{number}");
            other.unwrap_or_else(|error| panic!("{number}: {error}"));
            session.finish();
        }
        until(|| children().len() == 1).await;
        until(|| descriptors() <= before).await;
    });
}

/// What dies while it rests is told from what lives before it gets a file.
#[test]
fn a_child_that_died_at_rest_gets_no_file() {
    let (runtime, jpeg) = (runtime(), samples::jpeg(64, 48));
    runtime.block_on(async {
        let pool = Pool::new(Options { workers: 1, ..options() });
        for number in 0..20 {
            decode(&pool, MediaType::Jpeg, &jpeg).await.unwrap_or_else(|error| panic!("{number}: {error}"));
            until(|| children().len() == 1).await;
            let id = children()[0];
            let pid = rustix::process::Pid::from_raw(id).expect("a number");
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it rests");
            until(|| is_dead(id)).await;
        }
    });
}

/// Whether a process of ours has ended, and waits to be reaped.
fn is_dead(id: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && line.contains('Z'))
}

#[test]
fn children_are_used_again_replaced_in_time_and_gone_without_work() {
    let (runtime, jpeg) = (runtime(), samples::jpeg(64, 48));
    runtime.block_on(async {
        let pool = Pool::new(Options { workers: 1, jobs: 2, idle: Duration::from_millis(1), ..options() });
        assert!(children().is_empty(), "none before there is work");
        decode(&pool, MediaType::Jpeg, &jpeg).await.expect("a picture");
        until(|| children().is_empty()).await;

        let pool = Pool::new(Options { workers: 1, jobs: 2, ..options() });
        let mut seen = Vec::new();
        for _ in 0..3 {
            decode(&pool, MediaType::Jpeg, &jpeg).await.expect("a picture");
            // One that has had its files is ended in the background.
            until(|| children().len() == (seen.len() + 1) % 2).await;
            seen.push(children());
        }
        assert_eq!(seen[0].len(), 1, "it rests");
        assert_eq!(seen[1].len(), 0, "two files are all that it gets");
        assert_eq!(seen[2].len(), 1, "another one");
        assert_ne!(seen[0], seen[2]);
    });
}

#[test]
fn a_child_that_says_nothing_has_its_time_and_no_more() {
    runtime().block_on(async {
        let pool = Pool::new(Options { wall: Duration::from_millis(1), ..options() });
        let outcome = decode(&pool, MediaType::Jpeg, &samples::jpeg(3000, 2000)).await;
        assert_eq!(outcome.map(drop), Err(DecodeError::Unreadable));
        until(|| children().is_empty()).await;
    });
}

#[test]
fn what_is_no_child_is_told() {
    runtime().block_on(async {
        for program in ["/bin/true", "/nowhere/at/all"] {
            let pool = Pool::new(Options { program: program.into(), ..options() });
            let outcome = decode(&pool, MediaType::Jpeg, b"x").await;
            assert!(matches!(outcome, Err(DecodeError::Unavailable(_))), "{program}");
        }
    });
}

#[test]
fn a_full_queue_is_told() {
    runtime().block_on(async {
        let pool = Pool::new(Options { workers: 1, queue: 0, ..options() });
        let jpeg = samples::jpeg(64, 48);
        let job = proofdesk_decoder::Job {
            media_type: MediaType::Jpeg,
            limits: proofdesk_intake::Limits::default(),
            bytes: jpeg.len() as u64,
        };
        let held = pool.begin(job).await.expect("a child");
        let waits = pool.begin(job);
        tokio::pin!(waits);
        // The one place is taken by the one that waits.
        assert!(futures_poll(waits.as_mut()).await.is_none());
        assert!(matches!(pool.begin(job).await, Err(DecodeError::Busy)));
        drop(held);
        waits.await.expect("its turn");
    });
}

/// What a future gives at once, if it does.
async fn futures_poll<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
