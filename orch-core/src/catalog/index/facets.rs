use std::collections::HashMap;

use crate::{
    AccountId, Agent, Currency, Timestamp,
    agent::Visibility,
    catalog::{AgentFilter, Sort, SortKey},
    text::fold,
};

/// Who may see what everyone may see.
pub(super) const EVERYONE: u32 = 0;

/// Numbers for names, so that what is compared often is compared fast.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// From 1 on.
    accounts: HashMap<Box<str>, u32>,
    /// Categories, developers and tags, folded.
    folded: HashMap<Box<str>, u32>,
}

fn number(numbers: &mut HashMap<Box<str>, u32>, name: &str) -> u32 {
    if let Some(number) = numbers.get(name) {
        return *number;
    }
    let number = u32::try_from(numbers.len() + 1).unwrap_or(u32::MAX);
    numbers.insert(name.into(), number);
    number
}

impl Names {
    /// The audiences that an account belongs to: everyone's, and its own if it has one.
    pub(super) fn audiences(&self, viewer: &AccountId) -> (u32, Option<u32>) {
        (EVERYONE, self.accounts.get(viewer.as_str()).copied())
    }

    fn folded(&mut self, name: &str) -> u32 {
        number(&mut self.folded, &fold(name))
    }
}

/// What an agent is filtered and sorted by, but for its texts.
#[derive(Debug)]
pub(super) struct Facets {
    /// Who may see it.
    pub(super) audience: u32,
    category: u32,
    developer: u32,
    currency: Currency,
    cost: i64,
    rating: f64,
    created_at: Timestamp,
    tags: Box<[u32]>,
}

impl Facets {
    pub(super) fn of(agent: &Agent, names: &mut Names) -> Self {
        let version = &agent.latest;
        let base = version.pricing.base;
        Self {
            audience: match agent.visibility {
                Visibility::Public => EVERYONE,
                Visibility::Private => number(&mut names.accounts, agent.owner.as_str()),
            },
            category: names.folded(&version.category),
            developer: names.folded(&agent.developer.name),
            currency: base.currency(),
            cost: base.minor(),
            rating: agent.rating.average(),
            created_at: agent.created_at,
            tags: version.tags.iter().map(|tag| names.folded(tag)).collect(),
        }
    }

    /// How two agents compare by a key that is no text; texts are equal here.
    pub(super) fn compare(&self, other: &Self, key: SortKey) -> std::cmp::Ordering {
        match key {
            SortKey::Name => std::cmp::Ordering::Equal,
            SortKey::Rating => self.rating.total_cmp(&other.rating),
            SortKey::Cost => self.cost.cmp(&other.cost),
            SortKey::CreatedAt => self.created_at.cmp(&other.created_at),
        }
    }
}

/// What a filter wants, in numbers, but for its text.
#[derive(Debug)]
pub(super) struct Wanted {
    audiences: (u32, Option<u32>),
    category: Option<u32>,
    developer: Option<u32>,
    min_rating: Option<f64>,
    max_cost: Option<(Currency, i64)>,
    tags: Vec<u32>,
}

impl Wanted {
    /// `None` if it names what no agent bears.
    pub(super) fn of(viewer: &AccountId, filter: &AgentFilter, names: &Names) -> Option<Self> {
        let number = |name: &String| names.folded.get(fold(name).as_str()).copied();
        let named = |name: &Option<String>| match name {
            Some(name) => number(name).map(Some),
            None => Some(None),
        };
        Some(Self {
            audiences: names.audiences(viewer),
            category: named(&filter.category)?,
            developer: named(&filter.developer)?,
            min_rating: filter.min_rating,
            max_cost: filter.max_cost.map(|most| (most.currency(), most.minor())),
            tags: filter.tags.iter().map(number).collect::<Option<_>>()?,
        })
    }

    /// What [`AgentFilter::admits`] says, for whoever may see the agent.
    pub(super) fn admits(&self, facets: &Facets) -> bool {
        let same = |wanted: Option<u32>, number| wanted.is_none_or(|wanted| wanted == number);
        let (everyone, own) = self.audiences;
        (facets.audience == everyone || Some(facets.audience) == own)
            && same(self.category, facets.category)
            && same(self.developer, facets.developer)
            && self.min_rating.is_none_or(|least| facets.rating >= least)
            && self
                .max_cost
                .is_none_or(|(currency, most)| facets.currency == currency && facets.cost <= most)
            && self.tags.iter().all(|tag| facets.tags.contains(tag))
    }
}

/// Which list of all orders a sort is.
pub(super) fn number_of(sort: Sort) -> usize {
    let key = match sort.key {
        SortKey::Name => 0,
        SortKey::Rating => 1,
        SortKey::Cost => 2,
        SortKey::CreatedAt => 3,
    };
    match sort.order {
        crate::Order::Ascending => key,
        crate::Order::Descending => key + 4,
    }
}
