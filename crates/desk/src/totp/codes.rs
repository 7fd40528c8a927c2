//! The codes themselves: six digits for each half a minute, by HMAC-SHA-1, as every authenticator knows them.

use proofdesk_domain::ambient::Random;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

/// How long a code is shown, in seconds.
pub(super) const STEP: i64 = 30;

/// How many steps a clock may be early or late.
const DRIFT: i64 = 1;

/// The length of a secret, in bytes: that of the hash (RFC 4226 section 4, R6).
pub(super) const SECRET: usize = 20;

/// How many recovery codes there are.
pub(super) const RECOVERY_CODES: usize = 10;

/// What somebody typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Six digits.
    OfTime(String),
    /// Anything else, in the form in which recovery codes are hashed.
    Recovery(String),
}

impl Code {
    /// Blanks and hyphens are for the eye.
    pub(super) fn read(sent: &str) -> Self {
        let plain: String = sent.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect();
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::OfTime(plain)
        } else {
            Self::Recovery(plain.to_ascii_uppercase())
        }
    }
}

fn authenticator(secret: &[u8], account: &str) -> Option<Totp> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(0)
        .with_step_duration(STEP.unsigned_abs())
        .with_secret(secret.to_vec())
        .with_issuer(Some("Proofdesk"))
        // Where a colon separates issuer and account.
        .with_account_name(account.replace(':', ""));
    builder.build().ok()
}

/// The step whose code this is, among those that a clock may be at and that are newer than the last one used.
pub(super) fn step_of(secret: &[u8], code: &str, now: i64, last: Option<i64>) -> Option<i64> {
    let totp = authenticator(secret, "")?;
    let present = now.div_euclid(STEP);
    let newer = |step: &i64| *step >= 0 && last.is_none_or(|last| *step > last);
    // Compares in constant time.
    let is_its = |step: &i64| totp.check(code, (step * STEP).unsigned_abs()).is_some();
    (present - DRIFT..=present + DRIFT).filter(newer).find(is_its)
}

/// A secret as an authenticator takes it: typed, and as an `otpauth:` URL.
pub(super) fn written(secret: &[u8], account: &str) -> Option<(SecretString, SecretString)> {
    let totp = authenticator(secret, account)?;
    let url = totp.to_url().ok()?;
    Some((Secret::from(secret.to_vec()).to_base32().into(), url.into()))
}

/// A recovery code: 80 random bits, in groups of four.
pub(super) fn recovery_code(random: &dyn Random) -> SecretString {
    let mut bytes = Zeroizing::new([0; 10]);
    random.fill(bytes.as_mut_slice());
    let text = Secret::from(bytes.to_vec()).to_base32();
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).map(|place| &text[place..(place + 4).min(text.len())]).collect();
    groups.join("-").into()
}

/// The plain form of a recovery code.
pub(super) fn plain(code: &SecretString) -> String {
    code.expose_secret().replace('-', "")
}
