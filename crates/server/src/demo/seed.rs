//! Fills a new desk, by the desk's own verbs and in the names of its users.

mod users;

pub(crate) use users::Login;

use anyhow::{Context, anyhow};
use futures::stream;
use jiff::civil::Date;
use proofdesk_desk::caller::Caller;
use proofdesk_desk::files::FileError;
use proofdesk_desk::{Desk, commands, documents, records};
use proofdesk_domain::entities::{business::BUSINESS, check::CHECK, coworker::COWORKER, document::DOCUMENT};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::enumeration::{AddressDocumentType, CoworkerType, IdentityDocumentType, Provider};
use proofdesk_domain::list::{ListRequest, Order, Page};
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;
use serde_json::{Value, json};
use tokio::task::{JoinHandle, spawn_blocking};

use super::people::{Case, LOCATIONS, Outcome, PEOPLE, Paper, Person};
use super::pictures::{self, Drawn};
use users::Users;

/// What there is to tell about a filled desk.
pub(crate) struct Seeded {
    pub(crate) admin: Login,
    pub(crate) reviewer: Login,
    pub(crate) program: Login,
    /// The customer whose check waits.
    pub(crate) coworker: i64,
    /// The check that waits.
    pub(crate) check: i64,
    /// All checks.
    pub(crate) checks: Vec<Record>,
}

/// Drawing takes longer than all else, so it goes on beside it.
type Drawing = JoinHandle<anyhow::Result<Vec<Drawn>>>;

/// Fills a new desk.
pub(crate) async fn seed(desk: &Desk, today: Date) -> anyhow::Result<Seeded> {
    let drawings = start_drawing(today);
    let mut locations = Vec::new();
    for name in LOCATIONS {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        let body = json!({ "Name": name, "EmailContact": email });
        locations.push(create(desk, &Caller::system(), &BUSINESS, body).await?);
    }
    let users = Users::make(desk, &locations).await?;
    let mut first = None;
    for ((place, person), drawings) in PEOPLE.iter().enumerate().zip(drawings) {
        let location = locations[person.location];
        let coworker = create(desk, &users.admin, &COWORKER, customer(person, location)).await?;
        for (case, drawing) in person.cases.iter().zip(drawings) {
            let body = request(place, *case, coworker, location, today);
            let check = create(desk, &users.program, &CHECK, body).await?;
            first.get_or_insert((coworker, check));
            let files = drawing.await.context("a picture can't be drawn")??;
            hand_in(desk, &users.program, (coworker, check), *case, files).await?;
            decide(desk, users.reviewer_at(person.location), check, case.outcome).await?;
        }
    }
    let (coworker, check) = first.ok_or_else(|| anyhow!("there are no customers"))?;
    let checks = all_checks(desk, &users.admin).await?;
    let [admin, reviewer, program] = users.logins;
    Ok(Seeded { admin, reviewer, program, coworker, check, checks })
}

/// For each person, the files of each case.
fn start_drawing(today: Date) -> Vec<Vec<Drawing>> {
    let of_person = |(place, person): (usize, &Person)| {
        let draw = |case: &Case| {
            let Case { paper, outcome } = *case;
            spawn_blocking(move || pictures::handed_in(place, paper, outcome, today))
        };
        person.cases.iter().map(draw).collect()
    };
    PEOPLE.iter().enumerate().map(of_person).collect()
}

/// Makes a record, and gives its id.
async fn create(desk: &Desk, caller: &Caller, entity: &'static Entity, body: Value) -> anyhow::Result<i64> {
    let grant = caller.grant(entity, Operation::Create)?;
    let Value::Object(body) = body else { return Err(anyhow!("a record is an object")) };
    let saved = records::create(desk, &grant, &body).await;
    Ok(saved.with_context(|| format!("a sample {} can't be made", entity.name))?.id)
}

fn customer(person: &Person, location: i64) -> Value {
    let kind = if person.company.is_some() { CoworkerType::Company } else { CoworkerType::Individual };
    json!({
        "FullName": person.full_name(),
        "Email": person.email,
        "CoworkerType": kind.number(),
        "CompanyName": person.company,
        "BillingName": person.company,
        "InvoicingBusinessId": location,
        "DateOfBirth": format!("{}T00:00:00Z", person.born),
        "Address": person.street,
        "PostCode": "10000",
        "CityName": "Amaurot",
    })
}

/// The body that asks a customer for a paper.
fn request(place: usize, case: Case, coworker: i64, location: i64, today: Date) -> Value {
    let about = if case.paper == Paper::Letter { "Address" } else { "Identity" };
    let mut body = json!({
        "BusinessId": location,
        "CoworkerId": coworker,
        "Name": format!("{about} of {}", PEOPLE[place].full_name()),
        "IdentityCheckProvider": Provider::Manual.number(),
        "Description": "We take identity cards and passports, and bank statements of the last three months.",
    });
    if case.paper == Paper::Letter {
        body["AddressDocumentType"] = AddressDocumentType::BankStatement.number().into();
        return body;
    }
    let passport = case.paper == Paper::Passport;
    let kind = if passport { IdentityDocumentType::Passport } else { IdentityDocumentType::IdCard };
    body["IdentityDocumentType"] = kind.number().into();
    body["IdentityDocumentNumber"] = pictures::number(place).into();
    body["IdentityDocumentIssuedBy"] = "Republic of Utopia".into();
    body["IdentityDocumentExpirationDate"] = format!("{}T00:00:00Z", pictures::expiry(today)).into();
    if case.paper == Paper::Both {
        body["Name"] = format!("Identity and address of {}", PEOPLE[place].full_name()).into();
        body["AddressDocumentType"] = AddressDocumentType::BankStatement.number().into();
        body["VerificationType1"] = "IdDocument".into();
        body["VerificationType2"] = "Address".into();
    }
    body
}

/// Hands in the files for a check, if there are any.
async fn hand_in(
    desk: &Desk,
    program: &Caller,
    (coworker, check): (i64, i64),
    case: Case,
    files: Vec<Drawn>,
) -> anyhow::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let name = match case.paper {
        Paper::Card | Paper::Both => "Identity card",
        Paper::Passport => "Passport",
        Paper::Letter => "Bank statement",
    };
    let body = json!({ "CoworkerId": coworker, "CoworkerIdentityCheckId": check, "Name": name });
    let document = create(desk, program, &DOCUMENT, body).await?;
    let grant = program.grant(&DOCUMENT, Operation::Edit)?;
    for file in files {
        let bytes = stream::iter([Ok::<_, FileError>(file.bytes)]);
        let uploaded = documents::upload(desk, &grant, document, file.slot, file.name, bytes).await;
        uploaded.with_context(|| format!("the sample {} can't be handed in", file.name))?;
    }
    Ok(())
}

async fn decide(desk: &Desk, reviewer: &Caller, check: i64, outcome: Outcome) -> anyhow::Result<()> {
    let (key, notes) = match outcome {
        Outcome::Waiting | Outcome::Begun | Outcome::Submitted => return Ok(()),
        Outcome::Verified => ("MarkAsVerified", None),
        Outcome::Rejected(notes) => ("MarkAsRejected", Some(notes)),
        Outcome::Cancelled => ("Cancel", None),
    };
    let grant = reviewer.grant(&CHECK, Operation::Edit)?;
    let ran = commands::run(desk, &grant, key, &[check], notes).await;
    ran.map(drop).with_context(|| format!("{key} on a sample check"))
}

async fn all_checks(desk: &Desk, admin: &Caller) -> anyhow::Result<Vec<Record>> {
    let grant = admin.grant(&CHECK, Operation::List)?;
    let page = Page { number: 1, size: 100 };
    let request = ListRequest { filters: Vec::new(), order: Order::by_id(), page };
    Ok(records::search(desk, &grant, request).await?.records)
}
