//! How the operations on the caller's second factor are called: each needs what another one gave, and what was turned on is
//! turned off again, so that everybody can sign in as before.

use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Authenticator, Client, TOTP};

/// These operations.
pub(super) const ALL: [&str; 3] = ["Auth_totpEnrol", "Auth_totpConfirm", "Auth_totpOff"];

/// Calls one of them: the administrator the whole way, which takes some passwords' hashes, all others without what it asks for.
#[track_caller]
pub(super) fn call(verb: &str, client: &Client, path: &str, method: &Method) -> Answer {
    let send = |method: &Method, path: &str, body: Value| {
        let body = body.to_string();
        client.send(method.clone(), path, &[("content-type", "application/json")], Some(body.as_bytes()))
    };
    let me = client.get("/api/auth/me");
    if me.status != 200 || me.json()["Email"] != ADMIN_EMAIL {
        return send(method, path, json!({}));
    }
    let turn_off = |own: &Authenticator| json!({ "Password": ADMIN_PASSWORD, "Code": own.recovery_codes[0] });
    match verb {
        "totpEnrol" => send(method, path, json!({ "Password": ADMIN_PASSWORD })),
        "totpConfirm" => {
            let own = Authenticator::enrol(client, ADMIN_PASSWORD);
            let answer = send(method, path, json!({ "Code": own.code(0) }));
            send(&Method::DELETE, TOTP, turn_off(&own)).done();
            answer
        }
        _ => {
            let own = Authenticator::turn_on(client, ADMIN_PASSWORD);
            send(method, path, turn_off(&own))
        }
    }
}

/// Whether one of them was open to somebody who sent nothing.
pub(super) fn was_open(id: &str, answer: &Answer) -> bool {
    ALL.contains(&id) && answer.status == 400 && answer.text().contains("is a required field")
}
