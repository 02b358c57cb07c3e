//! Few agents that could do it all, for a goal that allows no more.

use std::collections::BTreeSet;

use orch_core::AgentId;

use super::{
    compose::MAX_TRIED,
    offer::Pool,
    wish::{FITS, Wish},
};

/// Groups of at most so many agents whose tasks fit the wishes, the ones that fit most first.
///
/// Each group begins with another of the agents that fit most and takes, while there is room, who fits most of what nobody in
/// it does. Not every group is looked at.
pub(super) fn groups(pool: &Pool, wishes: &[Wish], most: u32) -> Vec<BTreeSet<AgentId>> {
    let able = able(pool, wishes);
    let mut first: Vec<usize> = (0..able.len()).collect();
    first.sort_by_key(|place| std::cmp::Reverse(able[*place].wishes.len()));
    first.truncate(MAX_TRIED);
    let mut groups: Vec<(usize, BTreeSet<AgentId>)> = Vec::new();
    for first in first {
        let mut group = BTreeSet::from([able[first].agent]);
        let mut done = able[first].wishes.clone();
        while group.len() < most as usize
            && let Some(next) = (able.iter())
                .max_by_key(|next| next.wishes.difference(&done).count())
                .filter(|next| !next.wishes.is_subset(&done))
        {
            group.insert(next.agent);
            done.extend(&next.wishes);
        }
        if groups.iter().all(|(_, known)| *known != group) {
            groups.push((done.len(), group));
        }
    }
    groups.sort_by_key(|(n_done, _)| std::cmp::Reverse(*n_done));
    groups.into_iter().map(|(_, group)| group).collect()
}

/// An agent with the wishes, by their places, that one of its tasks fits.
struct Able {
    agent: AgentId,
    wishes: BTreeSet<usize>,
}

/// The agents with a task that fits a wish, in the order of the pool.
fn able(pool: &Pool, wishes: &[Wish]) -> Vec<Able> {
    let mut able: Vec<Able> = Vec::new();
    for offer in &pool.offers {
        let fits = wishes.iter().enumerate();
        let fits = fits.filter(|(_, wish)| wish.score(offer) >= FITS);
        let wishes: BTreeSet<usize> = fits.map(|(place, _)| place).collect();
        let agent = offer.agent().id;
        match able.iter_mut().find(|known| known.agent == agent) {
            Some(known) => known.wishes.extend(wishes),
            None if wishes.is_empty() => {}
            None => able.push(Able { agent, wishes }),
        }
    }
    able
}
