//! Tokens that the desk gave out: live ones, and such as have ended in each way that there is.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Attempt;
use super::bent::hex;
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Client, Desk, Store, USERS};
use crate::policy::places::Place;

const PASSWORD: &str = "a password of a test";

/// A pair of tokens.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Pair {
    fn of(tokens: &Value) -> Self {
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }

    fn by_password(desk: &Desk, email: &str, password: &str) -> Self {
        let form = [("grant_type", "password"), ("username", email), ("password", password)];
        Self::of(&desk.anonymous().form("/api/token", &form).record())
    }

    fn renewed(desk: &Desk, refresh: &str) -> Self {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        Self::of(&desk.anonymous().form("/api/token", &form).record())
    }
}

/// What the cases are made from.
pub(super) struct Tokens {
    /// The administrator's: it opens everything.
    pub(super) access: String,
    pub(super) refresh: String,
    /// Another live one of the administrator, that came by a refresh.
    pub(super) renewed: String,
    /// A refresh token that was used once.
    used: String,
    /// The name and the token of what has ended.
    ended: Vec<(&'static str, String)>,
}

/// A pair that ended when it was given out, at the latest a second ago. It is still kept: one that the desk has swept would
/// be refused for another reason.
pub(super) fn expired(desk: &Desk) -> Pair {
    let pair = Pair::by_password(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
    for token in [&pair.access, &pair.refresh] {
        let hash = hex(digest::digest(&digest::SHA256, token.as_bytes()).as_ref(), "");
        desk.change(&format!("UPDATE tokens SET expires_on = created_on WHERE hash = '{hash}'"));
    }
    pair
}

fn bearer(desk: &Desk, token: &str) -> Client {
    desk.anonymous().with_authorization(&format!("Bearer {token}"))
}

/// An administrator, so that the token would open everything; its id.
fn administrator(desk: &Desk, email: &str) -> (i64, Pair) {
    let body = json!({
        "FullName": "Gone", "Email": email, "NewPassword": PASSWORD, "APIAccess": true, "IsAdmin": true,
    });
    let id = desk.admin().post(USERS, &body).id();
    let pair = Pair::by_password(desk, email, PASSWORD);
    // Known to the desk, and remembered, before it ends.
    assert_eq!(bearer(desk, &pair.access).get("/api/auth/me").status, 200);
    (id, pair)
}

impl Tokens {
    pub(super) fn new(desk: &Desk, place: &Place) -> Self {
        let first = Pair::by_password(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
        let second = Pair::renewed(desk, &first.refresh);
        let mut ended = by_rights(desk);
        ended.extend(by_reuse(desk));
        ended.push(("an access token of another desk", of_another_desk()));
        ended.push(("a record's id", place.document.to_string()));
        let live = Pair::by_password(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
        Self {
            access: live.access,
            refresh: live.refresh,
            renewed: second.access,
            used: first.refresh,
            ended,
        }
    }

    /// What once was, or in another place is, a good token.
    pub(super) fn ended(&self, expired: &Pair) -> Vec<Attempt> {
        let hash = digest::digest(&digest::SHA256, self.access.as_bytes());
        let hex = hex(hash.as_ref(), "");
        let mut all: Vec<Attempt> =
            self.ended.iter().map(|(said, token)| Attempt::bearer(said, token)).collect();
        all.extend([
            Attempt::bearer("an expired access token", &expired.access),
            Attempt::bearer("the refresh token beside an expired one", &expired.refresh),
            Attempt::bearer("a live refresh token", &self.refresh),
            Attempt::bearer("a used refresh token", &self.used),
            Attempt::bearer("the hash as it is kept", &hex),
            Attempt::bearer("the hash in capitals", hex.to_uppercase()),
            Attempt::bearer("the hash in base64", STANDARD.encode(hash.as_ref())),
        ]);
        all
    }
}

/// Tokens that ended with the right to have them. (A user who has signed in once isn't deleted: the audit trail refers to it.)
fn by_rights(desk: &Desk) -> Vec<(&'static str, String)> {
    let mut ended = Vec::new();
    let changes = [
        ("before a new password", json!({ "NewPassword": "another password" })),
        ("of a user who was disabled", json!({ "Active": false })),
    ];
    for (number, (said, change)) in changes.into_iter().enumerate() {
        let (id, pair) = administrator(desk, &format!("ended{number}@example.com"));
        let mut body = change;
        body["Id"] = id.into();
        desk.admin().patch(USERS, &body).id();
        ended.extend([(said, pair.access), (said, pair.refresh)]);
    }
    let (id, old) = administrator(desk, "back@example.com");
    for active in [false, true] {
        desk.admin().patch(USERS, &json!({ "Id": id, "Active": active })).id();
    }
    ended.push(("of a user who was disabled and is back", old.access));
    ended
}

/// Tokens of a sign-in that ended because a refresh token was used twice.
fn by_reuse(desk: &Desk) -> Vec<(&'static str, String)> {
    let first = Pair::by_password(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
    let second = Pair::renewed(desk, &first.refresh);
    let third = Pair::renewed(desk, &second.refresh);
    let form = [("grant_type", "refresh_token"), ("refresh_token", first.refresh.as_str())];
    assert_eq!(desk.anonymous().form("/api/token", &form).status, 400);
    let said = "of a sign-in that was ended";
    [first, second, third].into_iter().flat_map(|pair| [(said, pair.access), (said, pair.refresh)]).collect()
}

fn of_another_desk() -> String {
    let other = Desk::start(Store::Sqlite);
    other.admin().token().to_owned()
}
