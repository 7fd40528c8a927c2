//! Small files that claim or unpack to large ones.

/// Deflate data, in a zlib wrapper, that unpacks to some 158 times its size: a zero, then over and over "258 bytes like the
/// one before" in 13 bits of a fixed Huffman code (RFC 1951, 3.2.6).
pub(crate) fn zlib(packed: usize) -> Vec<u8> {
    // 1 final block, 01 fixed codes, 00110000 the byte zero; then 11000101 length 258, 00000 distance 1.
    let start = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    let again = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let mut bits = start.iter().chain(again.iter().cycle());
    let mut byte = || (0..8).fold(0, |byte, at| byte | bits.next().unwrap() << at);
    let body: Vec<u8> = (0..packed).map(|_| byte()).collect();
    [&[0x78, 0x9C][..], &body].concat()
}
