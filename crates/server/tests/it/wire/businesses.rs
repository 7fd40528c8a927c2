//! `/api/sys/businesses` (contract section 7).

use serde_json::{Value, json};

use crate::harness::{BUSINESSES, CHECKS, COWORKERS, USER_ROLES, USERS, shape};

on_both_stores! {
    fn a_business_lives(desk) {
        let admin = desk.admin();
        let answer = admin.post(BUSINESSES, &json!({
            "Name": "Harbour", "WebAddress": "harbour.example.com", "EmailContact": "desk@harbour.example.com",
            "CountryId": 1221, "CurrencyId": "2010", "SimpleTimeZoneId": 2023, "SystemId": "loc-1",
        }));
        let id = answer.id();
        assert_eq!(answer.record()["Message"], "Business was successfully created.");
        let path = format!("{BUSINESSES}/{id}");
        let made = admin.get(&path).record();
        insta::assert_json_snapshot!("business", shape(&made));
        admin.patch(BUSINESSES, &json!({ "Id": id, "WebAddress": "new.example.com" })).id();
        assert_eq!(admin.get(&path).record()["CountryId"], 1221);
        admin.put(BUSINESSES, &json!({ "Id": id, "Name": "Port" })).id();
        let put = admin.get(&path).record();
        assert_eq!((&put["Name"], &put["WebAddress"], &put["CountryId"]), (&json!("Port"), &Value::Null, &Value::Null));
        assert_eq!(admin.post(BUSINESSES, &json!({ "WebAddress": "x" })).errors(), ["Name: is a required field"]);
        assert_eq!(admin.get(&format!("{BUSINESSES}?Business_Name=por")).ids(), [id]);
        assert_eq!(admin.get(&format!("{BUSINESSES}/?id=[{id}]")).record(), json!([put]));
        admin.delete(&path).done();
        admin.get(&path).is_not_found();
    }

    fn what_others_refer_to_stays(desk) {
        let world = desk.world();
        let admin = desk.admin();
        let refused = |path: &str, id: i64| {
            let before = (admin.get(&format!("{path}/{id}")).record(), desk.audit_count());
            let errors = admin.delete(&format!("{path}/{id}")).errors();
            assert_eq!((admin.get(&format!("{path}/{id}")).record(), desk.audit_count()), before);
            errors
        };
        assert_eq!(refused(BUSINESSES, world.business), [
            "Id: is referred to by 1 CoworkerIdentityCheck record (BusinessId)",
        ]);
        assert_eq!(refused(COWORKERS, world.coworker), [
            "Id: is referred to by 1 CoworkerIdentityCheck record (CoworkerId)",
        ]);
        admin.delete(&format!("{CHECKS}/{}", world.check)).done();
        assert_eq!(refused(BUSINESSES, world.business), ["Id: is referred to by 1 Coworker record (Businesses)"]);
        admin.delete(&format!("{COWORKERS}/{}", world.coworker)).done();
        let user = desk.user("u@example.com", &["Coworker-Read"], &[world.business]);
        let bundle = admin.get(&format!("{USERS}/{user}")).record()["UserRoles"][0].as_i64().expect("an id");
        assert_eq!(refused(BUSINESSES, world.business), ["Id: is referred to by 1 User record (Businesses)"]);
        assert_eq!(refused(USER_ROLES, bundle), ["Id: is referred to by 1 User record (UserRoles)"]);
        admin.delete(&format!("{USERS}/{user}")).done();
        assert_eq!(refused(BUSINESSES, world.business), ["Id: is referred to by 1 UserRole record (BusinessId)"]);
        admin.delete(&format!("{USER_ROLES}/{bundle}")).done();
        admin.delete(&format!("{BUSINESSES}/{}", world.business)).done();
    }
}
