//! How each operation is called. An operation that is not here fails the tests.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::document::Operation;
use super::places::Place;
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Client, USER_PASSWORD, jpeg, multipart};

/// Which half of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// All of an operation that is no list; of a list the search.
    Whole,
    /// A batch by ids.
    Batch,
}

impl Operation {
    /// What of the operation has a role of its own.
    pub(super) fn halves(&self) -> Vec<(Half, &str)> {
        let batch = self.batch_role.as_deref().map(|role| (Half::Batch, role));
        [(Half::Whole, self.role.as_str())].into_iter().chain(batch).collect()
    }

    /// Calls it about the record `id` of a place. What it answers must be documented.
    #[track_caller]
    pub(super) fn call(&self, client: &Client, half: Half, place: &Place, id: i64) -> Answer {
        let (entity, verb) = self.parts();
        let path = self.path.replace("{id}", &id.to_string());
        let path = match (entity, verb, half) {
            (_, "search" | "batch", Half::Batch) => format!("{path}?id=[{id}]"),
            (_, "search" | "batch", Half::Whole) => format!("{path}?size=1000"),
            (_, "commands", _) => format!("{path}?id={id}"),
            ("Enums", ..) => format!("{path}?name=eIdVerificationStatus"),
            _ => path,
        };
        let answer = match body(entity, verb, place, id) {
            Body::None => client.send(self.method.clone(), &path, &[], None),
            Body::Json(json) => {
                let media = ("content-type", "application/json");
                client.send(self.method.clone(), &path, &[media], Some(json.to_string().as_bytes()))
            }
            Body::File => {
                let (media, bytes) = multipart("file", "file.jpg", &jpeg(7));
                client.send(self.method.clone(), &path, &[("content-type", &media)], Some(&bytes))
            }
            Body::Token => client.form(&path, &SIGN_IN),
            Body::LiveToken => {
                let token = client.form("/api/token", &SIGN_IN).json()["access_token"].clone();
                client.form(&path, &[("token", token.as_str().expect("a token"))])
            }
            Body::Link => {
                let invite = format!("/api/sys/users/invite/{}", place.standing("User"));
                let administrator = client.form("/api/token", &SIGN_IN).json()["access_token"].clone();
                let administrator = format!("Bearer {}", administrator.as_str().expect("a token"));
                let made = client.with_authorization(&administrator).post(&invite, &json!({})).record();
                let link = made["Url"].as_str().and_then(|url| url.split_once('#')).expect("a link").1;
                client.post(&path, &json!({ "Token": link, "NewPassword": USER_PASSWORD }))
            }
            Body::OwnPassword => {
                let me = client.get("/api/auth/me").json();
                let own = if me["Email"] == ADMIN_EMAIL { ADMIN_PASSWORD } else { USER_PASSWORD };
                client.post(&path, &json!({ "Password": own, "NewPassword": own }))
            }
            Body::NoToken => client.form(&path, &[("token", "no-token-at-all")]),
        };
        self.documents(&answer);
        answer
    }
}

enum Body {
    None,
    Json(Value),
    File,
    Token,
    /// A token that is got for it, which leaves an audit entry of its own.
    LiveToken,
    NoToken,
    /// A link that is got for it, which leaves audit entries of its own.
    Link,
    /// The password of who calls, changed to the same.
    OwnPassword,
}

const SIGN_IN: [(&str, &str); 3] =
    [("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];

fn body(entity: &str, verb: &str, place: &Place, id: i64) -> Body {
    match (entity, verb) {
        ("Auth", "token") => Body::Token,
        ("Auth", "revoke") => Body::LiveToken,
        ("Auth", "introspect") => Body::NoToken,
        ("Auth", "setPassword") => Body::Link,
        ("Auth", "changePassword") => Body::OwnPassword,
        // Never those of who calls: the next operation needs them.
        ("Auth", "endSessions") => Body::Json(json!({ "Ids": ["00000000-0000-4000-8000-000000000000"] })),
        ("User", "endSessions") => Body::Json(json!({})),
        ("Enums" | "Operations", _)
        | ("Auth", "me" | "metadata" | "sessions")
        | ("User", "sessions" | "invite")
        | (
            _,
            "search"
            | "batch"
            | "get"
            | "delete"
            | "commands"
            | "getPhoto"
            | "getDocument"
            | "getAdditionalDocument",
        ) => Body::None,
        (_, "uploadPhoto" | "uploadDocument" | "uploadAdditionalDocument") => Body::File,
        (_, "create" | "updateById") => Body::Json(record(entity, place)),
        (_, "update") => Body::Json(with_id(record(entity, place), id)),
        (_, "patch") => Body::Json(with_id(json!({ (name_of(entity)): next("Patched") }), id)),
        (_, "runCommand") => Body::Json(json!({ "Key": "Cancel", "Ids": [id] })),
        _ => panic!("say how {entity}_{verb} is called"),
    }
}

fn with_id(mut body: Value, id: i64) -> Value {
    body["Id"] = id.into();
    body
}

fn name_of(entity: &str) -> &'static str {
    if ["Coworker", "User"].contains(&entity) { "FullName" } else { "Name" }
}

/// A whole record, with a name of its own.
fn record(entity: &str, place: &Place) -> Value {
    let mut body = match entity {
        "CoworkerIdentityCheck" => json!({ "BusinessId": place.business, "CoworkerId": place.coworker }),
        "CoworkerIdentityCheckDocument" => {
            json!({ "CoworkerId": place.coworker, "CoworkerIdentityCheckId": place.check })
        }
        "Business" => json!({}),
        "Coworker" => json!({ "Email": "ada@example.com", "InvoicingBusinessId": place.business }),
        "User" => {
            json!({ "Email": format!("{}@example.com", next("user")), "Businesses": [place.business], "Active": true })
        }
        "UserRole" => json!({ "BusinessId": place.business }),
        other => panic!("say what a {other} is"),
    };
    body[name_of(entity)] = next("Named").into();
    body
}

/// A name that nothing else has.
pub(super) fn next(name: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{name}{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
