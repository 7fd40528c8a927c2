//! Receipts: what was erased, when, and how much of it in each store; signed, so that it can be shown to somebody who wasn't
//! there. A receipt holds no personal data.
//!
//! What is signed is the receipt as JSON without white space, its keys in the order of their bytes, under the label
//! `proofdesk receipt 1` and a zero byte, by Ed25519 (RFC 8032).

use proofdesk_domain::entities::erasure::{self, Cause};
use proofdesk_domain::json::instant;
use proofdesk_domain::record::Record;
use proofdesk_vault::PUBLIC_KEY_LEN;
use serde_json::{Map, Value as Json, json};

use crate::Desk;
use crate::error::DeskError;

/// What a signature begins with.
pub const LABEL: &str = "proofdesk receipt 1";

/// How much was erased, store by store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Files with their keys, and what was made from them.
    pub(crate) objects: u64,
    /// Records that were emptied.
    pub(crate) records: u64,
    /// Descriptions of files.
    pub(crate) files: u64,
    /// Rows with values of audit entries.
    pub(crate) audit_values: u64,
    /// Kept answers.
    pub(crate) answers: u64,
    /// Tokens and links.
    pub(crate) tokens: u64,
    /// Accounts of customers.
    pub(crate) users: u64,
}

/// Writes the receipt of an erasure that ends now, and signs it.
pub(super) fn issue(desk: &Desk, erasure: &mut Record, counts: &Counts) -> Result<(), DeskError> {
    let text = |field| erasure.text(field).map_or(Json::Null, Json::from);
    let number = |field| erasure.int(field).map_or(Json::Null, Json::from);
    let time = |field| erasure.int(field).map_or(Json::Null, |seconds| instant(seconds).into());
    let cause = Cause::from_number(erasure.int(erasure::CAUSE).unwrap_or(0));
    let receipt = json!({
        "ReceiptId": text(erasure::RECEIPT_ID),
        "Entity": text(erasure::ENTITY),
        "EntityId": number(erasure::ENTITY_ID),
        "UniqueId": text(erasure::GUID),
        "BusinessId": number(erasure::BUSINESS_ID),
        "Cause": cause.name(),
        "RequestedById": number(erasure::ACTOR_ID),
        "StartedOn": time(erasure::STARTED_ON),
        "FinishedOn": time(erasure::FINISHED_ON),
        "Counts": {
            "Keys": counts.objects, "Objects": counts.objects, "Records": counts.records, "Files": counts.files,
            "AuditValues": counts.audit_values, "IdempotentAnswers": counts.answers, "Tokens": counts.tokens,
            "Users": counts.users,
        },
    });
    let receipt = canonical(&receipt);
    let signer = desk.vault().signer();
    let signer = signer.map_err(|_| DeskError::Unavailable("the receipt can't be signed".to_owned()))?;
    erasure.set(erasure::SIGNATURE, hex::encode(signer.sign(LABEL, receipt.as_bytes())));
    erasure.set(erasure::RECEIPT, receipt);
    Ok(())
}

/// A receipt as it is given out: with its signature, and the key that tells it from a forgery.
pub(super) fn shown(desk: &Desk, erasure: &Record) -> Result<Json, DeskError> {
    let receipt = erasure.text(erasure::RECEIPT).ok_or(DeskError::NotFound)?;
    let receipt: Json = serde_json::from_str(receipt)
        .map_err(|_| DeskError::Unavailable("a receipt can't be read".to_owned()))?;
    let signature = erasure.text(erasure::SIGNATURE);
    Ok(json!({ "Receipt": receipt, "Signature": signature, "PublicKey": public_key(desk)? }))
}

/// The key that tells the desk's receipts from forgeries, in hexadecimal. Anybody may know it.
///
/// # Errors
/// [`DeskError::Unavailable`] if the cryptography library fails.
pub fn public_key(desk: &Desk) -> Result<String, DeskError> {
    let signer = desk.vault().signer();
    let signer = signer.map_err(|_| DeskError::Unavailable("the desk's key can't be derived".to_owned()))?;
    Ok(hex::encode(signer.public_key()))
}

/// The key in its hexadecimal digits; None if they are no key.
pub fn key_of(digits: &str) -> Option<[u8; PUBLIC_KEY_LEN]> {
    hex::decode(digits.trim()).ok()?.try_into().ok()
}

/// Whether a receipt, as it was given out, was signed by the desk with this public key. The key that the receipt brings along
/// counts for nothing: whoever forges one brings their own.
pub fn is_genuine(shown: &Json, public_key: &[u8; PUBLIC_KEY_LEN]) -> bool {
    let signature = shown["Signature"].as_str().and_then(|text| hex::decode(text).ok());
    let receipt = shown.get("Receipt").filter(|receipt| receipt.is_object());
    let (Some(signature), Some(receipt)) = (signature, receipt) else { return false };
    proofdesk_vault::verify(public_key, LABEL, canonical(receipt).as_bytes(), &signature)
}

/// JSON without white space, the keys of objects in the order of their bytes.
fn canonical(value: &Json) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            Json::Object(keys.into_iter().map(|key| (key.clone(), sorted(&map[key]))).collect::<Map<_, _>>())
        }
        Json::Array(list) => Json::Array(list.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_says_nothing() {
        let one: Json =
            serde_json::from_str(r#"{ "B": 1, "A": { "d": [2, {"z":1,"y":2}], "c": null } }"#).unwrap();
        assert_eq!(canonical(&one), r#"{"A":{"c":null,"d":[2,{"y":2,"z":1}]},"B":1}"#);
    }

    #[test]
    fn what_is_no_receipt_is_not_genuine() {
        for text in ["null", "{}", r#"{"Receipt":{},"Signature":"zz"}"#, r#"{"Receipt":"x","Signature":""}"#]
        {
            assert!(!is_genuine(&serde_json::from_str(text).unwrap(), &[1; PUBLIC_KEY_LEN]), "{text}");
        }
    }
}
