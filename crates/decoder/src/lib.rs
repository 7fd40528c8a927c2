//! Decodes what customers hand in, in a child process that can't hurt anybody.
//!
//! A decoder reads bytes that a stranger made, and is the likeliest place of the whole desk for a fault. So it doesn't run in
//! the desk: [`Pool`] starts the same program again as a child, which gives up all that it could do harm with before it reads
//! a byte ([`worker`]), and is spoken to over two pipes. What the child says is judged like any input from outside. A child
//! that dies, hangs or talks nonsense is one file that can't be read, and never more than that.
//!
//! What a child makes of a file, and how its quality is judged, is on the page `docs/files.md`.

mod error;
mod piece;
mod pool;
mod protocol;
pub mod quality;
mod render;
mod sandbox;
pub mod worker;

pub use error::DecodeError;
pub use piece::{Found, Job, Kind, MAX_RENDITION, Piece, Rendition, THUMBNAIL_SIDE, VIEW_SIDE};
pub use pool::{Options, Pool, Session};
pub use sandbox::Parts;
