//! Gathers the offers for a goal from the catalog: all of a small one, what ranks well of a large one.

mod behind;

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
    compose::MAX_TRIED,
    literal::{Literal, extension},
    offer::Offer,
    profile::Profiles,
    stem::stem,
    thesaurus::synonyms,
    token::Token,
};
use crate::goal::GoalLimits;

/// How many tasks each ranking adds.
const RANKED: usize = 20;
/// How many rankings are asked for, so that the longest goal stays cheap.
const MAX_RANKINGS: usize = 48;

/// Endings by which the words of a goal are varied, because the catalog ranks words as they are.
const ENDINGS: &[&str] = &[
    "", "e", "y", "s", "er", "or", "ing", "ize", "ation", "ion", "sis", "ze", "ment",
];

/// What there is for a goal.
#[derive(Debug)]
pub(super) struct Gathered {
    /// What agents offer that answer now.
    pub(super) offers: Vec<Offer>,
    /// What agents offer that do not.
    pub(super) absent: Vec<Offer>,
}

/// The offers that a plan for the goal may be made of.
pub(super) async fn gather(
    catalog: &Catalog,
    caller: &Caller,
    tokens: &[Token],
    limits: &GoalLimits,
    profiles: &Profiles,
) -> Result<Gathered, CatalogError> {
    let mut gathering = Gathering {
        profiles,
        catalog,
        caller,
        limits,
        offers: BTreeMap::new(),
        asked: BTreeSet::new(),
    };
    // Of a large catalog only how large it is: its agents come by their ranks.
    let everything = AgentFilter::default();
    let page = |limit| catalog.list(caller, &everything, Sort::default(), PageRequest::new(limit, 0));
    let is_small = page(1).await?.total <= u64::from(PageRequest::MAX_LIMIT);
    if is_small {
        for agent in page(PageRequest::MAX_LIMIT).await?.items {
            for task in 0..agent.latest.tasks.len() {
                gathering.add(agent.clone(), task, 0.0);
            }
        }
    }
    let leading = gathering.rank_goal(tokens).await?;
    if !is_small {
        gathering.look_behind(leading).await?;
    }
    let is_there = |offer: &Offer| offer.agent().status == Status::Online;
    let (offers, absent) = gathering.offers.into_values().partition(is_there);
    Ok(Gathered { offers, absent })
}

/// A task of an agent, by its place.
type Key = (AgentId, usize);

struct Gathering<'g> {
    catalog: &'g Catalog,
    caller: &'g Caller,
    limits: &'g GoalLimits,
    profiles: &'g Profiles,
    offers: BTreeMap<Key, Offer>,
    asked: BTreeSet<String>,
}

impl Gathering<'_> {
    /// Adds an offer, unless the goal excludes its agent.
    fn add(&mut self, agent: Arc<Agent>, task: usize, rank: f64) {
        if self.limits.excludes(&agent) {
            return;
        }
        let key = (agent.id, task);
        if let Some(offer) = self.offers.get_mut(&key) {
            offer.rank = offer.rank.max(rank);
            return;
        }
        let is_preferred = self.limits.prefers(&agent);
        if let Some(mut offer) = Offer::new(agent, task, self.profiles) {
            (offer.rank, offer.is_preferred) = (rank, is_preferred);
            self.offers.insert(key, offer);
        }
    }

    /// Adds what ranks well for what the goal says; returns the best of each ranking, in the order of the goal.
    async fn rank_goal(&mut self, tokens: &[Token]) -> Result<Vec<Key>, CatalogError> {
        let mut unasked = Vec::new();
        for query in queries(tokens) {
            if self.asked.len() < MAX_RANKINGS && self.asked.insert(query.clone()) {
                unasked.push(query);
            }
        }
        let mut leading = Vec::new();
        for ranked in self.catalog.rank_each(self.caller, &unasked, RANKED).await? {
            let best = ranked.first().map_or(1.0, |first| first.score);
            let first = ranked.iter().take(MAX_TRIED);
            leading.extend(first.map(|found| (found.agent.id, found.task)));
            for found in ranked {
                self.add(found.agent, found.task, found.score / best);
            }
        }
        Ok(leading)
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
