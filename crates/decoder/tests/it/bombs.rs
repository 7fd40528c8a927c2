//! Files that claim little and cost much. Each is made here, and neither moves the desk nor keeps a child for long.

mod documents;
pub(crate) mod pictures;

/// Bytes, packed by zlib.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    fdeflate::compress_to_vec(bytes)
}

/// Zeros, packed.
fn zeros(count: usize) -> Vec<u8> {
    zlib(&vec![0; count])
}

pub(crate) fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let mut bytes = (data.len() as u32).to_be_bytes().to_vec();
    bytes.extend(&named);
    bytes.extend(crc32fast::hash(&named).to_be_bytes());
    bytes
}

/// A PNG: its size, depth, colour type, whether interlaced, chunks before the picture, and the packed picture.
pub(crate) fn png(
    (width, height): (u32, u32),
    [depth, colour, laced]: [u8; 3],
    before: &[u8],
    packed: &[u8],
) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, laced]].concat();
    let parts = [chunk(b"IHDR", &head), before.to_vec(), chunk(b"IDAT", packed), chunk(b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &(data.len() as u16 + 2).to_be_bytes(), data].concat()
}

/// A progressive JPEG of one component with so many scans that all say nothing: each is some bytes of file and a walk over
/// the whole picture.
fn scans(side: u16, count: usize) -> Vec<u8> {
    let table = |class: u8, value: u8| segment(0xc4, &[&[class, 1][..], &[0; 15], &[value]].concat());
    let size = side.to_be_bytes();
    let blocks = usize::from(side.div_ceil(8)).pow(2);
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xdb, &[&[0][..], &[1; 64]].concat()));
    file.extend(segment(0xc2, &[8, size[0], size[1], size[0], size[1], 1, 1, 0x11, 0]));
    file.extend(table(0x00, 0));
    file.extend(table(0x10, 0xe0));
    file.extend(segment(0xda, &[1, 1, 0, 0, 0, 0]));
    file.extend(vec![0; blocks.div_ceil(8)]);
    for _ in 0..count {
        file.extend(segment(0xda, &[1, 1, 0, 1, 63, 0]));
        // A run of blocks without content: a zero, and fourteen bits that count them.
        let runs = blocks.div_ceil(16_384);
        file.extend(vec![0; (runs * 15).div_ceil(8)]);
    }
    file.extend([0xff, 0xd9]);
    file
}

fn pdf(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut starts = String::new();
    for (place, object) in objects.iter().enumerate() {
        starts.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend(format!("{} 0 obj\n", place + 1).into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (table, count) = (file.len(), objects.len() + 1);
    file.extend(format!("xref\n0 {count}\n0000000000 65535 f \n{starts}").into_bytes());
    file.extend(format!("trailer\n<<{trailer}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").into_bytes());
    file
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{dictionary}/Length {}>>stream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A PDF of one page with this content and size of the page.
fn page(content: Vec<u8>, size: &str) -> Vec<u8> {
    let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[{size}]/Contents 4 0 R/Resources<<>>>>");
    let tree: [&[u8]; 3] =
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page.as_bytes()];
    let mut objects = tree.map(<[u8]>::to_vec).to_vec();
    objects.push(content);
    pdf(&objects, "/Size 5")
}

/// So many pages with the same content, each of 100,000 rectangles.
fn large_page(pages: usize) -> Vec<u8> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 4)).collect();
    let operators = b"q 1 0 0 1 0 0 cm 0 0 600 800 re f Q\n".repeat(100_000);
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Kids[{}]/Count {pages}>>", kids.join(" ")).into_bytes(),
        stream("/Filter/FlateDecode", &fdeflate::compress_to_vec(&operators)),
    ];
    let page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 3 0 R/Resources<<>>>>".to_vec();
    objects.extend(vec![page; pages]);
    pdf(&objects, &format!("/Size {}", objects.len() + 1))
}

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    [plain(), pictures::all(), documents::all()].concat()
}

fn plain() -> Vec<(&'static str, Vec<u8>)> {
    let large = zeros(64 << 20);
    let twice = fdeflate::compress_to_vec(&large);
    let profile = chunk(b"iCCP", &[&b"x\0\0"[..], &large].concat());
    let text = chunk(b"zTXt", &[&b"x\0\0"[..], &large].concat());
    let catalog = |extra: &str| format!("<</Type/Catalog/Pages 2 0 R{extra}>>").into_bytes();
    let nested = format!("/X {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let looped = b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>".to_vec();
    let fine = || b"<</Length 0>>stream\n\nendstream".to_vec();
    let operators = b"q 1 0 0 1 0 0 cm 0 0 600 800 re f\n".repeat(400_000);
    let deep = b"q ".repeat(1_000_000);
    vec![
        ("PNG of 30,000 x 30,000", png((30_000, 30_000), [1, 0, 0], &[], &large)),
        ("PNG that claims 2^31 - 1", png((i32::MAX as u32, i32::MAX as u32), [16, 6, 0], &[], &zeros(1))),
        ("PNG within the limits, one bit", png((7_000, 7_000), [1, 0, 0], &[], &zeros(7_000 * 876))),
        ("PNG with more data than pixels", png((100, 100), [8, 2, 0], &[], &large)),
        ("PNG with less data than pixels", png((7_000, 7_000), [8, 2, 0], &[], &zeros(1_000))),
        ("PNG, Adam7, 16 bits", png((3_000, 3_000), [16, 6, 1], &[], &zeros(72_050_000))),
        ("PNG with a profile of 64 MiB", png((1, 1), [8, 6, 0], &profile, &zeros(5))),
        ("PNG with a text of 64 MiB", png((1, 1), [8, 6, 0], &text, &zeros(5))),
        (
            "PNG with 200,000 chunks",
            png((1, 1), [8, 6, 0], &chunk(b"tEXt", b"k\0v").repeat(200_000), &zeros(5)),
        ),
        ("JPEG with 90 scans, 2,000 x 2,000", scans(2_000, 89)),
        ("JPEG with 90 scans, 7,000 x 7,000", scans(7_000, 89)),
        ("JPEG with 1,000 scans", scans(7_000, 1_000)),
        ("PDF whose content is 64 MiB", page(stream("/Filter/FlateDecode", &large), "0 0 600 800")),
        ("PDF packed twice", page(stream("/Filter[/FlateDecode/FlateDecode]", &twice), "0 0 600 800")),
        (
            "PDF with an object stream of 64 MiB",
            page(stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &large), "0 0 9 9"),
        ),
        ("PDF nested 100,000 deep", pdf(&[catalog(&nested), looped.clone(), fine()], "/Size 4")),
        ("PDF whose pages are a loop", pdf(&[catalog(""), looped, fine()], "/Size 4")),
        ("PDF whose table is a loop", replaced(&page(fine(), "0 0 600 800"), b"/Size 5", b"/Size 5/Prev 9")),
        (
            "PDF that claims 2,000,000,000 objects",
            replaced(&page(fine(), "0 0 600 800"), b"/Size 5", b"/Size 2000000000"),
        ),
        (
            "PDF whose length is itself",
            page(b"<</Length 4 0 R>>stream\nabc\nendstream".to_vec(), "0 0 600 800"),
        ),
        ("PDF with a page of nothing", page(fine(), "0 0 0 0")),
        ("PDF with a page of 1 by 14,400", page(fine(), "0 0 1 14400")),
        ("PDF with 400,000 rectangles", page(stream("", &operators), "0 0 600 800")),
        ("PDF with a million saved states", page(stream("", &deep), "0 0 600 800")),
    ]
}

fn replaced(file: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let place = file.windows(what.len()).position(|window| window == what).expect("what is replaced");
    [&file[..place], with, &file[place + what.len()..]].concat()
}
