//! Takes a backup, while the desk goes on.
//!
//! First the records, all of one instant; then the files that they name; then the keys. What is destroyed meanwhile lacks
//! its key or its file, and is noted as gone: nothing that was erased gets into a backup that is finished later.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use proofdesk_desk::Desk;
use proofdesk_store::tables::Tables;
use proofdesk_vault::Vault;
use serde_json::json;
use uuid::Uuid;

use super::folders::{self, Stem};
use super::lines::{self, Dump};
use super::manifest::{Manifest, Taken};
use super::part::{Part, Sum};
use super::{objects, prune};
use crate::assemble::{self, Schema};
use crate::command::say;
use crate::config::Config;

/// What the records' stream says it is, and the keys' one.
pub(super) const RECORDS: &str = "records 1";
pub(super) const KEYS: &str = "keys 1";
/// What the signature of the keys is of.
pub(super) const KEYS_LABEL: &str = "proofdesk keys 1";

/// Takes a backup into `target`, and a copy of the keys into `keys`; then removes what is too old in both.
pub(crate) async fn make(config: &Config, target: &Path, keys: &Path) -> anyhow::Result<()> {
    let (target, keys) = (folders::private(target)?, folders::private(keys)?);
    folders::apart(&target, &keys, &config.data)?;
    let _lock = folders::lock(&target)?;
    folders::clean(&target)?;
    folders::clean(&keys)?;
    let desk = assemble::desk(config, Schema::Keep).await?;
    let tables = assemble::tables(config);
    let stem = take(&desk, (&tables.records, &tables.keys), &target, &keys).await?;
    say(format_args!("The backup {} is whole.", stem.as_str()));
    let pruned = prune::prune(desk.vault(), &target, &keys, desk.now(), &config.backup)?;
    if pruned.backups + pruned.keys + pruned.objects > 0 {
        say(format_args!(
            "Removed as too old: {} backups, {} copies of the keys, {} files.",
            pruned.backups, pruned.keys, pruned.objects
        ));
    }
    Ok(())
}

async fn take(
    desk: &Desk,
    (records, keys): (&Arc<dyn Tables>, &Arc<dyn Tables>),
    target: &Path,
    keys_folder: &Path,
) -> anyhow::Result<Stem> {
    let vault = desk.vault();
    let (id, taken_on) = (desk.random_id(), desk.now());
    let stem = Stem::new(taken_on, id);
    let known = objects::known(vault, target, &folders::backups(target)?);
    let (records_sum, records) = take_records(vault, records, id, target, &stem).await?;
    say(format_args!("Records: {} rows.", records.tables.iter().map(|table| table.rows).sum::<u64>()));
    let (mut files, mut gone) = objects::copy(vault, target, &ids(&records.noted)?, &known).await?;
    let (keys_sum, keys) = take_keys(vault, keys, keys_folder, &stem).await?;
    let kept: HashSet<Uuid> = ids(&keys.noted)?.into_iter().collect();
    gone.extend(files.iter().map(|object| object.id).filter(|id| !kept.contains(id)));
    files.retain(|object| kept.contains(&object.id));
    gone.sort_unstable();
    say(format_args!("Files: {}; {} were destroyed meanwhile.", files.len(), gone.len()));
    let manifest = Manifest::of(Taken {
        id,
        on: taken_on,
        schemas: (records.schema, keys.schema),
        sums: (records_sum, keys_sum),
        tables: records.tables,
        objects: files,
        gone,
    });
    manifest.write(vault, target, &stem).context("the manifest can't be written")?;
    Ok(stem)
}

async fn take_records(
    vault: &Vault,
    records: &Arc<dyn Tables>,
    id: Uuid,
    target: &Path,
    stem: &Stem,
) -> anyhow::Result<(Sum, Dump)> {
    let part = Part::create(target, &stem.records()).context("the records can't be written")?;
    let archive = vault.archive(id, part)?;
    let (archive, dump) =
        lines::write(records, RECORDS, names_an_object, archive).await.context("the records")?;
    let sum = archive.finish().and_then(Part::finish).context("the records can't be written")?;
    Ok((sum, dump))
}

/// Every column of this name is the vault's id of a file, but for those that are about to be destroyed.
fn names_an_object(table: &str, column: &str) -> bool {
    column == "object" && table != "discarded_files"
}

async fn take_keys(
    vault: &Vault,
    keys: &Arc<dyn Tables>,
    folder: &Path,
    stem: &Stem,
) -> anyhow::Result<(Sum, Dump)> {
    let part = Part::create(folder, &stem.keys()).context("the keys can't be written")?;
    let is_a_file = |table: &str, column: &str| table == "keys" && column == "id";
    let (mut part, dump) = lines::write(keys, KEYS, is_a_file, part).await.context("the keys")?;
    let signature = vault.signer()?.sign(KEYS_LABEL, part.sum().sha256.as_bytes());
    writeln!(part, "{}", json!({ "signature": hex::encode(signature) }))?;
    let sum = part.finish().context("the keys can't be written")?;
    Ok((sum, dump))
}

/// Texts that are ids, each once.
fn ids(texts: &[String]) -> anyhow::Result<Vec<Uuid>> {
    let mut ids: Vec<Uuid> = texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    if ids.first().is_some_and(Uuid::is_nil) {
        bail!("a record names a file without an id");
    }
    Ok(ids)
}
