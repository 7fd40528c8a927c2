//! Searches of all kinds, by what the first tenant's records hold: if one of them counted or ordered what the caller may
//! not see, its answer would say so.

use proofdesk_domain::entity::{Access, Entity, Kind};
use proofdesk_domain::path::referred;
use serde_json::Value;
use ureq::http::Method;

use super::tenants::{OWN, Tenant, entity};
use crate::harness::Sent;

/// What searches are made from.
pub(super) struct Searches {
    /// Each entity with the first tenant's record and the second one's.
    records: Vec<(&'static Entity, Value, Value)>,
}

/// A sequence that is the same in every run (the step of `SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % count as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

impl Searches {
    pub(super) fn new(owner: &Tenant, stranger: &Tenant) -> Self {
        let record = |of: &Tenant, entity: &Entity| {
            of.client.get(&format!("{}/{}", entity.path, of.place.standing(entity.name))).record()
        };
        let all = OWN.into_iter().chain(["AuditTrailEntry"]).map(entity);
        Self {
            records: all.map(|entity| (entity, record(owner, entity), record(stranger, entity))).collect(),
        }
    }

    /// One of them; sometimes a recorded request, spelled in another way.
    pub(super) fn number(&self, number: usize, recorded: &[Sent]) -> Sent {
        let mut dice = Dice(number as u64);
        if dice.below(4) == 0 {
            return respelled(dice.one(recorded), &mut dice);
        }
        let (entity, own, other) = dice.one(&self.records);
        let mut query: Vec<String> =
            (0..=dice.below(3)).filter_map(|_| self.filter(entity, own, &mut dice)).collect();
        if dice.below(3) == 0 {
            let property = dice.one(entity.fields).name;
            query.push(format!("orderBy={property}&dir={}", dice.one(&["0", "1", "asc", "desc", "-1"])));
        }
        if dice.below(2) == 0 {
            query.push(format!(
                "size={}&page={}",
                dice.one(&["1", "2", "25", "1000"]),
                dice.one(&["1", "1", "2", "9"])
            ));
        }
        if dice.below(4) == 0 {
            query.push(format!("id=[{},{},3]", own["Id"], other["Id"]));
        }
        let slash = dice.one(&["", "", "/"]);
        let path = format!("{}{slash}?{}", entity.path, query.join("&"));
        Sent { method: Method::GET, path, headers: Vec::new(), body: None }
    }

    /// A filter by a value of the owner's record, or of one that it refers to.
    fn filter(&self, entity: &'static Entity, record: &Value, dice: &mut Dice) -> Option<String> {
        let field = dice.one(entity.fields);
        if field.access == Access::Hidden || field.secret {
            return None;
        }
        let mut name = format!("{}_{}", entity.name, field.filter_name());
        let (mut kind, mut value) = (field.kind, &record[field.name]);
        if let (Some(to), true) = (referred(field), dice.below(2) == 0) {
            let (_, record, _) = self.records.iter().find(|(entity, ..)| **entity == *to)?;
            let nested = dice.one(to.fields);
            name = format!("{name}_{}", nested.filter_name());
            (kind, value) = (nested.kind, &record[nested.name]);
        }
        let text = match value {
            Value::Null => return None,
            Value::String(text) => part(text, dice).to_owned(),
            Value::Array(items) => items.first()?.to_string().trim_matches('"').to_owned(),
            other => other.to_string(),
        };
        let bounds = matches!(kind, Kind::Integer | Kind::Instant);
        let bound = if bounds { *dice.one(&["", "from_", "to_"]) } else { "" };
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        Some(format!("{bound}{name}={text}"))
    }
}

/// All of a text, or one of its words.
fn part<'a>(text: &'a str, dice: &mut Dice) -> &'a str {
    if dice.below(2) == 0 {
        return text;
    }
    let words: Vec<&str> = text.split(' ').collect();
    dice.one::<&str>(&words)
}

/// A request that means the same, or nearly.
fn respelled(sent: &Sent, dice: &mut Dice) -> Sent {
    let mut sent = sent.clone();
    let (path, query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mark = if query.is_empty() { "" } else { "?" };
    sent.path = match dice.below(5) {
        0 => format!("{}{mark}{query}", path.to_uppercase()),
        1 => format!("{path}?{query}&size=1000&page=1"),
        2 => format!("{}{mark}{query}", path.replace("api", "%61pi")),
        3 => format!("{path}{mark}{}", query.replace("id=", "ID=")),
        _ => format!("{path}/{mark}{query}"),
    };
    if sent.body.is_none() {
        sent.method = dice.one(&[Method::GET, Method::GET, Method::HEAD, Method::DELETE]).clone();
    } else if dice.below(3) == 0 {
        sent.method = dice.one(&[Method::POST, Method::PUT, Method::PATCH]).clone();
    }
    sent
}
