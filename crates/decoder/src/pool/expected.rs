//! The order in which a child that works tells what it made: what the file is, the view of each page in its turn, the thumbnail
//! once, the end.

use proofdesk_intake::MediaType;

use crate::piece::{Found, Job, Kind, MAX_RENDITION, Piece, Rendition};

/// What may come next.
pub(super) struct Expected {
    job: Job,
    /// Pages of which there must be a view; `None` until the child says what the file is.
    pages: Option<u32>,
    views: u32,
    thumbnail: bool,
}

impl Expected {
    pub(super) fn of(job: Job) -> Self {
        Self { job, pages: None, views: 0, thumbnail: false }
    }

    /// Whether this piece can come now; then the next is expected.
    pub(super) fn take(&mut self, piece: &Piece) -> bool {
        match piece {
            Piece::Found(found) => self.found(found),
            Piece::Rendition(made) => self.rendition(made),
            Piece::Done(_) => self.pages == Some(self.views) && self.thumbnail,
        }
    }

    fn found(&mut self, found: &Found) -> bool {
        let limits = self.job.limits;
        let is_pdf = self.job.media_type == MediaType::Pdf;
        let side = |length: Option<u32>| length.is_none_or(|length| (1..=limits.side).contains(&length));
        // A PDF says how many pages it has, and nothing else does.
        let pages = found.pages.map_or(!is_pdf, |pages| is_pdf && (1..=limits.pages).contains(&pages));
        // Cleaning may write a flag anew, and never makes much of little.
        let most = self.job.bytes + u64::from(MAX_RENDITION);
        let cleaned = found.cleaned.is_none_or(|length| u64::from(length) <= most);
        let first = self.pages.is_none();
        self.pages = Some(found.pages.unwrap_or(1));
        first && side(found.width) && side(found.height) && pages && cleaned
    }

    fn rendition(&mut self, made: &Rendition) -> bool {
        let Some(pages) = self.pages else { return false };
        match made.kind {
            Kind::View => {
                self.views += 1;
                u32::from(made.page) == self.views && self.views <= pages
            }
            Kind::Thumbnail => made.page == 1 && !std::mem::replace(&mut self.thumbnail, true),
        }
    }
}
