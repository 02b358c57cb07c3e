//! Durable steps a second of one process over one PostgreSQL, and of two: where the agents are the limit, and where the
//! database is. Beside it, how many small units of work a second the same server commits.
//!
//! The processes are this same program, which runs itself as a [`replica`].

mod replica;

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use orch::{
    Clock, SystemClock,
    backends::{
        SqlStore,
        sql::{Options, Value, test_db},
    },
};
use orch_benches::{Outcome, Table, median};

use replica::Replica;

/// How long each round lasts, and how many there are of each kind, in turns.
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

/// Clients in all, each with one run after the other.
const CLIENTS: usize = 128;

/// What the agents take for a step: as long as one that is called over a network, or nothing.
const TAKES: [Duration; 2] = [Duration::from_millis(100), Duration::ZERO];

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    if let Some(replica) = Replica::parse(std::env::args().skip(1)) {
        println!("{}", runtime.block_on(replica.run())?);
        return Ok(());
    }
    let Some(url) = test_db::postgres_url() else {
        return Ok(());
    };
    let schema = format!("orch_bench_{}", SystemClock.now().as_millis());
    let options = Options {
        schema: schema.clone(),
        ..Options::default()
    };
    let store = runtime.block_on(SqlStore::connect(&url, options))?;
    let mut table = Table::new([
        "a step's agent takes",
        "one process, steps/s",
        "two processes",
        "ratio",
        "bare commits/s of 16 callers",
    ]);
    for takes in TAKES {
        let (mut rates, mut ratios) = ([const { Vec::new() }; 3], Vec::new());
        for _ in 0..ROUNDS {
            let replicas = |n: usize| {
                let replica = Replica {
                    url: url.clone(),
                    schema: schema.clone(),
                    n_clients: CLIENTS / n,
                    takes,
                    lasts: ROUND,
                };
                together(&replica, n)
            };
            let (one, two) = (replicas(1)?, replicas(2)?);
            ratios.push(two / one);
            rates[0].push(one);
            rates[1].push(two);
            rates[2].push(runtime.block_on(commits(&store))?);
        }
        let [one, two, commits] = rates.map(median);
        table.row([
            format!("{takes:?}"),
            format!("{one:.0}"),
            format!("{two:.0}"),
            format!("{:.2}", median(ratios)),
            format!("{commits:.0}"),
        ]);
    }
    println!("{table}");
    let dropped = store.write(format!("DROP SCHEMA {schema} CASCADE"), |tx, sql| {
        Box::pin(async move { tx.execute(sql, &[]).await })
    });
    runtime.block_on(dropped)?;
    Ok(())
}

/// So many replicas at once: the steps that they complete a second, together.
fn together(replica: &Replica, n: usize) -> Outcome<f64> {
    let program = std::env::current_exe()?;
    let spawn = |_| {
        let mut command = Command::new(&program);
        command.args(replica.arguments()).stdout(Stdio::piped()).spawn()
    };
    let processes = (0..n).map(spawn).collect::<Result<Vec<_>, _>>()?;
    let mut steps = 0.0;
    for process in processes {
        let output = process.wait_with_output()?;
        steps += String::from_utf8(output.stdout)?.trim().parse::<f64>()?;
    }
    Ok(steps / replica.lasts.as_secs_f64())
}

/// One-row units of work a second.
async fn commits(store: &SqlStore) -> Outcome<f64> {
    const CALLERS: usize = 16;
    let sql = "CREATE TABLE IF NOT EXISTS bare (caller BIGINT PRIMARY KEY, n BIGINT NOT NULL)";
    store
        .write(sql, |tx, sql| Box::pin(async move { tx.execute(sql, &[]).await }))
        .await?;
    let began_at = Instant::now();
    let callers = (0..CALLERS).map(|caller| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut n_committed = 0_u32;
            while began_at.elapsed() < ROUND / 4 {
                let caller = i64::try_from(caller).unwrap_or(0);
                let unit = store.write(caller, |tx, caller| {
                    Box::pin(async move {
                        let sql = "INSERT INTO bare (caller, n) VALUES (?1, 1) \
                                   ON CONFLICT (caller) DO UPDATE SET n = bare.n + 1";
                        tx.execute(sql, &[Value::from(*caller)]).await
                    })
                });
                unit.await?;
                n_committed += 1;
            }
            Outcome::Ok(n_committed)
        })
    });
    let mut n_committed = 0;
    for caller in try_join_all(callers).await? {
        n_committed += caller?;
    }
    Ok(f64::from(n_committed) / began_at.elapsed().as_secs_f64())
}
