//! The tables a decoder needs: their form is checked, so that a segment is its tables and nothing else.

use crate::Refusal;

/// Quantisation tables (T.81, B.2.4.1): any number of 64 values of one or two bytes.
pub(super) fn check_quantisation(mut segment: &[u8]) -> Result<(), Refusal> {
    const BAD: Refusal = Refusal::Damaged("a quantisation table of the JPEG doesn't add up");
    while let Some((head, rest)) = segment.split_first() {
        let size = match head >> 4 {
            0 => 64,
            1 => 128,
            _ => return Err(BAD),
        };
        if head & 15 > 3 {
            return Err(BAD);
        }
        segment = rest.get(size..).ok_or(BAD)?;
    }
    Ok(())
}

/// Huffman tables (T.81, B.2.4.2): 16 counts, then as many symbols as they add up to.
pub(super) fn check_huffman(mut segment: &[u8]) -> Result<(), Refusal> {
    const BAD: Refusal = Refusal::Damaged("a Huffman table of the JPEG doesn't add up");
    while let Some((head, rest)) = segment.split_first() {
        let (counts, rest) = rest.split_first_chunk::<16>().ok_or(BAD)?;
        let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
        if head >> 4 > 1 || head & 15 > 3 || symbols > 256 {
            return Err(BAD);
        }
        segment = rest.get(symbols..).ok_or(BAD)?;
    }
    Ok(())
}

/// The restart interval (T.81, B.2.4.4): one number.
pub(super) fn check_restart_interval(segment: &[u8]) -> Result<(), Refusal> {
    if segment.len() == 2 {
        return Ok(());
    }
    Err(Refusal::Damaged("the restart interval of the JPEG doesn't add up"))
}
