//! PDF: pages, and what is refused. `hayro-syntax`, which follows the cross-reference tables, is the second opinion.

use hayro_syntax::Pdf;
use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::samples::pdf::{
    CATALOG, PAGE, PAGES, file, from_object_stream, object_stream, of_pages, one_page, stream,
    with_object_stream,
};
use crate::{refusal, take};

fn agrees(file: &[u8], pages: u32) {
    assert_eq!(take(file).unwrap().pages, Some(pages));
    let second = Pdf::new(file.to_vec()).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(second.pages().len(), pages as usize);
}

fn objects(list: &[&str]) -> Vec<u8> {
    let list: Vec<Vec<u8>> = list.iter().map(|object| object.as_bytes().to_vec()).collect();
    file(&list, "")
}

#[test]
fn pages_are_counted_as_a_reader_counts_them() {
    agrees(&of_pages(1), 1);
    agrees(&of_pages(17), 17);
    agrees(&with_object_stream(9), 9);
    let nested = "<</Type /Pages /Kids [4 0 R 5 0 R] /Count 2 /Parent 2 0 R>>";
    let top = "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 3>>";
    agrees(&objects(&[CATALOG, top, nested, PAGE, PAGE, PAGE]), 3);
    let indirect = "<</Type/Pages/Kids 4 0 R/Count 1>>";
    agrees(&objects(&[CATALOG, indirect, PAGE, "[3 0 R 5 0 R]", PAGE]), 2);
    let odd = "<< % a comment >>\n/Type/#50ages /K#69ds[3 0 R]/Count 1/Note(a \\) >> ( [ ) [ ) /Hex<3E3E>>>";
    agrees(&objects(&[CATALOG, odd, PAGE]), 1);
}

#[test]
fn streams_end_where_they_say_or_where_their_mark_is() {
    let binary = b"endobj 9 0 obj << ( [[[ endstreamx".to_vec();
    agrees(&one_page(vec![stream("", &binary)]), 1);
    let indirect = b"<</Length 5 0 R>>stream\r\n<< [ (\r\nendstream".to_vec();
    agrees(&one_page(vec![indirect, b"8".to_vec()]), 1);
    let wrong = b"<</Length 99999999999>>stream\n<< [ (\nendstream".to_vec();
    agrees(&one_page(vec![wrong]), 1);
    let open = one_page(vec![b"<</Length 3>>stream\nabc".to_vec()]);
    assert_eq!(refusal(&open), "ends early: a stream of the PDF has no end");
}

#[test]
fn a_later_revision_replaces_objects() {
    let mut revised = of_pages(2);
    revised.extend_from_slice(b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF");
    assert_eq!(take(&revised).unwrap().pages, Some(1));
}

#[test]
fn what_acts_or_hides_is_refused() {
    for (object, text) in [
        ("<</S/JavaScript/JS(app.alert\\(1\\))>>", "contains JavaScript"),
        ("<</S/Java#53cript>>", "contains JavaScript"),
        ("<</Names<</JavaScript 5 0 R>>>>", "contains JavaScript"),
        ("[1 [<</A<</JS 9 0 R>>>>]]", "contains JavaScript"),
        ("<</OpenAction<</S/Launch/F(cmd.exe)>>>>", "contains an action that starts a program"),
        ("<</A<</S/SubmitForm/F(http://x)>>>>", "contains an action that sends or fetches data"),
        ("<</A<</S/ImportData>>>>", "contains an action that sends or fetches data"),
        ("<</Type/Filespec/EF<</F 7 0 R>>>>", "contains embedded files"),
        ("<</Names<</EmbeddedFiles 5 0 R>>>>", "contains embedded files"),
        ("<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream", "contains embedded files"),
        ("<</Subtype/FileAttachment>>", "contains embedded files"),
        ("<</S/GoToE>>", "contains embedded files"),
        ("<</Subtype/RichMedia>>", "contains embedded media"),
        ("<</XFA[(a) 5 0 R]>>", "contains a form with scripts (XFA)"),
    ] {
        assert_eq!(
            refusal(&one_page(vec![object.into()])),
            format!("{text}, which is not taken"),
            "{object}"
        );
    }
    let hidden = object_stream(&[(9, "<</S/JavaScript>>".to_owned())], "/Filter[/FlateDecode]", |data| {
        compress_to_vec_zlib(data, 6)
    });
    assert_eq!(refusal(&one_page(vec![hidden.clone()])), "contains JavaScript, which is not taken");
    assert_eq!(refusal(&from_object_stream(4, &hidden)), "contains JavaScript, which is not taken");
}

#[test]
fn what_only_looks_like_action_is_taken() {
    for object in [
        "<</Title(JavaScript /JS /Launch)>>",
        "<</OpenAction[3 0 R/Fit]/A<</S/URI/URI(https://example.org)>>>>",
        "<</Font<</EFont 1 0 R/JSans 2 0 R>>>>",
        "<</Length 22>>stream\n/JavaScript /Launch Do \nendstream",
        "% /JavaScript",
    ] {
        assert_eq!(take(&one_page(vec![object.into()])).unwrap().pages, Some(1), "{object}");
    }
}

#[test]
fn encrypted_files_are_refused() {
    let text = "is an encrypted PDF, which is not taken";
    let parts = [CATALOG.into(), PAGES.into(), PAGE.into()];
    assert_eq!(refusal(&file(&parts, "/Encrypt 9 0 R")), text);
    assert_eq!(refusal(&file(&parts, "/Encrypt<</Filter/Standard/V 1>>")), text);
    assert_eq!(refusal(&one_page(vec![stream("/Type/XRef/Encrypt 5 0 R/Root 1 0 R", b"x")])), text);
}

#[test]
fn nothing_may_stand_before_or_behind() {
    let good = of_pages(1);
    let with_tail = |tail: &[u8]| [&good[..good.len() - 1], tail].concat();
    for tail in [&b""[..], b"\r\n", b"\n", &[0; 1024], &[b' '; 1024]] {
        assert_eq!(take(&with_tail(tail)).unwrap().pages, Some(1), "{} bytes", tail.len());
    }
    let text = "ends early: the PDF doesn't end with its end mark";
    for tail in [&[0; 1025][..], b"PK\x05\x06", b"\n<script>", b"x"] {
        assert_eq!(refusal(&with_tail(tail)), text);
    }
    assert!(refusal(&[b"\n", good.as_slice()].concat()).starts_with("is not of a known type"));
    assert!(refusal(&[b"<html>", good.as_slice()].concat()).starts_with("is an HTML page"));
}

#[test]
fn structures_have_to_add_up() {
    let no_tree = "is damaged: the PDF has no page tree";
    let no_pages = "is damaged: the PDF has no pages";
    let broken = "is damaged: the objects of the PDF don't add up";
    for (list, text) in [
        (&["<</Type/Catalog>>", PAGES, PAGE][..], no_tree),
        (&["<</Type/Other/Pages 2 0 R>>", PAGES, PAGE], no_tree),
        (&[CATALOG, "<</Type/Pages/Kids[]>>"], no_pages),
        (&[CATALOG, "<</Type/Pages/Kids[9 0 R]>>"], no_pages),
        (&[CATALOG, PAGES, PAGE, "<</A[1 2>>"], broken),
        (&[CATALOG, PAGES, PAGE, "<</A 1"], broken),
        (&[CATALOG, PAGES, PAGE, "]"], broken),
    ] {
        assert_eq!(refusal(&objects(list)), text, "{list:?}");
    }
    assert_eq!(refusal(b"%PDF-1.7\n%%EOF"), no_tree);
    let odd = |dictionary: &str| refusal(&one_page(vec![stream(dictionary, b"5 9 <<>>")]));
    let text = "is damaged: an object stream of the PDF doesn't add up";
    assert_eq!(odd("/Type/ObjStm/N 1/First 999"), text);
    assert_eq!(odd("/Type/ObjStm/N 2/First 4"), text);
    assert_eq!(odd("/Type/ObjStm/N 1/First 4"), text);
    assert_eq!(odd("/Type/ObjStm/N 1/First 4/Filter/FlateDecode"), text);
}
