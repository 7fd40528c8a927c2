//! The memory that one large picture takes, in the server and in the process that decodes it.

use anyhow::{Context, Result};

use crate::cases::Bench;
use crate::client::Connection;
use crate::rounds::settle;
use crate::usage::Process;

/// What one job took beyond what the idle server has, in KiB.
pub(crate) struct OneJob {
    /// In the server.
    pub(crate) server: u64,
    /// In the process that decodes; the pages of the program are the server's too, and not counted.
    pub(crate) decoder: u64,
}

/// Uploads a photo to an idle server.
pub(crate) async fn one_job(bench: &Bench, photo: &[u8]) -> Result<OneJob> {
    let places = bench.places(1).await?;
    let server = bench.server.process();
    settle(server).await?;
    let idle = server.resident_kib()?;
    server.forget_peak()?;
    let mut connection = Connection::open(bench.server.address).await?;
    for request in bench.uploads(&places, photo) {
        connection.succeed(&request).await?;
    }
    // It rests for some seconds before it ends.
    let decoder = server.children()?.into_iter().find(|child| child.is_decoder());
    let decoder = decoder.context("the server decoded nothing")?;
    let own =
        |process: Process| Ok::<_, anyhow::Error>(process.peak_kib()?.saturating_sub(process.file_kib()?));
    let used = OneJob { server: server.peak_kib()?.saturating_sub(idle), decoder: own(decoder)? };
    bench.clear(&places).await?;
    Ok(used)
}
