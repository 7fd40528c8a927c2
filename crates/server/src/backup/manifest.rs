//! The manifest: what a backup consists of, signed. One line of JSON, and one with the signature of the first.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use jiff::Timestamp;
use proofdesk_vault::Vault;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::folders::Stem;
use super::lines::TableSum;
use super::part::{Part, Sum};

/// What the signature is of, so that it can't stand for one of another kind.
const LABEL: &str = "proofdesk manifest 1";
const FORMAT: &str = "backup 1";

/// What a backup consists of.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// The format.
    proofdesk: String,
    /// The backup's own id; the records are sealed for it.
    pub(super) id: Uuid,
    #[serde(with = "instant")]
    pub(super) taken_on: Timestamp,
    /// The version of the program that took it.
    version: String,
    /// The schema of the records, and of the keys.
    pub(super) schema: i64,
    pub(super) keys_schema: i64,
    pub(super) records: Sum,
    pub(super) keys: Sum,
    pub(super) tables: Vec<TableSum>,
    pub(super) objects: Vec<ObjectSum>,
    /// Files that the records name and that were destroyed while the backup was made.
    pub(super) gone: Vec<Uuid>,
}

/// A file of a customer, sealed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectSum {
    pub(super) id: Uuid,
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// What is known when a backup is taken.
pub(super) struct Taken {
    pub(super) id: Uuid,
    pub(super) on: Timestamp,
    pub(super) schemas: (i64, i64),
    pub(super) sums: (Sum, Sum),
    pub(super) tables: Vec<TableSum>,
    pub(super) objects: Vec<ObjectSum>,
    pub(super) gone: Vec<Uuid>,
}

impl Manifest {
    pub(super) fn of(taken: Taken) -> Self {
        Self {
            proofdesk: FORMAT.to_owned(),
            id: taken.id,
            taken_on: taken.on,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            schema: taken.schemas.0,
            keys_schema: taken.schemas.1,
            records: taken.sums.0,
            keys: taken.sums.1,
            tables: taken.tables,
            objects: taken.objects,
            gone: taken.gone,
        }
    }

    /// Writes it, signed and durable.
    pub(super) fn write(&self, vault: &Vault, folder: &Path, stem: &Stem) -> anyhow::Result<()> {
        let text = serde_json::to_string(self)?;
        let signature = vault.signer()?.sign(LABEL, text.as_bytes());
        let mut part = Part::create(folder, &stem.manifest())?;
        writeln!(part, "{text}\n{}", json!({ "signature": hex::encode(signature) }))?;
        part.finish()?;
        Ok(())
    }

    /// Reads the manifest of a backup without believing it.
    pub(super) fn read(folder: &Path, stem: &Stem) -> anyhow::Result<(Self, Signed)> {
        let text = fs::read_to_string(folder.join(stem.manifest())).context("it can't be read")?;
        let (text, rest) = text.split_once('\n').context("it is cut off")?;
        let manifest: Self = serde_json::from_str(text).context("it is not a manifest")?;
        if manifest.proofdesk != FORMAT {
            bail!("it is of another format, {:?}: use a newer version", manifest.proofdesk);
        }
        let signature: Json = serde_json::from_str(rest).context("its signature is cut off")?;
        let exact = format!("{}\n", json!({ "signature": signature["signature"] }));
        if rest != exact {
            bail!("something else than its signature follows it");
        }
        let signature = signature["signature"].as_str().and_then(|digits| hex::decode(digits).ok());
        let signed = Signed { text: text.to_owned(), signature: signature.unwrap_or_default() };
        Ok((manifest, signed))
    }

    /// Reads it, and believes it only if this desk signed it, under this name.
    pub(super) fn read_genuine(vault: &Vault, folder: &Path, stem: &Stem) -> anyhow::Result<Self> {
        let (manifest, signed) = Self::read(folder, stem)?;
        if !proofdesk_vault::verify(
            &vault.signer()?.public_key(),
            LABEL,
            signed.text.as_bytes(),
            &signed.signature,
        ) {
            bail!("its signature is not this desk's: it was changed, or is another desk's");
        }
        if Stem::new(manifest.taken_on, manifest.id) != *stem {
            bail!("it is the manifest of another backup under this one's name");
        }
        Ok(manifest)
    }
}

/// An instant as RFC 3339 writes it.
mod instant {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(instant: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(instant)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// What was signed, and the signature.
pub(super) struct Signed {
    text: String,
    signature: Vec<u8>,
}
