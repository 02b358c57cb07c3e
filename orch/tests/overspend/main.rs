//! Hundreds of clients at once on credit for a few, in memory, on SQLite, and from two processes on PostgreSQL: exactly as
//! many runs are paid as fit, all others are refused, and no hold stays.
//!
//! Captures are below their holds, and runs that fail, runs that are cancelled and holds that expire are mixed in. Stores
//! that are broken on purpose are found out, or the law would find nothing.
//!
//! ```text
//! cargo test --package orch --test overspend                on all engines
//! cargo test --package orch --test overspend -- sqlite      on those with that in their name
//! ```
#![cfg(test)]

mod agents;
mod clients;
mod law;
mod mutants;
mod postgres;
mod tally;

use std::{process::ExitCode, time::Duration};

use orch::{Stores, backends::sql::test_db};
use tokio::runtime::Runtime;

/// The laws, by name.
const LAWS: [&str; 5] = [
    "in_memory",
    "sqlite",
    "postgres",
    "a_careless_ledger_is_found_out",
    "a_forgetful_ledger_is_found_out",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, schema] = &arguments[..]
        && role == postgres::PEER
    {
        runtime().block_on(postgres::peer(schema));
        return ExitCode::SUCCESS;
    }
    let words: Vec<&String> = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let wanted = LAWS
        .into_iter()
        .filter(|law| words.is_empty() || words.iter().any(|word| law.contains(*word)));
    let wanted: Vec<&str> = wanted.collect();
    if arguments.iter().any(|argument| argument == "--list") {
        wanted.iter().for_each(|law| println!("{law}: test"));
        return ExitCode::SUCCESS;
    }
    println!("\nrunning {} laws of overspending", wanted.len());
    let n_failed = wanted.iter().filter(|law| !keeps(law)).count();
    println!(
        "\noverspend: {} kept, {n_failed} broken\n",
        wanted.len() - n_failed
    );
    if n_failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether a law is kept, and a word about it.
fn keeps(law: &str) -> bool {
    let outcome = runtime().block_on(async {
        match law {
            "in_memory" => Some(law::run(Stores::in_memory(), None, law::PATIENCE).await),
            "sqlite" => {
                let store = test_db::sqlite().await;
                Some(law::run(store.clone().into(), Some(store), law::PATIENCE).await)
            }
            "postgres" => postgres::run().await,
            "a_careless_ledger_is_found_out" => Some(found_out(mutants::careless()).await),
            _ => Some(found_out(mutants::forgetful()).await),
        }
    });
    match outcome {
        None => println!("{law}: skipped"),
        Some(Ok(report)) => println!("{law}: {report}"),
        Some(Err(failure)) => {
            println!("{law}: BROKEN\n{failure}");
            return false;
        }
    }
    true
}

/// A mutant must break the law.
async fn found_out(stores: Stores) -> Result<String, String> {
    match law::run(stores, None, Duration::from_secs(3)).await {
        Ok(report) => Err(format!("it was not found out: {report}")),
        Err(failure) => Ok(format!("found out: {}", failure.replace('\n', "; "))),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}
