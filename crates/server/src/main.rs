//! Proofdesk: the identity-check desk. One binary; `proofdesk help` says what it does.

mod ambient;
mod assemble;
mod backup;
mod command;
mod config;
mod demo;
mod http;
mod hygiene;
mod keys;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    match command::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            command::complain(&error);
            ExitCode::FAILURE
        }
    }
}
