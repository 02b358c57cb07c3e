//! The second test: two processes over one PostgreSQL that are asked for the same at the same time, and die one after the
//! other.

use orch::backends::sql::test_db;

use crate::{Fallible, table, trial::Trial};

/// Kills two of two so often, and prints what came of it.
pub(crate) fn run(n_kills: u32) -> Fallible<()> {
    let Some(url) = test_db::postgres_url() else {
        println!("the replicas over postgres are skipped: ORCH_TEST_POSTGRES is not set");
        return Ok(());
    };
    let mut trial = Trial::shared(&url, n_kills.into())?;
    let mut n_pending = 0;
    for _ in 0..n_kills {
        let comparison = trial.kill_both()?;
        n_pending += comparison.n_pending;
        trial.acquit(&comparison)?;
    }
    let last = trial.rest()?;
    trial.acquit(&last)?;
    println!("{}", table::of_kills(n_kills, n_pending, &last, trial.took()));
    trial.remove()
}
