//! The files that the demonstration hands in, and those that it serves to be fetched.

use anyhow::anyhow;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use jiff::civil::{Date, date};
use proofdesk_domain::slots::Slot;

use super::draw::{self, Holder, Letter};
use super::people::{Outcome, PEOPLE, Paper, Person};

/// One drawn file, and the slot that it is for.
pub(super) struct Drawn {
    pub(super) slot: Slot,
    pub(super) name: &'static str,
    pub(super) bytes: Bytes,
}

/// Years from today until the papers expire.
const VALID_YEARS: i16 = 4;

/// The day on which all papers expire.
pub(super) fn expiry(today: Date) -> Date {
    date(today.year() + VALID_YEARS, 5, 31)
}

/// The number on a customer's papers.
pub(super) fn number(place: usize) -> String {
    format!("SPE{:06}", 4711 * (place + 1))
}

/// What a customer has handed in for a paper.
pub(super) fn handed_in(
    place: usize,
    paper: Paper,
    outcome: Outcome,
    today: Date,
) -> anyhow::Result<Vec<Drawn>> {
    match outcome {
        Outcome::Waiting | Outcome::Cancelled => Ok(Vec::new()),
        Outcome::Begun => {
            Ok(set(place, paper, today)?.into_iter().filter(|file| file.slot == Slot::Document).collect())
        }
        Outcome::Submitted | Outcome::Verified | Outcome::Rejected(_) => set(place, paper, today),
    }
}

/// All files of a paper.
fn set(place: usize, paper: Paper, today: Date) -> anyhow::Result<Vec<Drawn>> {
    let person = &PEOPLE[place];
    let holder = holder(place, today);
    let file = |slot, name, bytes: Vec<u8>| Drawn { slot, name, bytes: bytes.into() };
    if paper == Paper::Letter {
        return Ok(vec![file(Slot::Document, "statement.pdf", letter(person, today))]);
    }
    let mut files = vec![file(Slot::Photo, "face.jpg", draw::face(&person.look)?)];
    if paper == Paper::Passport {
        files.push(file(Slot::Document, "passport.jpg", draw::passport(&holder, &person.look)?));
    } else {
        files.push(file(Slot::Document, "front.jpg", draw::card_front(&holder, &person.look)?));
        files.push(file(Slot::AdditionalDocument, "back.jpg", draw::card_back(&holder)?));
    }
    Ok(files)
}

fn holder(place: usize, today: Date) -> Holder {
    let person = &PEOPLE[place];
    Holder {
        surname: person.surname.to_owned(),
        given: person.given.to_owned(),
        number: number(place),
        sex: person.sex,
        born: person.born,
        expires: expiry(today),
    }
}

fn letter(person: &Person, today: Date) -> Vec<u8> {
    draw::letter(&Letter {
        sender: "First Bank of Utopia",
        name: person.company.unwrap_or(&person.full_name()),
        street: person.street,
        city: "10000 Amaurot, Utopia",
        date: &today.strftime("%d %B %Y").to_string(),
        subject: "Your account statement",
        lines: &[
            "Dear customer,",
            "",
            "your account is kept at the address above.",
            "There were no transactions since our last statement, because there is no bank.",
            "",
            "Yours faithfully",
            "First Bank of Utopia",
        ],
    })
}

/// Serves the waiting customer's pictures at `/demo/face.jpg`, `/demo/front.jpg` and `/demo/back.jpg`.
pub(crate) async fn router(today: Date) -> anyhow::Result<Router> {
    let drawn = tokio::task::spawn_blocking(move || set(0, Paper::Card, today)).await;
    let files = drawn.map_err(|_| anyhow!("the pictures can't be drawn"))??;
    let mut router = Router::new();
    for file in files {
        let answer = ([(CONTENT_TYPE, "image/jpeg")], file.bytes);
        router = router.route(&format!("/demo/{}", file.name), get(answer));
    }
    Ok(router)
}
