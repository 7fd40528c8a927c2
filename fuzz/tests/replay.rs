//! Every target on its seeds, on each beginning of them, on mutations that are the same in every run, and on what a fuzzer
//! once found.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

use std::fs;
use std::path::Path;

use proofdesk_fuzz::{Mutations, TARGETS, Target};

/// Mutations of each target; more by `PROOFDESK_TEST_MUTATIONS`.
const MUTATIONS: usize = 10_000;
/// Beginnings of each seed, evenly spread.
const BEGINNINGS: usize = 64;

fn mutations() -> usize {
    std::env::var("PROOFDESK_TEST_MUTATIONS").map_or(MUTATIONS, |text| text.parse().expect("a number"))
}

fn replay(target: &Target) {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has no seeds", target.name);
    (target.run)(b"");
    for seed in &seeds {
        (target.run)(seed);
        for end in (0..seed.len()).step_by(seed.len().div_ceil(BEGINNINGS).max(1)) {
            (target.run)(&seed[..end]);
        }
    }
    let mut random = Mutations::new(1);
    for turn in 0..mutations() {
        let (one, other) = (&seeds[turn % seeds.len()], &seeds[turn / seeds.len() % seeds.len()]);
        (target.run)(&random.of(one, other));
    }
    for found in regressions(target.name) {
        (target.run)(&found);
    }
}

/// The files of `regressions/<target>`: hexadecimal digits, in lines of any length.
fn regressions(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let digits = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<Vec<_>>();
    let bytes = |text: &str| {
        let pairs = digits(text);
        pairs
            .chunks(2)
            .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
            .collect()
    };
    files.map(|file| bytes(&fs::read_to_string(file.unwrap().path()).unwrap())).collect()
}

#[test]
fn every_folder_of_regressions_is_a_targets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(proofdesk_fuzz::named(&name).is_some(), "there is no target {name}");
    }
}

/// One test for each target, so that they run side by side.
macro_rules! replays {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                replay(proofdesk_fuzz::named(stringify!($name)).expect("a target"));
            }
        )*

        #[test]
        fn no_target_is_left_out() {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

replays! { files url http json query list ids body header file_name vault master_key }
