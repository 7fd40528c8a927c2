//! The gateway against real servers on loopback, hostile and well-behaved, and the laboratory for forged requests.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod calls;
mod caps;
mod certificates;
mod lab;
mod limits;
mod redirects;
mod requests;
mod secrets;
mod support;
mod timing;
