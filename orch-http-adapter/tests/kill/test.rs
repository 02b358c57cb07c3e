//! The test: what a server has answered outlives every kill, and servers with a mistake are found out.

use std::thread;

use orch_planner::{OrchestrationStore, store::RunName};

use crate::{
    Fallible,
    acknowledgement::Acknowledgement,
    clients::{Clients, Heard},
    compare::{Comparison, Moment, Violation},
    host::ACCOUNT,
    life::Purpose,
    mutants::Mutant,
    stored::Database,
    table,
    trial::Trial,
};

/// Mistakes that must show here as well. A start that is acknowledged too early cannot: an answer is read back from what
/// is committed.
const MUTANTS: [Mutant; 2] = [Mutant::SentBeforeCommitted, Mutant::RepeatedUnasked];

/// So often it is killed at most before it must have given itself away.
const KILLS_OF_A_MUTANT: u32 = 60;

/// Kills a server so often, then those with a mistake, and prints what came of it.
pub(crate) fn run(n_kills: u32) -> Fallible<()> {
    let mut trial = Trial::new(None, n_kills.into())?;
    for life in 0..n_kills {
        if let Err(violations) = kill(&mut trial, life)? {
            return Err(accuse(trial, &violations).into());
        }
    }
    if let Err(violations) = trial.rest()? {
        return Err(accuse(trial, &violations).into());
    }
    println!("{}", table::of_kills(trial.tally()));
    println!("{}", table::heading_of_mutants());
    for mutant in MUTANTS {
        let (n_kills, violation) = expose(mutant)?;
        println!("{}", table::of_mutant(mutant, n_kills, &violation));
    }
    Ok(())
}

/// Kills a mutant until it is found out: after how many kills, and by what.
fn expose(mutant: Mutant) -> Fallible<(u32, Violation)> {
    let mut trial = Trial::new(Some(mutant), 0)?;
    for life in 0..KILLS_OF_A_MUTANT {
        if let Err(violations) = kill(&mut trial, life)? {
            let first = violations.into_iter().next();
            return Ok((life + 1, first.ok_or("nothing is wrong")?));
        }
    }
    Err(format!("nobody noticed {} in {KILLS_OF_A_MUTANT} kills", mutant.name()).into())
}

/// Lets clients ask the next life, kills it at a random moment, and compares: what must not be is the error.
fn kill(trial: &mut Trial, life: u32) -> Fallible<Result<(), Vec<Violation>>> {
    let child = trial.begin(Purpose::Work)?;
    let clients = Clients::begin(life, &trial.files);
    // One life in five may be killed while it begins.
    let longest = if trial.chance().below(5) == 0 { 120 } else { 700 };
    thread::sleep(trial.chance().millis(1..=longest));
    let mut death = child.kill()?;
    let heard = clients.end()?;
    let (said, unfit) = trial.runtime().block_on(named(trial, heard))?;
    death.said.extend(said);
    let mut comparison: Comparison = trial.compare(vec![death], Moment::Killed { n_lives: 1 })?;
    for (law, detail) in unfit {
        comparison.require(false, law, || detail);
    }
    trial.count(&comparison);
    Ok(comparison.verdict())
}

/// What must not be, with the law that it breaks.
type Unfit = Vec<(&'static str, String)>;

/// What was heard, of the runs that bear these ids; and what must not have been answered.
async fn named(trial: &Trial, heard: Vec<Heard>) -> Fallible<(Vec<Acknowledgement>, Unfit)> {
    let database = Database::open(&trial.files).await?;
    let account = ACCOUNT.parse()?;
    let (mut said, mut unfit) = (Vec::new(), Vec::new());
    for heard in heard {
        let id = match &heard {
            Heard::Started { id, .. } | Heard::Cancelled(id) | Heard::Ended(id, _) => id,
            Heard::Unfit(what) => {
                unfit.push(("an answer is one that the page knows", what.clone()));
                continue;
            }
        };
        let name = RunName::Handle(id.clone());
        let Some(run) = OrchestrationStore::find_by(&database.store, &account, &name).await? else {
            unfit.push(("an acknowledged request is durable", format!("{id} is gone")));
            continue;
        };
        said.push(match heard {
            Heard::Started { label, .. } => Acknowledgement::Started {
                run: run.id,
                label,
                // An answer does not say whether it was the first.
                is_new: false,
            },
            Heard::Cancelled(_) => Acknowledgement::Cancelled(run.id),
            Heard::Ended(_, status) => Acknowledgement::Ended(run.id, status),
            Heard::Unfit(_) => continue,
        });
    }
    Ok((said, unfit))
}

fn accuse(trial: Trial, violations: &[Violation]) -> String {
    let shown: Vec<String> = violations
        .iter()
        .take(20)
        .map(|violation| format!("\n  {violation}"))
        .collect();
    let (n_violations, place) = (violations.len(), trial.keep());
    format!(
        "{n_violations} violations, to be looked into at {place}:{}",
        shown.concat()
    )
}
