//! Search and batch (contract sections 1 and 3).

use serde_json::{Value, json};

use crate::harness::{CHECKS, COWORKERS, DOCUMENTS, Desk, World};

/// Three checks of two customers at two locations, with a value of their own in each kind of property.
fn three(desk: &Desk) -> [i64; 3] {
    let [harbour, hill] = ["Harbour", "Hill"].map(|name| desk.business(name));
    let ada = desk.coworker("Ada Lovelace", &[harbour, hill]);
    let bob = desk.coworker("Bob", &[hill]);
    desk.admin().patch(COWORKERS, &json!({ "Id": bob, "CoworkerType": 2, "CompanyName": "Bob & Sons" })).id();
    [
        desk.check(harbour, ada, &json!({
            "Name": "Alpha", "IdentityDocumentType": 1, "Billed": true, "SystemId": "crm-1",
            "Description": "100% sure_",
            "IdentityDocumentExpirationDate": "2030-01-15T10:30:00Z",
            "ProposalGuid": "11111111-2222-4333-8444-555555555555",
        })),
        desk.check(hill, ada, &json!({
            "Name": "beta ALPHA", "IdentityDocumentType": 3, "IdentityDocumentExpirationDate": "2031-06-01T00:00:00Z",
        })),
        desk.check(hill, bob, &json!({ "Name": "Grüße", "AddressDocumentType": 9, "Description": "100 sureX" })),
    ]
}

fn found(desk: &Desk, query: &str) -> Vec<i64> {
    desk.admin().get(&format!("{CHECKS}?{query}")).ids()
}

on_both_stores! {
    fn every_kind_of_filter(desk) {
        let [a, b, c] = three(desk);
        let record = desk.admin().get(&format!("{CHECKS}/{a}")).record();
        let guid = record["UniqueId"].as_str().expect("a GUID").to_owned();
        let coworker = record["CoworkerId"].as_i64().expect("an id");
        let business = record["BusinessId"].as_i64().expect("an id");
        let own = |rest: &str| format!("CoworkerIdentityCheck_{rest}");
        let cases: Vec<(String, Vec<i64>)> = vec![
            (own("Name=alpha"), vec![a, b]),
            (own("Name=GR%C3%9C"), vec![c]),
            (own("Name=nothing"), vec![]),
            (own("Description=100%25"), vec![a]),
            (own("Description=sure_"), vec![a]),
            (own("SystemId=RM-1"), vec![a]),
            (own("Billed=true"), vec![a]),
            (own("Billed=false"), vec![b, c]),
            (own("IdentityDocumentType=3"), vec![b]),
            (own("IdentityDocumentType=IdCard"), vec![b]),
            (own("AddressDocumentType=bankstatement"), vec![c]),
            (own("VerificationStatus=Pending"), vec![a, b, c]),
            (own("VerificationStatus=3"), vec![]),
            (own("ProposalGuid=11111111-2222-4333-8444-555555555555"), vec![a]),
            (own(&format!("Coworker={coworker}")), vec![a, b]),
            (own(&format!("Business={business}")), vec![a]),
            (own("Coworker_FullName=lovelace"), vec![a, b]),
            (own("Coworker_CoworkerType=Company"), vec![c]),
            (own("Business_Name=hill"), vec![b, c]),
            (own("CoworkerFullName=bob"), vec![c]),
            (own("BusinessName=harb"), vec![a]),
            (own(&format!("Id={b}")), vec![b]),
            (format!("from_{}", own("IdentityDocumentExpirationDate=2030-01-15T10:30")), vec![a, b]),
            (format!("from_{}", own("IdentityDocumentExpirationDate=2030-01-15T10:30:01Z")), vec![b]),
            (format!("to_{}", own("IdentityDocumentExpirationDate=2030-01-15T10:30:00")), vec![a]),
            (format!("to_{}", own("IdentityDocumentExpirationDate=2030-01-15T10:29:59Z")), vec![]),
            (format!("from_{}", own(&format!("Id={b}"))), vec![b, c]),
            (format!("to_{}&from_{}", own(&format!("Id={b}")), own(&format!("Id={b}"))), vec![b]),
            (format!("from_{}", own("CreatedOn=2001-01-01T00:00")), vec![a, b, c]),
            (format!("to_{}", own("CreatedOn=2001-01-01T00:00")), vec![]),
            (format!("from_{}", own("Coworker_CreatedOn=2001-01-01")), vec![a, b, c]),
            (format!("to_{}", own("Coworker_CreatedOn=2001-01-01")), vec![]),
            (format!("to_{}", own(&format!("Coworker_Id={coworker}"))), vec![a, b]),
            (format!("Id={c}"), vec![c]),
            (format!("UniqueId={guid}"), vec![a]),
            (format!("{}&{}", own("Name=alpha"), own("IdentityDocumentType=3")), vec![b]),
            (format!("{}&{}", own("Name=alpha"), own("Billed=true&CoworkerIdentityCheck_Business_Name=hill")), vec![]),
            ("coworkeridentitycheck_NAME=alpha&SIZE=1&OrderBy=id&DIR=desc".to_owned(), vec![b]),
            ("Unknown=1&CoworkerIdentityCheck_Unknown=2&_=3".to_owned(), vec![a, b, c]),
            (own("Name=&CoworkerIdentityCheck_Coworker="), vec![a, b, c]),
        ];
        for (query, wanted) in cases {
            assert_eq!(found(desk, &query), wanted, "{query}");
        }
    }

    fn filters_of_documents_go_through_the_check(desk) {
        let world = desk.world();
        let other = World { check: desk.check(world.business, world.coworker, &json!({ "Name": "Other" })), ..world };
        let [first, second] = [&world, &other].map(|world| desk.document(world, &json!({})));
        let find = |rest: &str| {
            desk.admin().get(&format!("{DOCUMENTS}?CoworkerIdentityCheckDocument_{rest}")).ids()
        };
        assert_eq!(find(&format!("Coworker={}", world.coworker)), [first, second]);
        assert_eq!(find("Coworker_FullName=ada"), [first, second]);
        assert_eq!(find(&format!("CoworkerIdentityCheck={}", other.check)), [second]);
        assert_eq!(find("CoworkerIdentityCheck_Name=oth"), [second]);
        assert_eq!(find("CoworkerIdentityCheck_IdentityDocumentType=Passport"), [first]);
        assert_eq!(find("CoworkerIdentityCheckName=other"), [second]);
        assert_eq!(find("CoworkerIdentityCheck_Business_Name=harbour"), [first, second]);
        // Instructions read back null, so there is nothing to filter by.
        for ignored in ["NewPhotoUrl=x", "ClearPhotoFile=true", "NewAdditionalDocumentUrl=x",
            "ClearDocumentFile=nonsense"] {
            assert_eq!(find(ignored), [first, second], "{ignored}");
        }
    }

    fn a_value_that_its_property_cannot_hold_is_named(desk) {
        for (query, key) in [
            ("CoworkerIdentityCheck_Coworker=abc", "CoworkerIdentityCheck_Coworker"),
            ("CoworkerIdentityCheck_Billed=maybe", "CoworkerIdentityCheck_Billed"),
            ("CoworkerIdentityCheck_IdentityDocumentType=Spoon", "CoworkerIdentityCheck_IdentityDocumentType"),
            ("CoworkerIdentityCheck_ProposalGuid=1", "CoworkerIdentityCheck_ProposalGuid"),
            ("from_CoworkerIdentityCheck_CreatedOn=soon", "from_CoworkerIdentityCheck_CreatedOn"),
            ("from_CoworkerIdentityCheck_Name=a", "from_CoworkerIdentityCheck_Name"),
            ("Id=x", "Id"), ("UniqueId=x", "UniqueId"), ("page=0", "page"), ("size=-1", "size"), ("dir=up", "dir"),
            ("orderBy=Colour", "orderBy"), ("CoworkerIdentityCheck_Id=[1,x]", "CoworkerIdentityCheck_Id"),
        ] {
            let errors = desk.admin().get(&format!("{CHECKS}?{query}")).errors();
            assert!(errors.len() == 1 && errors[0].starts_with(&format!("{key}: ")), "{query}: {errors:?}");
        }
        let two = desk.admin().get(&format!("{CHECKS}?page=x&size=y")).errors();
        assert_eq!(two, ["page: must be a whole number from 1", "size: must be a whole number from 1"]);
    }

    fn orders(desk) {
        let [a, b, c] = three(desk);
        for (query, wanted) in [
            ("orderBy=Id&dir=1", [c, b, a]), ("dir=desc", [c, b, a]), ("dir=descending", [c, b, a]),
            ("dir=-1", [c, b, a]), ("dir=0", [a, b, c]), ("dir=asc", [a, b, c]), ("dir=ascending", [a, b, c]),
            ("ORDERBY=coworkerfullNAME&Dir=DESC", [c, a, b]),
            ("orderBy=CoworkerFullName", [a, b, c]), ("orderBy=CoworkerFullName&dir=1", [c, a, b]),
            ("orderBy=BusinessName&dir=1", [b, c, a]), ("orderBy=VerificationStatus", [a, b, c]),
            ("orderBy=VerificationStatus&dir=1", [a, b, c]), ("dir=1&orderBy=Billed", [a, b, c]),
        ] {
            assert_eq!(found(desk, query), wanted, "{query}");
        }
    }

    fn pages(desk) {
        let world = desk.world();
        for _ in 0..5 {
            desk.check(world.business, world.coworker, &json!({}));
        }
        let page = |query: &str| {
            let mut page = desk.admin().get(&format!("{CHECKS}?{query}")).record();
            let records = page.as_object_mut().and_then(|page| page.remove("Records")).expect("records");
            let ids = records.as_array().expect("a list").iter().map(|record| record["Id"].as_i64().expect("an id"));
            (ids.collect::<Vec<i64>>(), page)
        };
        insta::assert_json_snapshot!("default", page("").1);
        insta::assert_json_snapshot!("middle", page("page=2&size=2&orderBy=name&dir=1").1);
        insta::assert_json_snapshot!("beyond", page("page=9&size=2").1);
        insta::assert_json_snapshot!("nothing", page("CoworkerIdentityCheck_Name=nothing").1);
        let all: Vec<i64> = (1..=4).flat_map(|number| page(&format!("page={number}&size=2")).0).collect();
        assert_eq!(all, page("").0);
        assert_eq!(all.len(), 6);
        assert_eq!(page("size=5000").1["CurrentPageSize"], 1000);
        assert_eq!(page("size=1000").1["CurrentPageSize"], 1000);
        assert_eq!(page("page=3&size=2").1["HasNextPage"], false);
    }

    fn both_forms_of_a_batch(desk) {
        let [a, b, c] = three(desk);
        let one = |id: i64| desk.admin().get(&format!("{CHECKS}/{id}")).record();
        let batch = desk.admin().get(&format!("{CHECKS}/?id=[{a},{c},4711]")).record();
        assert_eq!(batch, json!([one(a), one(c)]), "full records, unknown ids left out");
        assert_eq!(desk.admin().get(&format!("{CHECKS}/?id=[]")).record(), json!([]));
        assert_eq!(desk.admin().get(&format!("{CHECKS}/?ID=[{b}]")).record(), json!([one(b)]));
        let paged = desk.admin().get(&format!("{CHECKS}?CoworkerIdentityCheck_Id=[{c},{a},4711]")).record();
        assert_eq!(paged["Records"], json!([one(a), one(c)]));
        assert_eq!(paged["TotalItems"], 2);
        assert_eq!(desk.admin().get(&format!("{CHECKS}/?id=[1,x]")).errors().len(), 1);
        let many: Vec<i64> = (1..=1001).collect();
        assert_eq!(desk.admin().get(&format!("{CHECKS}/?id={}", Value::from(many)).replace(' ', "")).errors().len(), 1);
        let all: Vec<i64> = (1..=1000).collect();
        let all = desk.admin().get(&format!("{CHECKS}/?id={}", Value::from(all))).record();
        assert_eq!(all.as_array().map(Vec::len), Some(3));
    }

    fn paths_and_keys_match_whatever_their_case(desk) {
        let world = desk.world();
        let one = desk.admin().get(&format!("{CHECKS}/{}", world.check)).record();
        let loud = desk.admin().get(&format!("/API/Spaces/CoworkerIdentityChecks/{}", world.check)).record();
        assert_eq!(loud, one);
        let list = desk.admin().get("/api/spaces/CoworkerIdentityChecks?COWORKERidentitycheck_name=CHE&Size=1").record();
        assert_eq!(list["Records"], json!([one]));
        assert_eq!(desk.admin().get("/api/Spaces/CoworkerIdentityCheckDocuments").ids(), Vec::<i64>::new());
    }
}
