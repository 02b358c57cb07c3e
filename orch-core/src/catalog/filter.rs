use std::cmp::Ordering;

use super::CatalogError;
use crate::{Agent, Amount, Order, text::fold};

/// Which agents are wanted; all that is said must hold. Case never matters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentFilter {
    /// A part of the title or of the description.
    pub search: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The least mean rating, of 0.0 to 5.0; unrated agents count as 0.0.
    pub min_rating: Option<f64>,
    /// The highest base price; agents that are paid in another currency cost more than any amount.
    pub max_cost: Option<Amount>,
    /// Tags, each of which the agent bears.
    pub tags: Vec<String>,
    /// The developer's name.
    pub developer: Option<String>,
}

impl AgentFilter {
    /// The longest text to look for, in characters.
    pub const MAX_TEXT: usize = 1_000;
    /// The most tags to look for.
    pub const MAX_TAGS: usize = 50;

    /// Refuses what no agent could be measured by.
    pub(super) fn check(&self) -> Result<(), CatalogError> {
        if self
            .min_rating
            .is_some_and(|rating| !(0.0..=5.0).contains(&rating))
        {
            return Err(CatalogError::invalid("min_rating", "must be 0 to 5"));
        }
        let texts = [
            ("search", &self.search),
            ("category", &self.category),
            ("developer", &self.developer),
        ];
        for (field, text) in texts {
            if text.as_ref().is_some_and(|text| is_too_long(text)) {
                return Err(CatalogError::invalid(field, "must be at most 1000 characters"));
            }
        }
        if self.tags.len() > Self::MAX_TAGS || self.tags.iter().any(|tag| is_too_long(tag)) {
            return Err(CatalogError::invalid(
                "tags",
                "must be at most 50 of at most 1000 characters",
            ));
        }
        Ok(())
    }

    /// Whether the agent is wanted: what every store must agree with.
    pub fn admits(&self, agent: &Agent) -> bool {
        let version = &agent.latest;
        let same = |wanted: &Option<String>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| fold(wanted) == fold(text))
        };
        let found = self.search.as_ref().is_none_or(|search| {
            let search = fold(search);
            fold(&version.title).contains(&search) || fold(&version.description).contains(&search)
        });
        let base = version.pricing.base;
        let affordable = self
            .max_cost
            .is_none_or(|most| most.currency() == base.currency() && base.minor() <= most.minor());
        let tags: Vec<String> = version.tags.iter().map(|tag| fold(tag)).collect();
        found
            && same(&self.category, &version.category)
            && same(&self.developer, &agent.developer.name)
            && self
                .min_rating
                .is_none_or(|least| agent.rating.average() >= least)
            && affordable
            && self.tags.iter().all(|tag| tags.contains(&fold(tag)))
    }
}

fn is_too_long(text: &str) -> bool {
    text.chars().nth(AgentFilter::MAX_TEXT).is_some()
}

/// In which order agents are listed. What is equal is ordered by id, the oldest first, whatever the direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// What is compared.
    pub key: SortKey,
    /// Which end comes first.
    pub order: Order,
}

/// What agents are compared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The title; case does not matter.
    #[default]
    Name,
    /// The mean rating.
    Rating,
    /// The minor units of the base price, whatever the currency.
    Cost,
    /// When it was registered.
    CreatedAt,
}

impl Sort {
    /// Which of two agents comes first: what every store must agree with.
    pub fn compare(&self, left: &Agent, right: &Agent) -> Ordering {
        let by_key = match self.key {
            SortKey::Name => fold(&left.latest.title).cmp(&fold(&right.latest.title)),
            SortKey::Rating => left.rating.average().total_cmp(&right.rating.average()),
            SortKey::Cost => {
                let minor = |agent: &Agent| agent.latest.pricing.base.minor();
                minor(left).cmp(&minor(right))
            }
            SortKey::CreatedAt => left.created_at.cmp(&right.created_at),
        };
        let by_key = match self.order {
            Order::Ascending => by_key,
            Order::Descending => by_key.reverse(),
        };
        by_key.then_with(|| left.id.cmp(&right.id))
    }
}
