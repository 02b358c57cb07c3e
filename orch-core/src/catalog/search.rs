//! What is looked for by words, filters and orders, in the memory of this process while it is at hand there.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{AgentFilter, Catalog, CatalogError, RankedTask, Sort, index::AtHand, rank};
use crate::{AccountId, Agent, Caller, Page, PageRequest, text::words};

/// How often a page is made anew whose agents were revised meanwhile.
const ATTEMPTS: usize = 3;

/// Searching, in the feature `search`.
impl Catalog {
    /// The most words of a text that a ranking considers: the first ones.
    pub const MAX_WORDS: usize = 64;
    /// The most tasks that a ranking yields.
    pub const MAX_RANKED: usize = 100;
    /// The most memory that agents at hand take, unless [`with_bytes_at_hand`](Self::with_bytes_at_hand) says otherwise.
    pub const MAX_BYTES_AT_HAND: usize = 512 << 20;
    /// How many agents a ranking scores that asks the store.
    const CANDIDATES: u32 = 200;

    /// The same catalog, whose agents at hand take at most about so many bytes; with 0 the store is always asked.
    #[must_use]
    pub fn with_bytes_at_hand(self, most: usize) -> Self {
        Self {
            at_hand: Arc::new(AtHand::within(most)),
            ..self
        }
    }

    /// Takes all agents to hand, so that rankings and lists are answered without a search in the store. `false` if they
    /// would take more memory than they may: then nothing is at hand any more, and the store is always asked.
    ///
    /// Nobody needs to call it: each ranking and each list reads on by some hundred agents, and the store answers until all
    /// are at hand. From then on each of them asks the store what changed, and takes that in before it answers; so whatever
    /// was registered, revised or hidden before, by whatever process, counts.
    ///
    /// # Errors
    /// The store failed.
    pub async fn load(&self) -> Result<bool, CatalogError> {
        Ok(self.at_hand.load(&*self.store).await?)
    }

    /// About how many bytes the agents at hand take.
    pub fn bytes_at_hand(&self) -> usize {
        self.at_hand.size_bytes()
    }

    /// Tasks of online agents that fit a text, best first; none for a text without words.
    ///
    /// A word counts the more, the fewer agents say it; a task's name counts above its description and examples, those
    /// above the agent's title and tags. At most [`MAX_WORDS`](Self::MAX_WORDS) words are considered. How an agent's calls
    /// went and when it was last seen may be as old as its last revision; while not all agents are [at hand](Self::load), the
    /// tasks of the 200 agents that say most about the words are ranked.
    pub async fn rank(
        &self,
        caller: &Caller,
        text: &str,
        limit: usize,
    ) -> Result<Vec<RankedTask>, CatalogError> {
        let mut rankings = self.rank_each(caller, &[text], limit).await?;
        Ok(rankings.pop().unwrap_or_default())
    }

    /// What [`rank`](Self::rank) yields for each of the texts, with one look at the store for all of them.
    pub async fn rank_each(
        &self,
        caller: &Caller,
        texts: &[impl AsRef<str> + Sync],
        limit: usize,
    ) -> Result<Vec<Vec<RankedTask>>, CatalogError> {
        let limit = limit.min(Self::MAX_RANKED);
        let texts = texts.iter().map(|text| considered(text.as_ref()));
        let texts: Vec<Vec<String>> = texts.collect();
        let mut rankings = Vec::with_capacity(texts.len());
        if texts.iter().all(Vec::is_empty) {
            rankings.resize(texts.len(), Vec::new());
            return Ok(rankings);
        }
        let viewer = caller.account();
        let is_at_hand = self.at_hand.follow(&*self.store).await?;
        for words in texts {
            let ranked = self.at_hand.rank(viewer, &words, limit).filter(|_| is_at_hand);
            rankings.push(match ranked {
                _ if words.is_empty() => Vec::new(),
                Some(ranked) => ranked,
                None => {
                    let candidates = self.store.candidates(viewer, &words, Self::CANDIDATES).await?;
                    rank::rank(&words, candidates, limit)
                }
            });
        }
        Ok(rankings)
    }

    /// A page of the list by what is at hand, its agents as the store has them now; `None` where the store has to be asked
    /// for all of it.
    pub(super) async fn list_at_hand(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Option<Page<Arc<Agent>>>, CatalogError> {
        for _ in 0..ATTEMPTS {
            if !self.at_hand.follow(&*self.store).await? {
                break;
            }
            let Some(listed) = self.at_hand.list(viewer, filter, sort, page) else {
                break;
            };
            let mut found = HashMap::new();
            if !listed.agents.is_empty() {
                let ids: Vec<_> = listed.agents.iter().map(|(id, _)| *id).collect();
                let agents = self.store.find_all(&ids).await?;
                found.extend(agents.into_iter().map(|agent| (agent.id, agent)));
            }
            let as_listed = |(id, revision): &(_, u64)| {
                let agent = found.remove(id)?;
                (agent.revision == *revision).then(|| Arc::new(agent))
            };
            let items: Option<Vec<_>> = listed.agents.iter().map(as_listed).collect();
            if let Some(items) = items {
                let total = listed.total;
                return Ok(Some(Page { items, total }));
            }
        }
        Ok(None)
    }
}

/// The words of a text that are looked for, each once.
fn considered(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let words = words(text).filter(|word| seen.insert(word.clone()));
    words.take(Catalog::MAX_WORDS).collect()
}
