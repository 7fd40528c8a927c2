//! The issuer's keys (RFC 7517), and whether one of them has signed a token (RFC 7515, RFC 8725).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value as Json};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The algorithms that are taken: with public keys only, so nothing that the issuer publishes can sign.
const TAKEN: [(&str, Algorithm); 4] = [
    ("RS256", Algorithm::RS256),
    ("PS256", Algorithm::PS256),
    ("ES256", Algorithm::ES256),
    ("EdDSA", Algorithm::EdDSA),
];

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 64 * 1024;

/// How many keys of a set are looked at.
const MAX_KEYS: usize = 64;

/// One public key for signatures.
pub(super) struct Key {
    id: Option<String>,
    /// The only algorithm that it is for, where the issuer says so.
    only: Option<KeyAlgorithm>,
    family: Family,
    public: DecodingKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Rsa,
    P256,
    Ed25519,
}

/// Why a token isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is bad whatever the keys are.
    Bad(&'static str),
    /// None of these keys is the one that it names: the issuer may have new ones.
    UnknownKey,
}

/// The keys of a set that could have signed a token that is taken.
pub(super) fn read(set: &Json) -> Option<Vec<Key>> {
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().take(MAX_KEYS).filter_map(key).collect())
}

fn key(json: &Json) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
    let family = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Family::Rsa,
        AlgorithmParameters::EllipticCurve(it) if it.curve == EllipticCurve::P256 => Family::P256,
        AlgorithmParameters::OctetKeyPair(it) if it.curve == EllipticCurve::Ed25519 => Family::Ed25519,
        _ => return None,
    };
    if jwk.common.public_key_use.is_some_and(|wanted| wanted != PublicKeyUse::Signature) {
        return None;
    }
    let key = match &jwk.algorithm {
        AlgorithmParameters::RSA(it) => DecodingKey::from_rsa_components(&it.n, &it.e),
        AlgorithmParameters::EllipticCurve(it) => DecodingKey::from_ec_components(&it.x, &it.y),
        AlgorithmParameters::OctetKeyPair(it) => DecodingKey::from_ed_components(&it.x),
        _ => return None,
    };
    Some(Key { id: jwk.common.key_id, only: jwk.common.key_algorithm, family, public: key.ok()? })
}

impl Key {
    fn fits(&self, algorithm: Algorithm, id: Option<&str>) -> bool {
        let family = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => Family::Rsa,
            Algorithm::ES256 => Family::P256,
            _ => Family::Ed25519,
        };
        let may = self.only.is_none_or(|only| only == KeyAlgorithm::from(algorithm));
        self.family == family && may && (id.is_none() || self.id.as_deref() == id)
    }
}

/// What a token says that one of these keys has signed.
pub(super) fn verified(token: &str, keys: &[Key]) -> Result<Map<String, Json>, Fault> {
    let (algorithm, id) = head(token)?;
    let mut fitting = keys.iter().filter(|key| key.fits(algorithm, id.as_deref()));
    let key = fitting.next().ok_or(Fault::UnknownKey)?;
    if fitting.next().is_some() {
        return Err(Fault::Bad("it does not say which key signed it"));
    }
    let mut validation = Validation::new(algorithm);
    // Who it is for and until when is judged in `claims`, by the desk's own clock.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let read = jsonwebtoken::decode::<Map<String, Json>>(token, &key.public, &validation);
    read.map(|read| read.claims).map_err(|_| Fault::Bad("the signature is not good"))
}

/// The algorithm of a token and the key that it names. Nothing of it is trusted: both are looked for among what is taken.
fn head(token: &str) -> Result<(Algorithm, Option<String>), Fault> {
    const UNREADABLE: Fault = Fault::Bad("it is no signed token");
    if token.len() > MAX_TOKEN {
        return Err(Fault::Bad("it is too long"));
    }
    let (head, _) = token.split_once('.').ok_or(UNREADABLE)?;
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| UNREADABLE)?;
    let head: Map<String, Json> = serde_json::from_slice(&head).map_err(|_| UNREADABLE)?;
    // What must be understood (RFC 7515 section 4.1.11) isn't.
    if head.contains_key("crit") {
        return Err(Fault::Bad("it asks for what the desk does not understand"));
    }
    let named = head.get("alg").and_then(Json::as_str);
    let known = TAKEN.iter().find(|(name, _)| Some(*name) == named);
    let (_, algorithm) = known.ok_or(Fault::Bad("its algorithm is not taken"))?;
    Ok((*algorithm, head.get("kid").and_then(Json::as_str).map(str::to_owned)))
}
