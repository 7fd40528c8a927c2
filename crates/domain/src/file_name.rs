//! Names of files, as customers give them.

/// The longest name that is kept, in characters.
const MAX: usize = 150;

/// A name that is safe to show and to save under: the last part of a path, without control characters, direction
/// overrides and what file systems forbid, and with the extension of what the file really is.
pub fn clean(given: &str, fallback: &str, extension: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| is_plain(*c)).collect();
    let stem = kept.rsplit_once('.').map_or(kept.as_str(), |(stem, _)| stem);
    // What stands at an end isn't seen there, or hides the file: it goes wherever the end comes to be.
    let at_end = |c: char| c == '.' || c.is_whitespace();
    let stem: String = stem.trim_matches(at_end).chars().take(MAX).collect();
    let stem = stem.trim_end_matches(at_end);
    format!("{}.{extension}", if stem.is_empty() { fallback } else { stem })
}

/// Not a control character, a direction override (Unicode UAX #9), or one that a file system forbids.
fn is_plain(c: char) -> bool {
    let direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !direction && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        assert_eq!(clean("C:\\scans\\my passport.JPEG", "photo", "jpg"), "my passport.jpg");
        assert_eq!(clean("../../etc/passwd", "photo", "png"), "passwd.png");
        assert_eq!(clean("a\r\nb\u{202e}gpj.exe", "photo", "jpg"), "abgpj.jpg");
        assert_eq!(clean("", "photo", "jpg"), "photo.jpg");
        assert_eq!(clean("...", "document", "pdf"), "document.pdf");
        assert_eq!(clean(&"é".repeat(999), "photo", "jpg").chars().count(), 154);
        assert_eq!(clean("a.\u{202f}.pdf", "photo", "jpg"), "a.jpg");
        assert_eq!(
            clean(&format!("{}..b.pdf", "a".repeat(149)), "photo", "jpg"),
            format!("{}.jpg", "a".repeat(149))
        );
        assert_eq!(clean("<script>", "photo", "jpg"), "script.jpg");
    }
}
