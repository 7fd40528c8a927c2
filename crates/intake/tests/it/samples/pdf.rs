//! PDF files, written out by hand.

use miniz_oxide::deflate::compress_to_vec_zlib;

/// A file of these objects (numbered from 1), with cross-reference table and trailer.
pub(crate) fn file(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", i + 1).into_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    file.extend(offsets.iter().flat_map(|offset| format!("{offset:010} 00000 n \n").into_bytes()));
    let size = objects.len() + 1;
    file.extend(
        format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n").into_bytes(),
    );
    file
}

pub(crate) fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<</Length {}{dictionary}>>stream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

pub(crate) const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
pub(crate) const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
pub(crate) const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>";

/// Catalog, tree, one page, and further objects from number 4 on.
pub(crate) fn one_page(further: Vec<Vec<u8>>) -> Vec<u8> {
    let mut objects = vec![CATALOG.into(), PAGES.into(), PAGE.into()];
    objects.extend(further);
    file(&objects, "")
}

/// A flat tree of pages.
pub(crate) fn of_pages(count: usize) -> Vec<u8> {
    let kids: String = (0..count).map(|i| format!("{} 0 R ", i + 3)).collect();
    let tree = format!("<</Type/Pages/Kids[{kids}]/Count {count}>>");
    let mut objects = vec![CATALOG.into(), tree.into_bytes()];
    objects.extend(vec![b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>".to_vec(); count]);
    file(&objects, "")
}

/// An object stream with these members.
pub(crate) fn object_stream(
    members: &[(u32, String)],
    filter: &str,
    pack: impl Fn(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let (mut index, mut content) = (String::new(), String::new());
    for (number, member) in members {
        index += &format!("{number} {} ", content.len());
        content += &format!("{member} ");
    }
    let packed = pack([index.as_bytes(), content.as_bytes()].concat().as_slice());
    stream(&format!("/Type/ObjStm/N {}/First {}{filter}", members.len(), index.len()), &packed)
}

/// A file whose objects all lie in an object stream, and whose table is a stream.
pub(crate) fn with_object_stream(pages: u32) -> Vec<u8> {
    let kids: String = (0..pages).map(|i| format!("{} 0 R ", i + 3)).collect();
    let mut members =
        vec![(1, CATALOG.to_owned()), (2, format!("<</Type/Pages/Count {pages}/Kids[{kids}]>>"))];
    members.extend((0..pages).map(|i| (i + 3, "<</Type/Page/Parent 2 0 R>>".to_owned())));
    let packed = object_stream(&members, "/Filter/FlateDecode", |data| compress_to_vec_zlib(data, 6));
    from_object_stream(pages + 3, &packed)
}

/// A file of one object stream, number `number`, and a table in a stream: each entry a kind, a place and an index.
pub(crate) fn from_object_stream(number: u32, packed: &[u8]) -> Vec<u8> {
    let mut file = format!("%PDF-1.5\n{number} 0 obj\n").into_bytes();
    file.extend_from_slice(packed);
    file.extend_from_slice(b"\nendobj\n");
    let start = file.len();
    let mut entries = vec![0, 0, 0, 0];
    (0..number as u8 - 1).for_each(|i| entries.extend([2, 0, number as u8, i]));
    entries.extend([1, 0, 9, 0]);
    let size = number + 1;
    file.extend(format!("{size} 0 obj\n").into_bytes());
    file.extend(stream(&format!("/Type/XRef/Size {size}/W[1 2 1]/Root 1 0 R"), &entries));
    file.extend(format!("\nendobj\nstartxref\n{start}\n%%EOF").into_bytes());
    file
}
