//! Which records a query may see: the border between tenants.

use std::sync::Arc;

/// The businesses whose records a query may see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All: for an unrestricted administrator, and for the desk's own work.
    All,
    /// Those of these businesses only; ascending ids.
    Businesses(Arc<[i64]>),
}

impl Scope {
    /// The scope of these businesses.
    pub fn of(businesses: impl IntoIterator<Item = i64>) -> Self {
        let mut ids: Vec<i64> = businesses.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self::Businesses(ids.into())
    }

    /// Whether records of this business may be seen.
    pub fn covers(&self, business: i64) -> bool {
        match self {
            Self::All => true,
            Self::Businesses(ids) => ids.binary_search(&business).is_ok(),
        }
    }
}
