//! Why a file was not decoded.

/// Why a file was not decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The file isn't what is taken; the text says the limit and what was found, and reads well after a field's name.
    #[error("{0}")]
    Refused(String),
    /// The child died, took too long, or talked nonsense over this file.
    #[error("can't be read: it is damaged, or too demanding")]
    Unreadable,
    /// Too many files wait already.
    #[error("too many files wait to be read")]
    Busy,
    /// No child can be had; the text says why.
    #[error("{0}")]
    Unavailable(String),
}
