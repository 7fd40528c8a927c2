//! What a person has who has a second factor.

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::Client;

pub(crate) const TOTP: &str = "/api/auth/totp";
pub(crate) const CONFIRM: &str = "/api/auth/totp/confirm";

/// An authenticator that was enrolled, and its recovery codes.
pub(crate) struct Authenticator {
    pub(crate) secret: String,
    pub(crate) recovery_codes: Vec<String>,
    /// The code that turned it on.
    pub(crate) confirmed: String,
}

impl Authenticator {
    /// Enrols one for a client, not yet turned on.
    #[track_caller]
    pub(crate) fn enrol(client: &Client, password: &str) -> Self {
        Self::read(&client.post(TOTP, &json!({ "Password": password })).record())
    }

    /// The same, and turns it on.
    #[track_caller]
    pub(crate) fn turn_on(client: &Client, password: &str) -> Self {
        let mut own = Self::enrol(client, password);
        own.confirm(client);
        own
    }

    /// Turns it on.
    #[track_caller]
    pub(crate) fn confirm(&mut self, client: &Client) {
        self.confirmed = self.code(0);
        client.post(CONFIRM, &json!({ "Code": self.confirmed })).done();
    }

    /// What the desk has given.
    pub(crate) fn read(answer: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let codes = answer["RecoveryCodes"].as_array().expect("codes").iter();
        Self {
            secret: text(&answer["Secret"]),
            recovery_codes: codes.map(text).collect(),
            confirmed: String::new(),
        }
    }

    /// The code that is shown some steps from now.
    pub(crate) fn code(&self, steps: i64) -> String {
        let secret = Secret::try_from_base32(&self.secret).expect("Base32");
        let totp = Builder::new().with_secret(secret).build().expect("an authenticator");
        #[expect(clippy::disallowed_methods, reason = "the desk under test has the system's clock")]
        let now = jiff::Timestamp::now().as_second();
        totp.generate((now + steps * 30).unsigned_abs()).to_string()
    }

    /// A code that is none of those that are good now.
    pub(crate) fn wrong_code(&self) -> String {
        let good: Vec<String> = (-2..=2).map(|steps| self.code(steps)).collect();
        (0..10).map(|number| format!("{number:06}")).find(|code| !good.contains(code)).expect("a code")
    }
}
