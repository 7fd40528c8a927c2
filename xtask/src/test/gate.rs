//! The gates, in their order.

use clap::ValueEnum;

/// One step of a run that can fail by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gate {
    Packages,
    Python,
    Fmt,
    Tidy,
    Deny,
    Clippy,
    Product,
    Build,
    Tests,
    Doc,
    Clients,
}

impl Gate {
    /// What is quick first, so that a small mistake is told soon.
    pub(crate) const ORDER: [Self; 11] = [
        Self::Packages,
        Self::Python,
        Self::Fmt,
        Self::Tidy,
        Self::Deny,
        Self::Clippy,
        Self::Product,
        Self::Build,
        Self::Tests,
        Self::Doc,
        Self::Clients,
    ];

    /// Whether it installs nothing and needs no Python.
    pub(crate) fn is_fast(self) -> bool {
        !matches!(self, Self::Packages | Self::Python | Self::Deny | Self::Clients)
    }

    /// As `--only` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Python => "python",
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Deny => "deny",
            Self::Clippy => "clippy",
            Self::Product => "product",
            Self::Build => "build",
            Self::Tests => "tests",
            Self::Doc => "doc",
            Self::Clients => "clients",
        }
    }

    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Packages => "the Debian packages that tests need",
            Self::Python => "the Python environment",
            Self::Fmt => "rustfmt",
            Self::Tidy => "the house rules that the compiler doesn't check",
            Self::Deny => "licences, sources, bans and advisories of the dependencies",
            Self::Clippy => "no warning anywhere",
            Self::Product => "the program builds without the features that only tests bring",
            Self::Build => "all programs and tests",
            Self::Tests => "unit and integration tests",
            Self::Doc => "the documentation's examples",
            Self::Clients => "clients written in Python against the built program",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_is_run_and_can_be_named() {
        for gate in Gate::value_variants() {
            assert!(Gate::ORDER.contains(gate), "{gate:?}");
            let value = gate.to_possible_value().unwrap();
            assert_eq!(value.get_name(), gate.name());
        }
    }
}
