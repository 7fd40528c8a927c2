//! What the issuer says of somebody's roles.

use serde_json::{Value, json};

use super::browser::{Browser, desk_of, sessions};
use super::issuer::{Issuer, Wanted};
use crate::harness::{ADMIN_EMAIL, BUSINESSES, Desk, Store, USER_ROLES, USERS};

const ROLES: &str = r#"{ reviewers = [{ bundle = "Reviewer", business = "Harbour" }], all = [{ administrator = true }], lost = [{ bundle = "Nothing", business = "Harbour" }] }"#;

fn desk(issuer: &Issuer, store: Store) -> Desk {
    desk_of(issuer, store, &[("OIDC__ROLES_CLAIM", "realm.roles"), ("OIDC__ROLES", ROLES)])
}

fn roles(roles: &[&str]) -> Wanted {
    Wanted { claims: json!({ "realm": { "roles": roles } }), ..Wanted::default() }
}

/// A bundle of roles at a location.
fn bundle(desk: &Desk, business: i64, name: &str) -> i64 {
    let body = json!({ "BusinessId": business, "Name": name, "Roles": ["CoworkerIdentityCheck-List"] });
    desk.admin().post(USER_ROLES, &body).id()
}

fn user(desk: &Desk, id: i64) -> Value {
    desk.admin().get(&format!("{USERS}/{id}")).record()
}

fn synchronised(store: Store) {
    let issuer = Issuer::start();
    let desk = desk(&issuer, store);
    let (harbour, london) = (desk.business("Harbour"), desk.business("London"));
    let (reviewer, by_hand) = (bundle(&desk, harbour, "Reviewer"), bundle(&desk, london, "By hand"));
    let own = json!({
        "FullName": "Ada", "Email": "ada@example.com", "Businesses": [london], "UserRoles": [by_hand],
    });
    let ada = desk.admin().post(USERS, &own).id();
    issuer.want(roles(&["reviewers", "unheard of", "lost"]));
    let mut first = Browser::new(&desk);
    assert_eq!(first.walk(&issuer).status, 303);
    let page = first.get("/account").text();
    assert!(page.contains("Harbour: Reviewer") && page.contains("London: By hand"), "{page}");
    let with = user(&desk, ada);
    assert_eq!(
        (&with["UserRoles"], &with["Businesses"]),
        (&json!([reviewer, by_hand]), &json!([harbour, london]))
    );
    let entry =
        desk.audit("User", ada).into_iter().find(|entry| entry["AuditType"] == 108).expect("an entry");
    assert!(entry.to_string().contains("UserRoles"), "{entry}");
    // The same again changes nothing, and ends nothing.
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 303);
    assert_eq!(desk.audit("User", ada).iter().filter(|entry| entry["AuditType"] == 108).count(), 1);
    assert!(first.is_signed_in());
    issuer.want(roles(&[]));
    let mut last = Browser::new(&desk);
    assert_eq!(last.walk(&issuer).status, 303);
    let without = user(&desk, ada);
    assert_eq!((&without["UserRoles"], &without["Businesses"]), (&json!([by_hand]), &json!([london])));
    assert!(!first.is_signed_in(), "who loses rights is signed out everywhere else");
    assert!(last.is_signed_in());
    assert_eq!(sessions(&desk).len(), 1);
}

#[test]
fn roles_come_and_go_with_the_claim_and_those_by_hand_stay_sqlite() {
    synchronised(Store::Sqlite);
}

#[test]
fn roles_come_and_go_with_the_claim_and_those_by_hand_stay_postgres() {
    synchronised(Store::Postgres);
}

#[test]
fn an_administrator_is_made_and_unmade() {
    let issuer = Issuer::start();
    let desk = desk(&issuer, Store::Sqlite);
    let harbour = desk.business("Harbour");
    bundle(&desk, harbour, "Reviewer");
    let ada = desk.admin().post(USERS, &json!({ "FullName": "Ada", "Email": "ada@example.com" })).id();
    issuer.want(roles(&["all", "reviewers"]));
    let mut browser = Browser::new(&desk);
    browser.walk(&issuer);
    assert!(browser.get("/account").text().contains("Everything"));
    issuer.want(roles(&["reviewers"]));
    Browser::new(&desk).walk(&issuer);
    let now = user(&desk, ada);
    assert_eq!(
        (&now["IsAdmin"], now["UserRoles"].as_array().map(Vec::len)),
        (&json!(false), Some(1)),
        "{now}"
    );
    assert!(!browser.is_signed_in());
}

#[test]
fn to_lose_a_role_never_gives_more() {
    let issuer = Issuer::start();
    let desk = desk(&issuer, Store::Sqlite);
    let harbour = desk.business("Harbour");
    bundle(&desk, harbour, "Reviewer");
    let ada = desk.admin().post(USERS, &json!({ "FullName": "Ada", "Email": "ada@example.com" })).id();
    issuer.want(roles(&["reviewers"]));
    Browser::new(&desk).walk(&issuer);
    // By hand an administrator, of what the bundle says: without it, of everything.
    desk.admin().patch(USERS, &json!({ "Id": ada, "IsAdmin": true })).record();
    issuer.want(roles(&[]));
    let mut browser = Browser::new(&desk);
    assert_eq!(browser.walk(&issuer).status, 303);
    assert_eq!(user(&desk, ada)["IsAdmin"], false);
    assert!(!browser.get("/account").text().contains("Everything"));
    // Who is everything by hand isn't narrowed by a role, and keeps what it is.
    issuer.want(Wanted {
        claims: json!({ "sub": "admin", "email": ADMIN_EMAIL, "realm": { "roles": ["reviewers"] } }),
        ..Wanted::default()
    });
    let mut admin = Browser::new(&desk);
    assert_eq!(admin.walk(&issuer).status, 303);
    assert!(admin.get("/account").text().contains("Everything"));
    assert_eq!(desk.admin().get(BUSINESSES).status, 200);
}

#[test]
fn the_doctor_names_what_the_configuration_gives_and_is_not_there() {
    let issuer = Issuer::start();
    let desk = desk(&issuer, Store::Sqlite);
    bundle(&desk, desk.business("Harbour"), "Reviewer");
    let doctor = desk.command(&["doctor"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(
        said.contains(r#"FAILED  roles of OpenID Connect: oidc.roles: no bundle "Nothing" at "Harbour""#),
        "{said}"
    );
}
