//! Where checks and documents can stand, and what moves them (contract section 2): one table.

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

/// A command that a reviewer runs, as `/commands` lists it.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// Its key in `runcommand`.
    pub key: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// What it does.
    pub step: Step,
    /// Whether the parameter `Notes` is needed, which the customer sees.
    pub needs_notes: bool,
}

impl Step {
    /// Whether it is a reviewer's decision on what was handed in.
    pub const fn is_decision(self) -> bool {
        matches!(self, Self::Verify | Self::Reject)
    }
}

/// All commands, of checks and of documents alike.
pub static COMMANDS: [Command; 3] = [
    Command { key: "MarkAsVerified", label: "Mark as verified", step: Step::Verify, needs_notes: false },
    Command { key: "MarkAsRejected", label: "Mark as rejected", step: Step::Reject, needs_notes: true },
    Command { key: "Cancel", label: "Cancel", step: Step::Cancel, needs_notes: false },
];

impl Command {
    /// The command with this key, whatever its case.
    pub fn from_key(key: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.key.eq_ignore_ascii_case(key))
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
        assert_eq!(Command::from_key("markasrejected").map(|c| c.step), Some(Step::Reject));
        assert!(Command::from_key("Submit").is_none());
    }
}
