//! The five types of file that are taken.

/// A type of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// JPEG (ITU-T T.81): baseline, extended sequential and progressive, Huffman-coded, 8 bits.
    Jpeg,
    /// PNG (W3C, third edition), its default image only.
    Png,
    /// WebP (RFC 9649), a still picture.
    WebP,
    /// HEIC (ISO/IEC 23008-12): one HEVC picture, whole or as a grid.
    Heic,
    /// PDF (ISO 32000).
    Pdf,
}

impl MediaType {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::WebP, Self::Heic, Self::Pdf];

    /// The type with this media type; None if it isn't taken.
    pub fn of_mime(mime: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.mime() == mime)
    }

    /// The media type as registered at IANA.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
        }
    }

    /// The usual ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heic => "heic",
            Self::Pdf => "pdf",
        }
    }

    /// Whether the file can only be judged as a whole, by [`second_look`](crate::second_look).
    pub fn needs_second_look(self) -> bool {
        matches!(self, Self::WebP | Self::Heic | Self::Pdf)
    }
}
