//! A throw-away desk that shows the main job: invented customers, drawn documents, and lines to paste.

mod draw;
mod folder;
mod guide;
mod people;
mod pictures;
mod seed;

pub(crate) use folder::Folder;
pub(crate) use guide::guide;
pub(crate) use pictures::router;
pub(crate) use seed::{Seeded, seed};
