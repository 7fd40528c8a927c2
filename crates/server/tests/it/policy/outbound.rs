//! Nothing but the gateway opens connections: every operation there is, and the desk connects to the place that files are
//! fetched from, and to nothing else.

use std::fs;

use serde_json::json;

use super::document;
use super::places::Place;
use crate::harness::{COWORKERS, DOCUMENTS, Desk, Store, Watcher, jpeg};

#[test]
fn only_the_gateway_connects() {
    let desk = Desk::start(Store::Sqlite);
    let place = Place::new(&desk, "Harbour");
    let url = desk.files.put("face.jpg", jpeg(1));
    let trace = desk.folder().join("connects");
    let watcher = Watcher::attach(desk.process_id(), "connect", &trace);
    for operation in document::of(&desk) {
        let (entity, verb) = operation.parts();
        let id = match verb {
            "delete" | "runCommand" => place.fresh(&desk, entity),
            _ => place.standing(entity),
        };
        for (half, _) in operation.halves() {
            operation.call(desk.admin(), half, &place, id);
        }
    }
    // A text that only looks like an address is no reason to go there.
    desk.admin().patch(COWORKERS, &json!({ "Id": place.coworker, "FullName": "http://192.0.2.1:9/" })).id();
    watcher.detach();
    assert_eq!(connections(&fs::read_to_string(&trace).expect("the trace")), Vec::<String>::new());

    let watcher = Watcher::attach(desk.process_id(), "connect", &trace);
    let body = json!({
        "CoworkerId": place.coworker, "CoworkerIdentityCheckId": place.check, "Name": "D", "NewPhotoUrl": url,
    });
    desk.admin().post(DOCUMENTS, &body).id();
    watcher.detach();
    let port = url.split(':').nth(2).and_then(|rest| rest.split('/').next()).expect("a port").to_owned();
    let seen = connections(&fs::read_to_string(&trace).expect("the trace"));
    assert!(!seen.is_empty() && seen.iter().all(|line| line.contains(&format!("htons({port})"))), "{seen:?}");
}

/// The calls that connect to another machine, or might.
fn connections(trace: &str) -> Vec<String> {
    let outbound = |line: &&str| line.contains("connect(") && line.contains("AF_INET");
    trace.lines().filter(outbound).map(str::to_owned).collect()
}
