use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use orch_core::{AccountId, AgentId, Amount, Currency, InvocationId, Page, PageRequest, Timestamp};

use crate::{Activity, Grouping, Period, UsageGroup, UsageOutcome, UsageRecord};

/// Usage records, by their invocation.
#[derive(Debug, Default)]
pub(super) struct Records {
    records: HashMap<InvocationId, UsageRecord>,
}

impl Records {
    pub(super) fn insert(&mut self, record: UsageRecord) {
        self.records.entry(record.invocation).or_insert(record);
    }

    pub(super) fn list(&self, account: &AccountId, period: Period, page: PageRequest) -> Page<UsageRecord> {
        let mut records: Vec<_> = self.of(account, period).collect();
        records.sort_by_key(|record| Reverse((record.at, record.invocation)));
        let skipped = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
        Page {
            total: records.len().try_into().unwrap_or(u64::MAX),
            items: records.into_iter().skip(skipped).take(wanted).cloned().collect(),
        }
    }

    pub(super) fn summarize(
        &self,
        account: &AccountId,
        currency: Currency,
        period: Period,
        by: Grouping,
        limit: u32,
    ) -> Vec<UsageGroup> {
        let mut groups: BTreeMap<String, (UsageGroup, HashSet<AgentId>)> = BTreeMap::new();
        for record in self
            .of(account, period)
            .filter(|record| record.cost.currency() == currency)
        {
            let key = key(record, by);
            let (group, agents) = groups.entry(key.clone()).or_insert_with(|| {
                (
                    UsageGroup {
                        key,
                        agents: None,
                        ..UsageGroup::empty(Amount::zero(currency))
                    },
                    HashSet::new(),
                )
            });
            group.requests += 1;
            group.answered += u64::from(record.outcome == UsageOutcome::Answered);
            group.cost = group.cost.plus(record.cost).unwrap_or(group.cost);
            group.took += record.took;
            agents.insert(record.agent);
            group.agents = (by == Grouping::Whole).then(|| agents.len().try_into().unwrap_or(u64::MAX));
        }
        let mut groups: Vec<_> = groups.into_values().map(|(group, _)| group).collect();
        if by != Grouping::Day {
            groups.sort_by_key(|group| Reverse(group.cost.minor()));
        }
        groups.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        groups
    }

    pub(super) fn count_answered(&self, account: &AccountId, agent: AgentId, period: Period) -> u64 {
        let of_agent = self.of(account, period).filter(|record| record.agent == agent);
        let answered = of_agent.filter(|record| record.outcome == UsageOutcome::Answered);
        answered.count().try_into().unwrap_or(u64::MAX)
    }

    pub(super) fn activity(&self, agent: AgentId, period: Period) -> Activity {
        const HOUR: i64 = 60 * 60 * 1_000;
        // The calls of each hour, and how many of them were answered.
        let mut hours: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for record in self.records.values().filter(|record| record.agent == agent) {
            let hour = record.at.as_millis().div_euclid(HOUR) * HOUR;
            if period.contains(Timestamp::from_millis(hour)) {
                let (requests, answered) = hours.entry(hour).or_default();
                *requests += 1;
                *answered += u64::from(record.outcome == UsageOutcome::Answered);
            }
        }
        let answered = hours.values().filter(|(_, answered)| *answered > 0);
        Activity {
            requests: hours.values().map(|(requests, _)| requests).sum(),
            answered_hours: answered.count().try_into().unwrap_or(u64::MAX),
            hours: hours.len().try_into().unwrap_or(u64::MAX),
        }
    }

    pub(super) fn prune(&mut self, before: Timestamp, limit: u32) -> u32 {
        let old = self.records.values().filter(|record| record.at < before);
        let mut old: Vec<_> = old.map(|record| (record.at, record.invocation)).collect();
        old.sort_unstable();
        old.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        for (_, invocation) in &old {
            self.records.remove(invocation);
        }
        old.len().try_into().unwrap_or(u32::MAX)
    }

    fn of<'r>(&'r self, account: &'r AccountId, period: Period) -> impl Iterator<Item = &'r UsageRecord> {
        let own = self
            .records
            .values()
            .filter(move |record| record.account == *account);
        own.filter(move |record| period.contains(record.at))
    }
}

fn key(record: &UsageRecord, by: Grouping) -> String {
    match by {
        Grouping::Whole => String::new(),
        Grouping::Agent => record.agent_slug.clone(),
        Grouping::Task => record.task.clone(),
        Grouping::Day => Period::day_of(record.at),
    }
}
