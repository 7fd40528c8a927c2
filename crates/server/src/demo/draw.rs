//! The pictures of the demonstration, drawn anew in each run: nobody's face, and nobody's papers.

mod canvas;
mod card;
mod face;
mod font;
mod letter;
mod mrz;
mod paper;
mod passport;
mod shape;

pub(super) use face::{Cut, Look};

use anyhow::Context;
use image::codecs::jpeg::JpegEncoder;
use jiff::civil::Date;

use canvas::Canvas;

/// Good enough for a reviewer to read everything, at a tenth of the size.
const QUALITY: u8 = 86;

/// Whose paper it is.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) surname: String,
    pub(super) given: String,
    /// Nine letters and digits.
    pub(super) number: String,
    /// `F`, `M` or `X`.
    pub(super) sex: char,
    pub(super) born: Date,
    pub(super) expires: Date,
}

/// What is written in a letter.
pub(super) struct Letter<'a> {
    pub(super) sender: &'a str,
    pub(super) name: &'a str,
    pub(super) street: &'a str,
    pub(super) city: &'a str,
    pub(super) date: &'a str,
    pub(super) subject: &'a str,
    pub(super) lines: &'a [&'a str],
}

/// A photo of a face, as JPEG.
pub(super) fn face(look: &Look) -> anyhow::Result<Vec<u8>> {
    let mut canvas = Canvas::new(960, 1200, [0; 3]);
    face::draw(&mut canvas, look, [0.0, 0.0], 960.0);
    jpeg(canvas)
}

/// The front of an identity card, as JPEG.
pub(super) fn card_front(holder: &Holder, look: &Look) -> anyhow::Result<Vec<u8>> {
    jpeg(card::front(holder, look))
}

/// The back of an identity card, as JPEG.
pub(super) fn card_back(holder: &Holder) -> anyhow::Result<Vec<u8>> {
    jpeg(card::back(holder))
}

/// The page of a passport that has the photo, as JPEG.
pub(super) fn passport(holder: &Holder, look: &Look) -> anyhow::Result<Vec<u8>> {
    jpeg(passport::page(holder, look))
}

/// A letter that proves an address, as PDF.
pub(super) fn letter(letter: &Letter<'_>) -> Vec<u8> {
    letter::pdf(letter)
}

fn jpeg(canvas: Canvas) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    canvas.into_image().write_with_encoder(encoder).context("a picture can't be drawn")?;
    Ok(bytes)
}

/// A day as the papers show it.
fn printed(date: Date) -> String {
    date.strftime("%d.%m.%Y").to_string()
}
