//! What each operation is called, and what is said of it.

use proofdesk_domain::entities::{check::CHECK, coworker::COWORKER, document::DOCUMENT};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::roles::{Operation, Role};

use crate::routes::{Access, Described, Route};

/// What the document says of an operation.
pub(super) struct Words {
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) description: &'static str,
}

/// The words for a route.
#[expect(clippy::too_many_lines, reason = "a table: a line or two for each operation")]
pub(super) fn of(route: &Route) -> Words {
    let name = route.entity.map_or("", |entity| entity.name);
    let (id, summary, description) = match route.operation {
        Described::Search => search(route, name),
        Described::Get => (format!("{name}_get"), format!("Get one {name}"), ""),
        Described::Create => (format!("{name}_create"), format!("Create a {name}"), made(route)),
        Described::Replace if route.path.ends_with("/{id}") => {
            let description =
                "The `Id` in the body may be absent; where it is there, it must be the one in the path.";
            (format!("{name}_updateById"), format!("Update the {name} in the path"), description)
        }
        Described::Replace => (format!("{name}_update"), format!("Update a {name}"), REPLACE),
        Described::Merge => {
            (format!("{name}_patch"), format!("Update a {name} in part"), "Only what is sent changes.")
        }
        Described::Delete => (format!("{name}_delete"), format!("Delete a {name}"), removed(route)),
        Described::Commands => {
            (format!("{name}_commands"), format!("List the commands on a {name}"), COMMANDS)
        }
        Described::RunCommand => {
            (format!("{name}_runCommand"), format!("Run a command on {name} records"), run(route))
        }
        Described::Receipt => {
            (format!("{name}_getReceipt"), format!("The receipt of a {name}'s erasure"), RECEIPT)
        }
        Described::Export => {
            (format!("{name}_export"), format!("Everything that is kept of one {name}"), EXPORT)
        }
        Described::Download(slot) => {
            let prefix = slot.prefix();
            (format!("{name}_get{prefix}"), format!("Look at the file in the slot {prefix}"), DOWNLOAD)
        }
        Described::Upload(slot) => {
            let prefix = slot.prefix();
            (format!("{name}_upload{prefix}"), format!("Put a file into the slot {prefix}"), UPLOAD)
        }
        Described::Enums => ("Enums_get".to_owned(), "The values of an enumeration".to_owned(), ""),
        Described::Me => ("Auth_me".to_owned(), "Who is signed in".to_owned(), ""),
        Described::Token => ("Auth_token".to_owned(), "Get tokens".to_owned(), TOKEN),
        Described::Revoke => ("Auth_revoke".to_owned(), "End a token".to_owned(), REVOKE),
        Described::Introspect => {
            ("Auth_introspect".to_owned(), "What a token stands for".to_owned(), INTROSPECT)
        }
        Described::Sessions => {
            let name = named(name);
            (format!("{name}_sessions"), "List sign-ins".to_owned(), SESSIONS)
        }
        Described::EndSessions => {
            let name = named(name);
            (format!("{name}_endSessions"), "End sign-ins".to_owned(), END_SESSIONS)
        }
        Described::Invite => ("User_invite".to_owned(), "Invite a user".to_owned(), INVITE),
        Described::SetPassword => {
            ("Auth_setPassword".to_owned(), "Set a password by a link".to_owned(), SET_PASSWORD)
        }
        Described::ChangePassword => {
            ("Auth_changePassword".to_owned(), "Change one's own password".to_owned(), CHANGE_PASSWORD)
        }
        Described::Metadata => {
            ("Auth_metadata".to_owned(), "What the authorization server can".to_owned(), METADATA)
        }
        Described::EnrolTotp => ("Auth_totpEnrol".to_owned(), "Enrol a second factor".to_owned(), ENROL),
        Described::ConfirmTotp => {
            ("Auth_totpConfirm".to_owned(), "Turn the second factor on".to_owned(), CONFIRM)
        }
        Described::TurnTotpOff => {
            ("Auth_totpOff".to_owned(), "Turn the second factor off".to_owned(), TURN_OFF)
        }
    };
    Words { id, summary, description }
}

/// What the name of an operation begins with.
fn named(entity: &str) -> &str {
    if entity.is_empty() { "Auth" } else { entity }
}

fn search(route: &Route, name: &str) -> (String, String, &'static str) {
    if route.path.ends_with('/') {
        return (format!("{name}_batch"), format!("Get {name} records by their ids, or search"), SEARCH);
    }
    (format!("{name}_search"), format!("Search {name} records, or get them by their ids"), SEARCH)
}

fn made(route: &Route) -> &'static str {
    match route.entity {
        Some(entity) if entity == &CHECK => PAIR,
        Some(entity) if entity == &DOCUMENT => CREATE,
        _ => "",
    }
}

fn removed(route: &Route) -> &'static str {
    match route.entity {
        Some(entity) if entity == &CHECK => DELETE_CHECK,
        Some(entity) if entity == &DOCUMENT => DELETE_DOCUMENT,
        _ => DELETE,
    }
}

fn run(route: &Route) -> &'static str {
    match route.entity {
        Some(entity) if entity == &CHECK || entity == &DOCUMENT => RUN,
        _ => ERASE,
    }
}

const ERASE: &str = "`Erase` empties the customer's personal data and that of all its checks and documents, destroys their \
                     files, and answers with signed receipts. The role is needed at all locations of the customer, and \
                     CoworkerIdentityCheck-Delete where there are checks. What is under a legal hold is \
                     refused with 200 and `WasSuccessful: false`, and nothing is erased.";
const RECEIPT: &str = "What was erased, when, and how much of it in each store, signed by Ed25519; of what was erased with its \
                       check or its customer, theirs. 404 where nothing was erased.";
const EXPORT: &str = "What somebody is given who asks for their data (GDPR articles 15 and 20), a ZIP: `export.json` with the records, \
                      `files/` as they are kept, `README.txt`, and last `manifest.json` with size and SHA-256 of each. An archive \
                      without its end is not whole. What the caller may not see is not in it; a file that can't be read fails \
                      the request.";
const PAIR: &str = "With `VerificationType2` (or another property that ends in 2) two checks are made that share an \
                    `IdentityCheckGroupGuid`; the answer names the first.";
const SEARCH: &str = "Filters are ANDed; an empty value is no filter, and unknown keys are ignored. With `id=[1,2,3]` \
                      the answer is a bare array of these records.";
const CREATE: &str = "Files that the body names by URL are fetched, checked and stored before the answer: if one can't \
                      be taken, nothing is made.";
const REPLACE: &str = "Replaces all writable properties of the record that the body's `Id` names: what is absent becomes \
                       null, false or 0. Files stay unless an instruction says otherwise.";
const DELETE: &str = "What others refer to is not deleted; the error names what refers to it.";
const DELETE_CHECK: &str = "Its documents and their files go with it, each with its own audit entry.";
const DELETE_DOCUMENT: &str = "Its files go with it.";
const COMMANDS: &str = "With `id`, those that are possible where that record stands.";
const RUN: &str = "All of `Ids` are moved, or none. What the lifecycle does not allow is answered with 200 and \
                   `WasSuccessful: false`, naming the record and its state. `MarkAsVerified` and \
                   `MarkAsRejected` need the role CoworkerIdentityCheck-Edit, on documents too; a location can ask that \
                   nobody decides on what they handed in, and that two reviewers approve. `Erase` empties personal data, destroys \
                   files, and answers with signed receipts; it and `LiftLegalHold` need the entity's role -Delete too.";
const DOWNLOAD: &str = "Every look is on record before the first byte is sent. 404 where the slot is empty, or the file has no \
                        such page.";
const UPLOAD: &str = "The part `file` of multipart/form-data replaces the file in the slot. It is kept cleaned: without \
                      metadata but colour profile and orientation. A picture that is small, dark, too bright or blurred is told of \
                      in `Warnings` of the answer's `Value`.";
const TOKEN: &str = "The password grant (RFC 6749 section 4.3), the refresh grant (section 6), and for programs the \
                     client credentials grant (section 4.4). A refresh token is good \
                     once. Used again within 30 seconds it gives the same new pair, for an answer that was lost; later it \
                     ends everything that follows from its sign-in.";
const REVOKE: &str = "RFC 7009. An access token ends alone, a refresh token with everything that follows from its \
                      sign-in. A token that is none, or not any more, is answered the same.";
const INTROSPECT: &str = "RFC 7662. Whoever asks is told of their own tokens, an unrestricted administrator of all. Of \
                          others, and of what is no live token: `{\"active\": false}`. A machine client may send `client_id` and \
                          `client_secret` in the form instead of `Authorization`.";
const SESSIONS: &str =
    "All that follows from one sign-in is one, however often its tokens were renewed. The newest first.";
const END_SESSIONS: &str = "Those in `Ids`, or all but the one that asks: their tokens are good for nothing any more. Those of \
                            another user are for whoever may set that user's password to end.";
const INVITE: &str = "Gives a link with which the user sets a password, once: an invitation, or a reset. It is shown once; an \
                      earlier one ends. It is for whoever may set the user's password.";
const SET_PASSWORD: &str = "By whoever has a link. The link, and all tokens of the user, end.";
const CHANGE_PASSWORD: &str = "All else that the user is signed in with ends.";
const METADATA: &str = "RFC 8414.";

const ENROL: &str = "Gives the caller a secret for an authenticator (RFC 6238: SHA-1, six digits, 30 seconds) and ten \
                     recovery codes. They are shown once. Nothing is asked for before the first code confirms it, within \
                     the hour.";
const CONFIRM: &str = "From then on a sign-in needs `totp`, HTTP Basic is refused for the user, and tokens of sign-ins from \
                       before are not renewed. A wrong code counts as a wrong password does.";
const TURN_OFF: &str = "Needs the password and a code. For somebody who has lost both authenticator and recovery codes an \
                        unrestricted administrator sets `TwoFactorEnabled` of the user to false.";

/// The role that opens an operation, as `x-role`.
pub(super) fn role(route: &Route) -> String {
    match (route.access, route.entity) {
        (Access::Role(operation), Some(entity)) => Role::new(entity, operation).name(),
        (Access::ListOrRead, Some(entity)) => Role::new(entity, Operation::List).name(),
        (Access::Public, _) => "Public".to_owned(),
        (Access::AnyUser | Access::Role(_) | Access::ListOrRead, _) => "AnyUser".to_owned(),
    }
}

/// The role that opens the other half of an operation, a batch by ids, as `x-role-batch`.
pub(super) fn batch_role(route: &Route) -> Option<String> {
    let entity = route.entity.filter(|_| route.access == Access::ListOrRead)?;
    Some(Role::new(entity, Operation::Read).name())
}

/// The roles that an operation needs besides, as `x-role-besides`.
pub(super) fn besides(route: &Route) -> Vec<String> {
    route.besides().iter().map(|entity| Role::new(entity, Operation::Read).name()).collect()
}

/// What is said of the role.
pub(super) fn role_sentence(route: &Route) -> String {
    let besides = besides(route);
    match (route.access, batch_role(route)) {
        (Access::Public, _) => "Open to anybody.".to_owned(),
        (Access::AnyUser, _) => "Open to anybody who is signed in.".to_owned(),
        (_, None) if !besides.is_empty() => format!(
            "Requires the roles {} and {}, at each location of the record, or a full unrestricted administrator.",
            role(route),
            besides.join(", ")
        ),
        (_, None) => format!("Requires the role {}, or a full unrestricted administrator.", role(route)),
        (_, Some(batch)) => format!(
            "Requires the role {} (with `id=[…]` the role {batch}), or a full unrestricted administrator.",
            role(route)
        ),
    }
}

/// The kind of audit entry that an operation leaves for each record that it changes or opens; None for none.
pub(super) fn audit(route: &Route) -> Option<AuditType> {
    match route.operation {
        Described::Search
        | Described::Get
        | Described::Commands
        | Described::Receipt
        | Described::Enums
        | Described::Me
        | Described::Introspect
        | Described::Sessions
        | Described::Metadata => None,
        Described::Create => Some(AuditType::Create),
        Described::RunCommand if route.entity == Some(&COWORKER) => Some(AuditType::Erase),
        Described::Replace | Described::Merge | Described::RunCommand | Described::Upload(_) => {
            Some(AuditType::Update)
        }
        Described::EnrolTotp | Described::ConfirmTotp | Described::TurnTotpOff => Some(AuditType::Update),
        Described::Delete => Some(AuditType::Delete),
        Described::Export => Some(AuditType::Export),
        Described::Download(_) => Some(AuditType::Look),
        Described::Token => Some(AuditType::SignIn),
        Described::Revoke | Described::EndSessions => Some(AuditType::SignOut),
        Described::Invite | Described::SetPassword | Described::ChangePassword => {
            Some(AuditType::Credentials)
        }
    }
}

/// The heading that an operation stands under.
pub(super) fn tag(route: &Route) -> &'static str {
    match (route.operation, route.entity) {
        (Described::Download(_) | Described::Upload(_), _) => "Files",
        (_, Some(entity)) => entity.name,
        (_, None) => "Account",
    }
}

/// The headings and what is said of them.
pub(super) const TAGS: [(&str, &str); 11] = [
    ("CoworkerIdentityCheck", "A location asks a customer to prove who they are, or where they live."),
    ("CoworkerIdentityCheckDocument", "What a customer hands in for a check, in up to three files."),
    ("Files", "The face photo, the front and the back of a document."),
    ("Coworker", "Customers."),
    ("Business", "Locations, the border between tenants."),
    ("User", "Who signs in."),
    ("UserRole", "Bundles of roles that some users have at one location."),
    ("Role", "The fixed list of roles."),
    ("AuditTrailEntry", "Who did what to which record, and when."),
    ("Account", "Tokens, who is signed in, and enumerations."),
    ("Operations", "What operators and their machines ask."),
];
