//! HEIC files: the boxes are true, the picture data isn't.

pub(crate) fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() + 8) as u32;
    [&size.to_be_bytes(), kind.as_slice(), content].concat()
}

pub(crate) fn full(kind: [u8; 4], version: u8, content: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], content].concat())
}

pub(crate) fn ftyp(major: [u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
    let brands = compatible.iter().flat_map(|brand| **brand).collect::<Vec<u8>>();
    boxed(*b"ftyp", &[major.as_slice(), &[0; 4], &brands].concat())
}

/// A size property.
pub(crate) fn ispe(width: u32, height: u32) -> Vec<u8> {
    full(*b"ispe", 0, &[width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// The description: items with their types (numbered from 1; the first is primary), sizes, and which size is whose.
pub(crate) fn meta(items: &[&[u8; 4]], sizes: &[(u32, u32)], owners: &[(u16, u8)]) -> Vec<u8> {
    let item = |(i, kind): (usize, &&[u8; 4])| {
        full(*b"infe", 2, &[&(i as u16 + 1).to_be_bytes()[..], &[0, 0], *kind, &[0]].concat())
    };
    let entries: Vec<u8> = items.iter().enumerate().flat_map(item).collect();
    let container: Vec<u8> = sizes.iter().flat_map(|(width, height)| ispe(*width, *height)).collect();
    let owner = |(item, size): &(u16, u8)| [&item.to_be_bytes()[..], &[1, 0x80 | size]].concat();
    let owners_of: Vec<u8> = owners.iter().flat_map(owner).collect();
    let associations = full(*b"ipma", 0, &[&(owners.len() as u32).to_be_bytes()[..], &owners_of].concat());
    let properties = [boxed(*b"ipco", &container), associations].concat();
    let handler = full(*b"hdlr", 0, &[&[0; 4][..], b"pict", &[0; 13]].concat());
    let primary = full(*b"pitm", 0, &[0, 1]);
    let infos = full(*b"iinf", 0, &[&(items.len() as u16).to_be_bytes()[..], &entries].concat());
    full(*b"meta", 0, &[handler, primary, infos, boxed(*b"iprp", &properties)].concat())
}

pub(crate) fn file(meta: &[u8]) -> Vec<u8> {
    [ftyp(*b"heic", &[b"mif1", b"heic"]).as_slice(), meta, &boxed(*b"mdat", &[7; 40])].concat()
}

/// One picture, whole.
pub(crate) fn single(width: u32, height: u32) -> Vec<u8> {
    file(&meta(&[b"hvc1"], &[(width, height)], &[(1, 1)]))
}

/// A picture put together from 512-pixel tiles.
pub(crate) fn grid(width: u32, height: u32) -> Vec<u8> {
    file(&meta(&[b"grid", b"hvc1", b"hvc1"], &[(512, 512), (width, height)], &[(1, 2), (2, 1), (3, 1)]))
}
