//! An issuer of OpenID Connect in the test's process. It signs whatever a test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The desk's secret at the issuer: with characters that must be written otherwise in a form.
pub(super) const SECRET: &str = "a secret: 100% & more";
pub(super) const CLIENT: &str = "desk:1";

/// How the issuer signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
    /// With no signature, and `alg` none in this spelling.
    Not(&'static str),
    /// HMAC with the public modulus, as if it were a secret.
    Hs256,
    /// By a key that isn't published, under the id of one that is.
    Stolen,
}

/// What a test wants the issuer to do.
#[derive(Clone)]
pub(super) struct Wanted {
    /// Put over the claims of a good token; null takes one away.
    pub(super) claims: Value,
    pub(super) signed: Signed,
    /// The key's id in the head; None for the one that fits.
    pub(super) key: Option<&'static str>,
    /// Put over the head.
    pub(super) head: Value,
    /// Put over the metadata.
    pub(super) metadata: Value,
    /// What is said of the person elsewhere.
    pub(super) userinfo: Value,
    /// The status of the token endpoint.
    pub(super) status: u16,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            claims: json!({}),
            signed: Signed::Rs256,
            key: None,
            head: json!({}),
            metadata: json!({}),
            userinfo: json!({}),
            status: 200,
        }
    }
}

struct State {
    wanted: Wanted,
    nonce: String,
    challenge: String,
    /// Each request's line, and what was wrong with it.
    asked: Vec<String>,
    wrong: Vec<String>,
}

struct Keys {
    rsa: RsaKeyPair,
    other: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

/// A running issuer; its threads end with the process.
pub(super) struct Issuer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Issuer {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = State {
            wanted: Wanted::default(),
            nonce: String::new(),
            challenge: String::new(),
            asked: Vec::new(),
            wrong: Vec::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let (served, keys) = (state.clone(), Arc::new(Keys::new()));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, keys) = (served.clone(), keys.clone());
                thread::spawn(move || serve(&stream, address, &state, &keys).ok());
            }
        });
        Self { address, state }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The settings of a desk whose issuer this is, and nobody else's.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("EGRESS__ALLOW", format!("[\"{}\"]", self.address)),
            ("OIDC__ISSUER", self.url()),
            ("OIDC__CLIENT_ID", CLIENT.to_owned()),
            ("OIDC__CLIENT_SECRET", SECRET.to_owned()),
            ("OIDC__NAME", "the <Office>".to_owned()),
        ]
    }

    pub(super) fn want(&self, wanted: Wanted) {
        self.state.lock().expect("the state").wanted = wanted;
    }

    /// What the browser brings from the desk: the nonce that goes into the token, and the challenge of PKCE.
    pub(super) fn sent(&self, nonce: &str, challenge: &str) {
        let mut state = self.state.lock().expect("the state");
        (state.nonce, state.challenge) = (nonce.to_owned(), challenge.to_owned());
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        let state = self.state.lock().expect("the state");
        state.asked.iter().filter(|line| line.split(' ').nth(1) == Some(path)).count()
    }

    /// What was wrong with what the desk sent.
    pub(super) fn wrong(&self) -> Vec<String> {
        self.state.lock().expect("the state").wrong.clone()
    }
}

impl Keys {
    fn new() -> Self {
        let rsa = || {
            let key = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048);
            key.expect("a key")
        };
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self { rsa: rsa(), other: rsa(), ec, ed: Ed25519KeyPair::generate().expect("a key") }
    }

    fn published(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let ed = URL_SAFE_NO_PAD.encode(self.ed.public_key().as_ref());
        json!({ "keys": [
            { "kty": "oct", "kid": "secret", "k": "c2VjcmV0" },
            { "kty": "RSA", "kid": "enc", "use": "enc", "n": self.modulus(), "e": "AQAB" },
            { "kty": "RSA", "kid": "rsa", "use": "sig", "n": self.modulus(), "e": "AQAB" },
            { "kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256", "x": x, "y": y },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": ed },
            { "kty": "new", "kid": "tomorrow" },
        ] })
    }

    fn modulus(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.rsa.public_key().modulus().big_endian_without_leading_zero())
    }

    fn sign(&self, signed: Signed, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |key: &RsaKeyPair, how| {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(how, &random, message, &mut signature).expect("a signature");
            signature
        };
        match signed {
            Signed::Rs256 => rsa(&self.rsa, &RSA_PKCS1_SHA256),
            Signed::Ps256 => rsa(&self.rsa, &RSA_PSS_SHA256),
            Signed::Stolen => rsa(&self.other, &RSA_PKCS1_SHA256),
            Signed::Es256 => self.ec.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Signed::EdDsa => self.ed.sign(message).as_ref().to_vec(),
            Signed::Not(_) => Vec::new(),
            Signed::Hs256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.modulus().as_bytes());
                hmac::sign(&key, message).as_ref().to_vec()
            }
        }
    }
}

fn over(mut body: Value, wanted: &Value) -> Value {
    for (name, value) in wanted.as_object().into_iter().flatten() {
        let object = body.as_object_mut().expect("an object");
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    body
}

fn serve(stream: &TcpStream, address: SocketAddr, state: &Mutex<State>, keys: &Keys) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length, mut authorization) = (String::new(), 0, String::new());
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut state = state.lock().expect("the state");
    state.asked.push(first.trim_end().to_owned());
    let (status, answer) = answer(&first, &body, &authorization, address, &mut state, keys);
    drop(state);
    let text = answer.to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} Answer\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

fn answer(
    first: &str,
    body: &[u8],
    authorization: &str,
    address: SocketAddr,
    state: &mut State,
    keys: &Keys,
) -> (u16, Value) {
    let issuer = format!("http://{address}");
    match first.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/.well-known/openid-configuration"] => {
            let metadata = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth?tenant=1"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "code_challenge_methods_supported": ["S256"],
            });
            (200, over(metadata, &state.wanted.metadata))
        }
        ["GET", "/jwks"] => (200, keys.published()),
        ["GET", "/userinfo"] if authorization == "Bearer access" => (200, state.wanted.userinfo.clone()),
        ["POST", "/token"] => {
            judge(body, authorization, state);
            let token = token(&issuer, state, keys);
            (
                state.wanted.status,
                json!({ "access_token": "access", "token_type": "Bearer", "id_token": token }),
            )
        }
        _ => (404, json!({})),
    }
}

/// Notes what isn't as the standards say.
fn judge(body: &[u8], authorization: &str, state: &mut State) {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let get = |name: &str| form.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str());
    let proof = digest::digest(&digest::SHA256, get("code_verifier").as_bytes());
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(CLIENT), encoded(SECRET));
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let posted = get("client_id") == CLIENT && get("client_secret") == SECRET;
    for (what, right) in [
        (
            "code_verifier",
            URL_SAFE_NO_PAD.encode(proof) == state.challenge && get("code_verifier").len() >= 43,
        ),
        ("grant_type", get("grant_type") == "authorization_code"),
        ("code", get("code") == "a code"),
        ("redirect_uri", get("redirect_uri").ends_with("/account/oidc/callback")),
        ("client", (authorization == basic) != posted),
    ] {
        if !right {
            state.wrong.push(what.to_owned());
        }
    }
}

fn token(issuer: &str, state: &State, keys: &Keys) -> String {
    let wanted = &state.wanted;
    let now = now();
    let claims = json!({
        "iss": issuer, "aud": CLIENT, "sub": "somebody", "nonce": state.nonce, "iat": now, "exp": now + 600,
        "email": "ada@example.com", "email_verified": true, "name": "Ada <Lovelace>",
    });
    let (algorithm, own) = match wanted.signed {
        Signed::Rs256 | Signed::Stolen => ("RS256", "rsa"),
        Signed::Ps256 => ("PS256", "rsa"),
        Signed::Es256 => ("ES256", "ec"),
        Signed::EdDsa => ("EdDSA", "ed"),
        Signed::Not(spelling) => (spelling, "rsa"),
        Signed::Hs256 => ("HS256", "rsa"),
    };
    let head = json!({ "typ": "JWT", "alg": algorithm, "kid": wanted.key.unwrap_or(own) });
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", part(over(head, &wanted.head)), part(over(claims, &wanted.claims)));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(keys.sign(wanted.signed, message.as_bytes())))
}

/// Seconds since 1970 UTC.
pub(super) fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the desk under test has the system's clock")]
    jiff::Timestamp::now().as_second()
}
