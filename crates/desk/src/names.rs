//! When two spellings of a sign-in name are the same name.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The most of a name that is looked at, in characters: no e-mail address is longer, and none is kept that is.
const MOST: usize = 512;

/// How often folding one name may change it: two passes do for every name, since what compatibility takes apart is folded
/// then.
const PASSES: usize = 4;

/// A sign-in name as it is compared: in compatibility form (NFKC), folded by the full case folding of Unicode, without what
/// can't be seen. So capitals, wide letters, ligatures, blanks and joiners make no other name, neither for the user nor for
/// whoever counts how often a name was tried.
pub(crate) fn fold(name: &str) -> String {
    let mut folded: String = name.chars().take(MOST).collect();
    for _ in 0..PASSES {
        let visible: String = folded.nfkc().filter(|c| !is_unseen(*c)).collect();
        let next: String =
            UniCase::unicode(visible).to_folded_case().nfkc().filter(|c| !is_unseen(*c)).collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// Whether a name can be an account's at all: those are e-mail addresses. What can't be isn't looked at any further.
pub(crate) fn may_be_an_account(name: &str) -> bool {
    fold(name).contains('@')
}

/// White space, and characters that are drawn as nothing (Unicode's `Default_Ignorable_Code_Point`, format and control
/// characters).
fn is_unseen(c: char) -> bool {
    let category = c.general_category();
    c.is_whitespace()
        || matches!(category, GeneralCategory::Control | GeneralCategory::Format)
        || matches!(
            c,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2065}'
                | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name() {
        for spelling in [
            "office@example.com",
            " Office@Example.COM\t",
            "OFFICE@EXAMPLE.COM",
            "o\u{200b}ffice@example.com",
            "oﬃce@example.com",
            "ｏｆｆｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "off\u{ad}ice@exam\u{2060}ple.com",
            "off ice@example.com",
            "o\u{fe0f}ffice@example.com",
            "\u{feff}office@example.com",
            "of\u{3164}fice@example.com",
            "of\u{1160}fice@example.com",
            "𝐨𝐟𝐟𝐢𝐜𝐞@example.com",
            "ⓞⓕⓕⓘⓒⓔ@example.com",
            "office@example.com\0",
            "office\u{a0}@example.com",
            "o\u{202e}ffice@example.com",
        ] {
            assert_eq!(fold(spelling), "office@example.com", "{spelling:?}");
        }
        assert_eq!(fold("STRASSE@x"), fold("straße@x"));
        assert_eq!(fold("e\u{301}@x"), fold("É@x"));
        assert_eq!(fold("\u{212a}@x"), "k@x", "the sign of the kelvin");
        assert_ne!(fold("a@x"), fold("\u{430}@x"), "letters of other scripts that look alike are others");
        assert_ne!(fold("a.b@x"), fold("ab@x"));
        assert_eq!(fold(&"x".repeat(100_000)).len(), MOST);
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(name in "\\PC{0,24}") {
            let folded = fold(&name);
            prop_assert_eq!(fold(&folded), folded.clone());
            prop_assert_eq!(fold(&name.to_uppercase()), fold(&name.to_uppercase().to_lowercase()));
        }

        #[test]
        fn an_ascii_address_folds_as_it_always_did(name in "[!-~]{1,64}") {
            prop_assert_eq!(fold(&format!(" {name} ")), name.to_lowercase());
        }
    }
}
