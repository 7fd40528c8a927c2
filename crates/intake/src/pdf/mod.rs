//! PDF (ISO 32000): how many pages it has, and that nothing in it acts or hides.
//!
//! This is a look at the structure, not a renderer: every object is read once, in the order of the file, whatever the
//! cross-reference tables say, and streams are passed over. Only object streams are unpacked, under a ceiling. So time is
//! linear and memory bounded, where readers that follow the tables can be led in circles or made to unpack gigabytes.

mod document;
mod facts;
mod lexer;
mod unpack;

use crate::Refusal;

/// Most bytes that may follow the end mark; some writers pad there.
const MAX_TAIL: usize = 1024;

/// Counts the pages of a PDF, or says why it isn't taken.
pub(crate) fn count_pages(file: &[u8]) -> Result<u32, Refusal> {
    if !file.starts_with(b"%PDF-") {
        return Err(Refusal::Damaged("the PDF doesn't start with its header"));
    }
    check_tail(file)?;
    document::Document::read(file)?.count_pages()
}

/// The end mark has to be the end, so that no second file can follow (ISO 32000-2, 7.5.5).
fn check_tail(file: &[u8]) -> Result<(), Refusal> {
    let is_padding = |byte: &u8| matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ');
    let padding = file.iter().rev().take(MAX_TAIL + 1).take_while(|byte| is_padding(byte)).count();
    if padding <= MAX_TAIL && file[..file.len() - padding].ends_with(b"%%EOF") {
        return Ok(());
    }
    Err(Refusal::EndsEarly("the PDF doesn't end with its end mark"))
}
