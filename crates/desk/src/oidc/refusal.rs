//! Why somebody who came from the issuer isn't signed in.

use thiserror::Error;

use crate::error::DeskError;

/// Why somebody who came from the issuer isn't signed in. The texts are for the audit trail and the log, and hold nothing that
/// the issuer or the browser wrote.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The browser didn't start it, or started another one since.
    #[error("it was not started in this browser")]
    OtherBrowser,
    /// It was started too long ago.
    #[error("it was started too long ago")]
    TooOld,
    /// It has come back before.
    #[error("it was used before")]
    Used,
    /// The person said no, or may not use the desk.
    #[error("the issuer refused it")]
    Denied,
    /// The issuer doesn't answer, or not as it should.
    #[error("the issuer could not be asked: {0}")]
    Unreachable(&'static str),
    /// What came from the issuer isn't good.
    #[error("the issuer's answer is not good: {0}")]
    Bad(&'static str),
    /// Nobody here.
    #[error("nobody here is who the issuer names")]
    Unknown,
    /// The issuer hasn't verified the e-mail address.
    #[error("the e-mail address is not verified")]
    Unverified,
    /// The user may not sign in.
    #[error("the user is disabled")]
    Disabled,
    /// The e-mail address is of a user who is somebody else at the issuer.
    #[error("the user is linked to somebody else at the issuer")]
    LinkedToOther,
    /// Something of the desk failed.
    #[error(transparent)]
    Desk(#[from] DeskError),
}
