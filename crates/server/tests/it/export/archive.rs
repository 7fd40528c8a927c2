//! An export, read as its receiver does.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use aws_lc_rs::digest;
use serde_json::Value;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::harness::Answer;

/// The entries of an archive by their names, and all of its bytes.
pub(super) struct Archive {
    pub(super) entries: BTreeMap<String, Vec<u8>>,
    pub(super) bytes: Vec<u8>,
}

impl Archive {
    /// The archive of an answer; its list must come last, and be true.
    #[track_caller]
    pub(super) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(answer.header("content-type"), "application/zip");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\"coworker-"));
        let archive = Self::read(&answer.bytes).unwrap_or_else(|error| panic!("{error}"));
        archive.assert_listed();
        archive
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, ZipError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        let mut entries = BTreeMap::new();
        let count = zip.len();
        for place in 0..count {
            let mut entry = zip.by_index(place)?;
            let name = entry.name()?.into_owned();
            assert!(entry.enclosed_name().is_some(), "{name} leads out of the archive");
            assert_eq!(place + 1 == count, name == "manifest.json", "the list comes last: {name}");
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            entries.insert(name, content);
        }
        Ok(Self { entries, bytes: bytes.to_vec() })
    }

    fn assert_listed(&self) {
        let manifest = self.json("manifest.json");
        let listed = manifest["Entries"].as_array().expect("entries");
        assert_eq!(listed.len() + 1, self.entries.len(), "{manifest}");
        for entry in listed {
            let content = &self.entries[entry["Name"].as_str().expect("a name")];
            assert_eq!(entry["Bytes"], content.len(), "{entry}");
            let sha256 = hex::encode(digest::digest(&digest::SHA256, content));
            assert_eq!(entry["Sha256"], sha256, "{entry}");
        }
    }

    #[track_caller]
    pub(super) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.entries[name]).expect("JSON")
    }

    /// `export.json`.
    pub(super) fn described(&self) -> Value {
        self.json("export.json")
    }

    /// Whether any entry, or any name, holds a text, whatever its case.
    pub(super) fn holds(&self, text: &str) -> bool {
        let windows =
            |bytes: &[u8]| bytes.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()));
        windows(&self.bytes)
    }
}
