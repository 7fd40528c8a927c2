//! `README.txt`: what is in the archive, in plain English.

use serde_json::Value as Json;

use super::files::State;
use super::gather::Subject;

/// The text, for the person who gets the archive.
pub(super) fn text(subject: &Subject, described: &Json) -> String {
    let count = |state| subject.files.iter().filter(|file| file.state == state).count();
    let names = described["Desk"]["Locations"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(|location| location["Name"].as_str()).collect();
    let made_on = described["MadeOn"].as_str().unwrap_or_default();
    let key = described["Desk"]["PublicKey"].as_str().unwrap_or_default();
    let [included, held, erased] = [State::Included, State::Held, State::Erased].map(count);
    format!(
        "What the identity-check desk keeps of one person\n\
         ================================================\n\
         \n\
         Made on {made_on} (UTC).\n\
         For the records at: {locations}.\n\
         The desk is the one whose receipts are signed by the key\n\
         {key}\n\
         \n\
         What is in here\n\
         ---------------\n\
         \n\
         export.json    All that is kept, to be read by people and by programs:\n\
         \x20              Person      the record of the person\n\
         \x20              Account     the account that the person signs in with, if there is one\n\
         \x20              Checks      {checks} checks: what was asked for, how it was decided and why, how long it is kept\n\
         \x20              Documents   {documents} documents that were handed in for them, and their files\n\
         \x20              AuditTrail  who did what with these records, and when\n\
         files/         {included} files, exactly as they are kept. export.json says which is which.\n\
         manifest.json  Every entry of this archive with its size and SHA-256. It comes last: an archive without it is not whole.\n\
         \n\
         What is not in here, and why\n\
         ----------------------------\n\
         \n\
         - Who looked, decided or changed something, by name or address: that is those people's data. By says whether it\n\
         \x20 was the person (Person), one of the desk's users (User), or the desk by itself (Desk).\n\
         - The smaller pictures that the desk makes of files to show them: they are made from what is in here.\n\
         - Passwords, tokens and the secrets of a second factor.\n\
         - Records at other locations than those above, if there are any.\n\
         - Files whose State is Held ({held}): they wait for a scan for malware, and nobody gets them before.\n\
         - Files whose State is Erased ({erased}): they were destroyed.\n\
         \n\
         All instants are UTC. KeptUntil is when something is destroyed; null means that no time is set, or that it has not\n\
         begun to run. While LegalHold is true nothing is destroyed.\n",
        locations = if names.is_empty() { "no location".to_owned() } else { names.join(", ") },
        checks = subject.checks.len(),
        documents = subject.documents.len(),
    )
}
