//! The two backends' migrations go together: each number and name is in both.

use super::{File, Finding};

/// Folders of migrations, pairwise.
const PAIRS: [(&str, &str); 2] = [
    ("crates/store-sqlite/migrations/", "crates/store-postgres/migrations/"),
    ("crates/store-sqlite/migrations-keys/", "crates/store-postgres/migrations-keys/"),
];

/// Finds those that one backend has and the other has not.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let pairs = PAIRS.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    pairs.flat_map(|(from, to)| lonely(files, from, to)).collect()
}

fn lonely<'a>(files: &'a [File], from: &'a str, to: &'a str) -> impl Iterator<Item = Finding> + 'a {
    let names = files.iter().filter_map(move |file| file.path.strip_prefix(from));
    names.filter_map(move |name| {
        let twin = format!("{to}{name}");
        let is_alone = !files.iter().any(|file| file.path == twin);
        is_alone.then(|| Finding::new(&format!("{from}{name}"), 0, format!("the other backend needs {twin}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> Vec<String> {
        let file = |path: &&str| File { path: (*path).to_owned(), text: String::new() };
        check(&paths.iter().map(file).collect::<Vec<_>>()).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn pairs_are_fine_and_singles_are_found() {
        let (one, other) = PAIRS[0];
        let paths = [format!("{one}V1__a.sql"), format!("{other}V1__a.sql"), format!("{other}V2__b.sql")];
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        assert_eq!(found(&paths[..2]), [] as [&str; 0]);
        let told = found(&paths);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("store-sqlite/migrations/V2__b.sql"), "{}", told[0]);
    }
}
