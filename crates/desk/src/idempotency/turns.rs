//! Which keys are under way in this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The keys that are under way: as many as there are requests.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Mutex<HashSet<String>>>);

/// A key that is held; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    mark: String,
}

impl Turns {
    /// Holds a key; None if somebody has it.
    pub(crate) fn take(&self, mark: &str) -> Option<Turn> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(mark.to_owned());
        taken.then(|| Turn { turns: self.clone(), mark: mark.to_owned() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_holder_at_a_time() {
        let turns = Turns::default();
        let first = turns.take("a").expect("free");
        assert!(turns.take("a").is_none() && turns.take("b").is_some());
        drop(first);
        assert!(turns.take("a").is_some());
        assert!(turns.0.lock().expect("whole").is_empty());
    }
}
