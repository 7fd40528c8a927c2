//! Who may do what: the column `role` of the contract's first table, for every operation of the product's own table.

use proofdesk_api::routes::{self, Access, Route};
use serde_json::json;
use ureq::http::Method;

use crate::harness::{Client, Desk, every_role};

const OPERATIONS: [&str; 5] = ["List", "Read", "Create", "Edit", "Delete"];
const ENTITIES: [&str; 7] = [
    "CoworkerIdentityCheck",
    "CoworkerIdentityCheckDocument",
    "Business",
    "Coworker",
    "User",
    "UserRole",
    "AuditTrailEntry",
];

/// The role that the contract asks for, by method and path.
fn contracted(route: &Route) -> &'static str {
    let last = route.path.rsplit('/').next().unwrap_or_default();
    let verb = route.path.rsplit('/').nth(1).unwrap_or_default();
    match (&route.method, last) {
        (&Method::GET, "{id}" | "export") => "Read",
        // All that can be run on a customer is to erase it.
        (&Method::POST, "runcommand") if verb == "coworkers" => "Delete",
        (&Method::GET, _) => "List",
        (&Method::POST, last)
            if last != "runcommand"
                && !verb.starts_with("upload")
                && !["endsessions", "invite"].contains(&verb) =>
        {
            "Create"
        }
        (&Method::POST | &Method::PUT | &Method::PATCH, _) => "Edit",
        (&Method::DELETE, _) => "Delete",
        _ => panic!("{} {} is not in the contract", route.method, route.path),
    }
}

fn call(client: &Client, route: &Route) -> u16 {
    let path = route.path.replace("{id}", "999999");
    match route.method {
        Method::GET | Method::DELETE => client.send(route.method.clone(), &path, &[], None).status,
        _ => {
            client
                .send(route.method.clone(), &path, &[("content-type", "application/json")], Some(b"{}"))
                .status
        }
    }
}

/// For each operation, somebody who may do it with every entity, and nothing else.
fn specialists(desk: &Desk) -> Vec<(&'static str, Client)> {
    let business = desk.business("Harbour");
    let specialist = |operation: &'static str| {
        let roles = ENTITIES.map(|entity| format!("{entity}-{operation}"));
        (operation, desk.user_with_roles(&roles, &[business]))
    };
    OPERATIONS.into_iter().map(specialist).collect()
}

on_both_stores! {
    fn every_operation_needs_exactly_its_role(desk) {
        let specialists = specialists(desk);
        let mut count = 0;
        for route in routes::all().iter().filter(|route| route.entity.is_some()) {
            let needed = contracted(route);
            for (operation, client) in &specialists {
                let denied = call(client, route) == 401;
                assert_eq!(denied, *operation != needed, "{operation} at {} {}", route.method, route.path);
                count += 1;
            }
        }
        assert!(count >= 5 * 60, "the table has {count} fifths of operations");
        let check = "/api/spaces/coworkeridentitychecks";
        for (operation, client) in &specialists {
            let batch = client.get(&format!("{check}/?id=[1]")).status;
            assert_eq!(batch == 200, *operation == "Read", "a batch by {operation}");
            let older = client.get(&format!("{check}?CoworkerIdentityCheck_Id=[1]")).status;
            assert_eq!(older == 200, *operation == "List", "the older form by {operation}");
        }
    }

    fn nobody_is_let_in_without_credentials(desk) {
        let nobody = desk.anonymous();
        for route in routes::all().iter().filter(|route| route.access != Access::Public) {
            assert_eq!(call(&nobody, route), 401, "{} {}", route.method, route.path);
        }
        let public: Vec<String> = routes::all().into_iter()
            .filter(|route| route.access == Access::Public).map(|route| route.path).collect();
        let expected = [
            "/api/auth/setpassword", "/api/token", "/api/token/revoke", "/.well-known/oauth-authorization-server",
        ];
        assert_eq!(public, expected);
        nobody.get("/api/auth/me").is_denied();
        let path = "/api/spaces/coworkeridentitychecks";
        nobody.post(path, &json!({})).is_denied();
        let token = desk.admin().token().to_owned();
        for wrong in [
            "", "Bearer", "Bearer ", "Bearer x", &*format!("Bearer {token}x"),
            &*format!("Bearer {}", token.to_uppercase()),
            &*token, &*format!("Token {token}"), "Basic", "Basic !!!", "Basic YQ==", "Negotiate abc",
        ] {
            nobody.with_authorization(wrong).get(path).is_denied();
        }
        let both = [("authorization", &*format!("Bearer {token}"))];
        desk.admin().get_with(path, &both).is_denied();
        assert_eq!(nobody.with_authorization(&format!("bearer {token}")).get(path).status, 200);
    }

    fn a_role_of_one_entity_opens_no_other(desk) {
        let business = desk.business("Harbour");
        for own in ENTITIES {
            let client = desk.user_with_roles(&every_role(&[own]), &[business]);
            for route in routes::all().iter().filter(|route| route.method == Method::GET) {
                let Some(entity) = route.entity else { continue };
                // The list of roles goes by the role of the bundles.
                let asked = if entity.name == "Role" { "UserRole" } else { entity.name };
                let denied = asked != own || !route.besides().is_empty();
                assert_eq!(call(&client, route) == 401, denied, "{own} at {}", route.path);
            }
        }
    }

    fn an_administrator_with_bundles_is_restricted(desk) {
        let world = desk.world();
        let bundle = json!({ "BusinessId": world.business, "Name": "Readers", "Roles": ["Coworker-Read"] });
        let bundle = desk.admin().post("/api/security/userroles", &bundle).id();
        let body = json!({
            "FullName": "Half an admin", "Email": "half@example.com", "NewPassword": "a password of a test",
            "IsAdmin": true, "APIAccess": true, "Businesses": [world.business], "UserRoles": [bundle],
        });
        let id = desk.admin().post("/api/sys/users", &body).id();
        let half = desk.signed_in("half@example.com", "a password of a test");
        assert_eq!(half.get(&format!("/api/spaces/coworkers/{}", world.coworker)).status, 200);
        half.get("/api/spaces/coworkers").is_denied();
        half.get("/api/sys/users").is_denied();
        desk.admin().patch("/api/sys/users", &json!({ "Id": id, "UserRoles": [] })).id();
        assert_eq!(half.get("/api/sys/users").status, 200, "with none it is unrestricted");
        desk.admin().patch("/api/sys/users", &json!({ "Id": id, "IsAdmin": false })).id();
        half.get("/api/sys/users").is_denied();
    }
}
