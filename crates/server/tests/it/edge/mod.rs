//! What reaches the desk before its API does: connections, proxies, framing, limits.

mod proxies;
