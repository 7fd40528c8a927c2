//! The query string.

use std::collections::HashSet;

use crate::error::ApiError;
use crate::form;

/// The most parameters of a query.
pub(crate) const MAX_PARAMETERS: usize = 200;

/// The pairs of a query string, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// A form as a client may send it, forgiving.
    pub(crate) fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The query of a request.
    ///
    /// # Errors
    /// If it has too many parameters, or isn't UTF-8.
    pub(crate) fn of(query: &str) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        for pair in form::pairs(query.as_bytes()) {
            if pairs.len() == MAX_PARAMETERS {
                let message = format!("The query has more than {MAX_PARAMETERS} parameters.");
                return Err(ApiError::malformed(message));
            }
            pairs.push(pair.map_err(|form::NotUtf8| ApiError::malformed("The query is not UTF-8."))?);
        }
        Ok(Self(pairs))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A key that stands there more than once, whatever its case.
    pub(crate) fn twice(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        self.pairs().map(|(key, _)| key).find(|key| !seen.insert(key.to_ascii_lowercase()))
    }

    /// The first value of a key, whatever its case.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.pairs().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }
}
