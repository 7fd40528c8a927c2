//! The colour profile chunk, iCCP (PNG, 11.3.2.3).

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use crate::{Refusal, icc};

/// What every profile is called when it leaves here; names tell of devices and people. `\0\0`: its end, and Deflate.
const NAME: &[u8; 5] = b"icc\0\0";

/// Rewrites the chunk to the profile alone: without its name and without anything behind the profile. `None`: there is no
/// profile in it, as decoders would find too.
pub(super) fn rewrite(data: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(name_end) = memchr::memchr(0, &data[..data.len().min(80)]) else { return Ok(None) };
    let Some([0, compressed @ ..]) = data.get(name_end + 1..) else { return Ok(None) };
    let profile = match decompress_to_vec_zlib_with_limit(compressed, icc::MAX) {
        Ok(profile) => profile,
        Err(error) if error.status == TINFLStatus::HasMoreOutput => {
            return Err(Refusal::Contains("a colour profile of more than 1 MiB"));
        }
        Err(_) => return Ok(None),
    };
    Ok(icc::whole(&profile).map(|profile| {
        let mut data = NAME.to_vec();
        data.extend(compress_to_vec_zlib(profile, 6));
        data
    }))
}
