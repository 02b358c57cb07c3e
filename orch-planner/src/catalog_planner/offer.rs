//! The tasks that a plan may be made of, and how well each fits what is said.

use std::{collections::HashMap, sync::Arc};

use orch_core::{Agent, Amount, Task};

use super::{
    profile::{Profile, Profiles},
    reading::known::Known,
};

/// A task that an agent offers for a goal.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    agent: Arc<Agent>,
    task: usize,
    /// What there is to know of it, whatever the goal.
    pub(super) profile: Arc<Profile>,
    /// Whether the goal prefers its agent.
    pub(super) is_preferred: bool,
    /// How the catalog ranks it for the goal: 1.0 is the best, 0.0 where it is not ranked.
    pub(super) rank: f64,
}

impl Offer {
    /// An offer that is neither preferred nor ranked; `None` if there is no such task, or its price exceeds what an amount
    /// can hold.
    pub(super) fn new(agent: Arc<Agent>, task: usize, profiles: &Profiles) -> Option<Self> {
        Some(Self {
            profile: profiles.of(&agent, task)?,
            agent,
            task,
            is_preferred: false,
            rank: 0.0,
        })
    }

    /// The agent that offers it.
    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The task.
    pub(super) fn task(&self) -> &Task {
        &self.agent.latest.tasks[self.task]
    }

    /// The most that it costs.
    pub(super) fn price(&self) -> Amount {
        self.profile.price
    }

    /// How goals are read for it.
    pub(super) fn known(&self) -> &Known {
        self.profile.known(self.task(), &self.agent.latest.tags)
    }

    /// `agent/task`, for people to read; unique in a catalog.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.agent.slug, self.task().name)
    }

    /// How strongly it says a stem, or something close to it: 0.0 to 1.0.
    pub(super) fn says(&self, stem: &str) -> f64 {
        self.profile.says(stem)
    }

    /// How strongly it says this very stem: 0.0 to 1.0.
    pub(super) fn says_exactly(&self, stem: &str) -> f64 {
        self.profile.says_exactly(stem)
    }
}

/// All offers that a plan may be made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    /// The offers, in an order that depends on nothing but them.
    pub(super) offers: Vec<Offer>,
    sayers: HashMap<String, usize>,
}

impl Pool {
    /// A pool of these offers.
    pub(super) fn new(mut offers: Vec<Offer>) -> Self {
        offers.sort_by_cached_key(|offer| (offer.title(), offer.agent.id));
        offers.dedup_by_key(|offer| (offer.agent.id, offer.task));
        let mut sayers: HashMap<&str, usize> = HashMap::new();
        for offer in &offers {
            for stem in offer.profile.said_from(0.5) {
                *sayers.entry(stem).or_default() += 1;
            }
        }
        let sayers = sayers.into_iter();
        Self {
            sayers: sayers.map(|(stem, count)| (stem.to_owned(), count)).collect(),
            offers,
        }
    }

    /// How much it tells that an offer says a stem: 1.0 if hardly another does, 0.2 if all do; `None` if none does.
    pub(super) fn rarity(&self, stem: &str) -> Option<f64> {
        let sayers = self.sayers.get(stem).copied().unwrap_or_default();
        if sayers == 0 {
            let is_said = self.offers.iter().any(|offer| offer.says(stem) > 0.0);
            return is_said.then_some(1.0);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a pool has thousands of offers at most"
        )]
        let (sayers, total) = (sayers as f64, self.offers.len() as f64);
        let rarity = ((total - sayers + 0.5) / (sayers + 0.5)).ln_1p() / total.ln_1p();
        Some(rarity.clamp(0.2, 1.0))
    }
}
