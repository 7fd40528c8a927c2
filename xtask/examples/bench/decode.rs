//! The decoder beside libvips, in turns: a phone's picture of 12 megapixels, and what is made of it.

mod rival;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use proofdesk_decoder::{Job, Options, Piece, Pool, Session};
use proofdesk_intake::{Limits, MediaType};
use serde_json::{Value, json};

use crate::figures::Spread;
use crate::usage::Process;
use rival::Rival;

/// The name that chooses it.
pub(crate) const NAME: &str = "decode";
/// Pictures in a round.
const TIMES: u32 = 8;

/// What one picture cost, in milliseconds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    /// On the clock.
    pub(crate) wall: f64,
    /// Of processor time.
    pub(crate) cpu: f64,
}

/// The costs of each round.
#[derive(Default)]
pub(crate) struct Decoding {
    /// Ours: a view and a thumbnail.
    pub(crate) ours: Vec<Cost>,
    /// The rival's, of the same two.
    pub(crate) both: Vec<Cost>,
    /// The rival's, of the thumbnail alone.
    pub(crate) thumbnail: Vec<Cost>,
}

/// How the rival is started.
pub(crate) struct Program {
    /// Node.js.
    pub(crate) node: PathBuf,
    /// The script, beside its packages.
    pub(crate) script: PathBuf,
}

/// Decodes the picture by the server's own program and by the rival, in turns.
pub(crate) async fn measure(
    server: &Path,
    rival: &Program,
    photo: &[u8],
    rounds: u32,
    folder: &Path,
) -> Result<Decoding> {
    let file = folder.join("photo.jpg");
    std::fs::write(&file, photo)?;
    let mut rival = Rival::start(&rival.node, &rival.script, &file)?;
    // It is started in another folder.
    let options =
        Options { program: std::path::absolute(server)?, ..Options::this_program(&["decode-worker"]) };
    let pool = Pool::new(options);
    let mut decoding = Decoding::default();
    // Before anything counts, each has done it once.
    ours(&pool, photo, 1).await?;
    rival.make("both", 1)?;
    for round in 0..rounds {
        eprintln!("decoding, round {} of {rounds}", round + 1);
        decoding.ours.push(ours(&pool, photo, TIMES).await?);
        decoding.both.push(rival.make("both", TIMES)?);
        decoding.thumbnail.push(rival.make("thumbnail", TIMES)?);
    }
    Ok(decoding)
}

/// What one picture costs, of so many in a row.
async fn ours(pool: &Pool, photo: &[u8], times: u32) -> Result<Cost> {
    // The first one starts the child, if there is none; it isn't counted.
    decode(pool, photo).await?;
    let children = Process::own().children()?;
    let child = children.into_iter().find(|child| child.is_decoder()).context("no decoder runs")?;
    let (began, used) = (Instant::now(), child.first_thread_cpu()?);
    for _ in 0..times {
        decode(pool, photo).await?;
    }
    let cpu = child.first_thread_cpu()?.saturating_sub(used);
    let each = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(times);
    Ok(Cost { wall: each(began.elapsed()), cpu: each(cpu) })
}

async fn decode(pool: &Pool, photo: &[u8]) -> Result<()> {
    let job = Job { media_type: MediaType::Jpeg, limits: Limits::default(), bytes: photo.len() as u64 };
    let mut session = pool.begin(job).await?;
    session.send(photo).await?;
    let mut made = 0;
    loop {
        match session.next().await? {
            Piece::Found(_) => {}
            Piece::Rendition(_) => made += 1,
            Piece::Done(_) => break,
        }
        read(&mut session).await?;
    }
    session.finish();
    if made != 2 {
        bail!("{made} renditions were made, not a view and a thumbnail");
    }
    Ok(())
}

async fn read(session: &mut Session) -> Result<()> {
    while session.chunk().await?.is_some() {}
    Ok(())
}

impl Decoding {
    /// One figure of all rounds.
    pub(crate) fn spread(costs: &[Cost], figure: impl Fn(&Cost) -> f64) -> Spread {
        Spread::of(costs.iter().map(figure))
    }

    /// Our processor time as a part of another's in the same round.
    pub(crate) fn ratio(&self, others: &[Cost]) -> Option<Spread> {
        let ratios = self.ours.iter().zip(others).map(|(ours, other)| ours.cpu / other.cpu);
        (!others.is_empty()).then(|| Spread::of(ratios))
    }

    /// As JSON, in milliseconds.
    pub(crate) fn json(&self) -> Value {
        let each = |costs: &[Cost]| {
            json!({
                "wall": Self::spread(costs, |cost| cost.wall).json(),
                "cpu": Self::spread(costs, |cost| cost.cpu).json(),
            })
        };
        json!({ "ours": each(&self.ours), "sharp_both": each(&self.both), "sharp_thumbnail": each(&self.thumbnail) })
    }
}
