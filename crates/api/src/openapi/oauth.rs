//! Tokens in the document: what is asked and answered at `/api/token` and beside it (RFC 6749, 7009, 7662, 8414).

use serde_json::{Value as Json, json};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{OneOfBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required};

use super::shapes::{Shape, array, integer, object, of, one_of, schema, string};

/// The schemas, by name.
pub(super) fn components() -> [(&'static str, Shape); 9] {
    [
        ("PasswordGrant", password_grant()),
        ("RefreshGrant", refresh_grant()),
        ("ClientGrant", client_grant()),
        ("TokenRequest", token_request()),
        ("Tokens", tokens()),
        ("TokenError", token_error()),
        ("OneToken", one_token()),
        ("Introspection", introspection()),
        ("AuthorizationServer", authorization_server()),
    ]
}

const CODE: &str =
    "A code of the authenticator, or a recovery code, where the user has a second factor. Empty is none.";

fn password_grant() -> Shape {
    object()
        .property("grant_type", one_of(string(), ["password"]))
        .required("grant_type")
        .property("username", string().description(Some("The user's e-mail address.")))
        .required("username")
        .property("password", string())
        .required("password")
        .property("totp", string().description(Some(CODE)))
        .property(
            "client_id",
            string().description(Some("What the client calls itself; a header is taken too.")),
        )
        .into()
}

fn refresh_grant() -> Shape {
    object()
        .property("grant_type", one_of(string(), ["refresh_token"]))
        .required("grant_type")
        .property("refresh_token", string())
        .required("refresh_token")
        .property("client_id", string().description(Some("The one of the sign-in, or none.")))
        .into()
}

fn client_grant() -> Shape {
    let scope = "Names of roles, with spaces between: the token opens no others. Without it, all that the program has.";
    object()
        .property("grant_type", one_of(string(), ["client_credentials"]))
        .required("grant_type")
        .property("client_id", string().description(Some("In the form, or as HTTP Basic.")))
        .property("client_secret", string().description(Some("In the form, or as HTTP Basic.")))
        .property("scope", string().description(Some(scope)))
        .into()
}

fn token_request() -> Shape {
    let grants = OneOfBuilder::new()
        .item(schema("PasswordGrant"))
        .item(schema("RefreshGrant"))
        .item(schema("ClientGrant"));
    grants.into()
}

fn tokens() -> Shape {
    let refresh = string().description(Some("Absent at the grant client_credentials."));
    let scope = string().description(Some("The roles that it opens, at the grant client_credentials."));
    object()
        .property("access_token", string())
        .required("access_token")
        .property("token_type", one_of(string(), ["bearer"]))
        .required("token_type")
        .property("expires_in", integer().description(Some("Seconds until the access token ends.")))
        .required("expires_in")
        .property("refresh_token", refresh)
        .property("scope", scope)
        .examples([tokens_example()])
        .into()
}

/// Tokens as they are given.
pub(super) fn tokens_example() -> Json {
    json!({ "access_token": "Zm9v…", "token_type": "bearer", "expires_in": 604_799, "refresh_token": "YmFy…" })
}

/// RFC 6749 section 5.2.
fn token_error() -> Shape {
    let codes = [
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    ];
    object()
        .property("error", one_of(string(), codes))
        .required("error")
        .property("error_description", string())
        .required("error_description")
        .into()
}

fn one_token() -> Shape {
    object()
        .property("token", string().description(Some("An access or a refresh token.")))
        .required("token")
        .property("token_type_hint", string().description(Some("Not needed, and not looked at.")))
        .into()
}

fn introspection() -> Shape {
    let built = object().property("active", of([Type::Boolean])).required("active");
    let texts = ["scope", "client_id", "username", "token_type", "sub", "iss"];
    let built = texts.into_iter().fold(built, |built, name| built.property(name, string()));
    let built = ["iat", "exp"].into_iter().fold(built, |built, name| built.property(name, integer()));
    built.description(Some("Where `active` is false, there is nothing else.")).into()
}

/// What a token may stand for.
pub(super) fn introspection_example() -> Json {
    json!({
        "active": true, "scope": "CoworkerIdentityCheck-List CoworkerIdentityCheck-Read", "client_id": "website",
        "username": "ada@example.com", "token_type": "bearer", "sub": "4711", "iss": "https://desk.example.com",
        "iat": 1_736_935_800, "exp": 1_737_540_599,
    })
}

fn authorization_server() -> Shape {
    let texts = [
        "issuer",
        "token_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "service_documentation",
    ];
    let lists = [
        "grant_types_supported",
        "response_types_supported",
        "scopes_supported",
        "token_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
    ];
    let built = texts.into_iter().fold(object(), |built, name| built.property(name, string()).required(name));
    let built =
        lists.into_iter().fold(built, |built, name| built.property(name, array(string())).required(name));
    built.into()
}

/// The metadata of a desk.
pub(super) fn metadata_example() -> Json {
    crate::handlers::oauth::metadata_of("https://desk.example.com", true)
}

/// The body of a request for tokens.
pub(super) fn token_body() -> RequestBody {
    let example = json!({ "grant_type": "password", "username": "ada@example.com", "password": "…" });
    form("TokenRequest", example)
}

/// The body of a request about a token.
pub(super) fn one_token_body() -> RequestBody {
    form("OneToken", json!({ "token": "Zm9v…" }))
}

fn form(name: &str, example: Json) -> RequestBody {
    let form = ContentBuilder::new().schema(Some(schema(name))).example(Some(example)).build();
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .description(Some("Read as a form, whatever `Content-Type` says."))
        .content("application/x-www-form-urlencoded", form)
        .build()
}
