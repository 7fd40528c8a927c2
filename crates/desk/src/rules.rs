//! What holds for the records of one entity, beyond its declaration.

use proofdesk_domain::draft::Draft;
use proofdesk_domain::entities::{business, business::BUSINESS, check, check::CHECK, user_role};
use proofdesk_domain::entities::{coworker, coworker::COWORKER, user, user::USER, user_role::USER_ROLE};
use proofdesk_domain::enumeration::{AddressDocumentType, IdentityDocumentType, VerificationType};
use proofdesk_domain::record::Record;
use proofdesk_domain::retention::MAX_DAYS;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;

use crate::caller::Principal;
use crate::{names, passwords, references, warnings};

/// What a rule looks at.
pub(crate) struct Change<'a> {
    /// Who makes the change.
    pub(crate) by: &'a Principal,
    /// The record before; None for a new one.
    pub(crate) before: Option<&'a Record>,
    /// What was sent.
    pub(crate) draft: &'a Draft,
}

/// Fills in what follows from other fields, and says what is wrong.
pub(crate) fn apply(change: &Change<'_>, after: &mut Record) -> Vec<FieldError> {
    match after.entity() {
        entity if entity == &BUSINESS => {
            Vec::from_iter(warnings::not_codes(after.text(business::REFUSE_WARNINGS)))
        }
        entity if entity == &CHECK => check(change, after),
        entity if entity == &BUSINESS => business(after),
        entity if entity == &COWORKER => coworker(change, after),
        entity if entity == &USER => user(change, after),
        entity if entity == &USER_ROLE => user_role(change, after),
        _ => Vec::new(),
    }
}

/// A check proves what its document type says, where it doesn't say itself (contract section 2).
fn check(change: &Change<'_>, after: &mut Record) -> Vec<FieldError> {
    if change.before.is_none() && change.draft.sent(check::VERIFICATION).is_none_or(Value::is_null) {
        let kind = |field, none: i64| after.int(field).is_some_and(|number| number != none);
        if kind(check::IDENTITY_TYPE, IdentityDocumentType::None.number()) {
            after.set(check::VERIFICATION, VerificationType::IdDocument);
        } else if kind(check::ADDRESS_TYPE, AddressDocumentType::None.number()) {
            after.set(check::VERIFICATION, VerificationType::Address);
        }
    }
    Vec::new()
}

/// Rules of retention name days.
fn business(after: &Record) -> Vec<FieldError> {
    let rules = [
        business::KEEP_PHOTO_DAYS,
        business::KEEP_DOCUMENT_DAYS,
        business::KEEP_ADDITIONAL_DOCUMENT_DAYS,
        business::KEEP_RECORD_DAYS,
    ];
    let wrong = rules.into_iter().filter_map(|rule| {
        let days = after.int(rule).filter(|days| !(1..=MAX_DAYS).contains(days))?;
        let text = format!("must be 1 to {MAX_DAYS} days, or null to keep for ever");
        Some(FieldError::new(BUSINESS.field(rule).name, text).attempted(days))
    });
    wrong.collect()
}

fn coworker(change: &Change<'_>, after: &mut Record) -> Vec<FieldError> {
    if change.before.is_none() && change.draft.sent(coworker::ACTIVE).is_none() {
        after.set(coworker::ACTIVE, true);
    }
    let mut errors = Vec::from_iter(not_an_email(after.text(coworker::EMAIL)));
    if after.list(coworker::BUSINESSES).is_empty() && after.get(coworker::INVOICING_BUSINESS_ID).is_null() {
        errors.push(FieldError::new("InvoicingBusinessId", "is a required field where Businesses is empty"));
    }
    errors
}

/// Fills in what follows from references, once they are known to lead somewhere: the location that invoices a customer is
/// one of the customer's.
pub(crate) fn complete(after: &mut Record) {
    if after.entity() != &COWORKER {
        return;
    }
    let mut businesses = after.list(coworker::BUSINESSES).to_vec();
    if let Some(invoicing) = after.int(coworker::INVOICING_BUSINESS_ID)
        && let Err(place) = businesses.binary_search(&invoicing)
    {
        businesses.insert(place, invoicing);
        after.set(coworker::BUSINESSES, Value::List(businesses));
    }
}

fn user(change: &Change<'_>, after: &mut Record) -> Vec<FieldError> {
    if change.before.is_none() && change.draft.sent(user::ACTIVE).is_none() {
        after.set(user::ACTIVE, true);
    }
    let email = after.text(user::EMAIL).unwrap_or_default().trim().to_owned();
    let login = names::fold(&email);
    let mut errors = Vec::from_iter(not_an_email(Some(&email)).or_else(|| not_an_email(Some(&login))));
    after.set(user::LOGIN, login);
    let password = change.draft.text(user::NEW_PASSWORD);
    errors.extend(password.and_then(|password| {
        passwords::weakness(
            "NewPassword",
            password,
            &[&email, after.text(user::FULL_NAME).unwrap_or_default()],
        )
    }));
    let itself = change.before.map(Record::id) == change.by.user_id && change.by.user_id.is_some();
    if itself && !after.flag(user::ACTIVE) {
        errors.push(FieldError::new("Active", "can't be taken from yourself"));
    }
    errors.extend(second_factor(change, after));
    errors.extend(administration(change, after));
    errors
}

/// A second factor is the user's own to turn on and off, with its codes. For one that is lost an unrestricted administrator says
/// `false`; being left out of a body says nothing, nor does a new user's.
fn second_factor(change: &Change<'_>, after: &mut Record) -> Option<FieldError> {
    let before = change.before.is_some_and(|before| before.flag(user::TWO_FACTOR_ENABLED));
    let sent = change.draft.sent(user::TWO_FACTOR_ENABLED).and_then(Value::as_int).map(|flag| flag != 0);
    after.set(user::TWO_FACTOR_ENABLED, before);
    let own = change.before.map(Record::id) == change.by.user_id && change.by.user_id.is_some();
    let error = |text: &str| Some(FieldError::new("TwoFactorEnabled", text));
    match sent {
        Some(true) if !before && change.before.is_some() => {
            error("is turned on by the user, with POST /api/auth/totp")
        }
        Some(false) if before && own => error("is turned off with DELETE /api/auth/totp"),
        Some(false) if before && !change.by.is_unrestricted() => {
            error("is for unrestricted administrators to take away")
        }
        Some(false) => {
            after.set(user::TWO_FACTOR_ENABLED, false);
            None
        }
        _ => None,
    }
}

/// Only an unrestricted administrator makes or changes administrators, and users of no business.
fn administration(change: &Change<'_>, after: &Record) -> Option<FieldError> {
    if change.by.is_unrestricted() {
        return None;
    }
    let was_admin = change.before.is_some_and(|before| before.flag(user::IS_ADMIN));
    if was_admin || after.flag(user::IS_ADMIN) {
        return Some(FieldError::new(
            "IsAdmin",
            "is for unrestricted administrators to set, and their records to change",
        ));
    }
    after.list(user::BUSINESSES).is_empty().then(|| FieldError::required("Businesses"))
}

fn user_role(change: &Change<'_>, after: &mut Record) -> Vec<FieldError> {
    let excess = references::exceeds(change.by, after)
        || change.before.is_some_and(|before| references::exceeds(change.by, before));
    let error = || {
        FieldError::new(after.entity().field(user_role::ROLES).name, "has roles that you don't have yourself")
    };
    Vec::from_iter(excess.then(error))
}

fn not_an_email(email: Option<&str>) -> Option<FieldError> {
    let email = email?.trim();
    let (name, host) = email.rsplit_once('@').unwrap_or_default();
    let plain =
        !name.is_empty() && !host.is_empty() && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    (!plain && !email.is_empty())
        .then(|| FieldError::new("Email", "must be an e-mail address").attempted(email))
}
