//! `/api/utils/enums` and `/api/auth/me` (contract sections 1 and 2).

use serde_json::{Value, json};

use crate::harness::shape;

fn pairs(text: &str) -> Vec<(i64, String)> {
    let pair = |(number, name): (&str, &str)| (number.parse().expect("a number"), name.to_owned());
    text.split(", ").map(|item| pair(item.split_once(' ').expect("a number and a name"))).collect()
}

on_both_stores! {
    fn enumerations_as_in_the_contract(desk) {
        let anybody = desk.user_with_roles::<&str>(&[], &[]);
        for (name, wanted) in [
            ("eIdentityCheckProvider", "0 None, 1 Manual, 2 StripeIdentity"),
            ("eIdentityCheckDocumentType", "0 None, 1 Passport, 2 DriversLicense, 3 IdCard, 4 UniformedServiceId, \
              5 CertificateOfNaturalization, 6 AccessCard, 7 MatriculaConsular, 8 ResidentCard, 9 UniversityId, \
              10 NEXUSCard, 99 Other"),
            ("eAddressCheckDocumentType", "0 None, 1 Passport, 2 DriversLicense, 3 IdCard, 4 LeaseRentalAgreement, \
              5 InsurancePolicy, 6 Mortgage, 7 VehicleRegistrationCard, 8 VoterCard, 9 BankStatement, 99 Other"),
            ("eIdVerificationType", "0 None, 1 IdDocument, 2 Address"),
            ("eidverificationstatus", "0 None, 1 Pending, 2 Submitted, 3 Successful, 4 Failed, 5 Cancelled"),
        ] {
            let listed = anybody.get(&format!("/api/utils/enums?name={name}")).record();
            let pair = |value: &Value| {
                (value["Id"].as_i64().expect("a number"), value["Name"].as_str().expect("a name").to_owned())
            };
            let listed: Vec<(i64, String)> = listed.as_array().expect("a list").iter().map(pair).collect();
            assert_eq!(listed, pairs(wanted), "{name}");
        }
        let status = anybody.get("/api/utils/enums?Name=eIdVerificationStatus").record();
        insta::assert_json_snapshot!("status", status);
        assert_eq!(anybody.get("/api/utils/enums").errors(), ["name: is a required field"]);
        assert_eq!(anybody.get("/api/utils/enums?name=eColour").errors(), ["name: is not the name of an enumeration"]);
        desk.anonymous().get("/api/utils/enums?name=eIdVerificationStatus").is_denied();
    }

    fn me_is_who_asks(desk) {
        let me = desk.admin().get("/api/auth/me").record();
        assert_eq!((&me["Email"], &me["IsAdmin"]), (&json!("admin@example.com"), &json!(true)));
        let business = desk.business("Harbour");
        desk.user("reader@example.com", &["CoworkerIdentityCheck-Read"], &[business]);
        let reader = desk.signed_in("reader@example.com", "a password of a test");
        insta::assert_json_snapshot!("me", shape(&reader.get("/api/auth/me").record()));
    }
}
