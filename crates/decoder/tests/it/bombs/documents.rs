//! PDFs that lead in circles, or have much drawn by little.

use super::{large_page, page, pdf, stream, zeros};

/// A page with these resources and content, and more objects from number 5 on.
fn drawn(resources: &str, content: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let page =
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<{resources}>>>>");
    let tree: [&[u8]; 3] =
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page.as_bytes()];
    let mut objects = tree.map(<[u8]>::to_vec).to_vec();
    objects.push(stream("", content.as_bytes()));
    objects.extend_from_slice(more);
    pdf(&objects, &format!("/Size {}", objects.len() + 1))
}

fn form(resources: &str, content: &str) -> Vec<u8> {
    stream(
        &format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<{resources}>>"),
        content.as_bytes(),
    )
}

/// Forms each of which draws the next one ten times.
fn doubling(depth: usize, group: &str) -> Vec<u8> {
    let forms = (0..depth).map(|level| {
        let next = format!("/XObject<</F {} 0 R>>", level + 6);
        let content = if level + 1 == depth { "0 0 9 9 re f".to_owned() } else { "/F Do ".repeat(10) };
        let kind = format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<{next}>>{group}");
        stream(&kind, content.as_bytes())
    });
    drawn("/XObject<</F 5 0 R>>", "/F Do", &forms.collect::<Vec<_>>())
}

fn pattern(step: f32, content: &str) -> Vec<u8> {
    let head = format!(
        "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 10 10]/XStep {step}/YStep {step}\
         /Resources<</Pattern<</P 5 0 R>>>>"
    );
    drawn("/Pattern<</P 5 0 R>>", "/Pattern cs /P scn 0 0 600 800 re f", &[stream(&head, content.as_bytes())])
}

fn picture(head: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("/Type/XObject/Subtype/Image{head}");
    drawn("/XObject<</I 5 0 R>>", "600 0 0 800 0 0 cm /I Do", &[stream(&head, data)])
}

fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let gray = "/ColorSpace/DeviceGray/BitsPerComponent";
    let bits = zeros(12_000 * 1_500);
    let jpeg = super::scans(2_000, 89);
    vec![
        (
            "PDF with a picture of 12,000 x 12,000",
            picture(&format!("/Width 12000/Height 12000{gray} 1/Filter/FlateDecode"), &bits),
        ),
        (
            "PDF with a picture that claims 2^31 - 1",
            picture(&format!("/Width 2147483647/Height 2147483647{gray} 8/Filter/FlateDecode"), &zeros(9)),
        ),
        (
            "PDF with a JPEG of 90 scans",
            picture(&format!("/Width 2000/Height 2000{gray} 8/Filter/DCTDecode"), &jpeg),
        ),
        (
            "PDF with a JBIG2 picture of 60,000 x 60,000",
            picture(&format!("/Width 60000/Height 60000{gray} 1/Filter/JBIG2Decode"), &jbig2(60_000)),
        ),
        (
            "PDF with a JPEG 2000 picture of 60,000 x 60,000",
            picture("/Width 60000/Height 60000/Filter/JPXDecode", &jpeg_2000(60_000)),
        ),
        (
            "PDF with a fax of 100,000 lines",
            picture(
                "/Width 60000/Height 100000/ImageMask true/BitsPerComponent 1/Filter/CCITTFaxDecode\
                 /DecodeParms<</K -1/Columns 60000/Rows 100000>>",
                &vec![0xff; 12_500],
            ),
        ),
    ]
}

/// A page of so many pixels each way, with nothing on it (ITU-T T.88, 7.4.8).
fn jbig2(side: u32) -> Vec<u8> {
    let size = [side.to_be_bytes(), side.to_be_bytes()].concat();
    [&[0, 0, 0, 0, 0x30, 0, 1, 0, 0, 0, 19][..], &size, &[0; 11]].concat()
}

/// A codestream of one tile of so many pixels each way, without data (ITU-T T.800, Annex A).
fn jpeg_2000(side: u32) -> Vec<u8> {
    let words = [side, side, 0, 0, side, side, 0, 0].map(u32::to_be_bytes).concat();
    let size = [&[0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0][..], &words, &[0, 1, 7, 1, 1]].concat();
    let style = [0xff, 0x52, 0, 12, 0, 0, 0, 1, 0, 5, 4, 4, 0, 1];
    let steps = [&[0xff, 0x5c, 0, 19, 0x40][..], &[0x40; 16]].concat();
    [&size[..], &style, &steps, &[0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x93, 0xff, 0xd9]].concat()
}

fn functions() -> Vec<(&'static str, Vec<u8>)> {
    let shading = |function: &str, more: &[Vec<u8>]| {
        let shading = format!("/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function {function}>>>>");
        drawn(&shading, "600 0 0 800 0 0 cm /S sh", more)
    };
    let long = format!("{{pop {}}}", "dup sin cos 1 add ".repeat(20_000));
    let nest = |number: usize| {
        let next = number + 1;
        format!("<</FunctionType 3/Domain[0 1]/Functions[{next} 0 R]/Bounds[]/Encode[0 1]>>").into_bytes()
    };
    let axial = |function: &str, more: &[Vec<u8>]| {
        let shading = format!(
            "/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 600 800]/Function {function}>>>>"
        );
        drawn(&shading, "/S sh", more)
    };
    let triangles = [&[0][..], &[7; 6]].concat().repeat(1_000_000);
    let mesh = "/ShadingType 4/ColorSpace/DeviceGray/BitsPerCoordinate 16/BitsPerComponent 16/BitsPerFlag 8\
                /Decode[0 600 0 800 0 1]/Filter/FlateDecode";
    vec![
        (
            "PDF with a program for each pixel",
            shading("5 0 R", &[stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", long.as_bytes())]),
        ),
        ("PDF with functions nested 1,000 deep", axial("5 0 R", &(5..1_005).map(nest).collect::<Vec<_>>())),
        ("PDF with a function of itself", axial("5 0 R", &[nest(4)])),
        (
            "PDF with a table of 2^31 values",
            axial(
                "5 0 R",
                &[stream(
                    "/FunctionType 0/Domain[0 1]/Range[0 1]/Size[2147483647]/BitsPerSample 8/Filter/FlateDecode",
                    &zeros(9),
                )],
            ),
        ),
        (
            "PDF with a million triangles",
            drawn("/Shading<</S 5 0 R>>", "/S sh", &[stream(mesh, &fdeflate::compress_to_vec(&triangles))]),
        ),
    ]
}

fn circles() -> Vec<(&'static str, Vec<u8>)> {
    let fine = || b"<</Length 0>>stream\n\nendstream".to_vec();
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 6 0 R>>\
                /Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]/Resources<</Font<</F 5 0 R>>>>>>";
    let text = format!("BT /F 9 Tf ({}) Tj ET", "a".repeat(1_000_000));
    let table = |trailer: &str| {
        let file = page(fine(), "0 0 600 800");
        let at = file.windows(5).rposition(|window| window == b"xref\n").expect("a table");
        let start = file[..at].iter().len();
        (start, super::replaced(&file, b"/Size 5", trailer.as_bytes()))
    };
    let (start, own) = table("/Size 5/Prev 0000000");
    vec![
        (
            "PDF whose table follows itself",
            super::replaced(&own, b"0000000", format!("{start:07}").as_bytes()),
        ),
        ("PDF with a size of 1", table("/Size 1").1),
        ("PDF with a table of streams in a circle", table("/Size 5/XRefStm 9/Prev 9").1),
        (
            "PDF with a form of itself",
            drawn("/XObject<</F 5 0 R>>", "/F Do", &[form("/XObject<</F 5 0 R>>", "/F Do /F Do")]),
        ),
        ("PDF with 10^8 forms", doubling(9, "")),
        ("PDF with 10^8 groups", doubling(9, "/Group<</S/Transparency>>")),
        ("PDF with a pattern of itself", pattern(10.0, "/Pattern cs /P scn 0 0 10 10 re f")),
        ("PDF with a pattern of a million tiles", pattern(0.01, "0 0 1 1 re f")),
        (
            "PDF with a font of itself",
            drawn(
                "/Font<</F 5 0 R>>",
                &text,
                &[font.as_bytes().to_vec(), stream("", b"9 0 d0 BT /F 9 Tf (aa) Tj ET")],
            ),
        ),
        (
            "PDF with a million letters",
            drawn("/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>", &text, &[]),
        ),
        (
            "PDF with a font of 64 MiB",
            drawn(
                "/Font<</F<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor<</Type/FontDescriptor/FontName/A/Flags 4/FontFile2 5 0 R>>>>>>",
                "BT /F 9 Tf (a) Tj ET",
                &[stream("/Filter/FlateDecode", &zeros(64 << 20))],
            ),
        ),
        ("PDF with a million dashes", drawn("", "[0.001] 0 d 0 0 m 600 800 l 600 0 l 0 800 l S", &[])),
        (
            "PDF with a line of a million curves",
            drawn("", &format!("0 0 m {} S", "9 9 600 800 0 400 c ".repeat(200_000)), &[]),
        ),
        ("PDF with 20 pages of much", large_page(20)),
    ]
}

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    [pictures(), functions(), circles()].concat()
}
