//! How a second factor is kept: its secret sealed with AES-256-GCM under a key of the desk, bound to its user, and recovery codes
//! as HMAC-SHA256. So a stolen database signs nobody in.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proofdesk_domain::entities::totp;
use proofdesk_domain::record::Record;
use zeroize::Zeroizing;

use crate::Desk;
use crate::error::DeskError;

const SECRETS: &str = "totp 1";
const RECOVERY: &str = "recovery codes 1";

/// Seals the secret of a user. Random nonces allow 2^32 of them under one key (NIST SP 800-38D section 8.3).
pub(super) fn seal(desk: &Desk, user: i64, secret: &[u8]) -> Result<String, DeskError> {
    let mut nonce = [0; NONCE_LEN];
    desk.random().fill(&mut nonce);
    let mut sealed = secret.to_vec();
    let key = key(desk)?;
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce_used, bound_to(user), &mut sealed).map_err(|_| failed())?;
    Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
}

/// Opens a kept secret.
pub(super) fn open(desk: &Desk, factor: &Record) -> Result<Zeroizing<Vec<u8>>, DeskError> {
    let kept = factor.text(totp::SECRET).unwrap_or_default();
    let user = factor.int(totp::USER_ID).unwrap_or(0);
    let mut bytes = URL_SAFE_NO_PAD.decode(kept).map_err(|_| failed())?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(failed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| failed())?;
    let secret = key(desk)?.open_in_place(nonce, bound_to(user), sealed).map_err(|_| failed())?;
    Ok(Zeroizing::new(secret.to_vec()))
}

/// What is kept of a recovery code.
pub(super) fn recovery_hash(desk: &Desk, user: i64, code: &str) -> Result<String, DeskError> {
    let secret = desk.vault().secret(RECOVERY).map_err(|_| failed())?;
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice()));
    context.update(&user.to_be_bytes());
    context.update(code.as_bytes());
    Ok(hex::encode(context.sign()))
}

fn key(desk: &Desk) -> Result<LessSafeKey, DeskError> {
    let secret = desk.vault().secret(SECRETS).map_err(|_| failed())?;
    let key = UnboundKey::new(&AES_256_GCM, secret.as_slice()).map_err(|_| failed())?;
    Ok(LessSafeKey::new(key))
}

fn bound_to(user: i64) -> Aad<[u8; 8]> {
    Aad::from(user.to_be_bytes())
}

fn failed() -> DeskError {
    DeskError::Unavailable(
        "a second factor can't be sealed or opened: is it the right master key?".to_owned(),
    )
}
