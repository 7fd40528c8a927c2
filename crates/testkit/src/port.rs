//! Ports for servers that can't be told to pick one themselves.

use std::net::{Ipv4Addr, TcpListener};

/// A TCP port on the loopback interface that nobody listens on now. Somebody may before the caller does: try again then.
///
/// # Panics
/// If there is none.
pub fn free_port() -> u16 {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    match bound {
        Ok(address) => address.port(),
        Err(error) => panic!("no free port: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free_port();
        assert_ne!(port, 0);
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it is free");
    }
}
