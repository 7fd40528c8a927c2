//! Which records a transaction holds while it runs, and what they must be like.

use std::collections::BTreeMap;

use proofdesk_domain::entity::{Entity, ID, VERSION};
use proofdesk_domain::value::Value;
use proofdesk_store::{Guard, Transaction, Write, has_version};
use proofdesk_store_sql::Lock;

/// Everything that a transaction requires of the records that are there, by table and id: in this order every transaction
/// locks them, so no two wait for one another.
///
/// Besides its guards: that each record it changes has the version that it was loaded with, and each that it deletes is
/// there. A second write of a record looks at what the first one left, so it requires nothing here.
pub(crate) fn requirements(transaction: &Transaction) -> Vec<(Guard, Lock)> {
    let mut held: BTreeMap<(&'static str, i64), (Lock, Vec<Guard>)> = BTreeMap::new();
    for write in &transaction.writes {
        let Some((guard, lock)) = of_write(write) else { continue };
        held.entry((guard.entity.table, guard.id))
            .and_modify(|(held, _)| *held = stronger(*held, lock))
            .or_insert_with(|| (lock, vec![guard]));
    }
    for guard in &transaction.guards {
        let (_, guards) =
            held.entry((guard.entity.table, guard.id)).or_insert_with(|| (Lock::Share, Vec::new()));
        guards.push(guard.clone());
    }
    held.into_values().flat_map(|(lock, guards)| guards.into_iter().map(move |guard| (guard, lock))).collect()
}

fn of_write(write: &Write) -> Option<(Guard, Lock)> {
    let there = |entity: &'static Entity, id: i64| Guard { entity, id, field: ID, value: Value::Int(id) };
    match write {
        Write::Insert(_) => None,
        Write::Update(record) if has_version(record.entity()) => {
            let (entity, id) = (record.entity(), record.id());
            Some((Guard { entity, id, field: VERSION, value: record.get(VERSION).clone() }, Lock::Update))
        }
        Write::Update(record) => Some((there(record.entity(), record.id()), Lock::Update)),
        Write::Delete(entity, id) => Some((there(entity, *id), Lock::Delete)),
    }
}

fn stronger(one: Lock, other: Lock) -> Lock {
    match (one, other) {
        (Lock::Delete, _) | (_, Lock::Delete) => Lock::Delete,
        (Lock::Update, _) | (_, Lock::Update) => Lock::Update,
        (Lock::Share, Lock::Share) => Lock::Share,
    }
}

/// Whether every update and delete finds its record, because all of them are locked and none takes another's away: each
/// record is written once, and nothing is written after a delete, which may have deleted more than its own record.
pub(crate) fn all_will_be_found(transaction: &Transaction) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut deleted = false;
    transaction.writes.iter().all(|write| {
        let Some((guard, lock)) = of_write(write) else { return true };
        let found = !deleted && seen.insert((guard.entity.table, guard.id));
        deleted |= lock == Lock::Delete;
        found
    })
}

#[cfg(test)]
mod tests {
    use proofdesk_domain::entities::{business, check, event};
    use proofdesk_domain::record::Record;

    use super::*;

    fn record(entity: &'static Entity, id: i64) -> Record {
        let record = Record::empty(entity).with(ID, id);
        if has_version(entity) { record.with(VERSION, 3) } else { record }
    }

    fn summary(transaction: &Transaction) -> Vec<(&'static str, i64, usize, Lock)> {
        let required = requirements(transaction).into_iter();
        required.map(|(guard, lock)| (guard.entity.table, guard.id, guard.field.0, lock)).collect()
    }

    #[test]
    fn locks_are_in_one_order_and_as_strong_as_the_strongest() {
        let mut transaction = Transaction::default();
        transaction.holds(&record(&check::CHECK, 9), check::STATUS_, 1);
        transaction.unchanged(&record(&check::CHECK, 2));
        transaction.unchanged(&record(&business::BUSINESS, 5));
        transaction.update(record(&check::CHECK, 9));
        transaction.delete(&record(&check::CHECK, 9));
        transaction.delete(&record(&event::EVENT, 1));
        transaction.insert(record(&event::EVENT, 0));
        assert_eq!(
            summary(&transaction),
            [
                ("businesses", 5, VERSION.0, Lock::Share),
                ("checks", 2, VERSION.0, Lock::Share),
                ("checks", 9, VERSION.0, Lock::Delete),
                ("checks", 9, check::STATUS_.0, Lock::Delete),
                ("events", 1, ID.0, Lock::Delete),
            ]
        );
    }

    #[test]
    fn a_write_may_miss_its_record_after_another_of_it_or_after_a_delete() {
        let made = |writes: &[fn(&mut Transaction)]| {
            let mut transaction = Transaction::default();
            for write in writes {
                write(&mut transaction);
            }
            all_will_be_found(&transaction)
        };
        let update: fn(&mut Transaction) = |transaction| transaction.update(record(&check::CHECK, 1));
        let other: fn(&mut Transaction) = |transaction| transaction.update(record(&check::CHECK, 2));
        let delete: fn(&mut Transaction) = |transaction| transaction.delete(&record(&event::EVENT, 1));
        let insert: fn(&mut Transaction) = |transaction| {
            transaction.insert(record(&event::EVENT, 0));
        };
        assert!(made(&[]));
        assert!(made(&[update, other, insert, insert, delete, insert]));
        assert!(!made(&[update, update]));
        assert!(!made(&[delete, update]));
    }
}
