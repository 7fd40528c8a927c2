//! Writes the seeds of a target, one file each, for a fuzzer to start from: `seeds TARGET FOLDER`. Without arguments it lists
//! the targets.

#![allow(clippy::print_stdout, reason = "a program of the command line")]

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let Some(name) = arguments.next() else {
        for target in proofdesk_fuzz::TARGETS {
            println!("{}", target.name);
        }
        return Ok(());
    };
    let name = name.into_string().map_err(|_| "the target's name is not UTF-8")?;
    let target = proofdesk_fuzz::named(&name).ok_or_else(|| format!("there is no target {name}"))?;
    let folder = PathBuf::from(arguments.next().ok_or("the folder is missing")?);
    fs::create_dir_all(&folder)?;
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
