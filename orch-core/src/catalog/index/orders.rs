use std::cmp::Ordering;

use super::{
    facets::{Facets, number_of},
    texts::Texts,
};
use crate::{
    Agent, AgentId, Order,
    catalog::{Sort, SortKey},
};

/// What agents are compared by, by slot.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) ids: Vec<AgentId>,
    pub(super) facets: Vec<Facets>,
    pub(super) texts: Texts,
}

impl Columns {
    pub(super) fn push(&mut self, agent: &Agent, facets: Facets) {
        self.ids.push(agent.id);
        self.facets.push(facets);
        self.texts.push(&agent.latest.title, &agent.latest.description);
    }

    pub(super) fn set(&mut self, slot: u32, agent: &Agent, facets: Facets) {
        self.facets[slot as usize] = facets;
        self.texts
            .set(slot, &agent.latest.title, &agent.latest.description);
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.ids.len() * (size_of::<AgentId>() + size_of::<Facets>() + 16) + self.texts.size_bytes()
    }

    /// What [`Sort::compare`] says of the agents.
    fn compare(&self, sort: Sort, left: u32, right: u32) -> Ordering {
        let (at, other) = (left as usize, right as usize);
        let by_key = match sort.key {
            SortKey::Name => self.texts.title(left).cmp(self.texts.title(right)),
            key => self.facets[at].compare(&self.facets[other], key),
        };
        let by_key = match sort.order {
            Order::Ascending => by_key,
            Order::Descending => by_key.reverse(),
        };
        by_key.then_with(|| self.ids[at].cmp(&self.ids[other]))
    }
}

const SORTS: [Sort; 8] = {
    const fn by(key: SortKey, order: Order) -> Sort {
        Sort { key, order }
    }
    [
        by(SortKey::Name, Order::Ascending),
        by(SortKey::Rating, Order::Ascending),
        by(SortKey::Cost, Order::Ascending),
        by(SortKey::CreatedAt, Order::Ascending),
        by(SortKey::Name, Order::Descending),
        by(SortKey::Rating, Order::Descending),
        by(SortKey::Cost, Order::Descending),
        by(SortKey::CreatedAt, Order::Descending),
    ]
};

/// The slots in each order there is, one list each, as what is equal has one order whatever the direction.
#[derive(Debug, Default)]
pub(super) struct Orders {
    lists: [Vec<u32>; 8],
    is_unsettled: bool,
}

impl Orders {
    /// Leaves the orders alone until they are [settled](Self::settle).
    pub(super) fn unsettle(&mut self) {
        self.is_unsettled = true;
    }

    /// Sorts everything anew, if need be.
    pub(super) fn settle(&mut self, columns: &Columns) {
        if !std::mem::take(&mut self.is_unsettled) {
            return;
        }
        for (list, sort) in self.lists.iter_mut().zip(SORTS) {
            list.clear();
            list.extend((0_u32..).take(columns.ids.len()));
            list.sort_unstable_by(|left, right| columns.compare(sort, *left, *right));
        }
    }

    /// Puts a slot where it belongs.
    pub(super) fn insert(&mut self, slot: u32, columns: &Columns) {
        if self.is_unsettled {
            return;
        }
        for (list, sort) in self.lists.iter_mut().zip(SORTS) {
            let place = list.partition_point(|other| columns.compare(sort, *other, slot).is_lt());
            list.insert(place, slot);
        }
    }

    /// Takes a slot out; its columns still are what it was put in by.
    pub(super) fn remove(&mut self, slot: u32, columns: &Columns) {
        if self.is_unsettled {
            return;
        }
        for (list, sort) in self.lists.iter_mut().zip(SORTS) {
            let place = list.partition_point(|other| columns.compare(sort, *other, slot).is_lt());
            if list.get(place) == Some(&slot) {
                list.remove(place);
            }
        }
    }

    /// The slots in that order.
    pub(super) fn by(&self, sort: Sort) -> &[u32] {
        &self.lists[number_of(sort)]
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.lists.iter().map(|list| list.len() * size_of::<u32>()).sum()
    }
}
