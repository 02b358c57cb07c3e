//! The third test: the server is taken away in the middle of the load, for a moment or for ten seconds. What was asked
//! meanwhile fails by a name, work resumes, and nothing that was acknowledged is lost.

mod server;

use std::{thread, time::Duration};

use orch::backends::sql::test_db;

use crate::{
    Fallible,
    child::Child,
    compare::{Moment, Violation},
    files::Files,
    life::Purpose,
    mutants::Mutant,
    table,
    test::accuse,
    trial::Trial,
};
use server::Server;

/// How long the server is away: restarted at once, and refusing connections.
const OUTAGES: [Duration; 2] = [Duration::ZERO, Duration::from_secs(10)];

/// So often the server is taken from a mutant at most before it must have given itself away.
const OUTAGES_OF_A_MUTANT: u32 = 8;

/// Takes the server away so often, once for each of the [`OUTAGES`] in turn, then from a mutant.
pub(crate) fn run(n_outages: u32) -> Fallible<()> {
    let server = match test_db::postgres_url() {
        Some(_) => Server::start()?,
        None => None,
    };
    let Some(server) = server else {
        println!(
            "the outages of postgres are skipped: ORCH_TEST_POSTGRES is not set, or no server is installed"
        );
        return Ok(());
    };
    let mut trial = begin(&server, None, n_outages)?;
    let child = trial.begin(Purpose::Work)?;
    child.wait_for_work();
    let mut resumed = Vec::new();
    for outage in OUTAGES.iter().cycle().take(n_outages as usize) {
        resumed.push((*outage, take_away(&server, &trial, &child, *outage)?));
    }
    let verdict = end(&mut trial, child).and_then(|verdict| match verdict {
        Ok(()) => trial.rest(),
        violated => Ok(violated),
    })?;
    if let Err(violations) = verdict {
        return Err(accuse(trial, &violations).into());
    }
    if trial.n_refused() == 0 {
        return Err("nothing was asked while the server was away".into());
    }
    for (outage, took) in resumed {
        println!(
            "  the server was away for {outage:?} and its start; {took:.2?} after that runs were started again"
        );
    }
    println!("{}", table::of_outages(trial.tally(), trial.n_refused()));
    println!("{}", table::heading_of_mutants());
    let mutant = Mutant::AcknowledgedBeforeCommitted;
    let (n_outages, violation) = expose(&server, mutant)?;
    println!("{}", table::of_mutant(mutant, n_outages, &violation));
    Ok(())
}

fn begin(server: &Server, mutant: Option<Mutant>, seed: u32) -> Fallible<Trial> {
    let directory = tempfile::tempdir()?;
    let files = Files {
        url: server.url(),
        schema: mutant.map_or("orch".to_owned(), |mutant| mutant.name().replace('-', "_")),
        effects: directory.path().join("effects"),
    };
    Trial::over(files, directory, mutant, seed.into())
}

/// Takes the server away at a random moment; how long after its return work went on.
fn take_away(server: &Server, trial: &Trial, child: &Child, outage: Duration) -> Fallible<Duration> {
    thread::sleep(trial.chance().millis(300..=900));
    server.crash()?;
    thread::sleep(outage);
    server.resume()?;
    child.works_again()
}

/// Kills the process, and compares.
fn end(trial: &mut Trial, child: Child) -> Fallible<Result<(), Vec<Violation>>> {
    let death = child.kill()?;
    let comparison = trial.compare(vec![death], Moment::Killed { n_lives: 1 })?;
    Ok(comparison.verdict())
}

fn expose(server: &Server, mutant: Mutant) -> Fallible<(u32, Violation)> {
    let mut trial = begin(server, Some(mutant), 0)?;
    for n_outages in 1..=OUTAGES_OF_A_MUTANT {
        let child = trial.begin(Purpose::Work)?;
        child.wait_for_work();
        // One that lost what it acknowledged may wait for it for good.
        let went_on = take_away(server, &trial, &child, Duration::ZERO);
        if let Err(mut violations) = end(&mut trial, child)? {
            return Ok((n_outages, violations.swap_remove(0)));
        }
        went_on?;
    }
    Err(format!(
        "nobody noticed {} in {OUTAGES_OF_A_MUTANT} outages",
        mutant.name()
    )
    .into())
}
