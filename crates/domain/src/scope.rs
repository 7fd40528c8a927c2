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

    /// What both cover.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, scope) | (scope, Self::All) => scope.clone(),
            (Self::Businesses(ids), other) => Self::of(ids.iter().copied().filter(|id| other.covers(*id))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cover_what_each_covers() {
        let (one, two) = (Scope::of([1, 2, 3]), Scope::of([2, 3, 4]));
        assert_eq!(one.and(&two), Scope::of([2, 3]));
        assert_eq!(one.and(&Scope::All), one);
        assert_eq!(Scope::All.and(&two), two);
        assert_eq!(one.and(&Scope::of([])), Scope::of([]));
        assert_eq!(Scope::All.and(&Scope::All), Scope::All);
    }
}
