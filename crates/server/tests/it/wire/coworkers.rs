//! `/api/spaces/coworkers` (contract section 7).

use serde_json::{Value, json};

use crate::harness::{CHECKS, COWORKERS, Desk, shape};

fn read(desk: &Desk, id: i64) -> Value {
    desk.admin().get(&format!("{COWORKERS}/{id}")).record()
}

on_both_stores! {
    fn a_customer_lives(desk) {
        let [one, two] = ["One", "Two"].map(|name| desk.business(name));
        let user = desk.user("ada@example.com", &["Coworker-Read"], &[one]);
        let admin = desk.admin();
        let answer = admin.post(COWORKERS, &json!({
            "FullName": "Ada Lovelace", "Email": "ada@example.com", "CoworkerType": 2, "CompanyName": "Engines Ltd",
            "BillingName": "Engines", "InvoicingBusinessId": one, "Businesses": [two], "Archived": true, "UserId": user,
            "DateOfBirth": "1815-12-10T00:00:00Z", "Address": "12 St James's Square", "PostCode": "SW1Y",
            "CityName": "London",
            "State": "Middlesex", "CountryId": 1221,
        }));
        assert_eq!(answer.record()["Message"], "Coworker was successfully created.");
        let id = answer.id();
        insta::assert_json_snapshot!("coworker", shape(&read(desk, id)));
        let before = read(desk, id);
        admin.put(COWORKERS, &before).id();
        let mut back = read(desk, id);
        back["UpdatedOn"] = before["UpdatedOn"].clone();
        assert_eq!(back, before, "the whole record sent back changes nothing");
        let check = desk.check(one, id, &json!({}));
        let shown = admin.get(&format!("{CHECKS}/{check}")).record();
        assert_eq!(shown["CoworkerCoworkerType"], "Company");
        assert_eq!(shown["CoworkerCompanyName"], "Engines Ltd");
        assert_eq!(shown["CoworkerBillingName"], "Engines");
        admin.patch(COWORKERS, &json!({ "Id": id, "CoworkerType": 1 })).id();
        assert_eq!(admin.get(&format!("{CHECKS}/{check}")).record()["CoworkerCoworkerType"], "Individual");
        admin.delete(&format!("{CHECKS}/{check}")).done();
        admin.delete(&format!("{COWORKERS}/{id}")).done();
        admin.get(&format!("{COWORKERS}/{id}")).is_not_found();
    }

    fn what_a_customer_needs(desk) {
        let business = desk.business("One");
        let errors = |body: Value| desk.admin().post(COWORKERS, &body).errors();
        let nowhere = "InvoicingBusinessId: is a required field where Businesses is empty";
        assert_eq!(errors(json!({})), ["FullName: is a required field", "Email: is a required field", nowhere]);
        assert_eq!(errors(json!({ "FullName": "A", "Email": "a@example.com", "Businesses": [] })), [nowhere]);
        assert_eq!(
            errors(json!({ "FullName": "A", "Email": "a at example", "Businesses": [business, 4711] })),
            ["Email: must be an e-mail address", "Businesses: does not exist"]
        );
        let invoiced = errors(json!({ "FullName": "A", "Email": "a@example.com", "InvoicingBusinessId": 4711 }));
        assert_eq!(invoiced, ["InvoicingBusinessId: does not exist"]);
        let made = json!({ "FullName": "A", "Email": "a@example.com", "InvoicingBusinessId": business });
        let id = desk.admin().post(COWORKERS, &made).id();
        assert_eq!(read(desk, id)["Businesses"], json!([business]), "who invoices knows the customer");
        assert_eq!(read(desk, id)["Active"], true);
    }

    fn lists_are_replaced_added_to_and_taken_from(desk) {
        let [a, b, c] = ["A", "B", "C"].map(|name| desk.business(name));
        let id = desk.coworker("Ada", &[a, b]);
        let after = |change: Value| {
            let mut body = json!({ "Id": id });
            body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            desk.admin().patch(COWORKERS, &body).id();
            read(desk, id)["Businesses"].clone()
        };
        assert_eq!(after(json!({ "AddedBusinesses": [c, a] })), json!([a, b, c]));
        assert_eq!(after(json!({ "RemovedBusinesses": [a, 4711] })), json!([b, c]));
        assert_eq!(after(json!({ "AddedBusinesses": [a], "RemovedBusinesses": [b] })), json!([a, c]));
        assert_eq!(after(json!({ "Businesses": [b] })), json!([b]));
        assert_eq!(after(json!({ "Businesses": [b, c, b], "RemovedBusinesses": [c] })), json!([b]));
        assert_eq!(after(json!({ "FullName": "Same" })), json!([b]));
        assert_eq!(desk.admin().patch(COWORKERS, &json!({ "Id": id, "RemovedBusinesses": [b] })).errors().len(), 1);
        let put = json!({ "Id": id, "FullName": "Ada", "Email": "ada@example.com", "AddedBusinesses": [a] });
        desk.admin().put(COWORKERS, &put).id();
        assert_eq!(read(desk, id)["Businesses"], json!([a, b]));
        assert_eq!(desk.admin().get(&format!("{COWORKERS}?Coworker_Businesses={a}")).ids(), [id]);
        assert_eq!(desk.admin().get(&format!("{COWORKERS}?Coworker_Businesses={c}")).ids(), Vec::<i64>::new());
    }
}
