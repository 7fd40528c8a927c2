//! What the server holds before anything is measured, all of it put in over HTTP.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::client::{Connection, Request};
use crate::load::{self, Until};
use crate::picture;
use crate::server::{ADMIN, PASSWORD, Server};

/// The path of checks.
pub(crate) const CHECKS: &str = "/api/spaces/coworkeridentitychecks";
/// The path of documents.
pub(crate) const DOCUMENTS: &str = "/api/spaces/coworkeridentitycheckdocuments";

/// How many documents are read in turn.
const READ: u64 = 64;
/// How many creates fill the server at one time.
const CONNECTIONS: usize = 64;
/// In how many steps the filling is told of.
const STEPS: u64 = 10;

const MIB: usize = 1024 * 1024;

/// What the server holds.
pub(crate) struct World {
    /// The header that signs requests.
    pub(crate) authorization: String,
    /// The customer that everything is about.
    pub(crate) coworker: i64,
    /// The check that the lists' documents belong to.
    pub(crate) listed: i64,
    /// The check that new documents are made for, so that the lists stay as they are.
    pub(crate) grows: i64,
    /// How many documents the lists are taken from.
    pub(crate) rows: u64,
    /// Some of these documents, from all over the list.
    pub(crate) ids: Vec<i64>,
    /// The file of 1 MiB that is uploaded.
    pub(crate) picture: Vec<u8>,
    /// The one of 5 MiB.
    pub(crate) large_picture: Vec<u8>,
}

impl World {
    /// A request of the administrator's.
    pub(crate) fn request(&self, method: &str, path: &str, body: &Value) -> Request {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [("Authorization", self.authorization.as_str()), ("Content-Type", "application/json")];
        Request::new(method, path, &headers, body.as_bytes())
    }

    /// A new document without files, as a client sends it.
    pub(crate) fn document(&self, check: i64) -> Value {
        json!({
            "CoworkerId": self.coworker,
            "CoworkerIdentityCheckId": check,
            "Name": "Passport of the person who signs the contract",
            "Notes": "Handed in at the front desk, for the office on the second floor",
        })
    }

    /// A new check of the customer's.
    pub(crate) fn check(business: i64, coworker: i64) -> Value {
        json!({
            "BusinessId": business,
            "CoworkerId": coworker,
            "Name": "Identity",
            "VerificationType": 1,
            "IdentityDocumentType": 3,
        })
    }
}

/// Fills a new server.
pub(crate) async fn fill(server: &Server, rows: u64) -> Result<World> {
    let picture = picture::noise(MIB)?;
    let large_picture = picture::noise(5 * MIB)?;
    let mut connection = Connection::open(server.address).await?;
    let authorization = sign_in(&mut connection).await?;
    let ids = Vec::new();
    let mut world =
        World { authorization, coworker: 0, listed: 0, grows: 0, rows, ids, picture, large_picture };
    let business =
        create(&mut connection, &world, "/api/sys/businesses", &json!({ "Name": "Bench" })).await?;
    let coworker = json!({
        "FullName": "Ada Bench", "Email": "ada@example.com", "InvoicingBusinessId": business, "Active": true,
    });
    world.coworker = create(&mut connection, &world, "/api/spaces/coworkers", &coworker).await?;
    let check = World::check(business, world.coworker);
    world.listed = create(&mut connection, &world, CHECKS, &check).await?;
    world.grows = create(&mut connection, &world, CHECKS, &check).await?;
    documents(server, &world).await?;
    // The server has closed the first connection meanwhile, which sent nothing.
    let mut connection = Connection::open(server.address).await?;
    for place in 0..READ.min(rows) {
        let page = 1 + place * (rows / READ.min(rows));
        let path = format!("{DOCUMENTS}?size=1&page={page}");
        let list = connection.json(&world.request("GET", &path, &Value::Null)).await?;
        world.ids.push(list["Records"][0]["Id"].as_i64().context("a list without records")?);
    }
    Ok(world)
}

async fn sign_in(connection: &mut Connection) -> Result<String> {
    let form = format!("grant_type=password&username={ADMIN}&password={}", PASSWORD.replace(' ', "+"));
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let issued = connection.json(&Request::new("POST", "/api/token", &headers, form.as_bytes())).await?;
    Ok(format!("Bearer {}", issued["access_token"].as_str().context("no token was issued")?))
}

/// Makes a record; gives its id.
pub(crate) async fn create(
    connection: &mut Connection,
    world: &World,
    path: &str,
    body: &Value,
) -> Result<i64> {
    let saved = connection.json(&world.request("POST", path, body)).await?;
    saved["Value"]["Id"].as_i64().context("a create without an id")
}

async fn documents(server: &Server, world: &World) -> Result<()> {
    let request = world.request("POST", DOCUMENTS, &world.document(world.listed));
    let requests = Arc::new(vec![request]);
    let mut made = 0;
    for step in 1..=STEPS {
        let more = world.rows * step / STEPS - made;
        let filled = load::run(server.address, requests.clone(), CONNECTIONS, Until::Count(more)).await?;
        made += filled.requests;
        eprintln!("{made} of {} documents, {:.0} a second", world.rows, filled.rate());
    }
    Ok(())
}
