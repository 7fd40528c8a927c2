//! What is asked of a child, and what it gives.

use proofdesk_intake::{Limits, MediaType};

use crate::quality::Measures;

/// The longer side of a view, in pixels, at most.
pub const VIEW_SIDE: u32 = 2_000;
/// The longer side of a thumbnail, in pixels, at most.
pub const THUMBNAIL_SIDE: u32 = 512;
/// The size of a rendition or of a cleaned file's growth, in bytes, at most: 8 MiB.
pub const MAX_RENDITION: u32 = 8 * 1024 * 1024;

/// One file to be looked at and decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its type, by content.
    pub media_type: MediaType,
    /// What it is held to.
    pub limits: Limits,
    /// Its length in bytes: exactly as many follow.
    pub bytes: u64,
}

/// What a rendition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// To be looked at: a long side of [`VIEW_SIDE`] at most.
    View = 1,
    /// For lists: a long side of [`THUMBNAIL_SIDE`] at most.
    Thumbnail = 2,
}

impl Kind {
    /// The longer side in pixels, at most.
    pub const fn side(self) -> u32 {
        match self {
            Self::View => VIEW_SIDE,
            Self::Thumbnail => THUMBNAIL_SIDE,
        }
    }

    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::View),
            2 => Some(Self::Thumbnail),
            _ => None,
        }
    }
}

/// What the look at the whole file found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Width in pixels as stored, before any turn. `None` for a PDF.
    pub width: Option<u32>,
    /// Height in pixels as stored, before any turn. `None` for a PDF.
    pub height: Option<u32>,
    /// Pages of a PDF.
    pub pages: Option<u32>,
    /// The length in bytes of what is to be kept instead of the file, where there is such; it follows.
    pub cleaned: Option<u32>,
}

/// A JPEG that follows: upright, without metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// What it is for.
    pub kind: Kind,
    /// Of which page, from 1; 1 for a picture.
    pub page: u16,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Its length in bytes.
    pub bytes: u32,
}

/// What a child gives, in this order: [`Piece::Found`], the renditions, [`Piece::Done`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece {
    /// What the file is. The cleaned file follows, if there is one.
    Found(Found),
    /// A rendition; its bytes follow.
    Rendition(Rendition),
    /// That was all; and how good the picture is. A PDF isn't measured.
    Done(Option<Measures>),
}
