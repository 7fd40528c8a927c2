//! What runs in the child.
//!
//! It must be the only thing that its process does: called before anything else, with no thread but its own, and with an
//! allocator that starts none.

use std::io::{self, Read, Write};

use crate::piece::{Found, Job, Piece};
use crate::protocol::{self, HEAD, MAX_PAYLOAD, Said};
use crate::render::{self, Trouble};
use crate::sandbox;

pub use crate::sandbox::Parts;

/// Gives up all that decoding doesn't need, and says which of the parts that a kernel may lack keep it in.
///
/// # Errors
/// What every kernel has could not be done.
pub fn confine() -> io::Result<Parts> {
    // The decoder of JPEG would start threads of its own; a pool of the one thread that is there needs none.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    pool.map_err(io::Error::other)?;
    sandbox::confine()
}

/// Confines the process, then decodes one file after another from the standard input until it ends.
///
/// # Errors
/// The process can't be confined, or the desk doesn't speak as it should.
pub fn run() -> io::Result<()> {
    let parts = confine()?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    say(&mut output, &Said::Hello(parts))?;
    while let Some(job) = next_job(&mut input)? {
        let mut bytes = vec![0; job.bytes as usize];
        input.read_exact(&mut bytes)?;
        match render::all(&job, bytes, &mut Teller(&mut output)) {
            Ok(measures) => say(&mut output, &Said::Piece(Piece::Done(measures)))?,
            Err(Trouble::Refused(text)) => say(&mut output, &Said::Refused(text))?,
            Err(Trouble::Broken(error)) => return Err(error),
        }
    }
    Ok(())
}

fn next_job(input: &mut impl Read) -> io::Result<Option<Job>> {
    let mut head = [0; HEAD];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let strange = || io::Error::new(io::ErrorKind::InvalidData, "no job");
    let (tag, length) = protocol::head(head).ok_or_else(strange)?;
    let mut payload = [0; MAX_PAYLOAD];
    input.read_exact(&mut payload[..length])?;
    protocol::read_job(tag, &payload[..length]).ok_or_else(strange).map(Some)
}

fn say(output: &mut impl Write, said: &Said) -> io::Result<()> {
    output.write_all(&protocol::said(said))?;
    output.flush()
}

/// Tells the desk what is made, as it is made.
struct Teller<'a, W>(&'a mut W);

impl<W: Write> render::Sink for Teller<'_, W> {
    fn found(&mut self, found: Found, cleaned: Option<&[u8]>) -> io::Result<()> {
        say(self.0, &Said::Piece(Piece::Found(found)))?;
        self.0.write_all(cleaned.unwrap_or_default())
    }

    fn rendition(&mut self, made: crate::Rendition, bytes: &[u8]) -> io::Result<()> {
        say(self.0, &Said::Piece(Piece::Rendition(made)))?;
        self.0.write_all(bytes)
    }
}
