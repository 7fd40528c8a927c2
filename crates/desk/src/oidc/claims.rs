//! What an ID token says, judged (OpenID Connect Core section 3.1.3.7).

use serde_json::{Map, Value as Json};

use super::SKEW_SECONDS;

/// The longest subject (OpenID Connect Core section 2), in characters.
const MAX_SUBJECT: usize = 255;

/// What a token must agree with.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// When the sign-in was started; seconds since 1970 UTC.
    pub(super) started_on: i64,
    /// Now; seconds since 1970 UTC.
    pub(super) now: i64,
}

/// Whether a signed token is this desk's, of this sign-in, and of now. Else why not.
pub(super) fn judge(claims: &Map<String, Json>, expected: &Expected<'_>) -> Result<(), &'static str> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err("it is of another issuer");
    }
    audience(claims, expected.client_id)?;
    if text("nonce") != Some(expected.nonce) {
        return Err("it is of another sign-in");
    }
    if subject(claims).is_none() {
        return Err("it names nobody");
    }
    times(claims, expected)
}

/// Who the person is at the issuer.
pub(super) fn subject(claims: &Map<String, Json>) -> Option<&str> {
    let subject = claims.get("sub")?.as_str()?;
    (!subject.is_empty() && subject.chars().count() <= MAX_SUBJECT).then_some(subject)
}

/// It is for the desk, and given to the desk. Where it is for others too it must say to whom it was given.
fn audience(claims: &Map<String, Json>, client_id: &str) -> Result<(), &'static str> {
    const OTHERS: &str = "it is for somebody else";
    let several = match claims.get("aud") {
        Some(Json::String(one)) if one == client_id => false,
        Some(Json::Array(all)) if all.iter().any(|one| one == client_id) => all.len() > 1,
        _ => return Err(OTHERS),
    };
    match claims.get("azp") {
        None if several => Err("it does not say to whom it was given"),
        None => Ok(()),
        Some(party) if party == client_id => Ok(()),
        Some(_) => Err(OTHERS),
    }
}

fn times(claims: &Map<String, Json>, expected: &Expected<'_>) -> Result<(), &'static str> {
    let Some(ends) = seconds(claims, "exp")? else { return Err("it does not say when it ends") };
    let Some(made) = seconds(claims, "iat")? else { return Err("it does not say when it was made") };
    if ends.saturating_add(SKEW_SECONDS) <= expected.now {
        return Err("it has ended");
    }
    let latest = expected.now + SKEW_SECONDS;
    if made > latest || seconds(claims, "nbf")?.is_some_and(|begins| begins > latest) {
        return Err("it is of a time to come");
    }
    if made < expected.started_on - SKEW_SECONDS {
        return Err("it was made before the sign-in was started");
    }
    Ok(())
}

/// A time (RFC 7519 section 2, `NumericDate`), in whole seconds; None if it isn't there.
fn seconds(claims: &Map<String, Json>, name: &str) -> Result<Option<i64>, &'static str> {
    match claims.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => {
            let whole = value.as_i64().or_else(|| value.as_f64().and_then(whole));
            whole.filter(|time| *time >= 0).map(Some).ok_or("it has a time that is none")
        }
    }
}

/// As far as a double is exact.
fn whole(time: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the bounds are looked at, and the fraction is meant to go"
    )]
    (0.0..MOST).contains(&time).then_some(time as i64)
}

/// The texts at a claim: one, or a list of them.
pub(super) fn texts(claims: &Map<String, Json>, name: &str) -> Vec<String> {
    let texts = match at(claims, name) {
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    };
    texts.into_iter().map(str::to_owned).collect()
}

/// The claim with a name, which is first taken as it is, then with its dots as a path.
pub(super) fn at<'a>(claims: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    claims.get(name).or_else(|| {
        let mut steps = name.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |at, step| at.get(step))
    })
}
