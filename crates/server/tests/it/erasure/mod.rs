//! Erasure and retention: what goes, what stays, who may, and that nothing is left on a disk.

mod crawl;
mod kept_no_longer;
mod kill;
mod replay;
mod wire;
