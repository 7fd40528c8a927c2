//! The border between tenants: a record of a business that is not the caller's can't be told from a missing one.

use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{
    AUDIT, Answer, BUSINESSES, CHECKS, COWORKERS, Client, DOCUMENTS, Desk, USER_ROLES, USERS, World,
    every_role, jpeg, multipart,
};

const MISSING: i64 = 987_654;

/// Somebody with every role at a location, and a full set of records at another one.
struct Border {
    own: World,
    client: Client,
    foreign: Vec<(&'static str, i64)>,
    other: World,
}

fn border(desk: &Desk) -> Border {
    let own = desk.world();
    let entities = [
        "CoworkerIdentityCheck",
        "CoworkerIdentityCheckDocument",
        "Business",
        "Coworker",
        "User",
        "UserRole",
    ];
    let mut roles = every_role(&entities);
    roles.extend(every_role(&["AuditTrailEntry"]));
    let client = desk.user_with_roles(&roles, &[own.business]);
    let other = desk.world();
    let document = desk.complete_document(&other);
    let user = desk.user("stranger@example.com", &["Coworker-Read"], &[other.business]);
    let bundle =
        desk.admin().get(&format!("{USERS}/{user}")).record()["UserRoles"][0].as_i64().expect("an id");
    let foreign = vec![
        (CHECKS, other.check),
        (DOCUMENTS, document),
        (BUSINESSES, other.business),
        (COWORKERS, other.coworker),
        (USERS, user),
        (USER_ROLES, bundle),
    ];
    Border { own, client, foreign, other }
}

/// What a caller is told, with the id that was asked for taken out.
fn told(answer: &Answer, id: i64) -> (u16, Vec<String>, Value) {
    let mut headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort_unstable();
    (answer.status, headers, without(&answer.json(), id))
}

fn without(value: &Value, id: i64) -> Value {
    match value {
        Value::String(text) => json!(text.replace(&id.to_string(), "[id]")),
        Value::Array(items) => items.iter().map(|item| without(item, id)).collect(),
        Value::Object(members) => {
            let one = |(name, value): (&String, &Value)| match name.as_str() {
                "AttemptedValue" if *value == id => (name.clone(), json!("[id]")),
                _ => (name.clone(), without(value, id)),
            };
            members.iter().map(one).collect()
        }
        other => other.clone(),
    }
}

on_both_stores! {
    fn a_foreign_record_is_a_missing_one_on_every_verb(desk) {
        let Border { client, foreign, .. } = border(desk);
        let audit = desk.audit_count();
        for (path, foreign) in foreign {
            let same = |ask: &dyn Fn(i64) -> Answer| {
                let (theirs, none) = (ask(foreign), ask(MISSING));
                assert_eq!(told(&theirs, foreign), told(&none, MISSING));
                theirs
            };
            let full = desk.admin().get(&format!("{path}/{foreign}")).record();
            same(&|id| client.get(&format!("{path}/{id}"))).is_not_found();
            same(&|id| client.delete(&format!("{path}/{id}"))).is_not_found();
            same(&|id| client.patch(path, &json!({ "Id": id, "SystemId": "taken" }))).is_not_found();
            same(&|id| client.patch(path, &json!({ "Id": id }))).is_not_found();
            let with = |id: i64| {
                let mut body = full.clone();
                body["Id"] = json!(id);
                body
            };
            same(&|id| client.put(path, &with(id))).is_not_found();
            same(&|id| client.put(&format!("{path}/{id}"), &with(id))).is_not_found();
            assert_eq!(same(&|id| client.get(&format!("{path}/?id=[{id}]"))).record(), json!([]));
            assert_eq!(same(&|id| client.get(&format!("{path}?Id={id}"))).record()["TotalItems"], 0);
            assert_eq!(desk.admin().get(&format!("{path}/{foreign}")).record(), full, "nothing changed");
        }
        assert_eq!(desk.audit_count(), audit);
    }

    fn commands_and_files_of_foreign_records_are_missing(desk) {
        let Border { client, foreign, .. } = border(desk);
        let (_, document) = foreign[1];
        for slot in ["photo", "document", "additionaldocument"] {
            client.get(&format!("{DOCUMENTS}/get{slot}/{document}")).is_not_found();
            let (media, body) = multipart("file", "a.jpg", &jpeg(1));
            let path = format!("{DOCUMENTS}/upload{slot}/{document}");
            client.send(Method::POST, &path, &[("content-type", &media)], Some(&body)).is_not_found();
        }
        for (path, id) in &foreign[..2] {
            client.get(&format!("{path}/commands?id={id}")).is_not_found();
            let body = |id: i64| json!({ "Key": "MarkAsVerified", "Ids": [id] });
            let run = |id: i64| client.post(&format!("{path}/runcommand"), &body(id));
            assert_eq!(told(&run(*id), *id), told(&run(MISSING), MISSING));
            run(*id).refusal();
        }
        let looks = desk.admin().get(&format!("{AUDIT}?AuditTrailEntry_AuditType=Look")).records();
        assert_eq!(looks, Vec::<Value>::new());
    }

    fn a_foreign_reference_is_a_missing_one(desk) {
        let Border { own, client, other, foreign } = border(desk);
        let document = foreign[1].1;
        let check = |name: &str, id: i64| {
            let mut body = json!({ "BusinessId": own.business, "CoworkerId": own.coworker, "Name": "Mixed" });
            body[name] = json!(id);
            body
        };
        let handed_in = |name: &str, id: i64| {
            let mut body = json!({ "CoworkerId": own.coworker, "CoworkerIdentityCheckId": own.check, "Name": "Mixed" });
            body[name] = json!(id);
            body
        };
        let same = |path: &str, foreign: i64, body: &dyn Fn(i64) -> Value| {
            let (theirs, none) = (client.post(path, &body(foreign)), client.post(path, &body(MISSING)));
            assert_eq!(told(&theirs, foreign), told(&none, MISSING), "{path}");
            theirs.errors()
        };
        let created = desk.audit_count();
        assert_eq!(same(CHECKS, other.business, &|id| check("BusinessId", id)), ["BusinessId: does not exist"]);
        assert_eq!(same(CHECKS, other.coworker, &|id| check("CoworkerId", id)), ["CoworkerId: does not exist"]);
        let errors = same(DOCUMENTS, other.check, &|id| handed_in("CoworkerIdentityCheckId", id));
        assert_eq!(errors, ["CoworkerIdentityCheckId: does not exist"]);
        same(DOCUMENTS, other.coworker, &|id| handed_in("CoworkerId", id));
        let customer = |id: i64| json!({ "FullName": "A", "Email": "a@example.com", "Businesses": [own.business, id] });
        assert_eq!(same(COWORKERS, other.business, &customer), ["Businesses: does not exist"]);
        let bundle = |id: i64| json!({ "BusinessId": id, "Name": "B", "Roles": ["Coworker-Read"] });
        assert_eq!(same(USER_ROLES, other.business, &bundle)[0], "BusinessId: does not exist");
        let user = |id: i64| json!({
            "FullName": "U", "Email": "u@example.com", "Businesses": [own.business], "UserRoles": [id],
        });
        assert_eq!(same(USERS, foreign[5].1, &user), ["UserRoles: does not exist"]);
        let moved = client.patch(CHECKS, &json!({ "Id": own.check, "CoworkerId": other.coworker })).errors();
        assert_eq!(moved, ["CoworkerId: does not exist"]);
        assert_eq!(desk.audit_count(), created);
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/{document}")).record()["VerificationStatus"], 2);
    }

    fn lists_show_the_callers_businesses_only(desk) {
        let Border { own, client, .. } = border(desk);
        assert_eq!(client.get(CHECKS).ids(), [own.check]);
        assert_eq!(client.get(COWORKERS).ids(), [own.coworker]);
        assert_eq!(client.get(BUSINESSES).ids(), [own.business]);
        assert_eq!(client.get(DOCUMENTS).record()["TotalItems"], 0);
        assert_eq!(client.get(USERS).record()["TotalItems"], 1);
        assert_eq!(client.get(USER_ROLES).record()["TotalItems"], 1);
        let entries = client.get(&format!("{AUDIT}?size=1000")).records();
        assert!(!entries.is_empty());
        assert!(entries.iter().all(|entry| entry["BusinessId"] == own.business), "{entries:?}");
    }

    fn a_shared_customer_shows_no_foreign_business(desk) {
        let Border { own, client, other, .. } = border(desk);
        let shared = desk.coworker("Shared", &[own.business, other.business]);
        let record = client.get(&format!("{COWORKERS}/{shared}")).record();
        assert_eq!(record["Businesses"], json!([own.business]));
        client.put(COWORKERS, &record).id();
        let whole = desk.admin().get(&format!("{COWORKERS}/{shared}")).record();
        assert_eq!(whole["Businesses"], json!([own.business, other.business]), "what is not seen can't be taken out");
    }

    fn what_a_shared_person_has_elsewhere_is_not_seen_found_or_lost(desk) {
        let Border { own, client, other, foreign } = border(desk);
        let (stranger, bundle) = (foreign[4].1, foreign[5].1);
        let both = json!([own.business, other.business]);
        let customer = json!({
            "FullName": "Shared", "Email": "s@example.com", "Businesses": both, "InvoicingBusinessId": other.business,
            "UserId": stranger,
        });
        let coworker = desk.admin().post(COWORKERS, &customer).id();
        desk.admin().patch(USER_ROLES, &json!({ "Id": bundle, "Name": "Elsewhere" })).id();
        let user = json!({
            "FullName": "Shared", "Email": "s@example.com", "Businesses": both, "DefaultBusinessId": other.business,
            "UserRoles": [bundle],
        });
        let user = desk.admin().post(USERS, &user).id();
        let check = desk.check(own.business, coworker, &json!({}));
        let (seen, account) = (format!("{COWORKERS}/{coworker}"), format!("{USERS}/{user}"));
        let whole = [&seen, &account].map(|path| desk.admin().get(path).record());
        for property in ["InvoicingBusinessId", "UserId"] {
            assert_eq!(client.get(&seen).record()[property], Value::Null, "{property}");
        }
        let shown = client.get(&account).record();
        assert_eq!((&shown["DefaultBusinessId"], &shown["UserRoles"]), (&Value::Null, &json!([])));
        for query in [
            format!("{COWORKERS}?Coworker_Businesses={}", other.business),
            format!("{COWORKERS}?Coworker_InvoicingBusiness={}", other.business),
            format!("{COWORKERS}?Coworker_InvoicingBusiness=[{},{}]", own.business, other.business),
            format!("{COWORKERS}?Coworker_InvoicingBusiness_Name=har"),
            format!("{COWORKERS}?to_Coworker_InvoicingBusiness_Id={}", other.business),
            format!("{COWORKERS}?Coworker_User={stranger}"), format!("{COWORKERS}?Coworker_User_Email=stranger"),
            format!("{USERS}?User_Businesses={}", other.business), format!("{USERS}?User_UserRoles={bundle}"),
            format!("{USERS}?User_DefaultBusiness_Name=har"),
            format!("{CHECKS}?CoworkerIdentityCheck_Coworker_Businesses={}", other.business),
            format!("{CHECKS}?CoworkerIdentityCheck_Coworker_InvoicingBusiness={}", other.business),
            format!("{CHECKS}?CoworkerIdentityCheck_Coworker_User={stranger}"),
        ] {
            assert_eq!(client.get(&query).record()["TotalItems"], 0, "{query}");
            assert!(desk.admin().get(&query).record()["TotalItems"] != json!(0), "{query}");
        }
        assert_eq!(client.get(&format!("{COWORKERS}?Coworker_Businesses={}", own.business)).ids(), [own.coworker, coworker]);
        assert_eq!(client.get(&format!("{CHECKS}?CoworkerIdentityCheck_Coworker_Businesses={}", own.business)).ids(), [own.check, check]);
        for (path, record) in [(COWORKERS, client.get(&seen).record()), (USERS, shown)] {
            client.put(path, &record).id();
        }
        client.patch(USERS, &json!({ "Id": user, "UserRoles": [], "DefaultBusinessId": null })).id();
        let after = [&seen, &account].map(|path| desk.admin().get(path).record());
        for (before, after) in whole.iter().zip(&after) {
            for property in ["Businesses", "InvoicingBusinessId", "UserId", "DefaultBusinessId", "UserRoles"] {
                assert_eq!(after[property], before[property], "what is not shown can't be taken away: {property}");
            }
        }
        client.patch(COWORKERS, &json!({ "Id": coworker, "InvoicingBusinessId": own.business })).id();
        assert_eq!(client.get(&seen).record()["InvoicingBusinessId"], own.business);
    }

    fn the_trail_tells_no_more_of_a_shared_person_than_the_person_does(desk) {
        let Border { own, client, other, foreign } = border(desk);
        let stranger = foreign[4].1;
        // Known at the own location alone at first: the trail is its, with what it tells of the other one.
        let moved = desk.coworker("Moved", &[own.business]);
        let change = json!({ "Id": moved, "Businesses": [own.business, other.business], "UserId": stranger });
        desk.admin().patch(COWORKERS, &change).id();
        let trail = format!("{AUDIT}?AuditTrailEntry_EntityShortName=Coworker&AuditTrailEntry_EntityId={moved}&size=100");
        let told = |client: &Client| {
            let entries = client.get(&trail).records();
            let entry = entries.iter().find(|entry| entry["AuditType"] == 2 && entry["NewValue"].to_string().contains("UserId"));
            let text = entry.unwrap_or_else(|| panic!("{entries:?}"))["NewValue"].as_str().expect("values").to_owned();
            let values: Value = serde_json::from_str(&text).expect("JSON");
            (values["Businesses"].clone(), values["UserId"].clone())
        };
        assert_eq!(told(desk.admin()), (json!([own.business, other.business]), json!(stranger)));
        assert_eq!(told(&client), (json!([own.business]), Value::Null));
        // Nor does a search: what isn't shown isn't found, and what is shown of an ordinary change is.
        let found = |client: &Client, part: &str| {
            let search = format!("{trail}&AuditTrailEntry_NewValue={part}");
            client.get(&search).records().len()
        };
        let part = format!(",{}]", other.business);
        assert_eq!((found(desk.admin(), &part), found(&client, &part)), (1, 0));
        desk.admin().patch(COWORKERS, &json!({ "Id": moved, "FullName": "Moved Again" })).id();
        assert_eq!((found(desk.admin(), "moved+again"), found(&client, "moved+again")), (1, 1));
    }

    fn roles_hold_at_their_own_business_only(desk) {
        let [here, there] = [desk.world(), desk.world()];
        let both = desk.user_with_roles(&["CoworkerIdentityCheck-Read"], &[here.business, there.business]);
        for world in [here, there] {
            assert_eq!(both.get(&format!("{CHECKS}/{}", world.check)).status, 200);
        }
        let id = both.get("/api/auth/me").record()["Id"].as_i64().expect("an id");
        desk.admin().patch(USERS, &json!({ "Id": id, "Businesses": [there.business] })).id();
        both.get(&format!("{CHECKS}/{}", here.check)).is_not_found();
        assert_eq!(both.get(&format!("{CHECKS}/{}", there.check)).status, 200);
    }
}
