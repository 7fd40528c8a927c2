//! How each operation is called. An operation that is not here fails the tests.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use ureq::http::Method;

use super::document::Operation;
use super::places::Place;
use super::second_factor;
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Client, USER_PASSWORD, jpeg, multipart};

/// Which half of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// All of an operation that is no list; of a list the search.
    Whole,
    /// A batch by ids.
    Batch,
}

/// A request, but for who sends it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    /// With the query.
    pub(super) path: String,
    /// The media type of the body; None without a body.
    pub(super) media: Option<String>,
    pub(super) bytes: Vec<u8>,
}

impl Request {
    /// Sends it as somebody.
    #[track_caller]
    pub(super) fn send(&self, client: &Client) -> Answer {
        match &self.media {
            None => client.send(self.method.clone(), &self.path, &[], None),
            Some(media) => {
                client.send(self.method.clone(), &self.path, &[("content-type", media)], Some(&self.bytes))
            }
        }
    }
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
        if second_factor::ALL.contains(&self.id.as_str()) {
            let answer = second_factor::call(self.parts().1, client, &self.path, &self.method);
            self.documents(&answer);
            return answer;
        }
        let request = self.prepared(client, place).unwrap_or_else(|| self.request(half, place, id));
        let answer = request.send(client);
        self.documents(&answer);
        answer
    }

    /// The request of an operation that needs something first: a token, a link, the password of who calls. Getting that
    /// leaves audit entries of its own.
    fn prepared(&self, client: &Client, place: &Place) -> Option<Request> {
        let (media, bytes) = match self.parts() {
            ("Auth", "revoke") => (FORM, form(&[("token", &admins_token(client))])),
            ("Auth", "setPassword") => {
                let administrator = client.with_authorization(&format!("Bearer {}", admins_token(client)));
                let invite = format!("/api/sys/users/invite/{}", place.standing("User"));
                let made = administrator.post(&invite, &json!({})).record();
                let link = made["Url"].as_str().and_then(|url| url.split_once('#')).expect("a link").1;
                (JSON, json!({ "Token": link, "NewPassword": USER_PASSWORD }).to_string().into_bytes())
            }
            ("Auth", "changePassword") => {
                let me = client.get("/api/auth/me").json();
                let own = if me["Email"] == ADMIN_EMAIL { ADMIN_PASSWORD } else { USER_PASSWORD };
                (JSON, json!({ "Password": own, "NewPassword": own }).to_string().into_bytes())
            }
            _ => return None,
        };
        let (method, path) = (self.method.clone(), self.path.clone());
        Some(Request { method, path, media: Some(media.to_owned()), bytes })
    }

    /// The request about the record `id` of a place.
    #[track_caller]
    pub(super) fn request(&self, half: Half, place: &Place, id: i64) -> Request {
        let (entity, verb) = self.parts();
        let id = if verb == "getReceipt" && id == place.standing(entity) { place.erased(entity) } else { id };
        let path = self.path.replace("{id}", &id.to_string());
        let path = match (entity, verb, half) {
            (_, "search" | "batch", Half::Batch) => format!("{path}?id=[{id}]"),
            (_, "search" | "batch", Half::Whole) => format!("{path}?size=1000"),
            (_, "commands", _) => format!("{path}?id={id}"),
            ("Enums", ..) => format!("{path}?name=eIdVerificationStatus"),
            _ => path,
        };
        let (media, bytes) = match body(entity, verb, place, id) {
            Body::None => (None, Vec::new()),
            Body::Json(json) => (Some(JSON.to_owned()), json.to_string().into_bytes()),
            Body::File => {
                let (media, bytes) = multipart("file", "file.jpg", &jpeg(7));
                (Some(media), bytes)
            }
            Body::Form(pairs) => (Some(FORM.to_owned()), form(&pairs)),
        };
        Request { method: self.method.clone(), path, media, bytes }
    }
}

enum Body {
    None,
    Json(Value),
    File,
    Form(Vec<(&'static str, &'static str)>),
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const SIGN_IN: [(&str, &str); 3] =
    [("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

/// A new access token of the administrator.
fn admins_token(client: &Client) -> String {
    client.form("/api/token", &SIGN_IN).json()["access_token"].as_str().expect("a token").to_owned()
}

fn body(entity: &str, verb: &str, place: &Place, id: i64) -> Body {
    match (entity, verb) {
        ("Auth", "token") => Body::Form(SIGN_IN.into()),
        ("Auth", "revoke" | "introspect") => Body::Form(vec![("token", "no-token-at-all")]),
        ("Auth", "setPassword") => {
            Body::Json(json!({ "Token": "no-link-at-all", "NewPassword": USER_PASSWORD }))
        }
        ("Auth", "changePassword") => {
            Body::Json(json!({ "Password": ADMIN_PASSWORD, "NewPassword": ADMIN_PASSWORD }))
        }
        // Never those of who calls: the next operation needs them.
        ("Auth", "endSessions") => Body::Json(json!({ "Ids": ["00000000-0000-4000-8000-000000000000"] })),
        ("User", "endSessions") | ("Auth", "totpEnrol" | "totpConfirm" | "totpOff") => Body::Json(json!({})),
        ("Enums" | "Operations", _)
        | ("Auth", "me" | "metadata" | "sessions")
        | ("User", "sessions" | "invite")
        | (
            _,
            "search"
            | "batch"
            | "get"
            | "getReceipt"
            | "export"
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
        ("Coworker", "runCommand") => Body::Json(json!({ "Key": "Erase", "Ids": [id] })),
        (_, "runCommand") => Body::Json(json!({ "Key": "Cancel", "Ids": [id] })),
        _ => panic!("say how {entity}_{verb} is called"),
    }
}

fn with_id(mut body: Value, id: i64) -> Value {
    body["Id"] = id.into();
    body
}

/// The property that holds the name of a record.
pub(super) fn name_of(entity: &str) -> &'static str {
    if ["Coworker", "User"].contains(&entity) { "FullName" } else { "Name" }
}

/// A whole record, with a name of its own.
pub(super) fn record(entity: &str, place: &Place) -> Value {
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
