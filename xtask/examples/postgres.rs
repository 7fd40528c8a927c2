//! A PostgreSQL server for a whole run of tests: prints its address, and ends when its standard input does.
#![allow(clippy::print_stdout, reason = "the address is its output")]

use std::io::Read;

use proofdesk_testkit::postgres::Server;

fn main() -> std::io::Result<()> {
    let server = Server::start(&[]);
    println!("{}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(server);
    Ok(())
}
