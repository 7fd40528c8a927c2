//! What is wrong with the pictures in a document: told to who hands them in and to the reviewer, and a reason to refuse
//! them only where the location says so.

use proofdesk_decoder::quality::{self, Flaw};
use proofdesk_domain::entities::{business, business::BUSINESS};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::validation::FieldError;
use proofdesk_store::Query;

use crate::Desk;
use crate::error::DeskError;

/// One thing wrong with the picture in one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where the picture is.
    pub slot: Slot,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl Warning {
    /// The code on the wire: `Small`, `Dark`, `Overexposed` or `Blurred`.
    pub fn code(self) -> &'static str {
        self.flaw.code()
    }

    /// What a person is told, to be read after the slot's name.
    pub fn message(self) -> String {
        quality::message(self.flaw, self.slot == Slot::Photo)
    }
}

/// The text of a document's property: `Photo: Blurred; Document: Small`. `None` for no warning.
pub fn to_text(warnings: &[Warning]) -> Option<String> {
    let one = |warning: &Warning| format!("{}: {}", warning.slot.prefix(), warning.code());
    (!warnings.is_empty()).then(|| warnings.iter().map(one).collect::<Vec<_>>().join("; "))
}

/// The warnings in such a text.
pub fn from_text(text: &str) -> Vec<Warning> {
    let one = |part: &str| {
        let (slot, code) = part.split_once(": ")?;
        let slot = Slot::ALL.into_iter().find(|known| known.prefix() == slot)?;
        Some(Warning { slot, flaw: Flaw::from_code(code)? })
    };
    text.split("; ").filter_map(one).collect()
}

/// The codes in a location's list, and what is in it that is no code.
fn codes(list: &str) -> (Vec<Flaw>, Option<&str>) {
    let parts = || list.split(',').map(str::trim).filter(|part| !part.is_empty());
    let strange = parts().find(|part| Flaw::from_code(part).is_none());
    (parts().filter_map(Flaw::from_code).collect(), strange)
}

/// What is wrong with a location's list of codes.
pub(crate) fn not_codes(list: Option<&str>) -> Option<FieldError> {
    codes(list?).1.map(|strange| {
        let known = Flaw::ALL.map(Flaw::code).join(", ");
        let name = BUSINESS.field(business::REFUSE_WARNINGS).name;
        FieldError::new(name, format!("is a list of {known}, with commas")).attempted(strange)
    })
}

/// Those of some warnings for which a location refuses a file.
pub(crate) async fn refused(
    desk: &Desk,
    business: i64,
    warnings: &[Warning],
) -> Result<Vec<Warning>, DeskError> {
    if warnings.is_empty() {
        return Ok(Vec::new());
    }
    let found = desk.store().select(&Query::by_id(&BUSINESS, Scope::All, business)).await?.pop();
    let list = found.as_ref().and_then(|business| business.text(business::REFUSE_WARNINGS));
    let (codes, _) = codes(list.unwrap_or_default());
    Ok(warnings.iter().copied().filter(|warning| codes.contains(&warning.flaw)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_written() {
        let warnings = [
            Warning { slot: Slot::Photo, flaw: Flaw::Blurred },
            Warning { slot: Slot::AdditionalDocument, flaw: Flaw::Small },
        ];
        let text = to_text(&warnings).expect("a text");
        assert_eq!(text, "Photo: Blurred; AdditionalDocument: Small");
        assert_eq!(from_text(&text), warnings);
        assert_eq!(to_text(&[]), None);
        assert_eq!(from_text("Photo: Ugly; x; Document"), []);
    }

    #[test]
    fn a_list_of_codes_holds_codes_only() {
        assert_eq!(codes(" Small,Blurred ,").0, [Flaw::Small, Flaw::Blurred]);
        assert!(not_codes(Some("Small, Dark")).is_none());
        assert!(not_codes(Some("small")).is_some());
        assert!(not_codes(None).is_none());
    }
}
