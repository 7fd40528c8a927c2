//! Which new passwords are taken (OWASP ASVS 6.2, NIST SP 800-63B): long enough, and not what is guessed first. Nothing is asked
//! of their characters. The longest one is in the declaration of the user; a longer one is refused, never cut.

use ::passwords::analyzer::is_common_password;
use proofdesk_domain::validation::FieldError;

use crate::names;

/// The shortest password that is taken, in characters.
pub const MIN_LENGTH: usize = 8;

/// The shortest part of an address or a name that makes a password weak, in characters.
const PART: usize = 3;

/// What is wrong with a new password, if anything is. What is `own` is the user's: the e-mail address and the name.
pub fn weakness(property: &str, password: &str, own: &[&str]) -> Option<FieldError> {
    let length = password.chars().count();
    let message = if length < MIN_LENGTH {
        format!("must have at least {MIN_LENGTH} characters, has {length}")
    } else if is_own(password, own) {
        "must not be the e-mail address or the name, or a part of them".to_owned()
    } else if is_common(password) {
        "must not be one of the passwords that most people use".to_owned()
    } else {
        return None;
    };
    Some(FieldError::new(property, message))
}

/// Capitals make no password less common.
fn is_common(password: &str) -> bool {
    is_common_password(password) || is_common_password(password.to_lowercase())
}

/// Whether it is something that belongs to the user, whatever stands before and after of digits and signs.
fn is_own(password: &str, own: &[&str]) -> bool {
    let folded = names::fold(password);
    let bare = folded.trim_matches(|c: char| !c.is_alphabetic());
    own.iter().any(|text| {
        let folded_text = names::fold(text);
        let host_and_name = folded_text.split('@');
        let words = text.split(|c: char| !c.is_alphanumeric()).map(names::fold);
        let mut parts = host_and_name.map(str::to_owned).chain(words).chain([folded_text.clone()]);
        parts.any(|part| part.chars().count() >= PART && (part == folded || part == bare))
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::*;

    fn said(password: &str, own: &[&str]) -> String {
        weakness("NewPassword", password, own).map(|error| error.message).unwrap_or_default()
    }

    #[test]
    fn short_passwords_are_weak() {
        assert_eq!(said("1234567", &[]), "must have at least 8 characters, has 7");
        assert_eq!(said("äöüäöüä", &[]), "must have at least 8 characters, has 7");
        assert_eq!(said("c4Yp!oux", &[]), "");
        assert_eq!(said(&"long ".repeat(25), &[]), "", "as long as it may be");
    }

    #[test]
    fn what_is_the_users_own_is_weak() {
        let own = ["Ada.Lovelace@Example-Works.com", "Augusta Ada King-Noel"];
        for weak in [
            "ada.lovelace@example-works.com",
            "ADA.LOVELACE@EXAMPLE-WORKS.COM",
            "ada.lovelace",
            "example-works.com",
            "lovelace",
            "Lovelace1815!",
            "123 Augusta",
            "augusta ada king-noel",
            "AugustaAdaKing-Noel1",
            "ｌｏｖｅｌａｃｅ",
        ] {
            let refused = "must not be the e-mail address or the name, or a part of them";
            assert_eq!(said(weak, &own), refused, "{weak}");
        }
        for fine in ["lovelace and others", "noel coward's", "a notebook of ada"] {
            assert_eq!(said(fine, &own), "", "{fine}");
        }
        assert_eq!(said("12345678a!", &["a@b", "U"]), "", "a letter is no part");
    }

    #[test]
    fn what_most_people_use_is_weak() {
        for weak in ["password", "Password", "PASSWORD1", "iloveyou", "123456789", "qwertyuiop", "Football1"]
        {
            assert_eq!(said(weak, &[]), "must not be one of the passwords that most people use", "{weak}");
        }
    }

    /// The list itself, from the crate whose version the lock file pins.
    fn list() -> Vec<String> {
        let metadata = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .output()
            .expect("cargo runs");
        let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let own = packages.iter().find(|package| package["name"] == "passwords").expect("the crate");
        let manifest = PathBuf::from(own["manifest_path"].as_str().expect("a path"));
        let data = std::fs::read(manifest.with_file_name("data").join("common-passwords.json"));
        serde_json::from_slice(&data.expect("the list")).expect("a list")
    }

    #[test]
    fn of_thousands_of_common_passwords_none_is_taken() {
        let list = list();
        let long = list.iter().filter(|password| password.chars().count() >= MIN_LENGTH);
        let sample: Vec<&String> = long.step_by(15).collect();
        assert!(sample.len() > 3000, "{}", sample.len());
        for common in &sample {
            let refused = "must not be one of the passwords that most people use";
            assert_eq!(said(common, &[]), refused, "{common}");
        }
        for common in sample.iter().step_by(100) {
            let changed = format!("{common}~{}", common.len());
            assert_eq!(said(&changed, &[]), "", "{changed}");
        }
    }
}
