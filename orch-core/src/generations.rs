//! A bounded map that forgets what nobody asks for.

use std::{collections::HashMap, hash::Hash};

/// A bounded map that forgets what nobody asked for lately: when the young generation is full, it becomes the old one, and
/// what was old is dropped. What is asked for becomes young again.
#[derive(Debug)]
pub struct Generations<K, V> {
    capacity: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash + Clone, V: Clone> Generations<K, V> {
    /// An empty map of at most twice `capacity` things.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    /// What is kept under a key.
    pub fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.put(key, value.clone());
        Some(value)
    }

    /// Keeps something, in the place of what was kept under that key.
    pub fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.capacity && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_bounded() {
        let mut map = Generations::new(100);
        map.put(0, 0);
        for n in 1..1_000 {
            map.put(n, n);
            assert_eq!(map.get(&0), Some(0), "after {n}");
            assert!(map.young.len() + map.old.len() <= 200);
        }
        assert_eq!(map.get(&1), None);
    }

    #[test]
    fn the_last_value_counts() {
        let mut map = Generations::new(100);
        map.put(0, 1);
        for n in 1..=100 {
            map.put(n, 0);
        }
        map.put(0, 2);
        assert_eq!(map.get(&0), Some(2));
    }
}
