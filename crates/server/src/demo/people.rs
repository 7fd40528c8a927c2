//! The invented locations and customers, and what has come of their checks.

use jiff::civil::{Date, date};

use super::draw::{Cut, Look};

pub(super) const LOCATIONS: [&str; 2] = ["Harbour House", "Market Yard"];

/// A customer.
pub(super) struct Person {
    pub(super) given: &'static str,
    pub(super) surname: &'static str,
    pub(super) company: Option<&'static str>,
    pub(super) email: &'static str,
    /// The place of the customer's location in [`LOCATIONS`].
    pub(super) location: usize,
    /// `F`, `M` or `X`, as papers have it.
    pub(super) sex: char,
    pub(super) born: Date,
    pub(super) street: &'static str,
    pub(super) look: Look,
    pub(super) cases: &'static [Case],
}

impl Person {
    pub(super) fn full_name(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }
}

/// What a customer is asked for, and what has come of it.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) paper: Paper,
    pub(super) outcome: Outcome,
}

/// What a customer is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    Card,
    Passport,
    /// A letter that proves the address.
    Letter,
    /// A card and a letter, asked for at once.
    Both,
}

/// What has come of a check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing is handed in.
    Waiting,
    /// Only the front is handed in.
    Begun,
    Submitted,
    Verified,
    /// Rejected, and the customer is told why.
    Rejected(&'static str),
    Cancelled,
}

const fn case(paper: Paper, outcome: Outcome) -> Case {
    Case { paper, outcome }
}

/// The first one's check waits for the main job.
pub(super) const PEOPLE: [Person; 8] = [
    Person {
        given: "Nora",
        surname: "Specimen",
        company: None,
        email: "nora.specimen@example.com",
        location: 0,
        sex: 'F',
        born: date(1988, 3, 14),
        street: "1 Example Street",
        look: Look {
            skin: [232, 190, 158],
            hair: [120, 52, 30],
            cut: Cut::Long,
            eyes: [70, 104, 78],
            clothes: [128, 54, 70],
            glasses: true,
            beard: false,
        },
        cases: &[case(Paper::Card, Outcome::Waiting)],
    },
    Person {
        given: "Ivo",
        surname: "Muster",
        company: None,
        email: "ivo.muster@example.com",
        location: 0,
        sex: 'M',
        born: date(1979, 11, 2),
        street: "2 Example Street",
        look: Look {
            skin: [246, 214, 190],
            hair: [34, 28, 30],
            cut: Cut::Short,
            eyes: [84, 122, 92],
            clothes: [54, 84, 132],
            glasses: false,
            beard: true,
        },
        cases: &[case(Paper::Passport, Outcome::Submitted)],
    },
    Person {
        given: "Lina",
        surname: "Placeholder",
        company: None,
        email: "lina.placeholder@example.com",
        location: 0,
        sex: 'F',
        born: date(1994, 7, 21),
        street: "3 Example Street",
        look: Look {
            skin: [142, 96, 68],
            hair: [60, 38, 32],
            cut: Cut::Bun,
            eyes: [70, 52, 40],
            clothes: [86, 84, 112],
            glasses: false,
            beard: false,
        },
        cases: &[case(Paper::Card, Outcome::Verified)],
    },
    Person {
        given: "Tom",
        surname: "Sample",
        company: None,
        email: "tom.sample@example.com",
        location: 0,
        sex: 'M',
        born: date(2001, 1, 30),
        street: "4 Example Street",
        look: Look {
            skin: [196, 144, 108],
            hair: [178, 120, 60],
            cut: Cut::Curly,
            eyes: [78, 120, 170],
            clothes: [52, 110, 96],
            glasses: false,
            beard: false,
        },
        cases: &[case(
            Paper::Card,
            Outcome::Rejected("The back is cut off at the right. Please send it again."),
        )],
    },
    Person {
        given: "Mira",
        surname: "Fictional",
        company: None,
        email: "mira.fictional@example.com",
        location: 1,
        sex: 'F',
        born: date(1966, 9, 9),
        street: "5 Example Street",
        look: Look {
            skin: [252, 226, 206],
            hair: [170, 166, 168],
            cut: Cut::Long,
            eyes: [78, 120, 170],
            clothes: [96, 74, 120],
            glasses: true,
            beard: false,
        },
        cases: &[case(Paper::Passport, Outcome::Cancelled)],
    },
    Person {
        given: "Otto",
        surname: "Imaginary",
        company: None,
        email: "otto.imaginary@example.com",
        location: 1,
        sex: 'M',
        born: date(1958, 5, 17),
        street: "6 Example Street",
        look: Look {
            skin: [252, 226, 206],
            hair: [150, 146, 150],
            cut: Cut::Bald,
            eyes: [70, 52, 40],
            clothes: [54, 84, 132],
            glasses: true,
            beard: true,
        },
        cases: &[case(Paper::Both, Outcome::Begun)],
    },
    Person {
        given: "Zoe",
        surname: "Testcase",
        company: None,
        email: "zoe.testcase@example.com",
        location: 1,
        sex: 'X',
        born: date(1990, 12, 24),
        street: "7 Example Street",
        look: Look {
            skin: [196, 144, 108],
            hair: [34, 28, 30],
            cut: Cut::Short,
            eyes: [70, 52, 40],
            clothes: [128, 54, 70],
            glasses: false,
            beard: false,
        },
        cases: &[case(Paper::Letter, Outcome::Submitted)],
    },
    Person {
        given: "Paul",
        surname: "Standin",
        company: Some("Example Trading Ltd"),
        email: "office@trading.example.com",
        location: 1,
        sex: 'M',
        born: date(1983, 4, 8),
        street: "8 Example Street",
        look: Look {
            skin: [142, 96, 68],
            hair: [34, 28, 30],
            cut: Cut::Short,
            eyes: [70, 52, 40],
            clothes: [60, 66, 78],
            glasses: false,
            beard: true,
        },
        cases: &[case(Paper::Passport, Outcome::Submitted), case(Paper::Letter, Outcome::Verified)],
    },
];
