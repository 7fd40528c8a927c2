//! A pool over this crate's own example, and the way of a file through it.

use std::path::PathBuf;
use std::time::Duration;

use proofdesk_decoder::quality::Measures;
use proofdesk_decoder::{DecodeError, Found, Job, Kind, Options, Piece, Pool};
use proofdesk_intake::{Limits, MediaType};

/// The example `decode-worker`, which is built with the tests.
pub(crate) fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    let folder = own.parent().and_then(|deps| deps.parent()).expect("the folder of what is built");
    folder.join("examples").join("decode-worker")
}

pub(crate) fn options() -> Options {
    let idle = Duration::from_secs(3600);
    Options { program: program(), idle, ..Options::this_program(&["decode"]) }
}

/// A file's renditions, each with its bytes.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) found: Found,
    pub(crate) cleaned: Vec<u8>,
    pub(crate) made: Vec<(Kind, u16, Vec<u8>)>,
    pub(crate) measures: Option<Measures>,
}

impl Decoded {
    /// The picture of a kind and a page.
    pub(crate) fn picture(&self, kind: Kind, page: u16) -> image::RgbImage {
        let found = self.made.iter().find(|(other, number, _)| (*other, *number) == (kind, page));
        let (_, _, bytes) = found.expect("the rendition");
        image::load_from_memory(bytes).expect("a JPEG").to_rgb8()
    }
}

/// Sends a file through a pool.
pub(crate) async fn decode(pool: &Pool, media_type: MediaType, bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let job = Job { media_type, limits: Limits::default(), bytes: bytes.len() as u64 };
    let mut session = pool.begin(job).await?;
    let outcome = pieces(&mut session, bytes).await;
    session.finish();
    outcome
}

async fn pieces(session: &mut proofdesk_decoder::Session, bytes: &[u8]) -> Result<Decoded, DecodeError> {
    session.send(bytes).await?;
    let Piece::Found(found) = session.next().await? else { panic!("first what was found") };
    let mut decoded = Decoded { found, cleaned: taken(session).await?, made: Vec::new(), measures: None };
    loop {
        match session.next().await? {
            Piece::Rendition(made) => {
                decoded.made.push((made.kind, made.page, taken(session).await?));
            }
            Piece::Done(measures) => return Ok(Decoded { measures, ..decoded }),
            Piece::Found(_) => panic!("found twice"),
        }
    }
}

async fn taken(session: &mut proofdesk_decoder::Session) -> Result<Vec<u8>, DecodeError> {
    let mut all = Vec::new();
    while let Some(chunk) = session.chunk().await? {
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}
