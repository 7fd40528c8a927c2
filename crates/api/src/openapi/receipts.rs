//! The schemas of erasures: their receipts, and the command on customers.

use serde_json::{Value as Json, json};

use super::shapes::{Shape, array, date_time, integer, nullable_string, object, of, one_of, schema, string};
use utoipa::openapi::schema::Type;

/// All of them, by name.
pub(super) fn components() -> Vec<(&'static str, Shape)> {
    vec![("Receipt", receipt()), ("RunErase", run_erase())]
}

/// What a command that erases gives as its `Value`.
pub(super) fn value() -> Shape {
    object()
        .property("Receipts", array(schema("Receipt")))
        .required("Receipts")
        .description(Some("Where something was erased: the receipt of each record."))
        .into()
}

const COUNTS: [&str; 8] =
    ["Keys", "Objects", "Records", "Files", "AuditValues", "IdempotentAnswers", "Tokens", "Users"];

fn receipt() -> Shape {
    let counts =
        COUNTS.into_iter().fold(object(), |built, name| built.property(name, integer()).required(name));
    let nullable_integer = || of([Type::Integer, Type::Null]);
    let properties: [(&str, Shape); 10] = [
        ("ReceiptId", string().into()),
        ("Entity", string().into()),
        ("EntityId", integer().into()),
        ("UniqueId", string().into()),
        ("BusinessId", nullable_integer().into()),
        ("Cause", one_of(string(), ["Request", "Retention", "Replay"]).into()),
        (
            "RequestedById",
            nullable_integer().description(Some("The user who asked; null for the desk itself.")).into(),
        ),
        ("StartedOn", date_time(string()).into()),
        ("FinishedOn", date_time(nullable_string()).into()),
        ("Counts", counts.description(Some("How much was erased, store by store.")).into()),
    ];
    let body = properties
        .into_iter()
        .fold(object(), |built, (name, shape)| built.property(name, shape).required(name));
    let hex = |length: usize, said| {
        let length = length * 2;
        string().pattern(Some(format!("^[0-9a-f]{{{length}}}$"))).description(Some(said))
    };
    object()
        .property("Receipt", body)
        .required("Receipt")
        .property("Signature", hex(64, "Ed25519 over the label, a zero byte, and the receipt as JSON without white space, keys sorted."))
        .required("Signature")
        .property("PublicKey", hex(32, "The desk's key, which `proofdesk doctor` says too."))
        .required("PublicKey")
        .into()
}

fn run_erase() -> Shape {
    object()
        .property("Key", one_of(string(), ["Erase"]))
        .required("Key")
        .property("Ids", super::fixed::command_ids())
        .required("Ids")
        .into()
}

/// A receipt, as it is given out.
pub(super) fn example() -> Json {
    json!({
        "Receipt": {
            "ReceiptId": "0190f0c4-7b60-7000-8000-000000000001", "Entity": "CoworkerIdentityCheck", "EntityId": 1,
            "UniqueId": "0190f0c4-7b60-7000-8000-000000000002", "BusinessId": 1, "Cause": "Request",
            "RequestedById": 1, "StartedOn": "2025-01-15T10:30:00Z", "FinishedOn": "2025-01-15T10:30:00Z",
            "Counts": {
                "Keys": 3, "Objects": 3, "Records": 2, "Files": 3, "AuditValues": 12, "IdempotentAnswers": 1,
                "Tokens": 0, "Users": 0,
            },
        },
        "Signature": "00".repeat(64),
        "PublicKey": "00".repeat(32),
    })
}
