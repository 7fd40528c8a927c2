//! The query string.

/// The pairs of a query string, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The first value of a key, whatever its case.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.pairs().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }
}
