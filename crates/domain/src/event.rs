//! What a subscriber can be told of: the actions of the contract (section 7) that are Proofdesk's own.

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A check was made: the customer is asked.
    CheckRequested = 1000,
    /// All that a check needs was handed in.
    CheckSubmitted = 1001,
    /// The reviewer accepted it.
    CheckVerified = 1002,
    /// The reviewer rejected it.
    CheckRejected = 1003,
    /// It was called off.
    CheckCancelled = 1004,
    /// Its personal data was erased.
    CheckErased = 1005,
    /// A document was made.
    DocumentCreated = 1010,
    /// A document was changed.
    DocumentUpdated = 1011,
    /// A document was removed.
    DocumentDeleted = 1012,
    /// Its personal data was erased.
    DocumentErased = 1013,
    /// A customer's personal data was erased, with all checks and documents.
    CustomerErased = 1020,
}
