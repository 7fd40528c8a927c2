//! Tokens that are nearly a good one.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::Attempt;

/// All that can be made of a good token, and isn't it.
pub(super) fn all(token: &str) -> Vec<Attempt> {
    let bent =
        [flipped(token), cut(token), stretched(token), swapped(token), written_otherwise(token)].concat();
    let good = token.as_bytes();
    // A space around it doesn't belong to a field's value, so that would be a good one.
    let other = bent.into_iter().filter(|(_, bytes)| bytes.trim_ascii() != good);
    let legal =
        other.filter(|(_, bytes)| bytes.iter().all(|byte| (0x20..=0xff).contains(byte) && *byte != 0x7f));
    legal.map(|(said, bytes)| Attempt::bearer(&said, bytes)).collect()
}

/// RFC 4648 section 5.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

type Bent = (String, Vec<u8>);

/// Every bit of the 256 random ones, and every bit of each character.
fn flipped(token: &str) -> Vec<Bent> {
    let bits = URL_SAFE_NO_PAD.decode(token).expect("base64url");
    let of_random = (0..bits.len() * 8).map(|bit| {
        let mut bits = bits.clone();
        bits[bit / 8] ^= 1 << (bit % 8);
        (format!("random bit {bit} flipped"), URL_SAFE_NO_PAD.encode(bits).into_bytes())
    });
    let of_text = (0..token.len() * 8).map(|bit| {
        let mut text = token.as_bytes().to_vec();
        text[bit / 8] ^= 1 << (bit % 8);
        (format!("bit {bit} of the text flipped"), text)
    });
    of_random.chain(of_text).collect()
}

fn cut(token: &str) -> Vec<Bent> {
    let starts = (0..token.len()).map(|end| (format!("the first {end}"), token.as_bytes()[..end].to_vec()));
    let ends = (1..=token.len())
        .map(|start| (format!("without the first {start}"), token.as_bytes()[start..].to_vec()));
    let gaps = (0..token.len()).map(|gap| {
        let mut text = token.as_bytes().to_vec();
        text.remove(gap);
        (format!("without number {gap}"), text)
    });
    starts.chain(ends).chain(gaps).collect()
}

fn stretched(token: &str) -> Vec<Bent> {
    let added = [
        "A",
        "=",
        "==",
        ".",
        "..",
        "a.b",
        ";",
        ",",
        "/",
        "%00",
        "%20",
        "%0d%0a",
        "\\0",
        "'",
        "\"",
        "' OR '1'='1",
        "--",
        "#",
        "?x=1",
        "&",
        "\u{e9}",
        "\u{200b}",
        "\u{202e}",
        "\u{fe0f}",
        "\u{1f511}",
        "\u{a0}",
        "\u{3000}",
        "x y",
    ];
    let mut all: Vec<Bent> = Vec::new();
    for more in added {
        all.push((format!("{more:?} after it"), format!("{token}{more}").into_bytes()));
        all.push((format!("{more:?} before it"), format!("{more}{token}").into_bytes()));
        all.push((
            format!("{more:?} within it"),
            format!("{}{more}{}", &token[..21], &token[21..]).into_bytes(),
        ));
    }
    for byte in [0x80, 0x85, 0xa0, 0xad, 0xc0, 0xfe, 0xff] {
        all.push((format!("byte {byte:#x} after it"), [token.as_bytes(), &[byte]].concat()));
        all.push((format!("byte {byte:#x} before it"), [&[byte], token.as_bytes()].concat()));
    }
    for times in [2, 3, 100, 700] {
        all.push((format!("{times} times"), token.repeat(times).into_bytes()));
        all.push((format!("{times} times with spaces"), vec![token; times].join(" ").into_bytes()));
    }
    all.push(("30,000 characters".to_owned(), vec![b'a'; 30_000]));
    all
}

/// Case and order.
fn swapped(token: &str) -> Vec<Bent> {
    let toggled = |at: usize| {
        let mut text = token.as_bytes().to_vec();
        text[at] = if text[at].is_ascii_lowercase() {
            text[at].to_ascii_uppercase()
        } else {
            text[at].to_ascii_lowercase()
        };
        (format!("number {at} in the other case"), text)
    };
    let neighbours = |at: usize| {
        let mut text = token.as_bytes().to_vec();
        text.swap(at, at + 1);
        (format!("{at} and the next one swapped"), text)
    };
    let mut all: Vec<Bent> = (0..token.len()).map(toggled).collect();
    all.extend((0..token.len() - 1).map(neighbours));
    all.push(("in capitals".to_owned(), token.to_uppercase().into_bytes()));
    all.push(("in small letters".to_owned(), token.to_lowercase().into_bytes()));
    all.push(("backwards".to_owned(), token.bytes().rev().collect()));
    all
}

/// Bytes in hexadecimal, each after a sign.
pub(super) fn hex(bytes: &[u8], sign: &str) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{sign}{byte:02x}");
        text
    })
}

/// The same random bits, or the same text, in another writing.
fn written_otherwise(token: &str) -> Vec<Bent> {
    let bits = URL_SAFE_NO_PAD.decode(token).expect("base64url");
    let plain = hex(&bits, "");
    let escaped = hex(token.as_bytes(), "%");
    let wide: String = token.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap_or(c)).collect();
    let lookalike = token.replace(['a', 'A'], "\u{430}").replace(['e', 'o'], "\u{43e}");
    let mut all: Vec<Bent> = [
        ("padded", URL_SAFE.encode(&bits)),
        ("in the other alphabet, padded", STANDARD.encode(&bits)),
        ("in hexadecimal", plain),
        ("percent-encoded", escaped),
        ("its first character percent-encoded", format!("%{:02X}{}", token.as_bytes()[0], &token[1..])),
        ("in wide letters", wide),
        ("in lookalikes", lookalike),
        ("in base64 again", STANDARD.encode(token)),
        ("in quotes", format!("\"{token}\"")),
        ("in brackets", format!("<{token}>")),
        ("named", format!("token={token}")),
        ("as JSON", format!("[\"{token}\"]")),
        ("encoded as a word of RFC 2047", format!("=?utf-8?B?{}?=", STANDARD.encode(token))),
    ]
    .map(|(said, text)| (said.to_owned(), text.into_bytes()))
    .to_vec();
    all.push(("its random bits".to_owned(), bits));
    // The last of 43 characters has two bits too many: with them set, lenient decoders see the same token.
    let last = ALPHABET.iter().position(|c| Some(c) == token.as_bytes().last()).expect("base64url");
    for more in 1..4 {
        let sign = ALPHABET[last & !3 | more] as char;
        all.push((format!("spare bits {more}"), format!("{}{sign}", &token[..token.len() - 1]).into_bytes()));
    }
    all
}
