//! Accounts in the document: sign-ins, links and passwords.

use proofdesk_domain::coerce::MAX_LIST;
use serde_json::{Value as Json, json};
use utoipa::openapi::schema::{AnyOfBuilder, SchemaType, Type};

use super::shapes::{Shape, array, date_time, null, object, of, string, uuid};

/// A GUID, hyphenated.
const ID: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/// The schemas, by name.
pub(super) fn components() -> [(&'static str, Shape); 9] {
    [
        ("SignIns", sign_ins()),
        ("EndSignIns", end()),
        ("Invitation", invitation()),
        ("SetPassword", passwords("Token", "What the link has behind its `#`.")),
        ("ChangePassword", passwords("Password", "The present one.")),
        ("TotpEnrol", secrets(&["Password"])),
        ("TotpEnrolment", totp_enrolment()),
        ("TotpConfirm", secrets(&["Code"])),
        ("TotpTurnOff", secrets(&["Password", "Code"])),
    ]
}

fn sign_ins() -> Shape {
    let built = object()
        .property("Id", uuid(string()))
        .required("Id")
        .property("ClientId", string().description(Some("The client, as it called itself.")))
        .required("ClientId");
    let built = ["StartedOn", "RenewedOn", "ExpiresOn"]
        .into_iter()
        .fold(built, |built, name| built.property(name, date_time(string())).required(name));
    let current = of([Type::Boolean]).description(Some("Whether it is the one that asks."));
    array(built.property("IsCurrent", current).required("IsCurrent")).into()
}

/// Where somebody is signed in.
pub(super) fn sign_ins_example() -> Json {
    json!([{
        "Id": "0f2c6b1e-8d7a-4f0e-9b3c-5d6e7f8a9b0c", "ClientId": "ada@example.com", "StartedOn": "2025-01-15T10:30:00Z",
        "RenewedOn": "2025-01-16T08:00:00Z", "ExpiresOn": "2025-01-31T08:00:00Z", "IsCurrent": true,
    }])
}

fn end() -> Shape {
    let id = || string().pattern(Some(ID));
    let ids = array(id()).max_items(Some(MAX_LIST));
    let ids = AnyOfBuilder::new().item(ids).item(id()).item(null("All but the one that asks."));
    object().property("Ids", ids.description(Some("Without it, all but the one that asks."))).into()
}

fn invitation() -> Shape {
    let url = string().description(Some("Opens the page where the user sets a password, once."));
    object()
        .property("Url", url)
        .required("Url")
        .property("ExpiresOn", date_time(string()))
        .required("ExpiresOn")
        .into()
}

/// A link.
pub(super) fn invitation_example() -> Json {
    json!({ "Url": "https://desk.example.com/account/password#Zm9v…", "ExpiresOn": "2025-01-18T10:30:00Z" })
}

fn passwords(proof: &str, said: &str) -> Shape {
    let text = || of([Type::String]).schema_type(SchemaType::Type(Type::String)).min_length(Some(1));
    object()
        .property(proof, text().description(Some(said)))
        .required(proof)
        .property("NewPassword", text().description(Some("At least 8 characters, at most 128.")))
        .required("NewPassword")
        .into()
}

/// A body of required texts.
fn secrets(names: &[&'static str]) -> Shape {
    let said = |name: &str| match name {
        "Password" => "The caller's password.",
        _ => "A code of the authenticator: six digits. Where the second factor is on, a recovery code too.",
    };
    let shape = |name: &str| string().write_only(true).description(Some(said(name)));
    names.iter().fold(object(), |built, name| built.property(*name, shape(name)).required(*name)).into()
}

fn totp_enrolment() -> Shape {
    let codes = array(string()).description(Some("Each stands in for a code once."));
    object()
        .property("Secret", string().description(Some("In Base32 (RFC 4648 section 6), to type in.")))
        .required("Secret")
        .property("Url", string().description(Some("As an `otpauth:` URL, to draw as a QR code.")))
        .required("Url")
        .property("RecoveryCodes", codes)
        .required("RecoveryCodes")
        .description(Some("Shown once, never again."))
        .into()
}

/// A second factor that was enrolled.
pub(super) fn enrolment_example() -> Json {
    json!({
        "Secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "Url": "otpauth://totp/Proofdesk:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Proofdesk",
        "RecoveryCodes": ["ABCD-EFGH-IJKL-MNOP"],
    })
}
