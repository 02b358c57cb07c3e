use std::collections::BTreeMap;

use orch_billing::{BalanceOf, LedgerStore, UsageOutcome};

use super::{Comparison, Evidence, Moment};
use crate::{
    Fallible,
    agents::CURRENCY,
    host::{ACCOUNT, GRANT, OWNER},
    stored::{Database, StoredRun},
};

/// The books balance, and usage records tell of what was paid.
pub(super) async fn compare(
    evidence: &Evidence<'_>,
    database: &Database,
    moment: Moment,
    comparison: &mut Comparison,
) -> Fallible<()> {
    compare_balances(evidence, database, moment, comparison).await?;
    if moment == Moment::AtRest {
        compare_usage(evidence, database, comparison).await?;
    }
    Ok(())
}

async fn compare_balances(
    evidence: &Evidence<'_>,
    database: &Database,
    moment: Moment,
    comparison: &mut Comparison,
) -> Fallible<()> {
    let store = &database.store;
    let credits = store
        .balance(&BalanceOf::Credits(ACCOUNT.parse()?), CURRENCY)
        .await?;
    let earned = store
        .balance(&BalanceOf::Earnings(OWNER.parse()?), CURRENCY)
        .await?
        .available
        .minor();
    let fees = store.balance(&BalanceOf::Fees, CURRENCY).await?.available.minor();
    let total = credits.available.minor() + credits.held.minor() + earned + fees;

    let mut grants = evidence.acknowledged.grants.clone();
    grants.sort();
    grants.dedup();
    let granted = GRANT * i64::try_from(grants.len())?;
    // One grant of each life may be durable that nobody was told of.
    let n_untold = match moment {
        Moment::Killed { n_lives } => i64::from(n_lives),
        Moment::AtRest => 0,
    };
    let is_all_there = (0..=n_untold).any(|n_untold| total == granted + n_untold * GRANT);
    comparison.require(is_all_there, "what was granted is what is there", || {
        format!("{granted} were granted; there are {credits:?}, {earned} earned and {fees} in fees")
    });
    if moment == Moment::AtRest {
        comparison.require(credits.held.is_zero(), "at rest nothing is held", || {
            format!("{} are", credits.held)
        });
        let holds = evidence.runs.values().flat_map(StoredRun::holds);
        for hold in holds.clone() {
            comparison.require(!hold.state.is_open(), "at rest nothing is held", || {
                format!("{} is", hold.id)
            });
        }
        let paid: i64 = holds.map(|hold| hold.captured().minor()).sum();
        comparison.require(paid == earned + fees, "what was paid is what was earned", || {
            format!("{paid} were paid; there are {earned} earned and {fees} in fees")
        });
    }
    Ok(())
}

async fn compare_usage(
    evidence: &Evidence<'_>,
    database: &Database,
    comparison: &mut Comparison,
) -> Fallible<()> {
    let usage = database.usage().await?;
    let steps = evidence.runs.values().flat_map(|run| &run.steps);
    let answers: BTreeMap<_, _> = steps
        .filter_map(|step| step.success())
        .map(|success| (success.invocation, success))
        .collect();
    for (invocation, success) in &answers {
        let is_told = usage.get(invocation).is_some_and(|record| {
            record.outcome == UsageOutcome::Answered
                && (record.cost, record.units) == (success.cost, success.units)
        });
        comparison.require(is_told, "what was answered was used", || {
            format!("{success:?}, but {:?}", usage.get(invocation))
        });
    }
    for (invocation, record) in &usage {
        let is_told = answers.contains_key(invocation) || record.outcome != UsageOutcome::Answered;
        comparison.require(is_told, "what was used was answered", || {
            format!("{record:?} was not")
        });
    }
    Ok(())
}
