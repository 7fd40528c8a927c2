//! The keys of businesses that were lately used.

use std::collections::HashMap;
use std::sync::Arc;

use crate::wrap::{BusinessKey, BusinessPlace};

/// How many keys are remembered: about a kilobyte each.
const MOST: usize = 4096;

#[derive(Default)]
pub(super) struct Cache {
    keys: HashMap<BusinessPlace, Used>,
    /// The version that wraps new keys of files, by business, for keys that are remembered.
    current: HashMap<i64, u32>,
    /// Counts the uses.
    now: u64,
}

struct Used {
    key: Arc<BusinessKey>,
    last: u64,
}

impl Cache {
    pub(super) fn get(&mut self, place: BusinessPlace) -> Option<Arc<BusinessKey>> {
        self.now += 1;
        let used = self.keys.get_mut(&place)?;
        used.last = self.now;
        Some(Arc::clone(&used.key))
    }

    pub(super) fn current(&mut self, business: i64) -> Option<Arc<BusinessKey>> {
        let version = *self.current.get(&business)?;
        self.get(BusinessPlace { business, version })
    }

    /// Remembers a key; the one that was not used for the longest time is forgotten for it if there are too many.
    pub(super) fn insert(&mut self, key: BusinessKey) -> Arc<BusinessKey> {
        if self.keys.len() >= MOST
            && let Some(oldest) = self.keys.iter().min_by_key(|(_, used)| used.last).map(|(place, _)| *place)
        {
            self.keys.remove(&oldest);
            self.current.retain(|business, _| *business != oldest.business);
        }
        self.now += 1;
        let (place, key) = (key.place(), Arc::new(key));
        self.keys.insert(place, Used { key: Arc::clone(&key), last: self.now });
        key
    }

    pub(super) fn set_current(&mut self, key: &BusinessKey) {
        self.current.insert(key.place().business, key.place().version);
    }

    pub(super) fn forget_current(&mut self, business: i64) {
        self.current.remove(&business);
    }

    pub(super) fn forget(&mut self, business: i64) {
        self.keys.retain(|place, _| place.business != business);
        self.current.remove(&business);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wrap::Clear;

    fn key(business: i64) -> BusinessKey {
        BusinessKey::new(&Clear::default(), BusinessPlace { business, version: 1 }).unwrap()
    }

    #[test]
    fn the_key_that_was_not_used_for_the_longest_time_is_forgotten_for_a_new_one() {
        let mut cache = Cache::default();
        for business in 1..=MOST as i64 {
            let key = cache.insert(key(business));
            cache.set_current(&key);
        }
        assert!(cache.current(1).is_some());
        cache.insert(key(-1));
        assert_eq!(cache.keys.len(), MOST);
        assert!(cache.current(1).is_some(), "it was used");
        assert!(cache.current(2).is_none());
        assert!(cache.get(BusinessPlace { business: 2, version: 1 }).is_none());
        assert!(cache.current(3).is_some());
        assert_eq!(cache.current.len(), MOST - 1);
    }

    #[test]
    fn a_forgotten_business_has_no_key() {
        let mut cache = Cache::default();
        for business in [1, 2] {
            let key = cache.insert(key(business));
            cache.set_current(&key);
        }
        cache.forget(1);
        assert!(cache.current(1).is_none());
        assert!(cache.get(BusinessPlace { business: 1, version: 1 }).is_none());
        assert!(cache.current(2).is_some());
    }
}
