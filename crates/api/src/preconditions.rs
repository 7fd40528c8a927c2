//! `If-Match` and `If-None-Match` (RFC 9110 section 13.1), and the list of tags that both carry.

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use proofdesk_desk::tags::{Preconditions, Tag, Tags};

use crate::error::ApiError;
use crate::routes::Described;

/// What a request requires of the record that it is about. `If-None-Match` on a get isn't here: it saves an answer, and
/// forbids nothing.
///
/// # Errors
/// If a header can't be read.
pub(crate) fn of(operation: Described, headers: &HeaderMap) -> Result<Preconditions, ApiError> {
    use Described::{Delete, Get, Merge, Replace, RunCommand, Upload};
    Ok(match operation {
        Get => Preconditions { matches: tags(headers, &IF_MATCH)?, differs: None },
        Replace | Merge | Delete | Upload(_) | RunCommand => {
            Preconditions { matches: tags(headers, &IF_MATCH)?, differs: tags(headers, &IF_NONE_MATCH)? }
        }
        _ => Preconditions::default(),
    })
}

/// The tags in a header; None where there is none. A header that is given several times is one list.
///
/// # Errors
/// If it isn't `*`, or a list of tags in quotes.
pub(crate) fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, ApiError> {
    let mut given = headers.get_all(name).iter().peekable();
    if given.peek().is_none() {
        return Ok(None);
    }
    let wrong =
        || ApiError::invalid(in_words(name), "must be * or tags in quotes, such as \"abc\", with commas");
    let mut values = Vec::new();
    for value in given {
        values.push(value.to_str().map_err(|_| wrong())?);
    }
    list(&values.join(",")).map(Some).ok_or_else(wrong)
}

fn in_words(name: &HeaderName) -> &'static str {
    if *name == IF_MATCH { "If-Match" } else { "If-None-Match" }
}

/// Reads `*` or a list. Empty places in a list are nothing (RFC 9110 section 5.6.1.2), but an empty list is no list.
fn list(text: &str) -> Option<Tags> {
    if text.trim() == "*" {
        return Some(Tags::Any);
    }
    let mut tags = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let weak = rest.starts_with("W/");
        let quoted = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (opaque, after) = quoted.split_once('"')?;
        if !opaque.bytes().all(|byte| matches!(byte, 0x21..=0x7e)) {
            return None;
        }
        tags.push(Tag { weak, opaque: opaque.to_owned() });
        let after = after.trim_start_matches([' ', '\t']);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    (!tags.is_empty()).then_some(Tags::These(tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strong(tags: &[&str]) -> Tags {
        Tags::These(tags.iter().map(|tag| Tag { weak: false, opaque: (*tag).to_owned() }).collect())
    }

    #[test]
    fn lists_by_the_rfc() {
        assert_eq!(list("*"), Some(Tags::Any));
        assert_eq!(list(" * "), Some(Tags::Any));
        assert_eq!(list("\"a\""), Some(strong(&["a"])));
        assert_eq!(list("\"a\", \"b\""), Some(strong(&["a", "b"])));
        assert_eq!(list(",, \"a\" ,,\t\"b,c\" ,"), Some(strong(&["a", "b,c"])));
        assert_eq!(list("\"\""), Some(strong(&[""])));
        let weak = Tag { weak: true, opaque: "a".to_owned() };
        assert_eq!(list("W/\"a\""), Some(Tags::These(vec![weak])));
        for bad in [
            "",
            ",",
            "a",
            "\"a",
            "a\"",
            "\"a\" \"b\"",
            "\"a\"x",
            "*, \"a\"",
            "\"a\", *",
            "w/\"a\"",
            "\"a b\"",
            "W/",
            "'a'",
        ] {
            assert_eq!(list(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_weak_tag_is_strongly_equal_to_none() {
        let weak = list("W/\"a\"").expect("a list");
        assert!(weak.name_weakly("a") && !weak.name_strongly("a"));
        let both = list("W/\"a\", \"b\"").expect("a list");
        assert!(both.name_strongly("b") && !both.name_strongly("a") && !both.name_weakly("c"));
        assert!(Tags::Any.name_strongly("a") && Tags::Any.name_weakly("a"));
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        assert_eq!(tags(&headers, &IF_MATCH).expect("nothing"), None);
        headers.append(IF_MATCH, "\"a\"".parse().expect("a value"));
        headers.append(IF_MATCH, "\"b\"".parse().expect("a value"));
        assert_eq!(tags(&headers, &IF_MATCH).expect("a list"), Some(strong(&["a", "b"])));
        headers.append(IF_MATCH, "*".parse().expect("a value"));
        assert!(tags(&headers, &IF_MATCH).is_err());
    }
}
