use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::claims::{Expected, judge, texts};
use super::mapping::{Rights, lost, synchronised};

const NOW: i64 = 1_800_000_000;

fn object(json: Json) -> Map<String, Json> {
    if let Json::Object(object) = json { object } else { Map::new() }
}

fn judged(over: Json) -> Result<(), &'static str> {
    let mut claims = object(json!({
        "iss": "https://issuer.test", "aud": "desk", "sub": "7", "nonce": "n", "iat": NOW, "exp": NOW + 60,
    }));
    for (name, value) in object(over) {
        claims.insert(name, value);
    }
    let (issuer, client_id, nonce) = ("https://issuer.test", "desk", "n");
    judge(&claims, &Expected { issuer, client_id, nonce, started_on: NOW - 10, now: NOW })
}

#[test]
fn clocks_may_be_five_minutes_apart_and_no_more() {
    for (claim, at, good) in [
        ("exp", NOW - 299, true),
        ("exp", NOW - 300, false),
        ("iat", NOW + 300, true),
        ("iat", NOW + 301, false),
        ("iat", NOW - 310, true),
        ("iat", NOW - 311, false),
        ("nbf", NOW + 300, true),
        ("nbf", NOW + 301, false),
        ("exp", -1, false),
    ] {
        assert_eq!(judged(json!({ claim: at })).is_ok(), good, "{claim} {at}");
    }
    // Times may have fractions (RFC 7519 section 2), but must be times.
    assert_eq!(judged(json!({ "exp": 1_800_000_000.5 })), Ok(()));
    for none in [json!(1e300), json!("1800000060"), json!([NOW]), json!(true)] {
        assert!(judged(json!({ "exp": none })).is_err(), "{none}");
    }
}

#[test]
fn a_subject_has_a_length() {
    assert_eq!(judged(json!({ "sub": "x".repeat(255) })), Ok(()));
    assert!(judged(json!({ "sub": "x".repeat(256) })).is_err());
}

#[test]
fn a_claim_may_lie_inside_of_others() {
    let claims = object(json!({
        "groups": ["a", 7, "b"], "role": "c", "realm": { "roles": ["d"] }, "https://x.test/roles": ["e"], "n": 1,
    }));
    for (name, found) in [
        ("groups", &["a", "b"][..]),
        ("role", &["c"]),
        ("realm.roles", &["d"]),
        ("https://x.test/roles", &["e"]),
        ("realm", &[]),
        ("realm.none", &[]),
        ("groups.0", &[]),
        ("n", &[]),
        ("", &[]),
    ] {
        assert_eq!(texts(&claims, name), found, "{name}");
    }
}

fn rights() -> impl Strategy<Value = Rights> {
    (any::<bool>(), btree_set(1_i64..5, 0..3)).prop_map(|(admin, bundles)| Rights {
        admin,
        businesses: bundles.iter().map(|bundle| bundle % 2 + 1).collect(),
        bundles,
    })
}

fn is_everything(rights: &Rights) -> bool {
    rights.admin && rights.bundles.is_empty()
}

proptest! {
    /// However often claims come and go, what is left when they are gone is what was given by hand, and never more.
    #[test]
    fn what_claims_gave_goes_with_them(by_hand in rights(), walks in vec(rights(), 0..6)) {
        let (mut now, mut granted) = (by_hand.clone(), Rights::default());
        for wanted in walks {
            let (after, given) = synchronised(&now, &granted, &wanted);
            prop_assert!(by_hand.bundles.is_subset(&after.bundles));
            prop_assert!(!is_everything(&after) || wanted.admin || is_everything(&by_hand));
            prop_assert!(!wanted.admin || after.admin);
            let needed: BTreeSet<i64> = if wanted.admin || is_everything(&by_hand) { BTreeSet::new() } else { wanted.bundles.clone() };
            prop_assert!(needed.is_subset(&after.bundles));
            prop_assert_eq!(synchronised(&after, &given, &wanted), (after.clone(), given.clone()));
            (now, granted) = (after, given);
        }
        let (left, given) = synchronised(&now, &granted, &Rights::default());
        prop_assert_eq!(&left.bundles, &by_hand.bundles);
        prop_assert_eq!(&left.businesses, &by_hand.businesses);
        prop_assert!(!left.admin || by_hand.admin);
        prop_assert!(!is_everything(&left) || is_everything(&by_hand));
        prop_assert_eq!(given, Rights::default());
    }

    /// Less of anything is a loss.
    #[test]
    fn a_loss_is_seen(before in rights(), after in rights()) {
        let kept = before.bundles.iter().all(|bundle| after.bundles.contains(bundle));
        prop_assert_eq!(lost(&before, &after), !kept || (before.admin && !after.admin));
    }
}
