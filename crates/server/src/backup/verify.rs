//! Verifies backups: signatures, hashes, and that the records open to their end and are what the manifest counts.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::{Context, bail};
use proofdesk_vault::{ArchiveReader, Vault};
use serde_json::Value as Json;
use uuid::Uuid;

use super::folders::{self, Stem};
use super::lines;
use super::make::{KEYS_LABEL, RECORDS};
use super::manifest::Manifest;
use super::objects;
use super::part::{Hashing, Sum, sum_of};
use super::progress::Progress;

/// Verifies all backups in a folder, and the copies of their keys where a folder with them is given. Gives how many there
/// are, and what is wrong.
pub(crate) async fn verify(
    vault: &Vault,
    target: &Path,
    keys: Option<&Path>,
) -> anyhow::Result<(usize, Vec<String>)> {
    let stems = folders::backups(target)?;
    if stems.is_empty() {
        bail!("there is no backup in {}", target.display());
    }
    let mut sums = HashMap::new();
    let mut wrong = Vec::new();
    for stem in &stems {
        let found = verify_one(vault, target, stem, &mut sums).await;
        wrong.extend(found.into_iter().map(|text| format!("{}: {text}", stem.as_str())));
    }
    if let Some(folder) = keys {
        wrong.extend(verify_keys(vault, target, folder)?);
    }
    Ok((stems.len(), wrong))
}

/// What is wrong with one backup. `sums`: of files that were read already.
pub(super) async fn verify_one(
    vault: &Vault,
    target: &Path,
    stem: &Stem,
    sums: &mut HashMap<Uuid, Option<Sum>>,
) -> Vec<String> {
    let manifest = match Manifest::read_genuine(vault, target, stem) {
        Ok(manifest) => manifest,
        Err(error) => return vec![format!("the manifest: {error:#}")],
    };
    let mut wrong = Vec::new();
    if let Err(error) = verify_records(vault, target, stem, &manifest).await {
        wrong.push(format!("the records: {error:#}"));
    }
    let folder = objects::folder(target);
    let mut progress = Progress::new("files", manifest.objects.len());
    for object in &manifest.objects {
        let found = sums.entry(object.id).or_insert_with(|| sum_of(&folder.join(object.id.to_string())).ok());
        let expected = Sum { sha256: object.sha256.clone(), bytes: object.bytes };
        match found {
            Some(found) if *found == expected => {}
            Some(_) => wrong.push(format!("the file {} was changed", object.id)),
            None => wrong.push(format!("the file {} is missing", object.id)),
        }
        progress.one();
    }
    wrong
}

async fn verify_records(
    vault: &Vault,
    target: &Path,
    stem: &Stem,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let path = target.join(stem.records());
    let found = sum_of(&path).context("they can't be read")?;
    if found != manifest.records {
        bail!("they were changed");
    }
    let dump = lines::read(open_records(vault, &path, manifest)?, RECORDS, None).await?;
    if dump.tables != manifest.tables || dump.schema != manifest.schema {
        bail!("they are not what the manifest counts");
    }
    Ok(())
}

/// The records of a backup, opened.
pub(super) fn open_records(
    vault: &Vault,
    path: &Path,
    manifest: &Manifest,
) -> anyhow::Result<ArchiveReader<BufReader<File>>> {
    let file = File::open(path)?;
    Ok(vault.open_archive(manifest.id, manifest.records.bytes, BufReader::new(file))?)
}

/// What is wrong with the copies of keys: each is signed, and is what its backup's manifest says where that is there.
fn verify_keys(vault: &Vault, target: &Path, folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for stem in folders::key_copies(folder)? {
        let path = folder.join(stem.keys());
        if let Err(error) = genuine_keys(vault, &path) {
            wrong.push(format!("{}: {error:#}", stem.keys()));
            continue;
        }
        let Ok(manifest) = Manifest::read_genuine(vault, target, &stem) else { continue };
        if sum_of(&path)? != manifest.keys {
            wrong.push(format!("{}: it is not the copy of this backup", stem.keys()));
        }
    }
    Ok(wrong)
}

/// Requires that a copy of keys was signed by this desk.
pub(super) fn genuine_keys(vault: &Vault, path: &Path) -> anyhow::Result<()> {
    let (sum, last) = all_but_last(path).context("it can't be read")?;
    let json: Json = serde_json::from_slice(&last).context("its signature is cut off")?;
    let signature =
        json["signature"].as_str().and_then(|digits| hex::decode(digits).ok()).unwrap_or_default();
    let exact = format!("{}\n", serde_json::json!({ "signature": json["signature"] }));
    let key = vault.signer()?.public_key();
    if last != exact.as_bytes()
        || !proofdesk_vault::verify(&key, KEYS_LABEL, sum.sha256.as_bytes(), &signature)
    {
        bail!("its signature is not this desk's: it was changed, or is another desk's");
    }
    Ok(())
}

/// The hash of all lines of a file but the last one, and that one.
fn all_but_last(path: &Path) -> std::io::Result<(Sum, Vec<u8>)> {
    let mut input = BufReader::new(File::open(path)?);
    let mut hashing = Hashing::new(std::io::sink());
    let (mut last, mut line) = (Vec::new(), Vec::new());
    while input.read_until(b'\n', &mut line)? > 0 {
        hashing.write_all(&last)?;
        std::mem::swap(&mut last, &mut line);
        line.clear();
    }
    Ok((hashing.finish().1, last))
}
