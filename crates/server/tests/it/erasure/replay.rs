//! After a backup from before is put back, the ledger erases again who was erased since.

use std::fs;
use std::path::Path;

use proofdesk_desk::documents::Size;
use proofdesk_desk::erasure::replay;
use proofdesk_domain::entities::{check, check::CHECK, document, document::DOCUMENT};
use proofdesk_domain::roles::Operation;
use proofdesk_domain::slots::Slot;
use serde_json::json;

use crate::harness::Store;
use crate::harness::bench::{Bench, grant};

/// A check with a document with two files.
async fn filled(bench: &Bench) -> (i64, i64) {
    let check = bench.check().await;
    let document = bench.create(&DOCUMENT, bench.document_of(check)).await;
    let user = proofdesk_desk::caller::Caller::system();
    for slot in [Slot::Photo, Slot::Document] {
        bench.fill(&user, document, slot).await.expect("a file");
    }
    (check, document)
}

async fn erase(bench: &Bench, check: i64) {
    let by = grant(&proofdesk_desk::caller::Caller::system(), &CHECK, Operation::Edit);
    proofdesk_desk::commands::run(&bench.desk, &by, "Erase", &[check], None).await.expect("it is erased");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let (path, target) =
            (entry.as_ref().expect("an entry").path(), to.join(entry.expect("an entry").file_name()));
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).expect("a copy") }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_is_erased_again_after_a_restore_and_nobody_else() {
    let bench = Bench::new(Store::Sqlite).await;
    let (gone, gone_document) = filled(&bench).await;
    let (kept, kept_document) = filled(&bench).await;
    // A backup of everything but the ledger. Nobody writes meanwhile.
    let backup = tempfile::tempdir().expect("a folder");
    copy(bench.folder(), backup.path());
    fs::remove_file(backup.path().join("erasures.jsonl")).expect("no backup has it");
    erase(&bench, gone).await;
    let ledger = bench.desk.ledger().clone();
    assert_eq!(ledger.entries().expect("lines").len(), 1);
    let restored = Bench::over(backup).await;
    let before = restored.record(&CHECK, gone).await;
    assert_eq!(before.text(check::NAME), Some("Check"), "the backup knows who was erased");
    let replayed = replay(&restored.desk, &ledger).await.expect("a replay");
    assert_eq!((replayed.entries, replayed.records, replayed.objects), (1, 1, 6));
    for (check, document, name) in [(gone, gone_document, ""), (kept, kept_document, "Check")] {
        let record = restored.record(&CHECK, check).await;
        assert_eq!(record.text(check::NAME), Some(name));
        assert_eq!(record.get(check::ERASED_ON).is_null(), name == "Check");
        let reading = grant(&proofdesk_desk::caller::Caller::system(), &DOCUMENT, Operation::Read);
        let photo = proofdesk_desk::documents::download(
            &restored.desk,
            &reading,
            document,
            Slot::Photo,
            Size::Original,
        )
        .await;
        assert_eq!(photo.is_ok(), name == "Check");
    }
    assert!(restored.record(&DOCUMENT, gone_document).await.get(document::PHOTO_FILE_NAME).is_null());
    let reading = |desk| {
        let by = grant(&proofdesk_desk::caller::Caller::system(), &CHECK, Operation::Read);
        async move { proofdesk_desk::erasure::receipt(desk, &by, gone).await.expect("a receipt") }
    };
    let (first, second) = (reading(&bench.desk).await, reading(&restored.desk).await);
    assert_eq!(first["Receipt"]["ReceiptId"], second["Receipt"]["ReceiptId"]);
    assert_eq!(second["Receipt"]["Cause"], json!("Replay"));
    let again = replay(&restored.desk, &ledger).await.expect("a replay");
    assert_eq!((again.records, again.objects), (0, 0), "a second one finds nothing");
    assert_eq!(ledger.entries().expect("lines").len(), 1, "and writes nothing");
}
