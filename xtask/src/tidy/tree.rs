//! What must not be in any build: a second cryptography library, and SQL drivers that cannot be linked beside ours.

use anyhow::Result;

use super::Finding;
use crate::command::read;
use crate::project::Project;

/// Crates, and what there is instead. A name that ends in `*` stands for all that start so.
const BANNED: [(&str, &str); 6] = [
    ("ring", "cryptography is aws-lc-rs"),
    ("openssl", "cryptography is aws-lc-rs, TLS is rustls"),
    ("openssl-sys", "cryptography is aws-lc-rs, TLS is rustls"),
    ("native-tls", "TLS is rustls"),
    ("sqlx*", "SQLite is rusqlite, PostgreSQL is tokio-postgres"),
    ("sea-orm*", "SQLite is rusqlite, PostgreSQL is tokio-postgres"),
];

/// Asks Cargo what would be built on any platform with any feature. The lock file can't tell: it also lists what a
/// feature that nobody enables would bring.
pub(super) fn check(project: &Project) -> Result<Vec<Finding>> {
    let mut cargo = project.cargo();
    cargo.args(["tree", "--quiet", "--workspace", "--all-features", "--target", "all", "--edges", "all"]);
    Ok(banned(&read(cargo.args(["--prefix", "none", "--format", "{p}"]))?))
}

fn banned(tree: &str) -> Vec<Finding> {
    let is_built = |name: &str| {
        let mut names = tree.lines().filter_map(|line| line.split(' ').next());
        names.any(|found| match name.strip_suffix('*') {
            Some(start) => found.starts_with(start),
            None => found == name,
        })
    };
    let built = BANNED.iter().filter(|(name, _)| is_built(name));
    let message = |name: &str, instead: &str| {
        let name = name.trim_end_matches('*');
        format!(
            "{name} would be built: {instead}; `cargo tree --workspace --all-features -i {name}` says by whom"
        )
    };
    built.map(|(name, instead)| Finding::new("Cargo.lock", 0, message(name, instead))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_crates_are_found_by_their_whole_name() {
        let fine = "proofdesk v0.1.0 (there)\nstring v1.0.0\nring-compat v0.8.0\nrustls v0.23.0\n";
        assert_eq!(banned(fine), []);
        for name in ["ring", "openssl-sys", "native-tls", "sqlx", "sqlx-core"] {
            let found = banned(&format!("{fine}{name} v1.0.0 (*)\n"));
            assert_eq!(found.len(), 1, "{name}");
            assert!(found[0].message.contains("would be built"));
        }
    }
}
