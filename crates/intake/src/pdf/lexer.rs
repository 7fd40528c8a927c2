//! Tokens of PDF (ISO 32000-2, 7.2 and 7.3). Every byte is looked at once, nothing recurses.

use std::borrow::Cow;

/// A token. Strings and numbers that count nothing are all the same here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name without its slash, `#xx` resolved.
    Name(Cow<'a, [u8]>),
    Integer(u64),
    /// Any other run of regular characters: `obj`, `R`, `stream`, `true`, `-1.5`.
    Word(&'a [u8]),
    DictOpen,
    DictClose,
    ArrayOpen,
    ArrayClose,
    /// A string, or a character that means nothing.
    Other,
}

/// Reads tokens off `bytes`.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        self.skip_space();
        let first = *self.bytes.get(self.at)?;
        if is_regular(first) {
            return Some(self.word());
        }
        self.at += 1;
        Some(match first {
            b'/' => self.name(),
            b'[' => Token::ArrayOpen,
            b']' => Token::ArrayClose,
            b'<' if self.eat(b'<') => Token::DictOpen,
            b'>' if self.eat(b'>') => Token::DictClose,
            b'<' => self.hex_string(),
            b'(' => self.string(),
            _ => Token::Other,
        })
    }

    /// Passes over white space and comments.
    fn skip_space(&mut self) {
        loop {
            self.skip_while(is_space);
            if self.bytes.get(self.at) != Some(&b'%') {
                return;
            }
            self.skip_while(|byte| !matches!(byte, b'\r' | b'\n'));
        }
    }

    fn skip_while(&mut self, is_passed: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| !is_passed(*byte)).unwrap_or(rest.len());
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn regular(&mut self) -> &'a [u8] {
        let start = self.at;
        self.skip_while(is_regular);
        &self.bytes[start..self.at]
    }

    fn word(&mut self) -> Token<'a> {
        let word = self.regular();
        let digit = |number: Option<u64>, byte: &u8| {
            let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
            number?.checked_mul(10)?.checked_add(digit)
        };
        word.iter().fold(Some(0), digit).map_or(Token::Word(word), Token::Integer)
    }

    fn name(&mut self) -> Token<'a> {
        let raw = self.regular();
        if !raw.contains(&b'#') {
            return Token::Name(Cow::Borrowed(raw));
        }
        let mut name = Vec::with_capacity(raw.len());
        let mut at = 0;
        while let Some(&byte) = raw.get(at) {
            let hex = raw.get(at + 1..at + 3).filter(|_| byte == b'#').and_then(hex_byte);
            name.push(hex.unwrap_or(byte));
            at += if hex.is_some() { 3 } else { 1 };
        }
        Token::Name(Cow::Owned(name))
    }

    fn hex_string(&mut self) -> Token<'a> {
        self.skip_while(|byte| byte != b'>');
        self.eat(b'>');
        Token::Other
    }

    /// A string in parentheses, which may nest.
    fn string(&mut self) -> Token<'a> {
        let mut depth = 1_usize;
        while depth > 0 {
            self.skip_while(|byte| !matches!(byte, b'(' | b')' | b'\\'));
            let Some(byte) = self.bytes.get(self.at) else { break };
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => self.at = (self.at + 1).min(self.bytes.len()),
            }
        }
        Token::Other
    }
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let [high, low] = digits else { return None };
    Some((digit(high)? << 4 | digit(low)?) as u8)
}
