//! No plaintext of a file reaches a disk: every write of the process is watched, and the data folder is searched.

use std::fs;
use std::path::{Path, PathBuf};

use proofdesk_domain::slots::Slot;
use serde_json::json;

use crate::harness::{ADMIN_PASSWORD, DOCUMENTS, Desk, Store, Watcher, World, jpeg, pdf};

/// Stands in the files, where the desk keeps it: in a PDF's text, which is kept as it comes.
const MARKER: &str = "CANARY-4b1d7c";

/// Every system call that writes.
const WRITES: &str = "write,pwrite64,writev,pwritev,pwritev2,sendfile,sendto,sendmsg";

#[test]
fn no_plaintext_reaches_a_disk() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    let trace = desk.folder().join("writes");
    let watcher = Watcher::attach(desk.process_id(), WRITES, &trace);
    let url = desk.files.put("letter.pdf", pdf(MARKER));
    let photo = desk.files.put("face.jpg", with_comment(&jpeg(1)));
    let document = desk.document(&world, &json!({ "NewPhotoUrl": photo, "NewDocumentUrl": url }));
    let slot = Slot::AdditionalDocument.prefix().to_lowercase();
    let upload = format!("{DOCUMENTS}/upload{slot}/{document}");
    assert_eq!(desk.admin().upload(&upload, "letter.pdf", &pdf(MARKER)).status, 200);
    look(&desk, document);
    review(&desk, &world, document, &photo);
    look(&desk, document);
    assert_eq!(desk.admin().delete(&format!("{DOCUMENTS}/{document}")).status, 200);
    watcher.detach();
    let writes = fs::read_to_string(&trace).expect("the trace");
    let marked = |line: &&str| line.contains(MARKER);
    let (sockets, files): (Vec<&str>, Vec<&str>) =
        writes.lines().filter(marked).partition(|line| is_to_a_socket(line));
    assert!(!sockets.is_empty(), "the download was seen, so the watcher sees");
    // A pipe is memory: it leads to the process that decodes.
    let files: Vec<&str> = files.into_iter().filter(|line| !line.contains("<pipe:[")).collect();
    assert!(files.is_empty(), "written to a file: {files:#?}");
    assert!(writes.contains("keys.db"), "writes to files were seen");
    assert_eq!(holding(&desk.data(), MARKER), Vec::<PathBuf>::new());
    assert_eq!(holding(&desk.data(), ADMIN_PASSWORD), Vec::<PathBuf>::new());
    assert_eq!(holding(&desk.data(), desk.admin().token()), Vec::<PathBuf>::new());
    assert!(!desk.log().contains(MARKER) && !desk.log().contains(ADMIN_PASSWORD));
}

/// Looks at each file, whole and in part.
fn look(desk: &Desk, document: i64) {
    for slot in ["document", &Slot::AdditionalDocument.prefix().to_lowercase()] {
        let path = format!("{DOCUMENTS}/get{slot}/{document}");
        assert_eq!(desk.admin().get(&path).bytes, pdf(MARKER));
        assert_eq!(desk.admin().get_with(&path, &[("range", "bytes=0-99")]).status, 206);
    }
    assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes, jpeg(1));
}

/// A rejection, a new file by URL in place of the rejected one, and an approval.
fn review(desk: &Desk, world: &World, document: i64, photo: &str) {
    let run = |key: &str, notes: &str| {
        let parameters = json!([{ "Name": "Notes", "Value": notes }]);
        let body = json!({ "Key": key, "Ids": [document], "Parameters": parameters });
        let answer = desk.admin().post(&format!("{DOCUMENTS}/runcommand"), &body).json();
        assert_eq!(answer["WasSuccessful"], true, "{key}: {answer}");
    };
    run("MarkAsRejected", "The photo is blurred.");
    let body = json!({
        "Id": document, "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "NewPhotoUrl": photo,
    });
    desk.admin().patch(DOCUMENTS, &body).id();
    run("MarkAsVerified", "");
}

/// A line of the trace begins with the thread's number, the call and its first argument: `12 write(9<socket:[34]>, …`,
/// or, of an interrupted call, without any data.
fn is_to_a_socket(line: &str) -> bool {
    let target = line.split_once('<').map(|(_, rest)| rest).unwrap_or_default();
    target.starts_with("socket:") || target.starts_with("TCP")
}

/// The picture with a comment (ITU T.81 section B.2.4.5), which cleaning drops.
fn with_comment(jpeg: &[u8]) -> Vec<u8> {
    let length = (MARKER.len() + 2) as u16;
    let comment = [&[0xff, 0xfe], length.to_be_bytes().as_slice(), MARKER.as_bytes()].concat();
    [&jpeg[..2], &comment, &jpeg[2..]].concat()
}

/// The files in a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = fs::read(&path).expect("a file");
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path);
            }
        }
    }
    found
}
