//! PDF (ISO 32000): each page is drawn on white.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::{Raster, Trouble};
use crate::piece::Kind;

/// Draws the pages one after another, each with a long side of a view's. They must be as many as the look at the file found:
/// what a reviewer isn't shown is not taken either.
pub(crate) fn pages(
    bytes: Vec<u8>,
    found: u32,
    mut take: impl FnMut(u16, Raster) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let pdf = Pdf::new(bytes).map_err(|_| Trouble::undecodable())?;
    let pages = pdf.pages();
    if pages.is_empty() || pages.len() != found as usize {
        return Err(Trouble::Refused("is damaged: not all of its pages can be drawn".to_owned()));
    }
    for (page, number) in pages.iter().zip(1..) {
        let (width, height) = page.render_dimensions();
        let long = width.max(height);
        let scale = Kind::View.side() as f32 / long;
        if !scale.is_finite() || scale <= 0.0 || width * scale < 1.0 || height * scale < 1.0 {
            return Err(Trouble::undecodable());
        }
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        // A cache for each page: what one page needs is not kept for all.
        let cache = RenderCache::new();
        let drawn =
            render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
        take(number, raster(&drawn)?)?;
    }
    Ok(())
}

fn raster(drawn: &Pixmap) -> Result<Raster, Trouble> {
    let rgb = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    Raster::new(u32::from(drawn.width()), u32::from(drawn.height()), rgb.collect())
}
