//! The one thing kept of EXIF: the orientation (TIFF 6.0 / EXIF 2.32, tag 0x0112).

/// How the picture has to be turned or mirrored to stand upright: 2 to 8. The value 1 means as it is, and is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orientation(u8);

/// What introduces EXIF in a JPEG's APP1 segment.
pub(crate) const JPEG_HEADER: &[u8; 6] = b"Exif\0\0";

const ORIENTATION_TAG: u16 = 0x0112;
const SHORT: u16 = 3;

impl Orientation {
    /// Reads the orientation out of a TIFF block of either byte order. Anything that doesn't add up has none.
    pub(crate) fn from_tiff(tiff: &[u8]) -> Option<Self> {
        let order = match tiff.get(..4)? {
            b"II*\0" => Order::Little,
            b"MM\0*" => Order::Big,
            _ => return None,
        };
        let directory = tiff.get(order.long(tiff, 4)? as usize..)?;
        let count = usize::from(order.short(directory, 0)?);
        let entries = directory.get(2..)?.chunks_exact(12).take(count);
        let entry = entries.into_iter().find(|entry| order.short(entry, 0) == Some(ORIENTATION_TAG))?;
        if order.short(entry, 2)? != SHORT || order.long(entry, 4)? != 1 {
            return None;
        }
        match order.short(entry, 8)? {
            value @ 2..=8 => Some(Self(value as u8)),
            _ => None,
        }
    }

    /// The smallest TIFF block that carries it: big-endian, one directory with one entry.
    pub(crate) fn to_tiff(self) -> [u8; 26] {
        let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
        tiff[19] = self.0;
        tiff
    }
}

/// The number of the orientation in a TIFF block, 2 to 8, with or without EXIF's own header before it; `None` where the
/// picture is upright as it is.
pub fn orientation(exif: &[u8]) -> Option<u8> {
    Orientation::from_tiff(exif.strip_prefix(JPEG_HEADER).unwrap_or(exif)).map(|orientation| orientation.0)
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    fn long(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}
