//! From a stream of bytes to a checked, cleaned file.
//!
//! Push parsers without any I/O: where the bytes come from (an upload, a download) and where they go (the vault)
//! is the caller's business. [`Receiver`] takes the bytes as they come, decides the type by content, holds them
//! to the [`Limits`], and gives out what is to be kept. JPEG and PNG leave it cleaned, with bounded state. WebP, HEIC
//! and PDF can only be judged as a whole: the caller stores them, encrypted, reads them back under a memory budget
//! and calls [`second_look`].
//!
//! What exactly is kept and dropped, and why, is on the page `docs/files.md`. Nothing here decodes a pixel, and nothing
//! here trusts a length.

mod exif;
mod heic;
mod icc;
mod jpeg;
mod limits;
mod media_type;
mod pdf;
mod png;
mod receiver;
mod refusal;
mod second_look;
mod sniff;
mod webp;

pub use exif::orientation;
pub use limits::Limits;
pub use media_type::MediaType;
pub use receiver::{Received, Receiver};
pub use refusal::Refusal;
pub use second_look::{SecondLook, second_look};
