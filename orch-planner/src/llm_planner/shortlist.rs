//! The tasks that a model may choose from: all of a small catalog, what ranks best of a large one.

use std::{collections::BTreeSet, sync::Arc};

use orch_core::{
    Agent, AgentId, Amount, Caller, PageRequest, Task,
    agent::Status,
    catalog::{AgentFilter, Catalog, CatalogError, RankedTask, Sort},
};
use serde_json::Value;

use crate::goal::{Goal, GoalLimits};

/// A task that may be chosen.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    agent: Arc<Agent>,
    task: usize,
    /// The most that it costs.
    pub(super) price: Amount,
    /// Whether the goal prefers its agent.
    pub(super) is_preferred: bool,
}

impl Candidate {
    /// `None` where the goal's limits leave it out.
    fn new(agent: Arc<Agent>, task: usize, limits: &GoalLimits) -> Option<Self> {
        agent.latest.tasks.get(task)?;
        let price = agent.latest.pricing.ceiling().ok()?;
        let is_affordable = match limits.budget {
            Some(budget) => price.is_zero() || budget.minus(price).is_ok(),
            None => true,
        };
        let is_allowed = agent.status == Status::Online && !limits.excludes(&agent) && is_affordable;
        is_allowed.then(|| Self {
            is_preferred: limits.prefers(&agent),
            price,
            agent,
            task,
        })
    }

    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    pub(super) fn task(&self) -> &Task {
        &self.agent.latest.tasks[self.task]
    }

    /// `agent/task`, as the model names it; unique in a catalog.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.agent.slug, self.task().name)
    }
}

/// The tasks that a model may choose from, and no others.
#[derive(Clone, Debug, Default)]
pub(super) struct Shortlist {
    candidates: Vec<Candidate>,
}

/// How many rankings a goal is looked up by, besides that of the whole.
const MAX_CLAUSES: usize = 8;

impl Shortlist {
    /// At most `limit` tasks for a goal, the likeliest first.
    pub(super) async fn gather(
        catalog: &Catalog,
        caller: &Caller,
        goal: &Goal,
        limit: usize,
    ) -> Result<Self, CatalogError> {
        let limits = &goal.limits;
        let page = PageRequest::new(PageRequest::MAX_LIMIT, 0);
        let all = catalog
            .list(caller, &AgentFilter::default(), Sort::default(), page)
            .await?;
        if all.total <= u64::from(PageRequest::MAX_LIMIT) {
            let tasks = all
                .items
                .iter()
                .flat_map(|agent| (0..agent.latest.tasks.len()).map(move |task| (agent.clone(), task)));
            let whole = Self::merge([tasks.collect()], limits, usize::MAX);
            if whole.candidates.len() <= limit {
                return Ok(whole);
            }
        }
        let mut rankings = vec![preferred(catalog, caller, limits).await?];
        for query in std::iter::once(goal.text.as_str()).chain(clauses(&goal.text)) {
            rankings.push(found(catalog.rank(caller, query, limit).await?));
        }
        let likely = Self::merge(rankings.clone(), limits, limit);
        // What makes what the likeliest ones take may share no word with the goal.
        let behind: BTreeSet<String> = likely
            .candidates
            .iter()
            .flat_map(|found| required(found.task()))
            .collect();
        for query in behind.iter().take(MAX_CLAUSES) {
            rankings.push(found(catalog.rank(caller, query, limit / 4).await?));
        }
        Ok(Self::merge(rankings, limits, limit))
    }

    /// What the limits leave of the rankings: the first of each, then the second of each, and so on.
    fn merge(
        rankings: impl IntoIterator<Item = Vec<(Arc<Agent>, usize)>>,
        limits: &GoalLimits,
        limit: usize,
    ) -> Self {
        let mut rankings: Vec<_> = rankings.into_iter().map(Vec::into_iter).collect();
        let mut seen: BTreeSet<(AgentId, usize)> = BTreeSet::new();
        let mut candidates = Vec::new();
        let mut n_taken = 1;
        while n_taken > 0 && candidates.len() < limit {
            n_taken = 0;
            for (agent, task) in rankings.iter_mut().filter_map(Iterator::next) {
                n_taken += 1;
                if seen.insert((agent.id, task)) {
                    candidates.extend(Candidate::new(agent, task, limits));
                }
            }
        }
        candidates.truncate(limit);
        Self { candidates }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter()
    }

    /// The task of that name; nothing that is not on the list can be named.
    pub(super) fn find(&self, name: &str) -> Option<&Candidate> {
        self.iter().find(|candidate| candidate.name() == name)
    }
}

fn found(ranked: Vec<RankedTask>) -> Vec<(Arc<Agent>, usize)> {
    ranked
        .into_iter()
        .map(|found| (found.agent, found.task))
        .collect()
}

/// The tasks of the agents that the goal prefers.
async fn preferred(
    catalog: &Catalog,
    caller: &Caller,
    limits: &GoalLimits,
) -> Result<Vec<(Arc<Agent>, usize)>, CatalogError> {
    let mut tasks = Vec::new();
    for name in &limits.preferred {
        match catalog.find(caller, name).await {
            Ok(agent) => tasks.extend((0..agent.latest.tasks.len()).map(|task| (agent.clone(), task))),
            Err(CatalogError::Store(error)) => return Err(error.into()),
            // Preferring an agent that there is not prefers nothing.
            Err(_) => {}
        }
    }
    Ok(tasks)
}

/// Parts of a goal that may each want a task of their own.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(['.', ';', ',', '\n', ':']);
    let parts = parts
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" then "));
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .take(MAX_CLAUSES)
}

/// What a task cannot do without, in words.
fn required(task: &Task) -> impl Iterator<Item = String> {
    let names = task
        .parameters
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    names.filter_map(Value::as_str).map(str::to_owned)
}
