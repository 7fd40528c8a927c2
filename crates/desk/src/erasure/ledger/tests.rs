use super::*;

fn entry(number: u128) -> Entry {
    Entry {
        receipt: Uuid::from_u128(number),
        on: Timestamp::from_second(1_700_000_000 + number as i64).unwrap(),
        records: vec![Subject { entity: "Coworker".to_owned(), guid: Uuid::from_u128(number << 64) }],
        objects: (0..200).map(|place| Uuid::from_u128(number + (place << 32))).collect(),
    }
}

#[test]
fn what_is_appended_is_read_again_in_order_by_all_who_open_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.jsonl");
    let (one, other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
    assert_eq!(one.entries().unwrap(), []);
    for number in 0..20 {
        let ledger = if number % 2 == 0 { &one } else { &other };
        ledger.append(&entry(number)).unwrap();
    }
    let expected: Vec<Entry> = (0..20).map(entry).collect();
    assert_eq!(one.entries().unwrap(), expected);
    assert_eq!(Ledger::open(&path).unwrap().entries().unwrap(), expected);
}

#[test]
fn a_last_line_torn_at_any_byte_is_taken_off_and_the_next_append_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.jsonl");
    let ledger = Ledger::open(&path).unwrap();
    // A line of each kind of thing and no more: each of its bytes is two writes that wait for the disk.
    let entry = |number| Entry { objects: entry(number).objects[..2].to_vec(), ..entry(number) };
    ledger.append(&entry(1)).unwrap();
    let one = std::fs::read(&path).unwrap().len();
    ledger.append(&entry(2)).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for cut in one..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        // All but its end is all of it.
        let kept = if cut == whole.len() - 1 { vec![entry(1), entry(2)] } else { vec![entry(1)] };
        assert_eq!(Ledger::open(&path).unwrap().entries().unwrap(), kept, "cut at {cut}");
        std::fs::write(&path, &whole[..cut]).unwrap();
        ledger.append(&entry(3)).unwrap();
        assert_eq!(ledger.entries().unwrap(), [kept, vec![entry(3)]].concat(), "cut at {cut}");
    }
}

#[test]
fn a_damaged_line_before_the_last_is_no_crash_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.jsonl");
    let ledger = Ledger::open(&path).unwrap();
    for number in 1..=3 {
        ledger.append(&entry(number)).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap().replacen("receipt", "reciept", 2);
    std::fs::write(&path, text.replacen("reciept", "receipt", 1)).unwrap();
    assert!(matches!(ledger.entries(), Err(LedgerError::Damaged { line: 2, .. })));
}

#[test]
fn only_its_owner_reads_it_and_a_folder_that_is_missing_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.jsonl");
    Ledger::open(&path).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Ledger::open(&folder.path().join("missing/erasures.jsonl")).is_err());
}
