//! What the demonstration says: where the desk is, who can sign in, what is on it, and lines to paste.

use std::fmt::Write as _;
use std::net::SocketAddr;

use proofdesk_domain::entities::check;
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use secrecy::ExposeSecret;

use super::people::{LOCATIONS, PEOPLE};
use super::seed::{Login, Seeded};

/// The whole text.
pub(crate) fn guide(address: SocketAddr, desk: &Seeded) -> String {
    let base = format!("http://{address}");
    let mut text = format!(
        "Proofdesk: a desk to try. Everything on it is invented, and goes when you stop it with Ctrl+C.\n\n\
         Address:  {base}\n\
         The API:  {base}/docs\n\n\
         Who can sign in, with the passwords of this run:\n"
    );
    let who = [
        (&desk.admin, "an administrator, who may do everything".to_owned()),
        (&desk.reviewer, format!("a reviewer, for {} only", LOCATIONS[0])),
        (&desk.program, "a program, which asks for documents and hands them in".to_owned()),
    ];
    for (Login { email, password }, what) in who {
        let _ = writeln!(text, "  {email:<22}{}  {what}", password.expose_secret());
    }
    checks(&mut text, desk);
    lines(&mut text, &base, desk);
    text
}

fn checks(text: &mut String, desk: &Seeded) {
    let (locations, customers, count) = (LOCATIONS.len(), PEOPLE.len(), desk.checks.len());
    let _ =
        writeln!(text, "\nWhat is on it: {locations} locations, {customers} customers and {count} checks.");
    for record in &desk.checks {
        let status = Status::from_number(record.int(check::STATUS_).unwrap_or(0)).name();
        let name = record.text(check::NAME).unwrap_or_default();
        let _ = writeln!(text, "  check {:>2}  {status:<11} {name:<38} {}", record.id(), location(record));
    }
}

fn location(record: &Record) -> &str {
    let Value::Text(name) = record.get(check::BUSINESS_NAME) else { return "" };
    name
}

fn lines(text: &mut String, base: &str, desk: &Seeded) {
    let documents = format!("{base}/api/spaces/coworkeridentitycheckdocuments");
    let Seeded { check, .. } = desk;
    let steps = [
        ("Get a token for the program.".to_owned(), token(base, &desk.program)),
        (
            format!(
                "Hand in {}'s papers for check {check}; the desk fetches the three files.",
                PEOPLE[0].given
            ),
            hand_in(base, &documents, desk),
        ),
        (
            "Read it back: it is Submitted now (VerificationStatus 2).".to_owned(),
            read_back(&documents, *check),
        ),
        ("Look at the photo. The look is in the audit trail from then on.".to_owned(), photo(&documents)),
        ("Decide, as the reviewer.".to_owned(), decide(base, &desk.reviewer, *check)),
    ];
    let _ = writeln!(text, "\nThe main job, to paste into another terminal:");
    for (place, (what, line)) in steps.into_iter().enumerate() {
        let _ = writeln!(text, "\n# {}. {what}\n{line}", place + 1);
    }
}

// Each line works as it is in any shell, and needs only curl and sed. Passwords and addresses have no quotes in them.

const BEARER: &str = "-H \"Authorization: Bearer $TOKEN\"";
const JSON: &str = "-H 'Content-Type: application/json'";

fn token(base: &str, program: &Login) -> String {
    format!(
        "TOKEN=$(curl -sS {base}/api/token -d grant_type=password -d username={} -d password={} \
         | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
        program.email,
        program.password.expose_secret()
    )
}

fn hand_in(base: &str, documents: &str, desk: &Seeded) -> String {
    let Seeded { check, coworker, .. } = desk;
    format!(
        "curl -sS -w '\\n' {documents} {BEARER} {JSON} -d '{{\"CoworkerId\":{coworker},\
         \"CoworkerIdentityCheckId\":{check},\"Name\":\"Identity card\",\
         \"NewPhotoUrl\":\"{base}/demo/face.jpg\",\"NewDocumentUrl\":\"{base}/demo/front.jpg\",\
         \"NewAdditionalDocumentUrl\":\"{base}/demo/back.jpg\"}}'"
    )
}

fn read_back(documents: &str, check: i64) -> String {
    let newest = format!("CoworkerIdentityCheckDocument_CoworkerIdentityCheck={check}&dir=desc&size=1");
    format!(
        "ID=$(curl -sS \"{documents}?{newest}\" {BEARER} | sed 's/.*\"Id\":\\([0-9]*\\).*/\\1/')\n\
         curl -sS -w '\\n' {documents}/$ID {BEARER}"
    )
}

fn photo(documents: &str) -> String {
    format!("curl -sS -o photo.jpg {documents}/getphoto/$ID {BEARER}")
}

fn decide(base: &str, reviewer: &Login, check: i64) -> String {
    format!(
        "curl -sS -w '\\n' {base}/api/spaces/coworkeridentitychecks/runcommand -u {}:{} {JSON} \
         -d '{{\"Key\":\"MarkAsVerified\",\"Ids\":[{check}]}}'",
        reviewer.email,
        reviewer.password.expose_secret()
    )
}
