//! `proofdesk migrate`.

use super::say;
use crate::assemble::{self, Schema};
use crate::config::Config;

pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    assemble::desk(config, Schema::Migrate).await?;
    say("The schema is up to date.");
    Ok(())
}
