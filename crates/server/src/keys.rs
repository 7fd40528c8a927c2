//! Where the master key comes from, as the configuration says.

mod command;
mod environment;

pub(crate) use environment::{Environment, hide};

use std::sync::Arc;

use proofdesk_vault::{KeyFile, KeyStore, MASTER_CHECK, MasterKey, MasterKeyError, MasterSource};

use crate::ambient::SystemRandom;
use crate::config::{Config, KeySource};
use command::Command;

/// How many keys a source may give: the present one, the next one, and a few for who is slow to tidy up.
const MOST_KEYS: usize = 4;

/// The source of a configuration.
pub(crate) fn source(config: &Config) -> anyhow::Result<Arc<dyn MasterSource>> {
    Ok(match config.keys.source {
        KeySource::File => Arc::new(KeyFile::new(config.master_key_file())),
        KeySource::Environment => Arc::new(Environment::read()?),
        KeySource::Command => Arc::new(Command::new(&config.keys.command)),
    })
}

/// Makes the key file of a desk that is new: its key store is empty, and there is no file.
pub(crate) async fn make_first(config: &Config, store: &dyn KeyStore) -> anyhow::Result<()> {
    if config.keys.source != KeySource::File || store.setting(MASTER_CHECK).await?.is_some() {
        return Ok(());
    }
    let used = !store.ids(None, 1).await?.is_empty() || !store.business_keys(None, 1).await?.is_empty();
    if !used {
        MasterKey::load_or_create(&config.master_key_file(), &SystemRandom)?;
    }
    Ok(())
}

/// The keys in a text: one in each line.
fn parse(text: &str, from: &'static str) -> Result<Vec<MasterKey>, MasterKeyError> {
    let failed = |why: String| MasterKeyError::Unavailable { from, why };
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST_KEYS {
        return Err(failed(format!("there are {} lines; 1 to {MOST_KEYS} keys can be given", lines.len())));
    }
    let key = |(number, line): (usize, &&str)| {
        let malformed = || {
            failed(format!(
                "line {} is not \"proofdesk-master-key-1:\" and 64 hexadecimal digits",
                number + 1
            ))
        };
        MasterKey::from_line(line).ok_or_else(malformed)
    };
    lines.iter().enumerate().map(key).collect()
}

#[cfg(test)]
mod tests;
