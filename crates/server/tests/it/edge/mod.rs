//! What reaches the desk before its API does: connections, proxies, framing, limits.

mod forged;
mod framing;
mod guessing;
mod http2;
mod limits;
mod proxies;
mod rates;
mod slow;
mod tls;
