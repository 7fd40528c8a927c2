//! A letter that proves an address: one page of PDF (ISO 32000-1), with the fonts that every reader has.

use std::fmt::Write as _;

use super::Letter;

/// Writes the letter.
pub(super) fn pdf(letter: &Letter<'_>) -> Vec<u8> {
    let content = content(letter);
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        font("Helvetica"),
        font("Helvetica-Bold"),
    ];
    assemble(&objects)
}

fn font(name: &str) -> String {
    format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
}

/// Numbers the objects and says where each starts (ISO 32000-1, 7.5).
fn assemble(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (place, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", place + 1);
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let _ = write!(
        file,
        "xref\n0 {count}\n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

/// What is on the page; lengths are points, from the bottom left corner.
fn content(letter: &Letter<'_>) -> String {
    let mut page = String::from("0.12 0.26 0.44 rg 0 770 595 72 re f\n");
    line(&mut page, ["F2", "1 1 1"], 22, [56, 797], letter.sender);
    line(
        &mut page,
        ["F1", "0.8 0.87 0.95"],
        9,
        [56, 781],
        "Invented for a demonstration. This is not a real document.",
    );
    for (row, text) in [letter.name, letter.street, letter.city].into_iter().enumerate() {
        line(&mut page, ["F1", "0.1 0.1 0.15"], 12, [56, 690 - 16 * row as i32], text);
    }
    line(&mut page, ["F1", "0.4 0.4 0.45"], 10, [420, 690], letter.date);
    line(&mut page, ["F2", "0.1 0.1 0.15"], 14, [56, 590], letter.subject);
    for (row, text) in letter.lines.iter().enumerate() {
        line(&mut page, ["F1", "0.1 0.1 0.15"], 11, [56, 556 - 18 * row as i32], text);
    }
    page.push_str("q 0.8 0.2 -0.2 0.8 90 170 cm 0.93 0.8 0.82 rg BT /F2 92 Tf (SPECIMEN) Tj ET Q\n");
    page
}

/// One line of text in a font and a colour.
fn line(page: &mut String, [font, colour]: [&str; 2], size: i32, [x, y]: [i32; 2], text: &str) {
    let safe = text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
    let _ = writeln!(page, "{colour} rg BT /{font} {size} Tf {x} {y} Td ({safe}) Tj ET");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_where_the_objects_are() {
        let lines = ["(a) \\ b"];
        let letter = Letter {
            sender: "Bank",
            name: "N",
            street: "S",
            city: "C",
            date: "D",
            subject: "T",
            lines: &lines,
        };
        let file = String::from_utf8(pdf(&letter)).expect("plain text");
        assert!(file.contains("(\\(a\\) \\\\ b) Tj"), "{file}");
        let (_, start) =
            file.trim_end().trim_end_matches("%%EOF").trim_end().rsplit_once('\n').expect("a number");
        let table = &file[start.parse::<usize>().expect("a number")..];
        assert!(table.starts_with("xref\n0 7\n"), "{table}");
        let entries: Vec<&str> = table.lines().skip(3).take(6).collect();
        for (place, entry) in entries.iter().enumerate() {
            let offset: usize = entry[..10].parse().expect("an offset");
            assert!(file[offset..].starts_with(&format!("{} 0 obj\n", place + 1)), "{entry}");
        }
    }
}
