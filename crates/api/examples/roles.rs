//! Prints the page about roles, for `cargo xtask roles`.
#![allow(clippy::print_stdout, reason = "the page is its output")]

fn main() {
    print!("{}", proofdesk_api::openapi::roles_page());
}
