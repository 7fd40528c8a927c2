use std::fs;
use std::path::Path;

use proofdesk_domain::entities::{self, role::ROLE};

use super::samples::WRITTEN;

/// A case that the macro leaves out would never run, and nothing would say so.
#[test]
fn the_macro_names_every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let suite = fs::read_to_string(folder.join("conformance.rs")).expect("the suite");
    let mut cases = 0;
    for file in fs::read_dir(folder.join("conformance")).expect("the folder") {
        let path = file.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a source file");
        for case in text.split("\npub async fn ").skip(1).filter_map(|rest| rest.split('(').next()) {
            assert!(suite.lines().any(|line| line.trim() == case), "{case} in {}", path.display());
            cases += 1;
        }
    }
    assert!(cases > 50, "found only {cases}");
}

/// An entity that the suite writes no record of is one of which no store has proved anything.
#[test]
fn the_suite_writes_records_of_every_entity() {
    for entity in entities::all() {
        let times = WRITTEN.iter().filter(|own| **own == entity).count();
        assert_eq!(times, usize::from(entity != &ROLE), "{} in WRITTEN", entity.name);
    }
    assert_eq!(WRITTEN.len() + 1, entities::all().count());
}
