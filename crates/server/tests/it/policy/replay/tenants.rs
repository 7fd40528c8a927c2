//! Two tenants whose records have the same form and nothing else in common.

use std::collections::BTreeSet;

use proofdesk_domain::entities;
use proofdesk_domain::entity::Entity;
use serde_json::json;

use crate::harness::{
    COWORKERS, Client, DOCUMENTS, Desk, LONG_IDS_STEP, Sent, USER_ROLES, USERS, every_role, jpeg, marked, pdf,
};
use crate::policy::places::Place;

/// How long the word is that stands in every text of a tenant.
const MARK: usize = 6;

/// A location with its records, and somebody who has every role there.
pub(super) struct Tenant {
    pub(super) place: Place,
    pub(super) client: Client,
    /// In every text, and as a name of every file.
    pub(super) mark: &'static str,
    /// The file in each slot.
    files: Vec<Vec<u8>>,
}

/// The entities whose records somebody may write.
pub(super) const OWN: [&str; 6] =
    ["Business", "Coworker", "CoworkerIdentityCheck", "CoworkerIdentityCheckDocument", "User", "UserRole"];

pub(super) fn entity(name: &str) -> &'static Entity {
    entities::PUBLIC.into_iter().find(|entity| entity.name == name).expect("an entity")
}

impl Tenant {
    /// `number` tells its pictures and GUIDs apart.
    pub(super) fn new(desk: &Desk, mark: &'static str, number: u8) -> Self {
        assert_eq!(mark.len(), MARK);
        let place = Place::new(desk, mark);
        let roles = every_role(&[&OWN[..], &["AuditTrailEntry"]].concat());
        let client = desk.user_with_roles(&roles, &[place.business]);
        let files = vec![jpeg(number * 40), pdf(&format!("{mark} front")), pdf(&format!("{mark} back"))];
        for (slot, file) in ["photo", "document", "additionaldocument"].into_iter().zip(&files) {
            let path = format!("{DOCUMENTS}/upload{slot}/{}", place.document);
            client.upload(&path, &format!("{mark}.{slot}"), file).id();
        }
        for name in OWN {
            let entity = entity(name);
            let mut body = marked(entity, mark, number);
            body["Id"] = place.standing(name).into();
            client.patch(entity.path, &body).id();
        }
        Self { place, client, mark, files }
    }

    /// What is its alone, and shows it wherever it turns up: ids, GUIDs, its mark, pieces of its files.
    pub(super) fn secrets(&self, other: &Self) -> Vec<Vec<u8>> {
        let (own, others) = (self.sees(), other.sees());
        let mut secrets: Vec<Vec<u8>> =
            own.difference(&others).map(|text| text.clone().into_bytes()).collect();
        secrets.push(self.mark.as_bytes().to_vec());
        secrets.push(self.mark.to_lowercase().into_bytes());
        for (own, other) in self.files.iter().zip(&other.files) {
            let pieces = own.chunks(24).filter(|piece| piece.len() == 24 && !super::holds(other, piece));
            secrets.extend(pieces.take(8).map(<[u8]>::to_vec));
        }
        secrets
    }

    /// The ids and the GUIDs of all that it sees.
    fn sees(&self) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        for name in OWN.into_iter().chain(["AuditTrailEntry"]) {
            for record in self.client.get(&format!("{}?size=1000", entity(name).path)).records() {
                seen.extend([
                    record["Id"].to_string(),
                    record["UniqueId"].as_str().expect("a GUID").to_owned(),
                ]);
                let guids =
                    record.as_object().into_iter().flatten().filter(|(name, _)| name.ends_with("Guid"));
                seen.extend(guids.filter_map(|(_, value)| value.as_str().map(str::to_owned)));
            }
        }
        seen
    }
}

/// Persons whom both know; what the one says of them of its own isn't the other's business.
pub(super) fn shared(desk: &Desk, owner: &Tenant, stranger: &Tenant) {
    let (own, other) = (owner.place.business, stranger.place.business);
    let customer = json!({
        "FullName": "Both", "Email": "both@example.com", "Businesses": [own, other], "InvoicingBusinessId": own,
        "UserId": owner.place.standing("User"),
    });
    desk.admin().post(COWORKERS, &customer).id();
    let roles = json!({ "BusinessId": own, "Name": owner.mark, "Roles": ["Coworker-List"] });
    let bundle = desk.admin().post(USER_ROLES, &roles).id();
    let user = json!({
        "FullName": "Both", "Email": "both@example.com", "Businesses": [own, other], "DefaultBusinessId": own,
        "UserRoles": [bundle],
    });
    desk.admin().post(USERS, &user).id();
}

/// For each secret that a request can name, one of the same length that isn't there.
pub(super) struct Absent(Vec<(Vec<u8>, Vec<u8>)>);

impl Absent {
    pub(super) fn of(secrets: &[Vec<u8>], other: &Tenant) -> Self {
        let others: BTreeSet<i64> = other.sees().iter().filter_map(|text| text.parse().ok()).collect();
        let absent = |(number, secret): (usize, &Vec<u8>)| {
            let text = std::str::from_utf8(secret).ok()?;
            let absent = match (text.parse(), text.len()) {
                (Ok(id), 9) => absent_id(id, &others).to_string(),
                (_, 36) => format!("{number:08x}-eeee-4eee-8eee-eeeeeeeeeeee"),
                (_, MARK) if text.starts_with('q') => "qzyvet".to_owned(),
                (_, MARK) => "Qzyvet".to_owned(),
                _ => return None,
            };
            Some((secret.clone(), absent.into_bytes()))
        };
        Self(secrets.iter().enumerate().filter_map(absent).collect())
    }

    /// The secrets that a request names.
    pub(super) fn named_in(&self, sent: &Sent) -> Vec<Vec<u8>> {
        let body = sent.body.as_deref().unwrap_or_default();
        let names =
            |secret: &&Vec<u8>| super::holds(sent.path.as_bytes(), secret) || super::holds(body, secret);
        self.0.iter().map(|(secret, _)| secret).filter(names).cloned().collect()
    }

    /// The same request about what isn't there.
    pub(super) fn instead(&self, sent: &Sent) -> Sent {
        let path = self.swapped(sent.path.as_bytes(), false);
        let body = sent.body.as_deref().map(|body| self.swapped(body, false));
        Sent { path: String::from_utf8(path).expect("a path"), body, ..sent.clone() }
    }

    /// The answer to that, as if it were about the secrets.
    pub(super) fn back(&self, answer: &[u8]) -> Vec<u8> {
        self.swapped(answer, true)
    }

    /// A request without the owner's texts in what it writes: what the stranger writes is the stranger's.
    pub(super) fn without_texts(&self, sent: &Sent) -> Sent {
        let Some(body) = &sent.body else { return sent.clone() };
        let texts = self.0.iter().filter(|(secret, _)| secret.len() == MARK);
        let body = texts.fold(body.clone(), |body, (secret, _)| replaced(&body, secret, b"Qother"));
        Sent { body: Some(body), ..sent.clone() }
    }

    fn swapped(&self, text: &[u8], back: bool) -> Vec<u8> {
        self.0.iter().fold(text.to_vec(), |text, (secret, absent)| {
            let (from, to) = if back { (absent, secret) } else { (secret, absent) };
            replaced(&text, from, to)
        })
    }
}

/// An id of the same length that no record has, and that lies on the same side of all that the other tenant has.
fn absent_id(id: i64, others: &BTreeSet<i64>) -> i64 {
    let range = id / LONG_IDS_STEP * LONG_IDS_STEP..(id / LONG_IDS_STEP + 1) * LONG_IDS_STEP;
    let mut same = others.range(range);
    match (same.next(), same.next_back()) {
        (_, Some(last)) if id > *last => id + 2_000_000,
        (Some(first), None) if id > *first => id + 2_000_000,
        _ => id - 200_000,
    }
}

/// A text with each place where one part stands filled by another part of the same length.
pub(super) fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut text = text.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(&text, from).collect();
    for place in places {
        text[place..place + to.len()].copy_from_slice(to);
    }
    text
}
