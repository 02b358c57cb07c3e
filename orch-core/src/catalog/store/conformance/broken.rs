//! Stores that each break one law, so that no law passes because it looks at nothing.

use std::sync::Mutex;

use async_trait::async_trait;

use crate::{
    AccountId, Agent, AgentId, AgentVersion, Event, EventLog, InMemoryCatalog, Page, PageRequest, StoreError,
    Timestamp, Version,
    agent::{Performance, Rating},
    catalog::{
        AgentFilter, AgentKey, Candidates, CatalogStore, Change, ChangeStore, Changes, HealthStore, Mark,
        Observation, Posting, Sort, conformance,
    },
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    ForgetsRatings,
    SaysInserted,
    ForgetsStatus,
    TakesAnyRevision,
    LooksBeforeItWrites,
    KeepsLatestOnly,
    KeepsFirstReview,
    ForgetsEvents,
    ShowsPrivate,
    IgnoresTags,
    IgnoresSort,
    CountsThePage,
    IgnoresLimit,
    CountsForOwner,
    KeepsOldWords,
    ForgetsObservations,
    BelievesTheLastSight,
    ChangesFigures,
    GivesTwice,
    TellsInsertsOnly,
    TellsOfTwoOnly,
    MarksTheNext,
    ReadsTheFirst,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    store: InMemoryCatalog,
    last_sight: Mutex<Option<Timestamp>>,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        Self {
            fault,
            store: InMemoryCatalog::default(),
            last_sight: Mutex::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    async fn revision(&self, id: AgentId) -> Option<u64> {
        let agent = self.store.find(&AgentKey::Id(id)).await.unwrap();
        agent.map(|agent| agent.revision)
    }
}

#[async_trait]
impl CatalogStore for Broken {
    async fn insert(
        &self,
        agent: &Agent,
        postings: &[Posting],
        events: &[Event],
    ) -> Result<bool, StoreError> {
        let inserted = self.store.insert(agent, postings, events).await?;
        Ok(inserted || self.is(Fault::SaysInserted))
    }

    async fn update(&self, change: &Change) -> Result<bool, StoreError> {
        let mut change = change.clone();
        let id = change.agent.id;
        match self.fault {
            Fault::TakesAnyRevision => {
                change.from_revision = self.revision(id).await.unwrap_or(0);
                change.events.clear();
            }
            Fault::LooksBeforeItWrites => {
                if self.revision(id).await != Some(change.from_revision) {
                    return Ok(false);
                }
                tokio::task::yield_now().await;
                change.from_revision = self.revision(id).await.unwrap_or(0);
                change.events.clear();
            }
            Fault::ForgetsStatus => change.agent.status = crate::agent::Status::Online,
            Fault::KeepsFirstReview => {
                if let Some(review) = &change.review
                    && self.store.find_review(id, &review.account).await?.is_some()
                {
                    change.review = None;
                }
            }
            Fault::ForgetsEvents => change.events.clear(),
            Fault::KeepsOldWords if change.agent.revision == 2 => change.published = None,
            _ => {}
        }
        self.store.update(&change).await
    }

    async fn find(&self, key: &AgentKey) -> Result<Option<Agent>, StoreError> {
        let found = self.store.find(key).await?;
        Ok(found.map(|agent| match self.fault {
            Fault::ForgetsRatings => Agent {
                rating: Rating::default(),
                ..agent
            },
            Fault::BelievesTheLastSight => Agent {
                last_seen: *self.last_sight.lock().unwrap(),
                ..agent
            },
            Fault::ChangesFigures if agent.revision > 1 => Agent {
                performance: Performance::default(),
                ..agent
            },
            _ => agent,
        }))
    }

    async fn find_version(
        &self,
        agent: AgentId,
        version: Version,
    ) -> Result<Option<AgentVersion>, StoreError> {
        let found = self.store.find_version(agent, version).await?;
        let latest = self
            .store
            .find(&AgentKey::Id(agent))
            .await?
            .map(|agent| agent.latest.version);
        Ok(found.filter(|_| !self.is(Fault::KeepsLatestOnly) || latest == Some(version)))
    }

    async fn find_review(&self, agent: AgentId, account: &AccountId) -> Result<Option<u8>, StoreError> {
        self.store.find_review(agent, account).await
    }

    async fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Agent>, StoreError> {
        let owner = "owner".parse().unwrap();
        let viewer = if self.is(Fault::ShowsPrivate) {
            &owner
        } else {
            viewer
        };
        let mut filter = filter.clone();
        if self.is(Fault::IgnoresTags) {
            filter.tags.clear();
        }
        let sort = if self.is(Fault::IgnoresSort) {
            Sort::default()
        } else {
            sort
        };
        let mut page = self.store.list(viewer, &filter, sort, page).await?;
        if self.is(Fault::CountsThePage) {
            page.total = page.items.len() as u64;
        }
        Ok(page)
    }

    async fn candidates(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: u32,
    ) -> Result<Candidates, StoreError> {
        let limit = if self.is(Fault::IgnoresLimit) {
            1_000
        } else {
            limit
        };
        let mut candidates = self.store.candidates(viewer, words, limit).await?;
        if self.is(Fault::CountsForOwner) {
            let owner = self
                .store
                .candidates(&"owner".parse().unwrap(), words, limit)
                .await?;
            candidates.frequencies = owner.frequencies;
        }
        Ok(candidates)
    }
}

#[async_trait]
impl HealthStore for Broken {
    async fn observe(&self, observations: &[Observation]) -> Result<(), StoreError> {
        if self.is(Fault::ForgetsObservations) {
            return Ok(());
        }
        if let Some(observation) = observations.last() {
            *self.last_sight.lock().unwrap() = observation.seen_at;
        }
        self.store.observe(observations).await
    }

    async fn take_due(&self, now: Timestamp, next: Timestamp, limit: u32) -> Result<Vec<Agent>, StoreError> {
        let next = if self.is(Fault::GivesTwice) { now } else { next };
        self.store.take_due(now, next, limit).await
    }
}

#[async_trait]
impl ChangeStore for Broken {
    async fn changes(&self, after: Mark, limit: u32) -> Result<Changes, StoreError> {
        let mut changes = self.store.changes(after, limit).await?;
        match self.fault {
            Fault::TellsInsertsOnly => changes.agents.retain(|agent| agent.revision == 1),
            Fault::TellsOfTwoOnly => changes.agents.truncate(2),
            // As a counter that is read before what it counts is written: who writes meanwhile is skipped.
            Fault::MarksTheNext => changes.next.place += 2,
            _ => {}
        }
        Ok(changes)
    }

    async fn find_all(&self, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError> {
        let mut agents = self.store.find_all(ids).await?;
        if self.is(Fault::ReadsTheFirst) {
            agents.truncate(1);
        }
        Ok(agents)
    }
}

#[async_trait]
impl EventLog for Broken {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.store.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.store.read(stream, from_seq, limit).await
    }
}

mod sound {
    use super::*;

    crate::catalog_store_tests!(Broken::with(Fault::Nothing));
}

macro_rules! broken {
    ($($test:ident: $fault:ident breaks $law:ident;)+) => {$(
        #[tokio::test]
        #[should_panic]
        async fn $test() {
            conformance::$law(&Broken::with(Fault::$fault)).await;
        }
    )+};
}

broken! {
    forgotten_ratings: ForgetsRatings breaks an_agent_is_read_back_whole;
    an_insert_that_was_none: SaysInserted breaks a_taken_name_is_refused;
    a_forgotten_status: ForgetsStatus breaks a_change_is_read_back_whole;
    a_change_of_any_revision: TakesAnyRevision breaks a_change_of_another_revision_is_refused;
    a_look_before_the_write: LooksBeforeItWrites breaks of_racing_changes_one_wins;
    the_latest_version_only: KeepsLatestOnly breaks earlier_versions_stay;
    the_first_review: KeepsFirstReview breaks the_last_review_counts;
    forgotten_events: ForgetsEvents breaks events_come_with_their_change;
    private_agents_shown: ShowsPrivate breaks private_agents_are_hidden;
    tags_ignored: IgnoresTags breaks filters_and_sorts_are_those_of_the_model;
    sorts_ignored: IgnoresSort breaks filters_and_sorts_are_those_of_the_model;
    a_page_counted: CountsThePage breaks pages_are_parts_of_the_list;
    a_limit_ignored: IgnoresLimit breaks candidates_are_the_best_and_online;
    words_counted_for_the_owner: CountsForOwner breaks frequencies_count_what_the_viewer_may_see;
    old_words_kept: KeepsOldWords breaks words_are_those_of_the_latest_version;
    forgotten_observations: ForgetsObservations breaks observations_add_up;
    an_earlier_sight: BelievesTheLastSight breaks what_was_seen_later_stays;
    figures_overwritten: ChangesFigures breaks a_change_leaves_the_figures_alone;
    an_agent_given_twice: GivesTwice breaks what_is_due_is_taken_once;
    inserts_alone_told: TellsInsertsOnly breaks what_changed_is_told_once;
    a_page_cut_short: TellsOfTwoOnly breaks changes_are_told_in_pages;
    a_mark_too_far: MarksTheNext breaks of_racing_changes_none_is_left_out;
    the_first_alone_read: ReadsTheFirst breaks agents_are_read_by_their_ids;
}
