//! Self-contained tokens that somebody made up: whatever they claim, this desk gives out none (RFC 7519, 8725, 9068).

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Attempt;
use crate::harness::ADMIN_EMAIL;

/// A public key as a server may publish it, for those who take it as a secret of HMAC (RFC 7518, "RS256 as HS256").
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

/// Years from now and years ago; seconds since 1970.
const LATER: i64 = 4_102_444_800;
const EARLIER: i64 = 946_684_800;

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", part(header), part(claims))
}

fn with_hmac(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = unsigned(header, claims);
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Somebody's own key.
fn own_key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key")
}

fn with_own_key(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let signature = own_key().sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of a token as RFC 9068 has them, of the administrator.
fn claims(issuer: &str) -> Value {
    json!({
        "iss": issuer, "aud": issuer, "sub": "1", "client_id": "admin", "email": ADMIN_EMAIL, "scope": "*",
        "roles": ["Administrator"], "IsAdmin": true, "iat": EARLIER, "nbf": EARLIER, "exp": LATER, "jti": "1",
    })
}

/// All of them.
pub(super) fn all(issuer: &str) -> Vec<Attempt> {
    let tokens =
        [by_algorithm(issuer), by_header(issuer), by_claims(issuer), of_other_forms(issuer)].concat();
    tokens.into_iter().map(|(said, token)| Attempt::bearer(&said, token)).collect()
}

fn by_algorithm(issuer: &str) -> Vec<(String, String)> {
    let claims = claims(issuer);
    let mut all = Vec::new();
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": algorithm, "typ": "at+jwt" });
        all.push((format!("alg {algorithm:?}"), format!("{}.", unsigned(&header, &claims))));
        all.push((format!("alg {algorithm:?} without a dot"), unsigned(&header, &claims)));
        all.push((format!("alg {algorithm:?}, signed"), with_hmac(&header, &claims, b"secret")));
    }
    for key in ["", "secret", "proofdesk", PUBLIC_KEY, PUBLIC_KEY.trim_end(), ADMIN_EMAIL, "\0"] {
        let header = json!({ "alg": "HS256", "typ": "at+jwt" });
        all.push((
            format!("HS256 by {:?}", &key[..key.len().min(12)]),
            with_hmac(&header, &claims, key.as_bytes()),
        ));
    }
    for algorithm in ["RS256", "PS256", "ES256", "ES256K", "HS384", "HS512"] {
        let header = json!({ "alg": algorithm, "typ": "at+jwt" });
        all.push((format!("{algorithm} by HMAC"), with_hmac(&header, &claims, PUBLIC_KEY.as_bytes())));
    }
    // A signature of ECDSA with zeros for both numbers passed some verifiers (CVE-2022-21449).
    let blank = unsigned(&json!({ "alg": "ES256", "typ": "at+jwt" }), &claims);
    all.push(("a blank signature".to_owned(), format!("{blank}.{}", URL_SAFE_NO_PAD.encode([0; 64]))));
    all
}

fn by_header(issuer: &str) -> Vec<(String, String)> {
    let claims = claims(issuer);
    let mut all = Vec::new();
    let kids = [
        "../../../../dev/null",
        "/dev/null",
        "/proc/sys/kernel/randomize_va_space",
        "file:///dev/null",
        "' UNION SELECT 'secret' --",
        "1' OR '1'='1",
        "x'; DROP TABLE tokens; --",
        "|/bin/true",
        "\u{0}",
        "",
    ];
    for kid in kids {
        let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid });
        for key in [b"".as_slice(), b"secret", b"2\n"] {
            all.push((format!("kid {kid:?}"), with_hmac(&header, &claims, key)));
        }
    }
    let own = json!({
        "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(own_key().public_key().as_ref()), "kid": "1",
    });
    let keys = [
        ("jwk", own),
        ("jku", json!("http://127.0.0.1:1/jwks.json")),
        ("jku", json!(format!("{issuer}/jwks.json"))),
        ("x5u", json!("http://127.0.0.1:1/x.pem")),
        ("x5c", json!(["MAA="])),
        ("x5t", json!("AAAA")),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
    ];
    for (name, value) in keys {
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", name: value });
        all.push((format!("{name} with a key of one's own"), with_own_key(&header, &claims)));
    }
    for kind in [
        "JWT",
        "jwt",
        "application/at+jwt",
        "AT+JWT",
        "id_token+jwt",
        "refresh+jwt",
        "logout+jwt",
        "dpop+jwt",
    ] {
        all.push((format!("typ {kind}"), with_own_key(&json!({ "alg": "EdDSA", "typ": kind }), &claims)));
    }
    all
}

fn by_claims(issuer: &str) -> Vec<(String, String)> {
    let header = json!({ "alg": "EdDSA", "typ": "at+jwt" });
    let changes = [
        ("iss", json!("https://elsewhere.example")),
        ("iss", Value::Null),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!([])),
        ("sub", json!(1)),
        ("sub", json!("admin@example.com' --")),
        ("exp", json!(EARLIER)),
        ("exp", json!("never")),
        ("exp", json!(1e300)),
        ("nbf", json!(LATER)),
        ("iat", json!(LATER)),
        ("scope", json!("")),
    ];
    let mut all: Vec<(String, String)> = changes
        .into_iter()
        .map(|(name, value)| {
            let mut claims = claims(issuer);
            let said = format!("{name} {value}");
            claims[name] = value;
            (said, with_own_key(&header, &claims))
        })
        .collect();
    // The claims of an ID token (OpenID Connect Core section 2).
    let id = json!({
        "iss": issuer, "aud": "client", "azp": "client", "sub": "1", "nonce": "n", "at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng",
        "acr": "0", "amr": ["pwd"], "auth_time": EARLIER, "iat": EARLIER, "exp": LATER, "email": ADMIN_EMAIL,
        "email_verified": true,
    });
    all.push(("an ID token".to_owned(), with_own_key(&json!({ "alg": "EdDSA", "typ": "JWT" }), &id)));
    let twice = format!(r#"{{"iss":"{issuer}","sub":"2","sub":"1","exp":{LATER},"exp":{EARLIER}}}"#);
    let twice = format!("{}.{}", part(&header), URL_SAFE_NO_PAD.encode(twice));
    let signature = URL_SAFE_NO_PAD.encode(own_key().sign(twice.as_bytes()));
    all.push(("claims that stand twice".to_owned(), format!("{twice}.{signature}")));
    all
}

/// What isn't a signed token, and is taken for one here and there.
fn of_other_forms(issuer: &str) -> Vec<(String, String)> {
    let claims = claims(issuer);
    let jwe = json!({ "alg": "dir", "enc": "A256GCM" });
    let paseto = URL_SAFE_NO_PAD.encode(claims.to_string());
    let named = |said: &str, token: String| (said.to_owned(), token);
    vec![
        named("an encrypted one", format!("{}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", part(&jwe))),
        named("PASETO", format!("v4.public.{paseto}{}", "A".repeat(86))),
        named("JSON", claims.to_string()),
        named(
            "JSON serialization",
            json!({ "payload": part(&claims), "protected": "", "signature": "" }).to_string(),
        ),
        named("two dots", "..".to_owned()),
        named("five parts", "a.b.c.d.e".to_owned()),
        named("a SAML assertion", URL_SAFE_NO_PAD.encode("<saml:Assertion/>")),
        named("a macaroon", format!("MDAx{}", URL_SAFE_NO_PAD.encode([0; 60]))),
    ]
}
