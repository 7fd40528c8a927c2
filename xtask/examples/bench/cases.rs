//! What is measured: each case is a kind of request and a number of connections that send it.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::client::{Connection, Request};
use crate::seed::{CHECKS, DOCUMENTS, World, create};
use crate::server::Server;

/// The case that all others are compared with.
pub(crate) const YARDSTICK: &str = "echo-64";
/// The case whose memory has a bound of its own.
pub(crate) const LARGE_UPLOAD: &str = "large-upload-50";
/// Records on a page of a list.
const PAGE: u64 = 50;
const BOUNDARY: &str = "a-part-of-the-bench";

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The same JSON back, without a look at who asks, what for and what there is.
    Echo,
    /// The same, after a look at who asks, whose token is known.
    Known,
    /// A new document without files: an audit entry, its values and an event go with it.
    Create,
    /// One document.
    Read,
    /// The same, while others flood the desk with sign-ins.
    Flooded,
    /// The first page of a check's documents.
    ListFirst,
    /// The last page but one of them.
    ListDeep,
    /// The first page of all documents that are pending.
    ListStatus,
    /// A photo of 1 MiB.
    Upload,
    /// A photo of 5 MiB.
    LargeUpload,
}

impl Kind {
    /// How many files are uploaded in a round, each into an empty slot of a document of its own; `None` if it is no upload.
    pub(crate) fn uploads(self) -> Option<u64> {
        match self {
            Self::Upload => Some(240),
            Self::LargeUpload => Some(100),
            _ => None,
        }
    }
}

/// One measurement.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// What it is called: the kind and the connections.
    pub(crate) name: &'static str,
    /// What is asked for.
    pub(crate) kind: Kind,
    /// How many connections ask at one time.
    pub(crate) connections: usize,
}

/// All cases.
const ALL: [Case; 16] = [
    Case { name: YARDSTICK, kind: Kind::Echo, connections: 64 },
    Case { name: "echo-16", kind: Kind::Echo, connections: 16 },
    Case { name: "echo-1", kind: Kind::Echo, connections: 1 },
    Case { name: "known-64", kind: Kind::Known, connections: 64 },
    Case { name: "create-64", kind: Kind::Create, connections: 64 },
    Case { name: "create-16", kind: Kind::Create, connections: 16 },
    Case { name: "create-1", kind: Kind::Create, connections: 1 },
    Case { name: "read-64", kind: Kind::Read, connections: 64 },
    Case { name: "read-16", kind: Kind::Read, connections: 16 },
    Case { name: "read-2", kind: Kind::Read, connections: 2 },
    Case { name: "flooded-read-2", kind: Kind::Flooded, connections: 2 },
    Case { name: "list-first-16", kind: Kind::ListFirst, connections: 16 },
    Case { name: "list-deep-16", kind: Kind::ListDeep, connections: 16 },
    Case { name: "list-status-16", kind: Kind::ListStatus, connections: 16 },
    Case { name: "upload-8", kind: Kind::Upload, connections: 8 },
    Case { name: LARGE_UPLOAD, kind: Kind::LargeUpload, connections: 50 },
];

impl Case {
    /// The yardstick, and the cases whose names start with one of these; all if there are none.
    pub(crate) fn chosen(only: &[String]) -> Vec<Self> {
        let chosen = |case: &Self| only.is_empty() || only.iter().any(|start| case.name.starts_with(start));
        ALL.into_iter().filter(|case| case.name == YARDSTICK || chosen(case)).collect()
    }
}

/// A server with what it holds.
pub(crate) struct Bench {
    /// The server.
    pub(crate) server: Server,
    /// What it holds.
    pub(crate) world: World,
}

impl Bench {
    /// The requests of a kind, to be sent in turn; uploads need [`Bench::places`] first.
    pub(crate) fn requests(&self, kind: Kind, places: &[Place]) -> Vec<Request> {
        let world = &self.world;
        let get = |path: &str| world.request("GET", path, &Value::Null);
        let list = |filter: &str, page: u64| {
            let path = format!("{DOCUMENTS}?CoworkerIdentityCheckDocument_{filter}&size={PAGE}&page={page}");
            vec![get(&path)]
        };
        let check = format!("CoworkerIdentityCheck={}", world.listed);
        match kind {
            Kind::Echo => vec![world.request("POST", "/bench/echo", &world.document(world.grows))],
            Kind::Known => vec![world.request("POST", "/bench/known", &world.document(world.grows))],
            Kind::Create => vec![world.request("POST", DOCUMENTS, &world.document(world.grows))],
            Kind::Read | Kind::Flooded => {
                world.ids.iter().map(|id| get(&format!("{DOCUMENTS}/{id}"))).collect()
            }
            Kind::ListFirst => list(&check, 1),
            Kind::ListDeep => list(&check, (world.rows / PAGE).saturating_sub(1).max(1)),
            Kind::ListStatus => list("VerificationStatus=1", 1),
            Kind::Upload => self.uploads(places, &world.picture),
            Kind::LargeUpload => self.uploads(places, &world.large_picture),
        }
    }

    /// The uploads of a photo, one to each place.
    pub(crate) fn uploads(&self, places: &[Place], picture: &[u8]) -> Vec<Request> {
        let start = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"face.jpg\"\r\n\
             Content-Type: image/jpeg\r\n\r\n"
        );
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        let body = Arc::new([start.as_bytes(), picture, end.as_bytes()].concat());
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers =
            [("Authorization", self.world.authorization.as_str()), ("Content-Type", media.as_str())];
        let upload = |place: &Place| {
            Request::large(&format!("{DOCUMENTS}/uploadphoto/{}", place.document), &headers, body.clone())
        };
        places.iter().map(upload).collect()
    }

    /// Makes documents to upload to, each of a check of its own.
    pub(crate) async fn places(&self, count: u64) -> Result<Vec<Place>> {
        let world = &self.world;
        let mut connection = Connection::open(self.server.address).await?;
        let listed = format!("{CHECKS}/{}", world.listed);
        let like = connection.json(&world.request("GET", &listed, &Value::Null)).await?;
        let business = like["BusinessId"].as_i64().context("a check without a location")?;
        let mut places = Vec::new();
        for _ in 0..count {
            let check = World::check(business, world.coworker);
            let check = create(&mut connection, world, CHECKS, &check).await?;
            let document = create(&mut connection, world, DOCUMENTS, &world.document(check)).await?;
            places.push(Place { check, document });
        }
        Ok(places)
    }

    /// Removes them again, with their files.
    pub(crate) async fn clear(&self, places: &[Place]) -> Result<()> {
        let mut connection = Connection::open(self.server.address).await?;
        for place in places {
            let path = format!("{CHECKS}/{}", place.check);
            connection.json(&self.world.request("DELETE", &path, &Value::Null)).await?;
        }
        Ok(())
    }
}

/// A document to upload to.
pub(crate) struct Place {
    check: i64,
    document: i64,
}
