use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    time::Duration,
};

use orch_core::Timestamp;

/// What was heard of ids, as much of it as there is room for: what was heard first gives way.
#[derive(Debug)]
pub(super) struct Cache<I, V> {
    room: Room,
    entries: HashMap<I, Entry<V>>,
    /// The ids in the order in which they were heard of; a number apart tells those of one moment apart.
    order: BTreeMap<(Timestamp, u64), I>,
    n_bytes: usize,
    n_put: u64,
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    n_bytes: usize,
    place: (Timestamp, u64),
}

impl<I: Clone + Eq + Hash, V> Cache<I, V> {
    pub(super) fn new(room: Room) -> Self {
        Self {
            room,
            entries: HashMap::new(),
            order: BTreeMap::new(),
            n_bytes: 0,
            n_put: 0,
        }
    }

    /// What was heard of an id, and how long ago. What was heard later than now counts for nothing: a clock was set back.
    pub(super) fn get(&self, id: &I, now: Timestamp) -> Option<(&V, Duration)> {
        let Entry { value, place, .. } = self.entries.get(id)?;
        let (at, _) = *place;
        (at <= now).then(|| (value, now.since(at)))
    }

    /// Keeps what was heard at a moment in the place of what was heard before, unless it alone is more than there is room for.
    pub(super) fn put(&mut self, id: I, value: V, n_bytes: usize, at: Timestamp) {
        self.remove(&id);
        let place = (at, self.n_put);
        self.n_put += 1;
        self.n_bytes = self.n_bytes.saturating_add(n_bytes);
        self.order.insert(place, id.clone());
        let entry = Entry {
            value,
            n_bytes,
            place,
        };
        self.entries.insert(id, entry);
        while self.entries.len() > self.room.entries || self.n_bytes > self.room.bytes {
            let Some(first) = self.order.first_key_value().map(|(_, id)| id.clone()) else {
                break;
            };
            self.remove(&first);
        }
    }

    pub(super) fn remove(&mut self, id: &I) {
        if let Some(entry) = self.entries.remove(id) {
            self.n_bytes = self.n_bytes.saturating_sub(entry.n_bytes);
            self.order.remove(&entry.place);
        }
    }

    /// Forgets what was heard before a moment.
    pub(super) fn forget(&mut self, before: Timestamp) {
        while let Some(((at, _), id)) = self.order.first_key_value()
            && *at < before
        {
            let id = id.clone();
            self.remove(&id);
        }
    }

    #[cfg(test)]
    pub(super) fn fill(&self) -> (usize, usize) {
        assert_eq!(self.entries.len(), self.order.len());
        let sum = self.entries.values().map(|entry| entry.n_bytes).sum::<usize>();
        assert_eq!(sum, self.n_bytes);
        (self.entries.len(), self.n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Put { id: u8, n_bytes: usize, at: i64 },
        Remove { id: u8 },
        Forget { before: i64 },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..12_u8, 0..60_usize, 0..40_i64).prop_map(|(id, n_bytes, at)| Step::Put { id, n_bytes, at }),
            1 => (0..12_u8).prop_map(|id| Step::Remove { id }),
            1 => (0..40_i64).prop_map(|before| Step::Forget { before }),
        ]
    }

    proptest! {
        /// Against a list that is walked whole.
        #[test]
        fn what_was_heard_first_gives_way(steps in prop::collection::vec(step(), 1..80)) {
            let room = Room { entries: 5, bytes: 100 };
            let mut cache = Cache::new(room);
            let mut model: Vec<(u8, usize, i64, usize)> = Vec::new();
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Put { id, n_bytes, at } => {
                        cache.put(id, number, n_bytes, Timestamp::from_millis(at));
                        model.retain(|known| known.0 != id);
                        model.push((id, n_bytes, at, number));
                        model.sort_by_key(|known| (known.2, known.3));
                        while model.len() > room.entries || model.iter().map(|known| known.1).sum::<usize>() > room.bytes {
                            model.remove(0);
                        }
                    }
                    Step::Remove { id } => {
                        cache.remove(&id);
                        model.retain(|known| known.0 != id);
                    }
                    Step::Forget { before } => {
                        cache.forget(Timestamp::from_millis(before));
                        model.retain(|known| known.2 >= before);
                    }
                }
                let n_bytes = model.iter().map(|known| known.1).sum();
                prop_assert_eq!(cache.fill(), (model.len(), n_bytes));
                for now in [0, 20, 40] {
                    for id in 0..12 {
                        let known = model.iter().find(|known| known.0 == id && known.2 <= now);
                        let known = known.map(|known| (known.3, u64::try_from(now - known.2).unwrap()));
                        let got = cache.get(&id, Timestamp::from_millis(now));
                        let got = got.map(|(value, age)| (*value, u64::try_from(age.as_millis()).unwrap()));
                        prop_assert_eq!(got, known);
                    }
                }
            }
        }
    }
}
