//! References are checked in the transaction that sets them: what changes between a look and a write makes the write start
//! again. The audit trail is the witness, since its entries are in the order in which things happened.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::harness::{self, AUDIT, CHECKS, COWORKERS, Desk};

/// How many checks are asked for while their customer comes and goes, in a usual run.
const TRIES: usize = 400;

/// How many ask at one time.
const CLIENTS: usize = 2;

/// All audit entries of two kinds of records, oldest first.
fn history(desk: &Desk) -> Vec<Value> {
    let page = |number: usize| {
        desk.admin()
            .get(&format!("{AUDIT}?size=1000&page={number}&AuditTrailEntry_EntityShortName=Coworker"))
            .records()
    };
    (1..).map(page).take_while(|page| !page.is_empty()).flatten().collect()
}

/// Whether an entry leaves its customer at a location; None if it says nothing of that.
fn stays(entry: &Value, business: i64) -> Option<bool> {
    let new: Value = serde_json::from_str(entry["NewValue"].as_str()?).expect("JSON");
    Some(new.get("Businesses")?.as_array()?.contains(&json!(business)))
}

on_both_stores! {
    fn a_customer_who_has_left_gets_no_check(desk) {
        let [own, other] = ["Harbour", "Abroad"].map(|name| desk.business(name));
        let coworker = desk.coworker("Ada Lovelace", &[own, other]);
        let (done, tries) = (AtomicBool::new(false), harness::count("RACES", TRIES));
        // To somebody of the one location, a customer who has left isn't there.
        let clerk = desk.user_with_roles(&["CoworkerIdentityCheck-Create"], &[own]);
        let admin = desk.admin();
        let create = || {
            let body = json!({ "BusinessId": own, "CoworkerId": coworker, "Name": "Check" });
            (0..tries / CLIENTS).filter(|_| clerk.post(CHECKS, &body).status == 200).count()
        };
        let move_about = || {
            while !done.load(Ordering::Relaxed) {
                for businesses in [json!([other]), json!([own, other])] {
                    admin.patch(COWORKERS, &json!({ "Id": coworker, "Businesses": businesses })).id();
                }
            }
        };
        let made: usize = std::thread::scope(|scope| {
            scope.spawn(move_about);
            let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(create)).collect();
            let made: Vec<_> = clients.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            // Also if one of them failed: else the other thread would go on for ever.
            done.store(true, Ordering::Relaxed);
            made.into_iter().map(|made| made.expect("answers")).sum()
        });
        assert!(made > 0 && made < tries, "{made} of {tries} were made: both must come up");
        let (mut here, mut seen, mut moved) = (false, 0, 0);
        for entry in history(desk) {
            match entry["EntityShortName"].as_str() {
                Some("Coworker") => {
                    here = stays(&entry, own).unwrap_or(here);
                    moved += 1;
                }
                Some("CoworkerIdentityCheck") if entry["AuditType"] == 1 => {
                    assert!(here, "a check was made for a customer who had left: {entry}");
                    seen += 1;
                }
                _ => {}
            }
        }
        assert_eq!(seen, made);
        assert!(moved > 10, "{moved} moves");
    }
}
