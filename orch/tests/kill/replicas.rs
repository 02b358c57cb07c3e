//! The second test: two processes over one PostgreSQL. One of them is killed, or stands still for a while, at a random
//! moment; the other takes its runs over in time, and what comes back too late changes nothing.

mod pair;
mod schema;

use std::time::Duration;

use orch::{Builder, WorkerOptions, backends::sql::test_db, planner::OrchestrationOptions};

use crate::{Fallible, compare::Violation, mutants::Mutant, table, test::accuse};
use pair::Pair;

/// How long a replica lives after its last heartbeat. Its runs are taken over within twice that.
pub(crate) const TTL: Duration = Duration::from_secs(1);

/// After so many strikes everything is killed and compared.
const STRIKES_UNTIL_COMPARED: u32 = 6;

/// So often a mutant is paused at most before it must have given itself away.
const PAUSES_OF_A_MUTANT: u32 = 20;

/// So many strikes are certain to hit every kind of moment.
const ENOUGH_STRIKES: u32 = 50;

/// How a replica is bounded in these tests.
pub(crate) fn bound(builder: Builder) -> Builder {
    let orchestrations = OrchestrationOptions {
        worker_ttl: TTL,
        poll_interval: Duration::from_millis(100),
        ..OrchestrationOptions::default()
    };
    let worker = WorkerOptions {
        retry_interval: Duration::from_millis(100),
        ..WorkerOptions::default()
    };
    builder
        .orchestration_options(orchestrations)
        .worker_options(worker)
}

/// Strikes so often, then pauses the mutants, and prints what came of it.
pub(crate) fn run(n_strikes: u32) -> Fallible<()> {
    let Some(url) = test_db::postgres_url() else {
        println!("the replicas over postgres are skipped: ORCH_TEST_POSTGRES is not set");
        return Ok(());
    };
    survive(&url, n_strikes)?;
    println!("{}", table::heading_of_mutants());
    for mutant in Mutant::SHARED {
        let (n_pauses, violation) = expose(&url, mutant)?;
        println!("{}", table::of_mutant(mutant, n_pauses, &violation));
    }
    Ok(())
}

fn survive(url: &str, n_strikes: u32) -> Fallible<()> {
    let mut pair = Pair::new(url, None, n_strikes.into())?;
    for n_struck in 1..=n_strikes {
        let mut verdict = pair.strike()?;
        if verdict.is_ok() && (n_struck.is_multiple_of(STRIKES_UNTIL_COMPARED) || n_struck == n_strikes) {
            verdict = pair.compare()?;
        }
        if let Err(violations) = verdict {
            return Err(accuse(pair.into_trial()?, &violations).into());
        }
    }
    if let Err(violations) = pair.rest()? {
        return Err(accuse(pair.into_trial()?, &violations).into());
    }
    println!("{}", pair.tally());
    if n_strikes >= ENOUGH_STRIKES {
        pair.tally().require_hits()?;
    }
    Ok(())
}

/// Pauses a mutant until it is found out: after how many pauses, and by what.
fn expose(url: &str, mutant: Mutant) -> Fallible<(u32, Violation)> {
    let mut pair = Pair::new(url, Some(mutant), 0)?;
    for n_pauses in 1..=PAUSES_OF_A_MUTANT {
        if let Err(mut violations) = pair.pause().and_then(|_| pair.compare())? {
            return Ok((n_pauses, violations.swap_remove(0)));
        }
    }
    Err(format!("nobody noticed {} in {PAUSES_OF_A_MUTANT} pauses", mutant.name()).into())
}
