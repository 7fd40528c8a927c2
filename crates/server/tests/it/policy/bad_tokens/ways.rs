//! Ways to send a token: the one that opens, and all that don't.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Attempt;
use super::live::Tokens;
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD};

/// What opens: the scheme in any case, and spaces after it (RFC 9110 section 11.4).
pub(super) fn good(tokens: &Tokens) -> Vec<Attempt> {
    let Tokens { access, renewed, .. } = tokens;
    vec![
        Attempt::bearer("a live token", access),
        Attempt::bearer("a live token that was renewed", renewed),
        Attempt::authorization("a small scheme", format!("bearer {access}")),
        Attempt::authorization("a loud scheme", format!("BEARER {access}")),
        Attempt::authorization("two spaces", format!("Bearer  {access}")),
        Attempt::authorization("a space at the end", format!("Bearer {access} ")),
        Attempt::with_fields("a small name", format!("authorization: Bearer {access}\r\n")),
        Attempt::authorization(
            "a password",
            format!("Basic {}", STANDARD.encode(format!("{ADMIN_EMAIL}:{ADMIN_PASSWORD}"))),
        ),
    ]
}

/// A good token, sent in a header that isn't the one.
pub(super) fn bad(tokens: &Tokens) -> Vec<Attempt> {
    [schemes(&tokens.access), in_basic(&tokens.access), twice(tokens), other_fields(&tokens.access)].concat()
}

fn schemes(token: &str) -> Vec<Attempt> {
    let mut all: Vec<Attempt> = [
        "Token",
        "Basic",
        "Digest",
        "DPoP",
        "MAC",
        "Negotiate",
        "ApiKey",
        "JWT",
        "OAuth",
        "Bear",
        "Bearers",
        "B",
        "Bearer:",
        "Bearer=",
        "Bearer,",
        "\"Bearer\"",
        "Bearer Bearer",
        "Bearer bearer",
        "Bearer Basic",
        "Bearer token",
        "Bearer \"\"",
    ]
    .map(|scheme| Attempt::authorization(scheme, format!("{scheme} {token}")))
    .to_vec();
    let values = [
        String::new(),
        " ".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.to_owned(),
        format!("Bearer{token}"),
        format!("Bearer\t{token}"),
        format!("Bearer={token}"),
        format!("Bearer:{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token},"),
        format!("Bearer realm=\"x\", {token}"),
        format!("Bearer access_token=\"{token}\""),
        format!("{token} Bearer"),
        "Bearer null".to_owned(),
        "Bearer undefined".to_owned(),
        "Bearer true".to_owned(),
        "Bearer 1".to_owned(),
        "Bearer *".to_owned(),
        "Bearer %".to_owned(),
        format!("Bearer {ADMIN_EMAIL}"),
        format!("Bearer {ADMIN_PASSWORD}"),
    ];
    all.extend(values.into_iter().map(|value| Attempt::authorization(&value, &value)));
    all
}

/// A token as a name or as a password.
fn in_basic(token: &str) -> Vec<Attempt> {
    let credentials = [
        // Not the administrator's name: wrong passwords count, and the good one is a control.
        format!("somebody@example.com:{token}"),
        format!("{token}:"),
        format!(":{token}"),
        format!("Bearer:{token}"),
        format!("x-access-token:{token}"),
        format!("oauth2:{token}"),
        token.to_owned(),
    ];
    let basic = |pair: String| Attempt::authorization("Basic", format!("Basic {}", STANDARD.encode(pair)));
    credentials.map(basic).to_vec()
}

/// Two fields are no credentials, whatever is in them (RFC 9110 section 5.3: none of them is a list).
fn twice(tokens: &Tokens) -> Vec<Attempt> {
    let Tokens { access, renewed, refresh, .. } = tokens;
    let basic = format!("Basic {}", STANDARD.encode(format!("{ADMIN_EMAIL}:{ADMIN_PASSWORD}")));
    let good = format!("Bearer {access}");
    let others = [
        good.clone(),
        format!("Bearer {renewed}"),
        format!("Bearer {refresh}"),
        basic,
        String::new(),
        "Bearer".to_owned(),
        "Bearer x".to_owned(),
        "Negotiate".to_owned(),
    ];
    let both = |other: &String| {
        let fields = |one: &str, two: &str| format!("Authorization: {one}\r\nauthorization: {two}\r\n");
        [
            Attempt::with_fields(&format!("a good one, then {other:?}"), fields(&good, other)),
            Attempt::with_fields(&format!("{other:?}, then a good one"), fields(other, &good)),
        ]
    };
    others.iter().flat_map(both).collect()
}

fn other_fields(token: &str) -> Vec<Attempt> {
    [
        "Proxy-Authorization",
        "X-Authorization",
        "X-Forwarded-Authorization",
        "X-Original-Authorization",
        "X-Access-Token",
        "X-Auth-Token",
        "X-Api-Key",
        "X-Token",
        "Access-Token",
        "Token",
        "Bearer",
        "Authentication",
        "Authorisation",
        "X-Forwarded-Access-Token",
        "X-User",
        "X-Remote-User",
        "X-Forwarded-User",
        "Remote-User",
        "Cookie",
    ]
    .into_iter()
    .flat_map(|name| {
        [
            Attempt::with_fields(name, format!("{name}: Bearer {token}\r\n")),
            Attempt::with_fields(name, format!("{name}: {token}\r\n")),
        ]
    })
    .collect()
}

/// In the query, in a form, in a cookie (RFC 6750 sections 2.2 and 2.3 allow the first two; this desk takes neither).
pub(super) fn elsewhere(token: &str) -> Vec<Attempt> {
    let names = [
        "access_token",
        "token",
        "bearer",
        "bearer_token",
        "authorization",
        "Authorization",
        "api_key",
        "jwt",
    ];
    let mut all = Vec::new();
    for name in names {
        let none = Attempt::with_fields(&format!("{name} elsewhere"), "");
        all.push(Attempt { query: Some(format!("{name}={token}")), ..none.clone() });
        all.push(Attempt { query: Some(format!("{name}=Bearer%20{token}")), ..none.clone() });
        all.push(Attempt { form: Some(format!("{name}={token}")), ..none });
        all.push(Attempt::with_fields(&format!("{name} as a cookie"), format!("Cookie: {name}={token}\r\n")));
    }
    all
}
