//! What a hostile or broken issuer, or somebody on the way, may try: each is refused in words, and nobody is signed in.

use serde_json::json;

use super::browser::{Browser, SESSION, desk_of, parameter, sessions};
use super::issuer::{CLIENT, Issuer, Signed, Wanted, now};
use crate::harness::{Desk, Store};

const BAD: &str = "What came back from the place where you sign in is not good";

#[track_caller]
fn refused(desk: &Desk, browser: &Browser, answer: &crate::harness::Answer, words: &str, what: &str) {
    assert!(matches!(answer.status, 400 | 403 | 502), "{what}: {answer}");
    assert!(answer.text().contains(words), "{what}: {answer}");
    assert!(!browser.cookies.contains_key(SESSION), "{what}");
    assert_eq!(sessions(desk).len(), 0, "{what}");
}

/// A desk with the user whom the issuer names.
fn desk(issuer: &Issuer) -> Desk {
    let desk = desk_of(issuer, Store::Sqlite, &[]);
    desk.user("ada@example.com", &["CoworkerIdentityCheck-List"], &[desk.business("Harbour")]);
    desk
}

fn claims(claims: serde_json::Value) -> Wanted {
    Wanted { claims, ..Wanted::default() }
}

fn signed(signed: Signed) -> Wanted {
    Wanted { signed, ..Wanted::default() }
}

/// What is wrong with a token, and how the issuer makes it so.
fn bad_tokens(issuer: &Issuer) -> Vec<(&'static str, Wanted)> {
    let named = |key| Wanted { key: Some(key), ..Wanted::default() };
    vec![
        ("another nonce", claims(json!({ "nonce": "another" }))),
        ("no nonce", claims(json!({ "nonce": null }))),
        ("for somebody else", claims(json!({ "aud": "other" }))),
        ("for nobody", claims(json!({ "aud": null }))),
        ("for a list without us", claims(json!({ "aud": ["other", "desk"] }))),
        ("for several, given to nobody", claims(json!({ "aud": [CLIENT, "other"] }))),
        ("given to somebody else", claims(json!({ "azp": "other" }))),
        ("given to a list", claims(json!({ "azp": [CLIENT] }))),
        ("of another issuer", claims(json!({ "iss": "https://other.example" }))),
        ("of the issuer with a slash", claims(json!({ "iss": format!("{}/", issuer.url()) }))),
        ("of no issuer", claims(json!({ "iss": null }))),
        ("of nobody", claims(json!({ "sub": null }))),
        ("of nobody at all", claims(json!({ "sub": "" }))),
        ("of a number", claims(json!({ "sub": 7 }))),
        ("ended", claims(json!({ "exp": now() - 301 }))),
        ("without an end", claims(json!({ "exp": null }))),
        ("with an end that is none", claims(json!({ "exp": "tomorrow" }))),
        ("of tomorrow", claims(json!({ "iat": now() + 400 }))),
        ("from before", claims(json!({ "iat": now() - 400 }))),
        ("of no time", claims(json!({ "iat": null }))),
        ("not yet good", claims(json!({ "nbf": now() + 400 }))),
        ("unsigned", signed(Signed::Not("none"))),
        ("unsigned, in capitals", signed(Signed::Not("NONE"))),
        ("signed with the public key as a secret", signed(Signed::Hs256)),
        ("signed by another key", signed(Signed::Stolen)),
        ("with a key that isn't there", named("new")),
        ("with a key for something else", named("enc")),
        ("with a key that is a secret", named("secret")),
        ("with a key of another kind", named("ec")),
        (
            "with an algorithm that isn't taken",
            Wanted { head: json!({ "alg": "RS512" }), ..Wanted::default() },
        ),
        (
            "with the algorithm of another kind",
            Wanted { head: json!({ "alg": "ES256" }), ..Wanted::default() },
        ),
        (
            "with what must be understood",
            Wanted { head: json!({ "crit": ["x"], "x": 1 }), ..Wanted::default() },
        ),
        ("with no head", Wanted { head: json!({ "alg": null }), ..Wanted::default() }),
        ("refused", Wanted { status: 400, ..Wanted::default() }),
        ("moved", Wanted { status: 307, ..Wanted::default() }),
    ]
}

#[test]
fn no_bad_token_signs_anybody_in() {
    let issuer = Issuer::start();
    let desk = desk(&issuer);
    for (what, wanted) in bad_tokens(&issuer) {
        issuer.want(wanted);
        let mut browser = Browser::new(&desk);
        let answer = browser.walk(&issuer);
        let words = if what == "moved" { "does not answer" } else { BAD };
        refused(&desk, &browser, &answer, words, what);
    }
    assert_eq!(issuer.wrong(), Vec::<String>::new(), "the desk itself does all as it should");
    // And what is good is taken: the cases fail for what they say.
    for good in [Signed::Rs256, Signed::Ps256, Signed::Es256, Signed::EdDsa] {
        issuer.want(signed(good));
        assert_eq!(Browser::new(&desk).walk(&issuer).status, 303, "{good:?}");
    }
    for good in [
        json!({ "aud": [CLIENT] }),
        json!({ "aud": [CLIENT, "x"], "azp": CLIENT }),
        json!({ "exp": now() - 200 }),
    ] {
        issuer.want(claims(good.clone()));
        assert_eq!(Browser::new(&desk).walk(&issuer).status, 303, "{good}");
    }
}

#[test]
fn a_key_that_is_not_there_is_not_asked_for_over_and_over() {
    let issuer = Issuer::start();
    let desk = desk(&issuer);
    issuer.want(Wanted { key: Some("new"), ..Wanted::default() });
    for _ in 0..20 {
        Browser::new(&desk).walk(&issuer);
    }
    // Once to begin with, and once in each ten seconds: twenty walks take no minute.
    assert!(issuer.asked("/jwks") < 8, "{}", issuer.asked("/jwks"));
    assert_eq!(issuer.asked("/token"), 20);
    assert_eq!(issuer.asked("/.well-known/openid-configuration"), 1);
}

#[test]
fn nobody_signs_in_with_what_another_browser_started() {
    let issuer = Issuer::start();
    let desk = desk(&issuer);
    let (mut own, mut other) = (Browser::new(&desk), Browser::new(&desk));
    let mine = own.start(&issuer);
    let before = issuer.asked("/token");
    // The victim's browser has none, or another one.
    let answer = other.finish(&mine);
    refused(&desk, &other, &answer, "was not started in this browser", "a browser without a sign-in");
    other.start(&issuer);
    let answer = other.finish(&mine);
    refused(&desk, &other, &answer, "was not started in this browser", "a browser with another sign-in");
    let answer = other.back(&[("code", "a code")]);
    refused(&desk, &other, &answer, "was not started in this browser", "no state");
    let state = parameter(&mine, "state");
    let answer = other.back(&[("code", "a code"), ("state", &state), ("state", &state)]);
    refused(&desk, &other, &answer, "was not started in this browser", "two states");
    other.cookies.insert("proofdesk-flow".to_owned(), "AAAA".to_owned());
    let answer = other.finish(&mine);
    refused(&desk, &other, &answer, "was not started in this browser", "a cookie that isn't the desk's");
    assert_eq!(issuer.asked("/token"), before, "and no code was sent anywhere");
    // What was made up for a browser doesn't end what it has started itself.
    let answer = own.back(&[("code", "x"), ("state", "made up")]);
    refused(&desk, &own, &answer, "was not started in this browser", "a made-up state");
    issuer.sent(&parameter(&mine, "nonce"), &parameter(&mine, "code_challenge"));
    assert_eq!(own.finish(&mine).status, 303);
}

#[test]
fn what_came_back_once_is_no_good_again() {
    let issuer = Issuer::start();
    let desk = desk(&issuer);
    let mut browser = Browser::new(&desk);
    let sent = browser.start(&issuer);
    let flow = browser.cookies.clone();
    assert_eq!(browser.finish(&sent).status, 303);
    assert_eq!(sessions(&desk).len(), 1);
    let asked = issuer.asked("/token");
    let mut thief = Browser::new(&desk);
    thief.cookies = flow;
    let answer = thief.finish(&sent);
    assert_eq!(answer.status, 403, "{answer}");
    assert!(answer.text().contains("was used already"), "{answer}");
    assert_eq!((sessions(&desk).len(), issuer.asked("/token")), (1, asked));
}

#[test]
fn an_answer_says_which_issuer_it_is_from() {
    let issuer = Issuer::start();
    issuer.want(Wanted {
        metadata: json!({ "authorization_response_iss_parameter_supported": true }),
        ..Wanted::default()
    });
    let desk = desk(&issuer);
    for (named, good) in
        [(None, false), (Some("https://other.example".to_owned()), false), (Some(issuer.url()), true)]
    {
        let mut browser = Browser::new(&desk);
        let state = parameter(&browser.start(&issuer), "state");
        let mut pairs = vec![("code", "a code"), ("state", state.as_str())];
        pairs.extend(named.as_deref().map(|named| ("iss", named)));
        let answer = browser.back(&pairs);
        if good {
            assert_eq!(answer.status, 303, "{answer}");
        } else {
            refused(&desk, &browser, &answer, BAD, "another issuer");
        }
    }
}

#[test]
fn what_the_issuer_writes_is_not_repeated() {
    let issuer = Issuer::start();
    let desk = desk(&issuer);
    let mut browser = Browser::new(&desk);
    let state = parameter(&browser.start(&issuer), "state");
    let answer = browser.back(&[
        ("error", "access_denied"),
        ("error_description", "<b>Call 555-0100</b>"),
        ("state", &state),
    ]);
    refused(&desk, &browser, &answer, "You were not signed in there, or said no", "denied");
    assert!(!answer.text().contains("555") && !answer.text().contains("access_denied"), "{answer}");
    assert!(!desk.log().contains("555"), "{}", desk.log());
}

#[test]
fn documents_of_another_issuer_are_not_believed() {
    for (what, metadata) in [
        ("another issuer", json!({ "issuer": "https://other.example" })),
        ("none", json!({ "issuer": null })),
        ("no endpoint", json!({ "token_endpoint": null })),
        ("a token endpoint that isn't open", json!({ "token_endpoint": "http://127.0.0.1:9/" })),
        ("keys that aren't open", json!({ "jwks_uri": "http://127.0.0.1:9/" })),
    ] {
        let issuer = Issuer::start();
        issuer.want(Wanted { metadata, ..Wanted::default() });
        let desk = desk(&issuer);
        let mut browser = Browser::new(&desk);
        let started = browser.get("/account/oidc/start");
        if started.status == 303 {
            let sent = url::Url::parse(started.header("location")).expect("a URL");
            issuer.sent(&parameter(&sent, "nonce"), &parameter(&sent, "code_challenge"));
            let answer = browser.finish(&sent);
            assert!(matches!(answer.status, 403 | 502), "{what}: {answer}");
        } else {
            assert!(matches!(started.status, 403 | 502), "{what}: {started}");
        }
        assert_eq!(sessions(&desk).len(), 0, "{what}");
        let doctor = desk.command(&["doctor"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        let doubted = what != "a token endpoint that isn't open";
        assert_eq!(said.contains("FAILED  issuer of OpenID Connect"), doubted, "{what}: {said}");
    }
}
