//! Every operation × everybody × own location, foreign location: exactly the declared role opens it, and what is foreign
//! is answered as what isn't there.

use proofdesk_domain::entities;
use proofdesk_domain::entity::Tenancy;
use serde_json::json;

use super::document::{self, Operation};
use super::people::{Who, everybody};
use super::places::Place;
use super::requests::Half;
use super::second_factor;
use crate::harness::{Answer, Client, Desk, Store};

/// What a cell of the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// 401, before anything is looked at.
    Denied,
    /// Done.
    Opened,
    /// The same answer as for what isn't there.
    AsMissing,
}

/// The table: one function, so that no cell is left unstated.
fn cell(operation: &Operation, role: &str, who: &Who, foreign: bool) -> Cell {
    match who {
        who if !who.opens(role) || !operation.besides.iter().all(|role| who.opens(role)) => Cell::Denied,
        who if who.is_local() && foreign && is_bound(operation) => Cell::AsMissing,
        _ => Cell::Opened,
    }
}

/// Whether it makes a difference to an operation where its record belongs.
fn is_bound(operation: &Operation) -> bool {
    let (name, verb) = operation.parts();
    let entity = entities::PUBLIC.into_iter().find(|entity| entity.name == name);
    // A new location belongs to nobody yet.
    entity.is_some_and(|entity| !matches!(entity.tenancy, Tenancy::Shared))
        && (name, verb) != ("Business", "create")
}

struct Table<'a> {
    desk: &'a Desk,
    own: Place,
    foreign: Place,
    /// Cells of each kind: denied, opened, as missing.
    counts: [usize; 3],
}

impl Table<'_> {
    fn check(&mut self, operation: &Operation, half: Half, role: &str, who: &Who, client: &Client) {
        for foreign in [false, true] {
            let said = format!("{} ({half:?}), {who:?}, foreign: {foreign}", operation.id);
            let expected = cell(operation, role, who, foreign);
            let place = if foreign { self.foreign } else { self.own };
            self.counts[expected as usize] += 1;
            let entity = operation.parts().0;
            match expected {
                Cell::Denied => {
                    let answer = operation.call(client, half, &place, place.standing(entity));
                    is_denied(&answer, &said);
                }
                Cell::Opened => {
                    let id = self.target(operation, who, &place);
                    let answer = operation.call(client, half, &place, id);
                    is_opened(operation, half, &place, &answer, &said);
                }
                Cell::AsMissing => {
                    let id = place.standing(entity);
                    let answer = operation.call(client, half, &place, id);
                    let missing = Place::missing();
                    let other = operation.call(client, half, &missing, missing.standing(entity));
                    is_the_same(operation, id, &answer, &other, &said);
                }
            }
        }
    }

    /// The record that is asked for: what is used up is made anew.
    fn target(&self, operation: &Operation, who: &Who, place: &Place) -> i64 {
        match operation.parts() {
            // Nobody who holds a role at a location holds one anywhere else, so a new location would be foreign.
            ("Business", "delete") if who.is_local() => place.business,
            (entity, "delete" | "runCommand") => place.fresh(self.desk, entity),
            (entity, _) => place.standing(entity),
        }
    }
}

#[track_caller]
fn is_denied(answer: &Answer, said: &str) {
    assert_eq!(answer.status, 401, "{said}: {answer}");
    let body = json!({ "Message": "Authorization has been denied for this request." });
    assert_eq!(answer.json(), body, "{said}: {answer}");
}

#[track_caller]
fn is_opened(operation: &Operation, half: Half, place: &Place, answer: &Answer, said: &str) {
    let (entity, verb) = operation.parts();
    if answer.status == 400 && (entity, verb) == ("Business", "delete") {
        // The location of somebody's role is referred to by that role.
        assert!(answer.text().contains("is referred to by"), "{said}: {answer}");
        return;
    }
    if second_factor::was_open(&operation.id, answer) {
        return;
    }
    assert_eq!(answer.status, 200, "{said}: {answer}");
    let id = place.standing(entity);
    match (verb, half) {
        ("search" | "batch", Half::Whole) => assert!(answer.ids().contains(&id), "{said}: {answer}"),
        ("search" | "batch", Half::Batch) => assert_eq!(answer.json()[0]["Id"], id, "{said}: {answer}"),
        ("create" | "update" | "updateById" | "patch" | "delete" | "runCommand", _) => {
            assert_eq!(answer.json()["WasSuccessful"], true, "{said}: {answer}");
        }
        _ => {}
    }
}

/// Two answers that can't be told apart, but for the ids that the caller sent.
#[track_caller]
fn is_the_same(operation: &Operation, id: i64, answer: &Answer, other: &Answer, said: &str) {
    let verb = operation.parts().1;
    if ["search", "batch"].contains(&verb) && answer.status == 200 && answer.text().starts_with('{') {
        // A search names no record: the foreign one isn't in it.
        assert!(!answer.ids().contains(&id), "{said}: {answer}");
        return;
    }
    let plain =
        |answer: &Answer| (answer.status, answer.header("content-type").to_owned(), without_numbers(answer));
    assert_eq!(plain(answer), plain(other), "{said}");
    let refused = matches!(answer.status, 400 | 404) || answer.text().contains("\"WasSuccessful\":false");
    assert!(refused || answer.text() == "[]", "{said}: {answer}");
}

/// A body with each run of digits as one sign.
fn without_numbers(answer: &Answer) -> String {
    let mut text = answer.text().replace(|c: char| c.is_ascii_digit(), "#");
    while text.contains("##") {
        text = text.replace("##", "#");
    }
    text
}

on_both_stores! {
    fn exactly_the_declared_role_opens_each_operation(desk) {
        let [own, foreign] = ["Harbour", "Abroad"].map(|name| Place::new(desk, name));
        let people = everybody(desk, own.business);
        assert_eq!(people.len(), 40);
        let mut table = Table { desk, own, foreign, counts: [0; 3] };
        let operations = document::of(desk);
        for operation in &operations {
            for (half, role) in operation.halves() {
                for person in &people {
                    table.check(operation, half, role, &person.who, &person.client);
                }
            }
        }
        let halves: usize = operations.iter().map(|operation| operation.halves().len()).sum();
        let [denied, opened, as_missing] = table.counts;
        assert_eq!(denied + opened + as_missing, halves * people.len() * 2);
        assert!(halves > 80 && denied > 5000 && opened > 450 && as_missing > 120, "{halves}: {:?}", table.counts);
    }
}

#[test]
fn a_missing_role_is_403_where_the_operator_chose_it() {
    let desk = Desk::builder(Store::Sqlite).set("API__MISSING_ROLE_STATUS", "403").start();
    let place = Place::new(&desk, "Harbour");
    let none: [&str; 0] = [];
    let user = desk.user_with_roles(&none, &[place.business]);
    let mut forbidden = 0;
    for operation in document::of(&desk) {
        for (half, role) in operation.halves().into_iter().filter(|(_, role)| !Who::User.opens(role)) {
            let id = place.standing(operation.parts().0);
            let answer = operation.call(&user, half, &place, id);
            assert_eq!(answer.status, 403, "{} without {role}: {answer}", operation.id);
            assert_eq!(operation.call(&desk.anonymous(), half, &place, id).status, 401, "{}", operation.id);
            forbidden += 1;
        }
    }
    assert!(forbidden > 70, "{forbidden}");
}
