//! The catalog at hand: what each agent is listed, searched and ranked by, in the memory of one process.
//!
//! An [`Index`] is a function of the agents that were put into it. [`AtHand`] follows a store with one.

mod at_hand;
mod bits;
mod facets;
mod footprint;
mod listing;
mod orders;
mod ranking;
mod scores;
mod terms;
mod texts;

#[cfg(test)]
mod tests;

pub(super) use at_hand::AtHand;

use std::{collections::HashMap, sync::Arc};

use facets::{Facets, Names};
use orders::{Columns, Orders};
use terms::Terms;

use crate::{Agent, AgentId, agent::Status};

/// Agents, each with a slot of its own for good, and by what they are found. Agents are never taken out, as no store
/// takes one out.
#[derive(Debug, Default)]
pub(super) struct Index {
    agents: Vec<Arc<Agent>>,
    slots: HashMap<AgentId, u32>,
    names: Names,
    columns: Columns,
    orders: Orders,
    terms: Terms,
    /// What the agents themselves take, in bytes.
    agent_bytes: usize,
}

impl Index {
    /// Takes in agents, in the place of what is known of them; what is older than that stays outside.
    pub(super) fn put(&mut self, agents: Vec<Agent>) {
        for agent in agents {
            match self.slots.get(&agent.id) {
                Some(&slot) => self.replace(slot, agent),
                None => self.add(agent),
            }
        }
    }

    /// Leaves the orders of the lists alone until they are [settled](Self::settle), as many agents are to come.
    pub(super) fn unsettle(&mut self) {
        self.orders.unsettle();
    }

    /// Brings the orders of the lists up to date.
    pub(super) fn settle(&mut self) {
        self.orders.settle(&self.columns);
    }

    /// About how many bytes it takes.
    pub(super) fn size_bytes(&self) -> usize {
        let per_agent = size_of::<Arc<Agent>>() + 2 * size_of::<(AgentId, u32)>();
        self.agent_bytes
            + self.agents.len() * per_agent
            + self.columns.size_bytes()
            + self.orders.size_bytes()
            + self.terms.size_bytes()
    }

    fn add(&mut self, agent: Agent) {
        // A slot counts in 32 bits; whoever has more agents has less memory.
        let Ok(slot) = u32::try_from(self.agents.len()) else {
            return;
        };
        let facets = Facets::of(&agent, &mut self.names);
        self.terms.put(
            slot,
            facets.audience,
            &agent.latest,
            agent.status == Status::Online,
        );
        self.columns.push(&agent, facets);
        self.orders.insert(slot, &self.columns);
        self.agent_bytes += footprint::of(&agent);
        self.slots.insert(agent.id, slot);
        self.agents.push(Arc::new(agent));
    }

    fn replace(&mut self, slot: u32, agent: Agent) {
        let at = slot as usize;
        let held = self.agents[at].clone();
        if agent.revision < held.revision {
            return;
        }
        self.orders.remove(slot, &self.columns);
        let (facets, is_online) = (
            Facets::of(&agent, &mut self.names),
            agent.status == Status::Online,
        );
        let audience = self.columns.facets[at].audience;
        // A version never changes.
        if held.latest.version == agent.latest.version && audience == facets.audience {
            self.terms.set_online(slot, is_online);
        } else {
            self.terms.remove(slot, audience, &held.latest);
            self.terms.put(slot, facets.audience, &agent.latest, is_online);
        }
        self.columns.set(slot, &agent, facets);
        self.orders.insert(slot, &self.columns);
        self.agent_bytes = self.agent_bytes - footprint::of(&held) + footprint::of(&agent);
        self.agents[at] = Arc::new(agent);
    }
}
