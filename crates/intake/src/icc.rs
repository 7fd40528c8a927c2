//! Colour profiles (ICC.1:2022): the one kind of metadata that decides what the pixels look like, and so is kept.

/// Bytes of the header that every profile starts with.
pub(crate) const HEADER: usize = 128;

/// The most that a profile may take, in the file and unpacked. Common ones have 0.5 to 4 KiB, printers' up to 3 MiB.
pub(crate) const MAX: usize = 1024 * 1024;

/// The size that a profile's header declares, if it is a profile's header and the size is sensible.
pub(crate) fn declared_size(profile: &[u8]) -> Option<usize> {
    let size = u32::from_be_bytes(*profile.first_chunk()?) as usize;
    let is_profile = profile.get(36..40) == Some(b"acsp") && (HEADER..=MAX).contains(&size);
    is_profile.then_some(size)
}

/// A whole profile, cut to the size that it declares. `None`: it isn't one.
pub(crate) fn whole(profile: &[u8]) -> Option<&[u8]> {
    profile.get(..declared_size(profile)?)
}
