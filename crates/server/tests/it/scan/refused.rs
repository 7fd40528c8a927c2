//! What the scanner knows.

use serde_json::json;

use super::{STREAM, bad_jpeg, bad_pdf, bad_png, desk};
use crate::harness::{AUDIT, Clamd, DOCUMENTS, EICAR_NAME, Store, eicar, jpeg, pdf};

/// What the audit trail calls it.
const SCAN_FOUND: i64 = 122;

#[test]
fn malware_is_refused_wherever_it_hides() {
    if !Clamd::is_there("scan::refused::malware_is_refused_wherever_it_hides") {
        return;
    }
    let (desk, port) = desk(Store::Sqlite, &[]);
    let _clamd = Clamd::start(port, STREAM);
    let world = desk.world();
    let clean = desk.document(&world, &json!({ "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)) }));
    let files = || std::fs::read_dir(desk.data().join("files")).expect("the files").count();
    let body = |url: String| {
        json!({
            "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "D", "NewDocumentUrl": url,
        })
    };
    for (name, bytes) in [("a.jpg", bad_jpeg()), ("a.png", bad_png())] {
        let answer = desk.admin().post(DOCUMENTS, &body(desk.files.put(name, bytes)));
        assert_eq!(answer.status, 400, "{name}: {answer}");
        let error = &answer.json()["Errors"][0];
        assert_eq!(error["PropertyName"], "NewDocumentUrl");
        assert_eq!(error["Message"], format!("was refused: the malware scan found {EICAR_NAME}"));
    }
    let answer = desk.admin().upload(&format!("{DOCUMENTS}/uploaddocument/{clean}"), "a.pdf", &bad_pdf());
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.text().contains(EICAR_NAME), "{answer}");
    assert_eq!(files(), 3, "nothing of them is kept, only the photo and its two pictures");
    assert_eq!(desk.admin().get(DOCUMENTS).records().len(), 1);

    let listed =
        desk.admin().get(&format!("{AUDIT}?AuditTrailEntry_AuditType={SCAN_FOUND}&size=100")).records();
    let entries: Vec<_> = listed.iter().filter(|entry| entry["AuditType"] == SCAN_FOUND).collect();
    assert_eq!(entries.len(), 3, "{entries:#?}");
    assert!(entries.iter().all(|entry| entry.to_string().contains(EICAR_NAME)), "{entries:#?}");
    assert!(entries.iter().any(|entry| entry["EntityId"] == clean), "the upload names its document");
    let kept = desk.admin().get(&format!("{DOCUMENTS}/{clean}")).record();
    assert_eq!((&kept["FilesHeld"], &kept["DocumentFileName"]), (&json!(0), &json!(null)));

    let upload = format!("{DOCUMENTS}/uploaddocument/{clean}");
    assert_eq!(desk.admin().upload(&upload, "a.pdf", &pdf("harmless")).status, 200);
    assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getdocument/{clean}")).bytes, pdf("harmless"));
    let metrics = desk.anonymous().get("/metrics").text();
    assert!(metrics.contains("scans_total{verdict=\"found\"} 3"), "{metrics}");
    assert!(metrics.contains("scans_total{verdict=\"clean\"} 2"), "{metrics}");
    assert!(!desk.log().contains(&eicar()) && !desk.log().contains("a.pdf"));
}

#[test]
fn the_doctor_asks_the_scanner() {
    if !Clamd::is_there("scan::refused::the_doctor_asks_the_scanner") {
        return;
    }
    let (desk, port) = desk(Store::Sqlite, &[("SCAN__STREAM_BYTES", "1000000")]);
    let doctor = || {
        let output = desk.command(&["doctor"]).output().expect("the doctor runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (well, said) = doctor();
    assert!(!well && said.contains("FAILED  malware scanner"), "{said}");
    let clamd = Clamd::start(port, STREAM);
    let (_, said) = doctor();
    assert!(
        said.contains("ok      malware scanner") && said.contains("note    the scanner is ClamAV "),
        "{said}"
    );
    assert!(
        said.contains("scan.stream_bytes (1000000)"),
        "a file may be larger than the scanner takes: {said}"
    );
    drop(clamd);
}
