use super::*;
use crate::entities::{check, document, user_role};

fn parsed(entity: &'static Entity, query: &str) -> Result<ListRequest, Vec<FieldError>> {
    ListRequest::parse(entity, query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))))
}

fn only_filter(entity: &'static Entity, query: &str) -> Filter {
    let mut filters = parsed(entity, query).expect("a good query").filters;
    assert_eq!(filters.len(), 1, "{query}");
    filters.remove(0)
}

#[test]
fn pages_and_orders() {
    let list = parsed(&document::DOCUMENT, "page=3&size=5000&orderBy=createdon&dir=DESC").expect("good");
    assert_eq!(list.page, Page { number: 3, size: 1000 });
    assert_eq!(list.page.offset(), 2000);
    assert_eq!(list.order.path, Path::own(crate::entity::CREATED_ON));
    assert!(list.order.descending);
    let derived = parsed(&document::DOCUMENT, "dir=-1&orderBy=CoworkerFullName").expect("good").order;
    assert_eq!(derived.path.hops, vec![document::COWORKER_ID]);
    assert!(derived.descending);
    assert_eq!(Page { number: u64::MAX, size: 1000 }.offset(), u64::MAX);
}

#[test]
fn filters_of_every_kind() {
    let d = &document::DOCUMENT;
    assert_eq!(only_filter(d, "coworkeridentitycheckdocument_coworker=5").test, Test::Equals(Value::Int(5)));
    assert_eq!(only_filter(d, "CoworkerIdentityCheckDocument_Name=PaSs").test, Test::Contains("pass".into()));
    assert_eq!(
        only_filter(d, "CoworkerIdentityCheckDocument_VerificationStatus=Submitted").test,
        Test::Equals(Value::Int(2))
    );
    assert_eq!(
        only_filter(d, "from_CoworkerIdentityCheckDocument_CreatedOn=2025-01-15T10:30").test,
        Test::AtLeast(1_736_937_000)
    );
    assert_eq!(only_filter(d, "to_CoworkerIdentityCheckDocument_Id=9").test, Test::AtMost(9));
    assert_eq!(only_filter(d, "CoworkerIdentityCheckDocument_Id=[1,2]").test, Test::OneOf(vec![1, 2]));
    assert_eq!(only_filter(d, "ID=7").test, Test::Equals(Value::Int(7)));
    assert_eq!(only_filter(&user_role::USER_ROLE, "UserRole_Users=4").test, Test::Holds(4));
    assert_eq!(
        only_filter(&check::CHECK, "CoworkerIdentityCheck_Billed=true").test,
        Test::Equals(Value::Int(1))
    );
    let nested = only_filter(d, "CoworkerIdentityCheckDocument_CoworkerIdentityCheck_Name=x");
    assert_eq!(nested.path, Path { hops: vec![document::CHECK_ID], last: check::NAME });
    let derived = only_filter(d, "CoworkerIdentityCheckDocument_CoworkerIdentityCheckName=x");
    assert_eq!(derived.path, nested.path);
}

#[test]
fn what_is_unknown_or_an_instruction_is_ignored() {
    for query in [
        "foo=1",
        "CoworkerIdentityCheckDocument_Foo=1",
        "CoworkerIdentityCheckDocument_NewPhotoUrl=x",
        "CoworkerIdentityCheckDocument_ClearPhotoFile=maybe",
        "Coworker_FullName=x",
        "CoworkerIdentityCheckDocument_Business=1",
        "CoworkerIdentityCheckDocument_Name=",
        "from_=1",
        "User_PasswordHash=x",
    ] {
        assert_eq!(parsed(&document::DOCUMENT, query).expect("ignored").filters, [], "{query}");
    }
    assert_eq!(
        parsed(&crate::entities::user::USER, "User_PasswordHash=x&User_NewPassword=x")
            .expect("ignored")
            .filters,
        []
    );
}

#[test]
fn a_value_that_can_not_be_names_its_key() {
    for (query, key) in [
        ("CoworkerIdentityCheckDocument_Coworker=abc", "CoworkerIdentityCheckDocument_Coworker"),
        ("page=0", "page"),
        ("size=x", "size"),
        ("dir=up", "dir"),
        ("orderBy=Nope", "orderBy"),
        ("orderBy=NewPhotoUrl", "orderBy"),
        ("from_CoworkerIdentityCheckDocument_Name=a", "from_CoworkerIdentityCheckDocument_Name"),
        ("to_CoworkerIdentityCheckDocument_CreatedOn=soon", "to_CoworkerIdentityCheckDocument_CreatedOn"),
        ("CoworkerIdentityCheckDocument_Id=[1,x]", "CoworkerIdentityCheckDocument_Id"),
        ("UniqueId=1", "UniqueId"),
    ] {
        let errors = parsed(&document::DOCUMENT, query).expect_err(query);
        assert_eq!(errors[0].property, key);
    }
}

proptest::proptest! {
    #[test]
    fn no_query_panics(key in "(from_|to_)?(CoworkerIdentityCheck_|é)?.*", value in ".*") {
        let _ = ListRequest::parse(&check::CHECK, [(key.as_str(), value.as_str())]);
    }
}
