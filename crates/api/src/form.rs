//! `application/x-www-form-urlencoded`, strictly: what isn't UTF-8 is an error, and is not replaced by question marks.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// A key or a value that isn't UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotUtf8;

/// The pairs of a form or a query string, decoded as the URL standard says.
pub(crate) fn pairs(text: &[u8]) -> impl Iterator<Item = Result<(String, String), NotUtf8>> {
    text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut next = || decoded(halves.next().unwrap_or_default());
        Ok((next()?, next()?))
    })
}

fn decoded(text: &[u8]) -> Result<String, NotUtf8> {
    let spaced: Cow<'_, [u8]> = if text.contains(&b'+') {
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<u8>>().into()
    } else {
        text.into()
    };
    percent_decode(&spaced).decode_utf8().map(Cow::into_owned).map_err(|_| NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_utf_8_is_read_as_the_standard_says() {
        for text in [
            "",
            "a",
            "a=",
            "=b",
            "a=b=c",
            "&&a=1&",
            "a+b=%2B+%20",
            "%C3%A9=\u{e9}",
            "a=%&b=%4&c=%zz",
            "a;b=1",
            "a=%00",
        ] {
            let expected: Vec<(String, String)> =
                form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            assert_eq!(pairs(text.as_bytes()).collect::<Result<Vec<_>, _>>(), Ok(expected), "{text}");
        }
        for text in ["a=%ff", "%ff", "a=1&b=%ED%A0%80", "%C3=%A9"] {
            assert!(pairs(text.as_bytes()).any(|pair| pair == Err(NotUtf8)), "{text}");
        }
    }
}
