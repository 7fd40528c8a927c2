//! The scanner's protocol: clamd(8), commands in their `z` form, which end with a NUL.

use std::future::Future;
use std::io;

use proofdesk_egress::Channel;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{Scanner, Verdict};

/// The most of an answer that is read, in bytes: it is a name and a word.
const ANSWER: u64 = 1024;

/// The share of the time limit for each step before the answer: a file that is fetched has 30 s in all, and a scanner that
/// hangs must not end that.
const SHARE: u32 = 3;

/// The longest name of a find that is kept, in characters.
const NAME: usize = 120;

/// A file on its way to the scanner: chunks with their length in four bytes before them, and an empty one at the end.
pub(super) struct Stream {
    channel: Box<dyn Channel>,
    scanner: Scanner,
    sent: u64,
}

impl Stream {
    /// Connects, and begins.
    pub(super) async fn open(scanner: &Scanner) -> Result<Self, Verdict> {
        let channel =
            scanner.service.dial(scanner.limit / SHARE).await.map_err(|error| unknown("connect", &error))?;
        let mut stream = Self { channel, scanner: scanner.clone(), sent: 0 };
        stream.write(b"zINSTREAM\0").await?;
        Ok(stream)
    }

    /// Sends the next bytes of the file, unless they are more than the scanner takes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Verdict> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.sent += bytes.len() as u64;
        if self.sent > self.scanner.stream_bytes {
            return Err(Verdict::TooLarge);
        }
        let length = u32::try_from(bytes.len()).map_err(|_| Verdict::TooLarge)?;
        self.write(&length.to_be_bytes()).await?;
        self.write(bytes).await
    }

    /// Ends the file, and waits for the answer.
    pub(super) async fn finish(mut self) -> Verdict {
        if let Err(verdict) = self.write(&[0; 4]).await {
            return verdict;
        }
        let limit = self.scanner.limit;
        match within(limit, "answer", answer(&mut self.channel)).await {
            Ok(text) => read(&text),
            Err(verdict) => verdict,
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Verdict> {
        let writing = async {
            self.channel.write_all(bytes).await?;
            self.channel.flush().await
        };
        within(self.scanner.limit / SHARE, "send", writing).await
    }
}

/// The scanner's own words on its version.
///
/// # Errors
/// A text that says what went wrong, for an operator.
pub async fn version(scanner: &Scanner) -> Result<String, String> {
    let ask = async {
        let mut channel = scanner.service.dial(scanner.limit / SHARE).await?;
        channel.write_all(b"zVERSION\0").await?;
        answer(&mut channel).await
    };
    let said = timeout(scanner.limit, ask).await.map_err(|_| "it does not answer in time".to_owned())?;
    let said = printable(&said.map_err(|error| error.to_string())?);
    if said.is_empty() { Err("it answers nothing".to_owned()) } else { Ok(said) }
}

/// One answer, up to its NUL or the end of the connection.
async fn answer(channel: &mut Box<dyn Channel>) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut limited = channel.take(ANSWER);
    while !bytes.contains(&0) && limited.read_buf(&mut bytes).await? > 0 {}
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// What an answer to `INSTREAM` says: `stream: OK`, `stream: NAME FOUND`, or an error.
fn read(answer: &str) -> Verdict {
    let said = answer.trim();
    if said == "INSTREAM size limit exceeded. ERROR" {
        return Verdict::TooLarge;
    }
    match said.strip_prefix("stream: ") {
        Some("OK") => Verdict::Clean,
        Some(found) => match found.strip_suffix(" FOUND").map(printable) {
            Some(name) if !name.is_empty() => Verdict::Found(name),
            _ => Verdict::Unknown("it gave no verdict".to_owned()),
        },
        None => Verdict::Unknown("it gave no verdict".to_owned()),
    }
}

/// As much of a text as is fit for a log and a record.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, ' '..='~')).take(NAME).collect()
}

async fn within<T>(
    limit: std::time::Duration,
    what: &str,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, Verdict> {
    let done = timeout(limit, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    done.map_err(|error| unknown(what, &error))
}

fn unknown(what: &str, error: &io::Error) -> Verdict {
    Verdict::Unknown(format!("{what}: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_they_say_and_nothing_else_passes() {
        let unknown = |text| matches!(read(text), Verdict::Unknown(_));
        assert_eq!(read("stream: OK"), Verdict::Clean);
        assert_eq!(read("stream: OK\n"), Verdict::Clean);
        assert_eq!(
            read("stream: Local.EICAR.Body.UNOFFICIAL FOUND"),
            Verdict::Found("Local.EICAR.Body.UNOFFICIAL".to_owned())
        );
        assert_eq!(read("INSTREAM size limit exceeded. ERROR"), Verdict::TooLarge);
        for text in [
            "",
            "OK",
            "stream: ",
            "stream:  FOUND",
            "stream: OK FOUND?",
            "stream: x ERROR",
            "UNKNOWN COMMAND",
        ] {
            assert!(unknown(text), "{text}");
        }
    }

    #[test]
    fn names_are_short_and_plain() {
        let long = format!("stream: {}\u{1b}[31m\u{202e} FOUND", "x".repeat(500));
        let Verdict::Found(name) = read(&long) else { panic!("it was found") };
        assert_eq!(name, "x".repeat(NAME));
        assert_eq!(printable("a\r\nb\tc\u{e9}"), "abc");
    }
}
