//! Records of every entity, with every kind of value in every field.

use proofdesk_domain::entities::{
    audit_entry, audit_values, business, check, client, coworker, discarded_file, document, erasure, event,
    file, idempotent_answer, identity, recovery_code, rendition, spent_state, token, totp, user, user_role,
};
use proofdesk_domain::entity::{
    CREATED_ON, Entity, Field, FieldIndex, ID, Kind, Source, Tenancy, UNIQUE_ID, UPDATED_ON, VERSION,
};
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;

use crate::has_version;

/// Texts that a store could get wrong: quotes, wildcards, escapes, scripts, cases, nothing at all.
pub(super) const TEXTS: [&str; 20] = [
    "plain",
    "O'Brien \"Bob\"",
    "100%_sure\\",
    "%",
    "_",
    "\\",
    "'; DROP TABLE users; --",
    "Éclair é",
    "ÉCLAIR É",
    "Ωmega ω",
    "ΟΔΟΣ",
    "日本語テキスト",
    "👩‍👩‍👧 𝒻amily",
    "  spaces  ",
    "",
    "line\nbreak\ttab",
    "İstanbul ẞ",
    "apple",
    "Banana",
    "PLAIN",
];

const NUMBERS: [i64; 6] = [i64::MIN, -1, 0, 1, 42, i64::MAX];

/// From the first to the last instant that the wire has a form for.
const INSTANTS: [i64; 5] = [-62_135_596_800, -1, 0, 1_736_937_000, 253_402_300_799];

/// The entities that a store may be given records of, each after those that it refers to: all but the fixed list of roles.
pub(super) const WRITTEN: [&Entity; 20] = [
    &business::BUSINESS,
    &user::USER,
    &user_role::USER_ROLE,
    &client::CLIENT,
    &coworker::COWORKER,
    &check::CHECK,
    &document::DOCUMENT,
    &audit_values::AUDIT_VALUES,
    &audit_entry::AUDIT_ENTRY,
    &discarded_file::DISCARDED_FILE,
    &erasure::ERASURE,
    &event::EVENT,
    &file::FILE,
    &rendition::RENDITION,
    &idempotent_answer::IDEMPOTENT_ANSWER,
    &identity::IDENTITY,
    &recovery_code::RECOVERY_CODE,
    &spent_state::SPENT_STATE,
    &token::TOKEN,
    &totp::TOTP,
];

/// The fields of internal entities that may be null.
const INTERNAL_NULLABLE: [(&Entity, FieldIndex); 21] = [
    (&audit_values::AUDIT_VALUES, audit_values::OLD_VALUE),
    (&audit_values::AUDIT_VALUES, audit_values::NEW_VALUE),
    (&audit_values::AUDIT_VALUES, audit_values::REMOTE_ADDRESS),
    (&audit_values::AUDIT_VALUES, audit_values::SUBJECT_ID),
    (&client::CLIENT, client::NAME),
    (&erasure::ERASURE, erasure::BUSINESS_ID),
    (&erasure::ERASURE, erasure::ACTOR_ID),
    (&erasure::ERASURE, erasure::REQUEST_ID),
    (&erasure::ERASURE, erasure::FINISHED_ON),
    (&erasure::ERASURE, erasure::RECEIPT),
    (&erasure::ERASURE, erasure::SIGNATURE),
    (&file::FILE, file::WIDTH),
    (&file::FILE, file::HEIGHT),
    (&file::FILE, file::PAGES),
    (&idempotent_answer::IDEMPOTENT_ANSWER, idempotent_answer::RECORD_ID),
    (&identity::IDENTITY, identity::GRANTED_ROLES),
    (&identity::IDENTITY, identity::GRANTED_BUSINESSES),
    (&token::TOKEN, token::USED_ON),
    (&token::TOKEN, token::MACHINE_ID),
    (&totp::TOTP, totp::CONFIRMED_ON),
    (&totp::TOTP, totp::LAST_STEP),
];

/// The fields of other entities that are never null although callers needn't send them.
const ALWAYS_SET: [(&Entity, FieldIndex); 6] = [
    (&user::USER, user::LOGIN),
    (&document::DOCUMENT, document::BUSINESS_ID),
    (&audit_entry::AUDIT_ENTRY, audit_entry::ENTITY),
    (&audit_entry::AUDIT_ENTRY, audit_entry::ENTITY_ID),
    (&audit_entry::AUDIT_ENTRY, audit_entry::DESCRIPTION),
    (&audit_entry::AUDIT_ENTRY, audit_entry::COMMITMENT),
];

/// Whether a field may hold nothing.
pub(super) fn is_nullable(entity: &'static Entity, index: FieldIndex) -> bool {
    let field = entity.field(index);
    if matches!(entity.tenancy, Tenancy::Internal) {
        return INTERNAL_NULLABLE.contains(&(entity, index));
    }
    let common = [ID, UNIQUE_ID, CREATED_ON, UPDATED_ON, VERSION].contains(&index);
    let valued = matches!(field.kind, Kind::Flag | Kind::Enumeration(_));
    !common && !valued && !field.required && !ALWAYS_SET.contains(&(entity, index))
}

/// The `number`-th record of an entity: of each field some value of its kind, and null here and there.
///
/// `refer` gives the id for a reference, `members` the ids for a list, each by the entity referred to and a number.
pub(super) fn sample(
    entity: &'static Entity,
    number: usize,
    refer: impl Fn(&'static Entity, usize) -> Value,
    members: impl Fn(Kind, usize) -> Vec<i64>,
) -> Record {
    let mut record = Record::empty(entity);
    for (place, field) in entity.fields.iter().enumerate() {
        let index = FieldIndex(place);
        match field.source {
            Source::Column(_) if index == ID || (index == VERSION && has_version(entity)) => {}
            Source::Column(_) => record.set(index, value(entity, index, number, &refer)),
            Source::Links(_) => record.set(index, Value::List(members(field.kind, number + place))),
            Source::Path(_) | Source::Instruction => {}
        }
    }
    record
}

fn value(
    entity: &'static Entity,
    index: FieldIndex,
    number: usize,
    refer: &impl Fn(&'static Entity, usize) -> Value,
) -> Value {
    let field = entity.field(index);
    let mixed = number + index.0;
    if is_nullable(entity, index) && (number % 5 == 4 || mixed % 4 == 3) {
        return Value::Null;
    }
    match field.kind {
        // A document has one file in each slot, and nine documents are all that there are.
        Kind::Integer if (entity, index) == (&file::FILE, file::SLOT) => {
            Value::Int(1 + number as i64 / 9 % 3)
        }
        Kind::Integer => Value::Int(NUMBERS[mixed % NUMBERS.len()]),
        Kind::Instant => Value::Int(INSTANTS[mixed % INSTANTS.len()]),
        Kind::Flag => Value::from(mixed.is_multiple_of(2)),
        Kind::Enumeration(table) => Value::Int(table.values[mixed % table.values.len()].0),
        Kind::Guid => Value::from(guid(number, index)),
        Kind::Text(_) => Value::Text(text(entity, field, number, mixed)),
        Kind::Reference(other) => refer(other, mixed),
        Kind::List(_) | Kind::RoleNames => Value::Null,
    }
}

/// Different in every record and field, with letters among its digits.
fn guid(number: usize, index: FieldIndex) -> String {
    format!("{number:08x}-abcd-4{:03x}-8fed-0123456789ab", index.0)
}

/// One of [`TEXTS`]; with its number in the fields that must be unique.
fn text(entity: &'static Entity, field: &Field, number: usize, mixed: usize) -> String {
    let text = TEXTS[mixed % TEXTS.len()];
    let unique = [
        (&user::USER, user::LOGIN),
        (&token::TOKEN, token::HASH),
        (&idempotent_answer::IDEMPOTENT_ANSWER, idempotent_answer::MARK),
        (&client::CLIENT, client::CLIENT_ID),
        (&identity::IDENTITY, identity::MARK),
        (&recovery_code::RECOVERY_CODE, recovery_code::HASH),
        (&spent_state::SPENT_STATE, spent_state::HASH),
    ];
    let is_unique = unique.iter().any(|(own, index)| *own == entity && own.field(*index).name == field.name);
    if is_unique { format!("{text}{number}") } else { text.to_owned() }
}
