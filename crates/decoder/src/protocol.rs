//! The frames between the desk and a child: one byte that says what, four with the length, the payload. What is long (a
//! file, a rendition) follows a frame that announces its length, as plain bytes.
//!
//! Both sides check every length before they make room. All numbers are little-endian.

use proofdesk_intake::{Limits, MediaType};

use crate::piece::{Found, Job, Kind, MAX_RENDITION, Piece, Rendition};
use crate::quality::Measures;
use crate::sandbox::Parts;

/// The length of a frame's head.
pub(crate) const HEAD: usize = 5;
/// The longest payload of a frame.
pub(crate) const MAX_PAYLOAD: usize = 1024;
/// The longest text of a refusal, in bytes.
const MAX_TEXT: usize = 400;
/// The absence of a number.
const NONE: u32 = u32::MAX;

const JOB: u8 = b'J';
const HELLO: u8 = b'H';
const FOUND: u8 = b'F';
const RENDITION: u8 = b'R';
const DONE: u8 = b'D';
const REFUSED: u8 = b'X';

/// What a child says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    /// It is confined, by these parts.
    Hello(Parts),
    /// Something it made.
    Piece(Piece),
    /// The file isn't taken.
    Refused(String),
}

/// A frame's tag and the length of its payload, if that can be.
pub(crate) fn head(bytes: [u8; HEAD]) -> Option<(u8, usize)> {
    let [tag, length @ ..] = bytes;
    let length = u32::from_le_bytes(length) as usize;
    (length <= MAX_PAYLOAD).then_some((tag, length))
}

fn frame(tag: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEAD + payload.len());
    frame.push(tag);
    frame.extend((payload.len() as u32).to_le_bytes());
    frame.extend(payload);
    frame
}

/// The frame of a job; the file follows.
pub(crate) fn job(job: &Job) -> Vec<u8> {
    let mut payload = vec![number_of(job.media_type)];
    payload.extend(job.limits.bytes.to_le_bytes());
    payload.extend(job.limits.pixels.to_le_bytes());
    payload.extend(job.limits.side.to_le_bytes());
    payload.extend(job.limits.pages.to_le_bytes());
    payload.extend(job.bytes.to_le_bytes());
    frame(JOB, &payload)
}

/// The job in a frame.
pub(crate) fn read_job(tag: u8, payload: &[u8]) -> Option<Job> {
    let mut fields = Fields(payload);
    let media_type = type_of(fields.byte()?)?;
    let (bytes, pixels) = (fields.long()?, fields.long()?);
    let limits = Limits { bytes, pixels, side: fields.word()?, pages: fields.word()? };
    let job = Job { media_type, limits, bytes: fields.long()? };
    (tag == JOB && fields.0.is_empty() && job.bytes <= limits.bytes).then_some(job)
}

/// The frame of what a child says.
pub(crate) fn said(said: &Said) -> Vec<u8> {
    match said {
        Said::Hello(parts) => frame(HELLO, &[u8::from(parts.landlock), u8::from(parts.seccomp)]),
        Said::Refused(text) => frame(REFUSED, &text.as_bytes()[..text.len().min(MAX_TEXT)]),
        Said::Piece(Piece::Found(found)) => {
            let words = [found.width, found.height, found.pages, found.cleaned];
            frame(FOUND, &words.map(|word| word.unwrap_or(NONE).to_le_bytes()).concat())
        }
        Said::Piece(Piece::Rendition(made)) => {
            let mut payload = vec![made.kind as u8];
            payload.extend(made.page.to_le_bytes());
            payload.extend([made.width, made.height, made.bytes].map(u32::to_le_bytes).concat());
            frame(RENDITION, &payload)
        }
        Said::Piece(Piece::Done(measures)) => {
            frame(DONE, &measures.map(|known| known.to_words().concat()).unwrap_or_default())
        }
    }
}

/// What a child says in a frame, if it can be.
pub(crate) fn read_said(tag: u8, payload: &[u8]) -> Option<Said> {
    let mut fields = Fields(payload);
    let said = match tag {
        HELLO => Said::Hello(Parts { landlock: fields.flag()?, seccomp: fields.flag()? }),
        FOUND => Said::Piece(Piece::Found(Found {
            width: fields.number()?.0,
            height: fields.number()?.0,
            pages: fields.number()?.0,
            cleaned: fields.number()?.0,
        })),
        RENDITION => Said::Piece(Piece::Rendition(rendition(&mut fields)?)),
        DONE if payload.is_empty() => Said::Piece(Piece::Done(None)),
        DONE => Said::Piece(Piece::Done(Some(Measures::from_words(fields.array()?)))),
        REFUSED => return text(payload).map(Said::Refused),
        _ => return None,
    };
    fields.0.is_empty().then_some(said)
}

fn rendition(fields: &mut Fields<'_>) -> Option<Rendition> {
    let kind = Kind::from_number(fields.byte()?)?;
    let page = u16::from_le_bytes(fields.array()?);
    let made = Rendition { kind, page, width: fields.word()?, height: fields.word()?, bytes: fields.word()? };
    let fits = |side: u32| (1..=kind.side()).contains(&side);
    let good = fits(made.width) && fits(made.height) && (1..=MAX_RENDITION).contains(&made.bytes);
    (good && page > 0).then_some(made)
}

/// A refusal's text goes to callers: only what the desk's own texts are made of.
fn text(payload: &[u8]) -> Option<String> {
    let plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let good = (1..=MAX_TEXT).contains(&payload.len()) && payload.iter().all(plain);
    good.then(|| String::from_utf8_lossy(payload).into_owned())
}

const TYPES: [MediaType; 5] =
    [MediaType::Jpeg, MediaType::Png, MediaType::WebP, MediaType::Heic, MediaType::Pdf];

fn number_of(media_type: MediaType) -> u8 {
    TYPES.iter().position(|known| *known == media_type).unwrap_or_default() as u8
}

fn type_of(number: u8) -> Option<MediaType> {
    TYPES.get(usize::from(number)).copied()
}

/// A number that was read, or that there is none.
struct Number(Option<u32>);

/// The rest of a payload.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn word(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number that may be none.
    fn number(&mut self) -> Option<Number> {
        self.word().map(|word| Number(Some(word).filter(|word| *word != NONE)))
    }

    fn long(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(what: &Said) -> Option<Said> {
        let bytes = said(what);
        let (tag, length) = head(*bytes.first_chunk()?)?;
        assert_eq!(length, bytes.len() - HEAD);
        read_said(tag, &bytes[HEAD..])
    }

    const VIEW: Rendition = Rendition { kind: Kind::View, page: 3, width: 2000, height: 7, bytes: 9 };

    #[test]
    fn what_is_said_is_understood() {
        let found = Found { width: Some(9), height: None, pages: Some(0), cleaned: None };
        let measures = Measures { mean: 12, dark: 1, bright: 2, sharpness: 3 };
        for what in [
            Said::Hello(Parts { landlock: true, seccomp: false }),
            Said::Refused("is damaged".to_owned()),
            Said::Piece(Piece::Found(found)),
            Said::Piece(Piece::Rendition(VIEW)),
            Said::Piece(Piece::Done(None)),
            Said::Piece(Piece::Done(Some(measures))),
        ] {
            assert_eq!(again(&what).as_ref(), Some(&what));
        }
    }

    #[test]
    fn what_can_not_be_is_nothing() {
        let piece = |made| again(&Said::Piece(Piece::Rendition(made)));
        assert_eq!(piece(Rendition { width: 2001, ..VIEW }), None);
        assert_eq!(piece(Rendition { kind: Kind::Thumbnail, ..VIEW }), None);
        assert_eq!(piece(Rendition { bytes: MAX_RENDITION + 1, ..VIEW }), None);
        assert_eq!(piece(Rendition { page: 0, ..VIEW }), None);
        assert_eq!(again(&Said::Refused("<b>\n".to_owned())), None);
        assert_eq!(again(&Said::Refused(String::new())), None);
        assert_eq!(read_said(HELLO, &[1, 1, 1]), None);
        assert_eq!(read_said(HELLO, &[2, 1]), None);
        assert_eq!(head([HELLO, 1, 4, 0, 0]), None);
    }

    #[test]
    fn a_job_is_understood_within_its_limits() {
        let mut asked = Job { media_type: MediaType::Pdf, limits: Limits::default(), bytes: 20 << 20 };
        let read = |asked: &Job| read_job(JOB, &job(asked)[HEAD..]);
        assert_eq!(read(&asked), Some(asked));
        asked.bytes += 1;
        assert_eq!(read(&asked), None);
    }
}
