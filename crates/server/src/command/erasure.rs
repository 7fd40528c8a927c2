//! `proofdesk erasure verify`: whether a receipt is the desk's own.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use proofdesk_desk::erasure::receipt;
use serde_json::Value;

use super::{load, say};
use crate::assemble::{self, Schema};

/// Verify receipts of erasures.
#[derive(Debug, Args)]
pub(crate) struct Erasure {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say whether a receipt was signed by this desk, or with the key that is given.
    Verify {
        /// The receipt: JSON with `Receipt` and `Signature`, as the desk gave it out.
        file: PathBuf,
        /// The public key, 64 hexadecimal digits, as `proofdesk doctor` says it; then no desk is needed.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
}

pub(crate) async fn run(config: Option<&Path>, erasure: Erasure) -> anyhow::Result<()> {
    let Verb::Verify { file, key } = erasure.verb;
    let text = std::fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
    let shown: Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    let key = match key {
        Some(key) => key,
        None => receipt::public_key(&assemble::desk(&load(config)?, Schema::Keep).await?)?,
    };
    let key = receipt::key_of(&key).context("the key must be 64 hexadecimal digits")?;
    if !receipt::is_genuine(&shown, &key) {
        bail!("the receipt in {} is not genuine: it was changed, or another desk signed it", file.display());
    }
    let body = &shown["Receipt"];
    say(format_args!(
        "The receipt {} is genuine: {} {} was erased on {}.",
        body["ReceiptId"].as_str().unwrap_or_default(),
        body["Entity"].as_str().unwrap_or_default(),
        body["EntityId"],
        body["FinishedOn"].as_str().unwrap_or_default()
    ));
    Ok(())
}
