//! The look at a whole file, for the types that can't be judged as they stream by.

use crate::{Limits, MediaType, Refusal, heic, pdf, webp};

/// What the second look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondLook {
    /// Width in pixels as stored, before any turn. `None` for a PDF.
    pub width: Option<u32>,
    /// Height in pixels as stored, before any turn. `None` for a PDF.
    pub height: Option<u32>,
    /// Number of pages of a PDF.
    pub pages: Option<u32>,
    /// What is to be kept instead of the file, where the type is cleaned (WebP). `None`: keep it as it is.
    pub cleaned: Option<Vec<u8>>,
}

impl SecondLook {
    pub(crate) fn picture(width: u32, height: u32, cleaned: Option<Vec<u8>>) -> Self {
        Self { width: Some(width), height: Some(height), pages: None, cleaned }
    }
}

/// Judges a whole WebP, HEIC or PDF file, and cleans WebP.
///
/// Memory beside `bytes`: the cleaned WebP, or for a PDF at most some 16 MiB of unpacked objects and page tree. Time is
/// linear in the bytes. A JPEG or PNG is sent through the same cleaner as in [`Receiver`](crate::Receiver).
pub fn second_look(media_type: MediaType, bytes: &[u8], limits: Limits) -> Result<SecondLook, Refusal> {
    limits.check_length(bytes.len() as u64)?;
    match media_type {
        MediaType::WebP => webp::look(bytes, limits),
        MediaType::Heic => heic::look(bytes, limits),
        MediaType::Pdf => {
            let pages = pdf::count_pages(bytes)?;
            limits.check_pages(pages)?;
            Ok(SecondLook { width: None, height: None, pages: Some(pages), cleaned: None })
        }
        MediaType::Jpeg | MediaType::Png => look_again(media_type, bytes, limits),
    }
}

fn look_again(media_type: MediaType, bytes: &[u8], limits: Limits) -> Result<SecondLook, Refusal> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut cleaner = crate::receiver::Cleaner::new(media_type, limits);
    cleaner.push(bytes, &mut kept)?;
    let (width, height) = cleaner.finish()?.unwrap_or_default();
    Ok(SecondLook::picture(width, height, Some(kept)))
}
