//! What the first tenant sends: every operation of the document, and the main job as a client does it.

use serde_json::{Value, json};
use ureq::http::Method;

use super::tenants::{OWN, Tenant, entity, replaced};
use crate::harness::{AUDIT, BUSINESSES, CHECKS, COWORKERS, Client, DOCUMENTS, Desk, Sent, USERS, jpeg};
use crate::policy::document::{self, Operation};
use crate::policy::places::Place;
use crate::policy::second_factor;

/// Everything that it sent, and got an answer to that isn't an error. What was used up on the way is named by the record
/// that still stands, so that whoever sends it again aims at something.
pub(super) fn recorded(desk: &Desk, owner: &Tenant) -> Vec<Sent> {
    let client = owner.client.recording();
    let mut used_up = Vec::new();
    for operation in document::of(desk).iter().filter(|operation| operation.role != "Public") {
        run(desk, operation, &client, &owner.place, &mut used_up);
    }
    main_job(desk, owner, &client, &mut used_up);
    reads(owner, &client);
    let standing = |sent: Sent| {
        let named = |text: &[u8]| {
            used_up.iter().fold(text.to_vec(), |text, (gone, stands): &(i64, i64)| {
                replaced(&text, gone.to_string().as_bytes(), stands.to_string().as_bytes())
            })
        };
        let path = String::from_utf8(named(sent.path.as_bytes())).expect("a path");
        Sent { path, body: sent.body.as_deref().map(named), ..sent }
    };
    client.sent().into_iter().map(standing).collect()
}

/// Calls an operation; what it uses up is made for it.
fn run(desk: &Desk, operation: &Operation, client: &Client, place: &Place, used_up: &mut Vec<(i64, i64)>) {
    let (entity, verb) = operation.parts();
    let stands = place.standing(entity);
    for (half, _) in operation.halves() {
        let id = match verb {
            "delete" if entity == "Business" => stands,
            "delete" | "runCommand" => place.fresh(desk, entity),
            _ => stands,
        };
        if id != stands {
            used_up.push((id, stands));
        }
        let answer = operation.call(client, half, place, id);
        let referred = answer.status == 400 && (entity, verb) == ("Business", "delete");
        let asked = second_factor::was_open(&operation.id, &answer);
        assert!(answer.status == 200 || referred || asked, "{}: {answer}", operation.id);
    }
}

/// Asks for a check, hands in, looks, rejects, hands in again, decides.
fn main_job(desk: &Desk, owner: &Tenant, client: &Client, used_up: &mut Vec<(i64, i64)>) {
    let (place, mark) = (&owner.place, owner.mark);
    let file = |name: &str, bytes: Vec<u8>| desk.files.put(&format!("{mark}-{name}"), bytes);
    let customer = json!({ "FullName": format!("{mark} C"), "Email": format!("{mark}@example.com"), "Businesses": [place.business] });
    let coworker = client.post(COWORKERS, &customer).id();
    let body = json!({
        "BusinessId": place.business, "CoworkerId": coworker, "Name": format!("{mark} check"), "IdentityDocumentType": 1,
        "VerificationType2": 2, "Description2": mark,
    });
    let check = client.post(CHECKS, &body).id();
    let handed_in = json!({
        "CoworkerId": coworker, "CoworkerIdentityCheckId": check, "Name": format!("{mark} passport"),
        "NewPhotoUrl": file("face.jpg", jpeg(61)), "NewDocumentUrl": file("front.jpg", jpeg(62)),
    });
    let document = client.post(DOCUMENTS, &handed_in).id();
    let (id, business) = (document.to_string(), place.business.to_string());
    client
        .form_by(
            Method::PUT,
            DOCUMENTS,
            &[
                ("Id", &id),
                ("CoworkerId", &coworker.to_string()),
                ("CoworkerIdentityCheckId", &check.to_string()),
                ("Name", mark),
            ],
        )
        .id();
    client
        .form(CHECKS, &[("BusinessId", &business), ("CoworkerId", &coworker.to_string()), ("Name", mark)])
        .id();
    client
        .form_by(
            Method::PATCH,
            USERS,
            &[("Id", &place.standing("User").to_string()), ("AddedBusinesses", &business)],
        )
        .id();
    for slot in ["photo", "document", "additionaldocument"] {
        let path = format!("{DOCUMENTS}/get{slot}/{}", place.document);
        for range in ["bytes=0-99", "bytes=100-", "bytes=-50", "bytes=0-0,5-9", "bytes=9999999-"] {
            client.get_with(&path, &[("range", range)]);
        }
        client.send(Method::HEAD, &path, &[], None);
    }
    let run = |path: &str, key: &str, ids: &[i64]| {
        let notes = json!([{ "Name": "Notes", "Value": format!("{mark} blurred") }]);
        client
            .post(&format!("{path}/runcommand"), &json!({ "Key": key, "Ids": ids, "Parameters": notes }))
            .record();
    };
    run(CHECKS, "MarkAsRejected", &[check]);
    client.patch(DOCUMENTS, &json!({ "Id": document, "NewPhotoUrl": file("again.jpg", jpeg(63)) })).id();
    run(DOCUMENTS, "MarkAsVerified", &[document]);
    run(CHECKS, "Cancel", &[check, place.check]);
    run(DOCUMENTS, "Cancel", &[document, place.document]);
    client.patch(COWORKERS, &json!({ "Id": coworker, "InvoicingBusinessId": place.business })).id();
    client.patch(BUSINESSES, &json!({ "Id": place.business, "Name": format!("{mark} Name") })).id();
    used_up.extend([(coworker, place.coworker), (check, place.check), (document, place.document)]);
}

/// Every way to ask for a record by its id or its GUID.
fn reads(owner: &Tenant, client: &Client) {
    for name in OWN.into_iter().chain(["AuditTrailEntry"]) {
        let (path, id) = (entity(name).path, owner.place.standing(name));
        let record: Value = client.get(&format!("{path}/{id}")).record();
        let guid = record["UniqueId"].as_str().expect("a GUID");
        for query in [
            format!("?id=[{id}]"),
            format!("/?id=[{id},1]"),
            format!("?id={id}"),
            format!("/?id={id}"),
            format!("?Id={id}"),
            format!("?ID=[{id}]"),
            format!("?UniqueId={guid}"),
            format!("?{name}_Id={id}"),
            format!("?{name}_Id=[1,{id}]"),
            format!("?from_{name}_Id={id}&to_{name}_Id={id}"),
            format!("?{name}_UniqueId={guid}"),
            format!("?{name}_SystemId={}", owner.mark),
        ] {
            assert_eq!(client.get(&format!("{path}{query}")).status, 200, "{path}{query}");
        }
        client.send(Method::HEAD, &format!("{path}/{id}"), &[], None);
        client.get(&format!("{}/{id}", path.to_uppercase().replace("/API", "/api")));
        for query in
            [format!("EntityId={id}"), format!("EntityShortName={name}&AuditTrailEntry_EntityId={id}")]
        {
            client.get(&format!("{AUDIT}?AuditTrailEntry_{query}&size=1000")).record();
        }
        client.get(&format!("{AUDIT}?AuditTrailEntry_NewValue={}", owner.mark)).record();
        client.get(&format!("{AUDIT}?AuditTrailEntry_OldValue={}", owner.mark.to_lowercase())).record();
    }
}
