//! `Range: bytes=…` (RFC 9110 section 14), one range at a time.

use std::ops::Range;

/// What a client asks of a file of a known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it: no range, or one that need not be honoured.
    Whole,
    /// A part of it.
    Part(Range<u64>),
    /// A part that the file doesn't have.
    Unsatisfiable,
}

/// Reads a `Range` header. Several ranges, other units and what is malformed are answered with the whole file.
pub(crate) fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    let number =
        |text: &str| text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    match (first.is_empty(), number(first), last.is_empty(), number(last)) {
        (true, _, false, Some(0)) => Asked::Unsatisfiable,
        (true, _, false, Some(suffix)) => part(size.saturating_sub(suffix)..size, size),
        (false, Some(first), true, _) => part(first..size, size),
        (false, Some(first), false, Some(last)) if first <= last => {
            part(first..size.min(last.saturating_add(1)), size)
        }
        _ => Asked::Whole,
    }
}

fn part(range: Range<u64>, size: u64) -> Asked {
    if range.start < size && range.start < range.end { Asked::Part(range) } else { Asked::Unsatisfiable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_by_the_rfc() {
        let of_10 = |header| asked(Some(header), 10);
        assert_eq!(of_10("bytes=0-4"), Asked::Part(0..5));
        assert_eq!(of_10("bytes=5-"), Asked::Part(5..10));
        assert_eq!(of_10("bytes=-3"), Asked::Part(7..10));
        assert_eq!(of_10("bytes=-99"), Asked::Part(0..10));
        assert_eq!(of_10("bytes=8-99"), Asked::Part(8..10));
        assert_eq!(of_10("bytes=10-"), Asked::Unsatisfiable);
        assert_eq!(of_10("bytes=-0"), Asked::Unsatisfiable);
        for whole in
            ["bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=-", "bytes=+1-2"]
        {
            assert_eq!(of_10(whole), Asked::Whole, "{whole}");
        }
        assert_eq!(asked(None, 10), Asked::Whole);
        assert_eq!(asked(Some("bytes=-5"), 0), Asked::Unsatisfiable);
    }
}
