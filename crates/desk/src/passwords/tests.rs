use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine as _;

use super::*;

struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn parameters(phc: &str) -> String {
    PasswordHash::new(phc).expect("a PHC string");
    phc.split('$').take(4).collect::<Vec<_>>().join("$")
}

fn secret(password: &str) -> SecretString {
    password.to_owned().into()
}

#[tokio::test]
async fn a_password_is_known_by_its_hash_and_nobody_by_none() {
    let passwords = Passwords::new(Arc::new(Zeros));
    let hash = passwords.hash(secret("correct horse")).await.expect("a hash");
    assert_eq!(parameters(&hash), parameters(NOBODY), "nobody takes as long as somebody");
    let [right, wrong, nobody] = [
        verdict(&passwords, "correct horse", Some(&hash)).await,
        verdict(&passwords, "correct horsf", Some(&hash)).await,
        verdict(&passwords, "correct horse", None).await,
    ];
    assert_eq!((right.matches, wrong.matches, nobody.matches), (true, false, false));
    assert!(!right.outdated && !nobody.outdated, "both have today's parameters");
}

#[tokio::test]
async fn hashes_are_what_others_make_of_the_same() {
    let (passwords, theirs) = (Passwords::new(Arc::new(Zeros)), argon2::Argon2::default());
    let ours = passwords.hash(secret("correct horse")).await.expect("a hash");
    let other: PasswordHash = theirs.hash_password_with_salt(b"correct horse", &[0; 16]).expect("a hash");
    assert_eq!(ours, other.to_string());
    let parsed = PasswordHash::new(&ours).expect("a PHC string");
    assert!(theirs.verify_password(b"correct horse", &parsed).is_ok());
    for small in
        ["$argon2id$v=19$m=65,t=1,p=2$", "$argon2i$v=16$m=32,t=3,p=1$", "$argon2d$v=19$m=64,t=1,p=1$"]
    {
        // The same memory serves hashes of all sizes.
        let hash = other_hash(small, b"correct horse");
        let right = verdict(&passwords, "correct horse", Some(&hash)).await;
        assert_eq!(right, Verdict { matches: true, outdated: true }, "{hash}");
        assert!(!verdict(&passwords, "correct horsf", Some(&hash)).await.matches, "{hash}");
    }
}

async fn verdict(passwords: &Passwords, password: &str, hash: Option<&str>) -> Verdict {
    passwords.verify(secret(password), hash.map(str::to_owned)).await.expect("a verdict")
}

/// A hash by other parameters, made by the library itself.
pub(crate) fn other_hash(head: &str, password: &[u8]) -> String {
    let blank = format!("{head}c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA");
    let parsed = PasswordHash::new(&blank).expect("a PHC string");
    let params = argon2::Params::try_from(&parsed).expect("parameters");
    let algorithm = argon2::Algorithm::try_from(parsed.algorithm.as_str()).expect("an algorithm");
    let version = argon2::Version::try_from(parsed.version.expect("a version")).expect("a version");
    let mut output = [0; 32];
    let argon2 = argon2::Argon2::new(algorithm, version, params.clone());
    // As many bytes as the parameters were read for.
    let output = &mut output[..params.output_len().unwrap_or(32)];
    argon2.hash_password_into(password, b"somesalt", output).expect("a hash");
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    format!("{head}{}${}", engine.encode(b"somesalt"), engine.encode(output))
}

#[tokio::test]
async fn a_hash_that_asks_for_too_much_matches_nothing() {
    let passwords = Passwords::new(Arc::new(Zeros));
    for head in [
        "$argon2id$v=19$m=4194304,t=1,p=1$",
        "$argon2id$v=19$m=64,t=4000000,p=1$",
        "$bcrypt$v=19$m=64,t=1,p=1$",
    ] {
        let hash = format!("{head}c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA");
        assert!(!verdict(&passwords, "correct horse", Some(&hash)).await.matches, "{head}");
    }
    assert!(!verdict(&passwords, "correct horse", Some("no hash")).await.matches);
}

/// Holds the thread until it is let go.
fn hold(passwords: &Passwords) -> (Pin<Box<impl Future<Output = Result<(), DeskError>>>>, Sender<()>) {
    let (start, turn) = channel();
    let (release, held) = channel();
    let job = move |_: &mut _| {
        let _ = start.send(());
        let _ = held.recv();
    };
    let mut job = Box::pin(passwords.thread.run(job));
    assert!(futures::FutureExt::now_or_never(&mut job).is_none(), "it is in the queue");
    turn.recv().expect("it has begun");
    (job, release)
}

#[tokio::test]
async fn who_would_wait_long_is_told_to_come_back() {
    let passwords = Passwords::new(Arc::new(Zeros));
    let (holding, release) = hold(&passwords);
    // The clock goes on by itself while all wait.
    tokio::time::pause();
    let waiting = passwords.verify(secret("correct horse"), None).await;
    tokio::time::resume();
    assert!(matches!(waiting, Err(DeskError::Busy(_))), "{waiting:?}");
    drop(release);
    holding.await.expect("it was held");
    assert!(!verdict(&passwords, "correct horse", None).await.matches, "later it is taken");
}

#[tokio::test]
async fn the_queue_has_an_end_and_who_leaves_it_makes_no_work() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let passwords = Passwords::new(Arc::new(Zeros));
    let done = Arc::new(AtomicUsize::new(0));
    let (holding, release) = hold(&passwords);
    let mut waiting = Vec::new();
    let refused = loop {
        let done = done.clone();
        let job = move |_: &mut _| done.fetch_add(1, Ordering::SeqCst);
        let mut job = Box::pin(passwords.thread.run(job));
        match futures::FutureExt::now_or_never(&mut job) {
            Some(outcome) => break outcome,
            None => waiting.push(job),
        }
    };
    assert!(matches!(refused, Err(DeskError::Busy(_))), "{refused:?}");
    assert_eq!(waiting.len(), 64);
    waiting.truncate(1);
    drop(release);
    holding.await.expect("it was held");
    for job in waiting {
        job.await.expect("it was done");
    }
    passwords.thread.run(|_: &mut _| ()).await.expect("all before it are through");
    assert_eq!(done.load(Ordering::SeqCst), 1, "those that went away weren't done");
}

#[tokio::test]
async fn a_job_that_panics_fails_alone() {
    let passwords = Passwords::new(Arc::new(Zeros));
    let failed = passwords.thread.run(|_: &mut _| panic!("as it never should")).await;
    assert!(matches!(failed, Err(DeskError::Unavailable(_))));
    passwords.hash(secret("correct horse")).await.expect("a hash");
}

#[tokio::test]
async fn the_thread_is_nice_alone() {
    let passwords = Passwords::new(Arc::new(Zeros));
    let nice = || rustix::process::getpriority_process(None).expect("a priority");
    let before = nice();
    let there = passwords.thread.run(move |_: &mut _| nice()).await.expect("it was done");
    assert_eq!((there, nice()), (10, before));
}
