//! What stands beside `/api/token`: revocation (RFC 7009), introspection (RFC 7662), metadata (RFC 8414), and programs that
//! sign in for themselves (RFC 6749 section 4.4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, CHECKS, COWORKERS, Client, Desk, USERS};

const TOKEN: &str = "/api/token";
const REVOKE: &str = "/api/token/revoke";
const INTROSPECT: &str = "/api/token/introspect";
const METADATA: &str = "/.well-known/oauth-authorization-server";

fn sign_in(desk: &Desk, email: &str, password: &str) -> Value {
    let form =
        [("grant_type", "password"), ("username", email), ("password", password), ("client_id", "phone")];
    desk.anonymous().form(TOKEN, &form).record()
}

fn refresh(desk: &Desk, token: &Value) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str().expect("a token"))];
    desk.anonymous().form(TOKEN, &form)
}

fn bearer(desk: &Desk, token: &Value) -> Client {
    desk.anonymous().with_authorization(&format!("Bearer {}", token.as_str().expect("a token")))
}

fn basic(desk: &Desk, name: &str, secret: &str) -> Client {
    desk.anonymous().with_authorization(&format!("Basic {}", STANDARD.encode(format!("{name}:{secret}"))))
}

#[track_caller]
fn revoke(desk: &Desk, token: &Value) {
    let answer = desk.anonymous().form(REVOKE, &[("token", token.as_str().expect("a token"))]);
    assert_eq!((answer.status, answer.json()), (200, json!({})), "{answer}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

fn introspect(client: &Client, token: &Value) -> Value {
    let answer = client.form(INTROSPECT, &[("token", token.as_str().expect("a token"))]);
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{answer}");
    answer.json()
}

/// The id and the secret of a new machine client that acts as a user.
fn machine(desk: &Desk, email: &str) -> (String, String) {
    said(desk, &["client", "create", email, "--name", "Our website"])
}

fn said(desk: &Desk, arguments: &[&str]) -> (String, String) {
    let output = desk.command(arguments).output().expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let after = |name: &str| {
        let line =
            text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.split_whitespace().nth(1).expect("a value").to_owned()
    };
    (after("client_id"), after("client_secret"))
}

fn grant(client: &Client, form: &[(&str, &str)]) -> Answer {
    let mut all = vec![("grant_type", "client_credentials")];
    all.extend(form);
    client.form(TOKEN, &all)
}

/// A user of one location with two roles, as a program has it.
fn program(desk: &Desk, business: i64) -> i64 {
    desk.user("program@example.com", &["CoworkerIdentityCheck-List", "Coworker-List"], &[business])
}

#[track_caller]
fn is_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(code)), "{answer}");
    assert_eq!(answer.header("cache-control"), "no-store");
    if status == 401 {
        assert!(answer.header("www-authenticate").starts_with("Basic"), "{answer}");
    }
}

on_both_stores! {
    fn a_revoked_token_opens_nothing(desk) {
        let first = sign_in(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
        let second = refresh(desk, &first["refresh_token"]).record();
        let other = sign_in(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
        revoke(desk, &second["access_token"]);
        bearer(desk, &second["access_token"]).get(CHECKS).is_denied();
        bearer(desk, &first["access_token"]).get(CHECKS).record();
        revoke(desk, &second["access_token"]);
        revoke(desk, &second["refresh_token"]);
        bearer(desk, &first["access_token"]).get(CHECKS).is_denied();
        is_error(&refresh(desk, &second["refresh_token"]), 400, "invalid_grant");
        bearer(desk, &other["access_token"]).get(CHECKS).record();
        revoke(desk, &json!("no-token-at-all"));
        is_error(&desk.anonymous().form(REVOKE, &[("token_type_hint", "access_token")]), 400, "invalid_request");
        is_error(&desk.anonymous().form(REVOKE, &[("token", "")]), 400, "invalid_request");
    }

    fn a_token_says_what_it_stands_for(desk) {
        let tokens = sign_in(desk, ADMIN_EMAIL, ADMIN_PASSWORD);
        let told = introspect(desk.admin(), &tokens["access_token"]);
        assert_eq!(told["active"], true);
        assert_eq!(told["client_id"], "phone");
        assert_eq!(told["username"], ADMIN_EMAIL);
        assert_eq!(told["token_type"], "bearer");
        assert_eq!(told["iss"], desk.url());
        assert_eq!(told["exp"].as_i64().zip(told["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(604_799));
        assert!(told["scope"].as_str().expect("roles").contains("CoworkerIdentityCheck-Read"), "{told}");
        let refreshable = introspect(desk.admin(), &tokens["refresh_token"]);
        assert_eq!((&refreshable["active"], refreshable.get("token_type")), (&json!(true), None));
        refresh(desk, &tokens["refresh_token"]).record();
        let nothing = json!({ "active": false });
        assert_eq!(introspect(desk.admin(), &tokens["refresh_token"]), nothing, "it was used");
        revoke(desk, &tokens["access_token"]);
        assert_eq!(introspect(desk.admin(), &tokens["access_token"]), nothing);
        assert_eq!(introspect(desk.admin(), &json!("no-token-at-all")), nothing);
        desk.anonymous().form(INTROSPECT, &[("token", "x")]).is_denied();
        is_error(&desk.admin().form(INTROSPECT, &[]), 400, "invalid_request");
    }

    fn tokens_of_others_are_not_told(desk) {
        let world = desk.world();
        let none: [&str; 0] = [];
        let user = desk.user_with_roles(&none, &[world.business]);
        let (own, admins) = (json!(user.token()), json!(desk.admin().token()));
        assert_eq!(introspect(&user, &own)["active"], true);
        assert_eq!(introspect(&user, &admins), json!({ "active": false }));
        assert_eq!(introspect(desk.admin(), &own)["active"], true);
    }

    fn a_program_may_say_who_it_is_in_the_form(desk) {
        let (id, secret) = machine(desk, ADMIN_EMAIL);
        let token = desk.admin().token();
        let ask = |client: &Client, id: &str, secret: &str| {
            client.form(INTROSPECT, &[("token", token), ("client_id", id), ("client_secret", secret)])
        };
        assert_eq!(ask(&desk.anonymous(), &id, &secret).record()["active"], true);
        ask(&desk.anonymous(), &id, "another").is_denied();
        ask(&desk.anonymous(), "no-client", &secret).is_denied();
        ask(&desk.anonymous(), ADMIN_EMAIL, ADMIN_PASSWORD).is_denied();
        desk.anonymous().form(INTROSPECT, &[("token", token), ("client_id", &id)]).is_denied();
        let twice = ask(desk.admin(), &id, &secret);
        assert_eq!((twice.status, &twice.json()["error"]), (400, &json!("invalid_request")), "{twice}");
    }

    fn the_metadata_name_what_there_is(desk: with [("PUBLIC_URL", "https://desk.example.com/")]) {
        let metadata = desk.anonymous().get(METADATA).record();
        assert_eq!(metadata["issuer"], "https://desk.example.com");
        assert_eq!(metadata["token_endpoint"], "https://desk.example.com/api/token");
        assert_eq!(metadata["grant_types_supported"], json!(["password", "refresh_token", "client_credentials"]));
        for (endpoint, path) in [("revocation_endpoint", REVOKE), ("introspection_endpoint", INTROSPECT)] {
            assert_eq!(metadata[endpoint], format!("https://desk.example.com{path}"));
        }
    }

    fn a_program_signs_in_for_itself(desk) {
        let world = desk.world();
        let user = program(desk, world.business);
        let (id, secret) = machine(desk, "program@example.com");
        let issued = grant(&basic(desk, &id, &secret), &[]).record();
        assert_eq!((&issued["expires_in"], issued.get("refresh_token")), (&json!(3600), None));
        assert_eq!(issued["scope"], "CoworkerIdentityCheck-List Coworker-List");
        let program = bearer(desk, &issued["access_token"]);
        program.get(CHECKS).record();
        program.get(COWORKERS).record();
        program.get(&format!("{CHECKS}/{}", world.check)).is_denied();
        basic(desk, &id, &secret).get(CHECKS).record();

        let posted = [("client_id", id.as_str()), ("client_secret", secret.as_str()), ("scope", "coworker-list")];
        let narrow = grant(&desk.anonymous(), &posted).record();
        assert_eq!(narrow["scope"], "Coworker-List");
        let narrow = bearer(desk, &narrow["access_token"]);
        narrow.get(COWORKERS).record();
        narrow.get(CHECKS).is_denied();
        assert_eq!(introspect(&narrow, &json!(narrow.token()))["scope"], "Coworker-List");
        for scope in ["Coworker-Edit", "Coworker-List nothing", " "] {
            is_error(&grant(&basic(desk, &id, &secret), &[("scope", scope)]), 400, "invalid_scope");
        }

        desk.admin().patch(USERS, &json!({ "Id": user, "APIAccess": false })).id();
        program.get(CHECKS).is_denied();
        assert_eq!(introspect(desk.admin(), &json!(program.token())), json!({ "active": false }));
        is_error(&grant(&basic(desk, &id, &secret), &[]), 401, "invalid_client");
        desk.admin().patch(USERS, &json!({ "Id": user, "APIAccess": true, "Active": false })).id();
        is_error(&grant(&basic(desk, &id, &secret), &[]), 401, "invalid_client");
        program.get(CHECKS).is_denied();
    }

    fn an_administrators_program_can_be_narrowed(desk) {
        let world = desk.world();
        let (id, secret) = machine(desk, ADMIN_EMAIL);
        let narrow = grant(&basic(desk, &id, &secret), &[("scope", "CoworkerIdentityCheck-Read User-Edit")]).record();
        let narrow = bearer(desk, &narrow["access_token"]);
        narrow.get(&format!("{CHECKS}/{}", world.check)).record();
        narrow.get(CHECKS).is_denied();
        narrow.delete(&format!("{CHECKS}/{}", world.check)).is_denied();
        let me = desk.admin().get("/api/auth/me").record()["Id"].clone();
        let more = narrow.patch(USERS, &json!({ "Id": me, "FullName": "Mallory" }));
        assert_eq!(more.status, 400, "an administrator's record is for unrestricted administrators: {more}");
    }

    fn each_grant_is_for_its_kind_of_client(desk) {
        let world = desk.world();
        program(desk, world.business);
        let (id, secret) = machine(desk, "program@example.com");
        let password = [
            ("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD),
            ("client_id", id.as_str()),
        ];
        is_error(&desk.anonymous().form(TOKEN, &password), 400, "unauthorized_client");
        let mut named_alike = password;
        named_alike[3].1 = "client_app";
        assert_eq!(desk.anonymous().form(TOKEN, &named_alike).status, 200, "people's clients are called as they like");
        is_error(&basic(desk, &id, &secret).form(TOKEN, &password[..3]), 400, "unauthorized_client");
        let refreshing = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        is_error(&basic(desk, &id, &secret).form(TOKEN, &refreshing), 400, "unauthorized_client");
        for unsupported in ["implicit", "authorization_code", "", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
            is_error(&desk.anonymous().form(TOKEN, &[("grant_type", unsupported)]), 400, "unsupported_grant_type");
        }
        is_error(&grant(&desk.anonymous(), &[]), 401, "invalid_client");
        is_error(&grant(&desk.anonymous(), &[("client_id", &id)]), 401, "invalid_client");
        is_error(&grant(&basic(desk, &id, "wrong"), &[]), 401, "invalid_client");
        is_error(&grant(&basic(desk, "client_none", &secret), &[]), 401, "invalid_client");
        is_error(&grant(&basic(desk, ADMIN_EMAIL, ADMIN_PASSWORD), &[]), 401, "invalid_client");
        let both = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
        is_error(&grant(&basic(desk, &id, &secret), &both), 400, "invalid_request");
        basic(desk, &id, "wrong").get(CHECKS).is_denied();
    }

    fn a_client_is_ended_from_the_command_line(desk) {
        let world = desk.world();
        program(desk, world.business);
        let (id, secret) = machine(desk, "program@example.com");
        let old = grant(&basic(desk, &id, &secret), &[]).record();
        let (same, new) = said(desk, &["client", "rotate", &id]);
        assert_eq!(same, id);
        is_error(&grant(&basic(desk, &id, &secret), &[]), 401, "invalid_client");
        bearer(desk, &old["access_token"]).get(CHECKS).is_denied();
        let current = grant(&basic(desk, &id, &new), &[]).record();
        let listed = desk.command(&["client", "list"]).output().expect("the binary runs").stdout;
        assert_eq!(String::from_utf8_lossy(&listed), format!("{id}\tprogram@example.com\tOur website\tactive\n"));
        let done = desk.command(&["client", "disable", &id]).output().expect("the binary runs");
        assert!(done.status.success());
        is_error(&grant(&basic(desk, &id, &new), &[]), 401, "invalid_client");
        bearer(desk, &current["access_token"]).get(CHECKS).is_denied();
        let unknown = desk.command(&["client", "disable", "client_none"]).output().expect("the binary runs");
        assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is no client with this id"));
        let nobody = desk.command(&["client", "create", "nobody@example.com"]).output().expect("the binary runs");
        assert!(String::from_utf8_lossy(&nobody.stderr).contains("there is no user with this e-mail address"));
    }
}
