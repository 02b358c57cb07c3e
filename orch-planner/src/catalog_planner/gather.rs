//! Gathers the offers for a goal from the catalog: all of a small one, what ranks well of a large one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use orch_core::{
    Agent, AgentId, Caller, PageRequest,
    agent::Status,
    catalog::{AgentFilter, Catalog, CatalogError, Sort},
};

use super::{
    clause::clauses,
    literal::{Literal, extension},
    offer::{Offer, Pool},
    stem::stem,
    thesaurus::synonyms,
    token::Token,
    word::words,
};
use crate::goal::GoalLimits;

/// How many tasks each ranking adds.
const RANKED: usize = 20;
/// How many rankings are asked for, so that the longest goal stays cheap.
const MAX_RANKINGS: usize = 48;
/// How far is looked for tasks that make what other tasks take.
const MAX_DEPTH: usize = 4;

/// Endings by which the words of a goal are varied, because the catalog ranks words as they are.
const ENDINGS: &[&str] = &[
    "", "e", "y", "s", "er", "or", "ing", "ize", "ation", "ion", "sis", "ze", "ment",
];

/// Which agents count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// Those that answer.
    Online,
    /// Also those that do not answer now.
    Any,
}

/// The offers that a plan for the goal may be made of.
pub(super) async fn gather(
    catalog: &Catalog,
    caller: &Caller,
    tokens: &[Token],
    limits: &GoalLimits,
    presence: Presence,
) -> Result<Pool, CatalogError> {
    let mut gathering = Gathering {
        presence,
        catalog,
        caller,
        limits,
        offers: BTreeMap::new(),
        asked: BTreeSet::new(),
    };
    let all = catalog
        .list(
            caller,
            &AgentFilter::default(),
            Sort::default(),
            PageRequest::new(PageRequest::MAX_LIMIT, 0),
        )
        .await?;
    let is_small = all.total <= u64::from(PageRequest::MAX_LIMIT);
    for agent in all.items.into_iter().filter(|_| is_small) {
        for task in 0..agent.latest.tasks.len() {
            gathering.add(agent.clone(), task, 0.0);
        }
    }
    gathering.rank(queries(tokens)).await?;
    if !is_small {
        gathering.look_behind().await?;
    }
    Ok(Pool::new(gathering.offers.into_values().collect()))
}

struct Gathering<'g> {
    catalog: &'g Catalog,
    caller: &'g Caller,
    limits: &'g GoalLimits,
    presence: Presence,
    offers: BTreeMap<(AgentId, usize), Offer>,
    asked: BTreeSet<String>,
}

impl Gathering<'_> {
    fn add(&mut self, agent: Arc<Agent>, task: usize, rank: f64) {
        let names = |name: &String| agent.goes_by(name);
        let is_there = agent.status == Status::Online || self.presence == Presence::Any;
        if !is_there || self.limits.excluded.iter().any(names) {
            return;
        }
        let is_preferred = self.limits.preferred.iter().any(names);
        let key = (agent.id, task);
        if let Some(offer) = self.offers.get_mut(&key) {
            offer.rank = offer.rank.max(rank);
        } else if let Some(mut offer) = Offer::new(agent, task) {
            (offer.rank, offer.is_preferred) = (rank, is_preferred);
            self.offers.insert(key, offer);
        }
    }

    /// Adds what ranks well for each of the queries that was not asked yet.
    async fn rank(&mut self, queries: impl IntoIterator<Item = String>) -> Result<(), CatalogError> {
        let mut unasked = Vec::new();
        for query in queries {
            if self.asked.len() < MAX_RANKINGS && self.asked.insert(query.clone()) {
                unasked.push(query);
            }
        }
        for ranked in self.catalog.rank_each(self.caller, &unasked, RANKED).await? {
            let best = ranked.first().map_or(1.0, |first| first.score);
            for found in ranked {
                self.add(found.agent, found.task, found.score / best);
            }
        }
        Ok(())
    }

    /// Adds tasks that may make what the tasks at hand take.
    async fn look_behind(&mut self) -> Result<(), CatalogError> {
        for _ in 0..MAX_DEPTH {
            let parameters = self
                .offers
                .values()
                .flat_map(|offer| &offer.parameters)
                .filter(|parameter| parameter.is_required);
            let queries: BTreeSet<String> = parameters
                .map(|parameter| words(&parameter.name).join(" "))
                .collect();
            let known = self.offers.len();
            self.rank(queries).await?;
            if self.offers.len() == known {
                break;
            }
        }
        Ok(())
    }
}

/// What is asked of the catalog: the words of each clause, those of all, and what the values hint at.
fn queries(tokens: &[Token]) -> Vec<String> {
    let mut queries: Vec<String> = Vec::new();
    for clause in clauses(tokens) {
        let contents: Vec<&str> = clause.tokens.iter().filter_map(Token::content).collect();
        queries.push(varied(&contents));
    }
    queries.push(
        tokens
            .iter()
            .filter_map(Token::content)
            .collect::<Vec<_>>()
            .join(" "),
    );
    queries.extend(
        tokens
            .iter()
            .filter_map(Token::literal)
            .filter_map(|literal| match literal {
                Literal::Path(path) => Some(format!(
                    "file path read text {}",
                    extension(path).unwrap_or_default()
                )),
                Literal::Url(_) => Some("url web page fetch download text".to_owned()),
                _ => None,
            }),
    );
    queries.retain(|query| !query.trim().is_empty());
    queries
}

/// The words, and after them what they may be called in a description, as far as a ranking looks.
fn varied(contents: &[&str]) -> String {
    let mut all: Vec<String> = contents.iter().map(|word| (*word).to_owned()).collect();
    for word in contents {
        let stem = stem(word);
        all.extend(
            synonyms(&stem).flat_map(|synonym| ["", "e", "y"].map(|ending| format!("{synonym}{ending}"))),
        );
        all.extend(ENDINGS.iter().map(|ending| format!("{stem}{ending}")));
    }
    all.truncate(Catalog::MAX_WORDS);
    all.join(" ")
}
