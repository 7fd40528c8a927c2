//! Where checks and documents can stand, and what moves them (contract section 2): one table.

use crate::entities::{check::CHECK, coworker::COWORKER, document::DOCUMENT};
use crate::entity::Entity;
use crate::enumeration::Status;

/// What moves a check or a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The last required file was handed in, for the first time or again after a rejection.
    Submit,
    /// A required file was taken back before the decision.
    Withdraw,
    /// The reviewer accepts (`MarkAsVerified`).
    Verify,
    /// The reviewer rejects (`MarkAsRejected`).
    Reject,
    /// It is called off (`Cancel`).
    Cancel,
}

/// Every move that there is. What is not here is refused.
const MOVES: [(Status, Step, Status); 8] = [
    (Status::Pending, Step::Submit, Status::Submitted),
    (Status::Submitted, Step::Submit, Status::Submitted),
    (Status::Failed, Step::Submit, Status::Submitted),
    (Status::Submitted, Step::Withdraw, Status::Pending),
    (Status::Submitted, Step::Verify, Status::Successful),
    (Status::Submitted, Step::Reject, Status::Failed),
    (Status::Pending, Step::Cancel, Status::Cancelled),
    (Status::Submitted, Step::Cancel, Status::Cancelled),
];

impl Status {
    /// Where a step leads from here; None if it is not allowed.
    pub fn after(self, step: Step) -> Option<Self> {
        MOVES.iter().find(|(from, by, _)| *from == self && *by == step).map(|(_, _, to)| *to)
    }

    /// Whether nothing moves it any more, and its files are fixed.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Successful | Self::Cancelled)
    }
}

/// What a command does to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Moves it.
    Move(Step),
    /// Erases its personal data and destroys its files.
    Erase,
    /// Keeps it from being erased and deleted.
    Hold,
    /// Lifts that.
    LiftHold,
}

/// A command that a reviewer runs, as `/commands` lists it.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// Its key in `runcommand`.
    pub key: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// What it does.
    pub does: Does,
    /// The entities whose records it is run on.
    pub of: &'static [&'static Entity],
    /// Whether the parameter `Notes` is needed, which the customer sees.
    pub needs_notes: bool,
}

impl Step {
    /// Whether it is a reviewer's decision on what was handed in.
    pub const fn is_decision(self) -> bool {
        matches!(self, Self::Verify | Self::Reject)
    }
}

/// What a reviewer decides on.
const DECIDED: &[&Entity] = &[&CHECK, &DOCUMENT];

/// All commands.
pub static COMMANDS: [Command; 6] = [
    moving("MarkAsVerified", "Mark as verified", Step::Verify, false),
    moving("MarkAsRejected", "Mark as rejected", Step::Reject, true),
    moving("Cancel", "Cancel", Step::Cancel, false),
    plain("Erase", "Erase personal data", Does::Erase, &[&CHECK, &DOCUMENT, &COWORKER]),
    plain("PlaceLegalHold", "Place a legal hold", Does::Hold, &[&CHECK]),
    plain("LiftLegalHold", "Lift the legal hold", Does::LiftHold, &[&CHECK]),
];

const fn moving(key: &'static str, label: &'static str, step: Step, needs_notes: bool) -> Command {
    Command { key, label, does: Does::Move(step), of: DECIDED, needs_notes }
}

const fn plain(
    key: &'static str,
    label: &'static str,
    does: Does,
    of: &'static [&'static Entity],
) -> Command {
    Command { key, label, does, of, needs_notes: false }
}

impl Command {
    /// The commands on records of an entity.
    pub fn all_of(entity: &'static Entity) -> impl Iterator<Item = &'static Self> {
        COMMANDS.iter().filter(move |command| command.of.contains(&entity))
    }

    /// The command on records of an entity with this key, whatever its case.
    pub fn find(entity: &'static Entity, key: &str) -> Option<&'static Self> {
        Self::all_of(entity).find(|command| command.key.eq_ignore_ascii_case(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 5] = [Step::Submit, Step::Withdraw, Step::Verify, Step::Reject, Step::Cancel];

    #[test]
    fn the_whole_table() {
        use Status::{Cancelled, Failed, None, Pending, Submitted, Successful};
        const NO: Option<Status> = Option::None;
        let row = |status: Status| STEPS.map(|step| status.after(step));
        assert_eq!(row(None), [NO; 5]);
        assert_eq!(row(Pending), [Some(Submitted), NO, NO, NO, Some(Cancelled)]);
        assert_eq!(
            row(Submitted),
            [Some(Submitted), Some(Pending), Some(Successful), Some(Failed), Some(Cancelled)]
        );
        assert_eq!(row(Failed), [Some(Submitted), NO, NO, NO, NO]);
        assert_eq!(row(Successful), [NO; 5]);
        assert_eq!(row(Cancelled), [NO; 5]);
    }

    proptest! {
        #[test]
        fn what_is_final_stays(steps in prop::collection::vec(0..STEPS.len(), 0..40)) {
            let mut status = Status::Pending;
            for step in steps {
                let next = status.after(STEPS[step]);
                prop_assert!(next.is_none() || !status.is_final());
                prop_assert!(next != Some(Status::Successful) || status == Status::Submitted);
                status = next.unwrap_or(status);
            }
        }
    }

    #[test]
    fn commands_are_found_by_key() {
        let does = |entity, key| Command::find(entity, key).map(|command| command.does);
        assert_eq!(does(&CHECK, "markasrejected"), Some(Does::Move(Step::Reject)));
        assert_eq!(does(&COWORKER, "ERASE"), Some(Does::Erase));
        assert_eq!(does(&COWORKER, "Cancel"), None);
        assert_eq!(does(&DOCUMENT, "PlaceLegalHold"), None);
        assert!(Command::find(&CHECK, "Submit").is_none());
    }
}
