//! The master key in the variable `PROOFDESK_MASTER_KEY`.
//!
//! What a process was started with stays in `/proc/<pid>/environ` as long as it runs, whatever it does to its variables. So
//! the server starts itself anew, in the same process, with the key on its standard input instead.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use async_trait::async_trait;
use proofdesk_vault::{MasterKey, MasterKeyError, MasterSource};
use zeroize::Zeroizing;

use super::parse;

/// The variable.
const VARIABLE: &str = "PROOFDESK_MASTER_KEY";
/// Its value where the keys are on the standard input.
const STANDARD_INPUT: &str = "-";
/// More bytes than keys can have, and fewer than a pipe holds.
const MOST: usize = 4096;

/// The keys that the process was started with: read once, and held in memory that is wiped in the end.
pub(crate) struct Environment(Option<Zeroizing<String>>);

impl Environment {
    /// Reads them; there may be none.
    pub(crate) fn read() -> anyhow::Result<Self> {
        match std::env::var(VARIABLE) {
            Ok(value) if value == STANDARD_INPUT => {
                let mut text = Zeroizing::new(String::with_capacity(MOST));
                let read = std::io::stdin().lock().take(MOST as u64).read_to_string(&mut text);
                read.context("the master key on the standard input can't be read")?;
                Ok(Self(Some(text)))
            }
            Ok(value) => Ok(Self(Some(Zeroizing::new(value)))),
            Err(std::env::VarError::NotPresent) => Ok(Self(None)),
            Err(std::env::VarError::NotUnicode(_)) => bail!("{VARIABLE} is not text"),
        }
    }
}

#[async_trait]
impl MasterSource for Environment {
    async fn load(&self) -> Result<Vec<MasterKey>, MasterKeyError> {
        let missing = || MasterKeyError::Unavailable { from: VARIABLE, why: "it is not set".to_owned() };
        parse(self.0.as_ref().ok_or_else(missing)?, VARIABLE)
    }
}

/// Starts the program anew without the key among its variables, if it is there: returns only where there is nothing to hide,
/// or with an error.
pub(crate) fn hide() -> anyhow::Result<()> {
    let Ok(value) = std::env::var(VARIABLE).map(Zeroizing::new) else { return Ok(()) };
    if *value == STANDARD_INPUT {
        return Ok(());
    }
    if value.len() > MOST {
        bail!("{VARIABLE} has more than {MOST} bytes");
    }
    let (reader, mut writer) = std::io::pipe().context("a pipe")?;
    writer.write_all(value.as_bytes()).context("a pipe")?;
    drop(writer);
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| "proofdesk".into());
    let program = std::env::current_exe().context("the path of this program")?;
    let mut again = Command::new(program);
    again.arg0(name).args(arguments).env(VARIABLE, STANDARD_INPUT).stdin(Stdio::from(reader));
    Err(again.exec()).context("the program can't be started anew without the master key among its variables")
}
