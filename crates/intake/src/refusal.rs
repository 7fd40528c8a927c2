//! Why a file is not taken.

use std::fmt;

/// Why a file is not taken. Each text says what was found and what the limit is, holds nothing of the file's content or
/// name, and reads well after a field's name and a colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More bytes than the limit, by the announced length.
    #[error("is {} bytes; at most {} are taken", Grouped(*.bytes), Bytes(*.limit))]
    TooLarge {
        /// Bytes announced.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// More bytes than the limit arrived; how many more was not waited for.
    #[error("is more than {} bytes; at most {} are taken", Grouped(*.limit), Bytes(*.limit))]
    LargerThan {
        /// Bytes allowed.
        limit: u64,
    },
    /// A side of the picture is too long.
    #[error("is {width} x {height} pixels; a side of at most {limit} is taken")]
    SideTooLong {
        /// Width the header claims, in pixels.
        width: u32,
        /// Height the header claims, in pixels.
        height: u32,
        /// Pixels allowed on a side.
        limit: u32,
    },
    /// The picture has too many pixels.
    #[error("is {width} x {height} pixels; at most {} pixels are taken", Grouped(*.limit))]
    TooManyPixels {
        /// Width the header claims, in pixels.
        width: u32,
        /// Height the header claims, in pixels.
        height: u32,
        /// Pixels allowed.
        limit: u64,
    },
    /// The PDF has too many pages.
    #[error("has {} pages; at most {limit} are taken", Grouped(u64::from(*.pages)))]
    TooManyPages {
        /// Pages found.
        pages: u32,
        /// Pages allowed.
        limit: u32,
    },
    /// No bytes at all.
    #[error("is an empty file")]
    Empty,
    /// A known type that is not taken.
    #[error("is {0}; JPEG, PNG, WebP, HEIC and PDF are taken")]
    WrongType(&'static str),
    /// Content that is none of the types known here.
    #[error("is not of a known type; JPEG, PNG, WebP, HEIC and PDF are taken")]
    UnknownType,
    /// An accepted type in a variant that is not taken.
    #[error("is {0}, which is not taken")]
    Variant(&'static str),
    /// Something inside a file that could act, or hide another file.
    #[error("contains {0}, which is not taken")]
    Contains(&'static str),
    /// The file stops before its end.
    #[error("ends early: {0}")]
    EndsEarly(&'static str),
    /// The file breaks the rules of its own format.
    #[error("is damaged: {0}")]
    Damaged(&'static str),
}

/// A number with its thousands set apart: 20,971,520.
struct Grouped(u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A number of bytes, with its short form where it is a whole number of MiB: 20,971,520 bytes (20 MiB).
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: u64 = 1024 * 1024;
        write!(f, "{} bytes", Grouped(self.0))?;
        if self.0 >= MIB && self.0.is_multiple_of(MIB) {
            write!(f, " ({} MiB)", self.0 / MIB)?;
        }
        Ok(())
    }
}
