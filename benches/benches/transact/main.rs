//! What a signed transaction costs: from a client's request through the surface to a provider and back, durable on SQLite at
//! FULL, beside what it is to be compared with: one strict verification, and one bare HTTP exchange in and one out; and beside
//! what the contract asks for with that: two signatures for the provider, and the same units of work on the bare engine.
//!
//! The CPU is that of the whole process, clients and provider with it, which is the same on both sides. Signing is done before.

mod client;
mod house;
mod limit;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use orch::backends::{Options, SqlStore};
use orch_benches::{
    Latencies, Outcome, Table,
    agent::{self, Bare},
    cpu, median,
};

use client::Client;
use house::House;
use limit::TransactionScript;

const ROUNDS: usize = 7;
const CLIENTS: usize = 64;
/// Of each client in a round.
const EXCHANGES: usize = 60;

/// What the provider replies.
const REPLY: &str = r#"{"message":"Hello, Alice!"}"#;
/// As the surface delivers it, without the headers that say who asks.
const CALL: &str = r#"{"data":{"name":"Alice"}}"#;

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome<()> {
    let provider = agent::serve(REPLY).await?;
    let house = House::new(CLIENTS, provider).await?;
    let script = TransactionScript::record(provider).await?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let url = format!("sqlite://{}/engine.db", folder.path().display());
    let engine = SqlStore::connect(&url, Options::default()).await?;
    let bare = Bare::new(format!("http://{provider}/greet"), CALL);
    let mut figures = [const { Vec::new() }; 6];
    let (mut ratios, mut least, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    let mut latencies: Vec<Duration> = Vec::new();
    for round in 0..=ROUNDS {
        let verification = cpu::spent(async {
            for _ in 0..CLIENTS * 10 {
                house.verify_bare()?;
            }
            Ok(CLIENTS * 10)
        });
        let verification = verification.await?;
        let inbound = exchanges(&house, "/bare", round).await?.cpu;
        let outbound = cpu::spent(async {
            let clients = (0..CLIENTS).map(async |_| {
                for _ in 0..EXCHANGES {
                    black_box(bare.exchange().await?);
                }
                Outcome::Ok(())
            });
            try_join_all(clients).await?;
            Ok(CLIENTS * EXCHANGES)
        });
        let outbound = outbound.await?;
        let signatures = cpu::spent(async {
            for _ in 0..CLIENTS * 10 {
                house.sign_twice(CALL.as_bytes());
            }
            Ok(CLIENTS * 10)
        });
        let signatures = signatures.await?;
        let numbers = round * EXCHANGES..(round + 1) * EXCHANGES;
        let units = limit::bare(&engine, &script, CLIENTS, numbers).await?;
        let transacted = exchanges(&house, "/v1/a2a/transact", round).await?;
        // The first round warms up.
        if round > 0 {
            for (figures, figure) in
                figures
                    .iter_mut()
                    .zip([verification, inbound, outbound, signatures, units, transacted.cpu])
            {
                figures.push(figure);
            }
            let sum = verification + inbound + outbound;
            ratios.push(transacted.cpu / sum);
            least.push((sum + signatures + units) / sum);
            rates.push((CLIENTS * EXCHANGES) as f64 / transacted.took.as_secs_f64());
            latencies.extend(transacted.latencies);
        }
    }
    house.check((ROUNDS + 1) * CLIENTS * EXCHANGES).await?;
    let [verification, inbound, outbound, signatures, units, transacted] = figures.map(median);
    let mut table = Table::new(["one transaction", "CPU"]);
    let mut row = |name: &str, figure: String| table.row([name.to_owned(), figure]);
    row("strict verification", format!("{verification:.0} us"));
    row("bare exchange in", format!("{inbound:.0} us"));
    row("bare exchange out", format!("{outbound:.0} us"));
    row("two signatures", format!("{signatures:.0} us"));
    row("its units of work on the bare engine", format!("{units:.0} us"));
    row("signed transaction, durable", format!("{transacted:.0} us"));
    row(
        "times the sum of the first three",
        format!("{:.2}", median(ratios)),
    );
    row("all five, times that sum", format!("{:.2}", median(least)));
    println!("{table}");
    let latencies: Latencies = latencies.into_iter().collect();
    println!(
        "{:.0} a second of {CLIENTS} clients, p50 {:.1} ms, p99 {:.1} ms",
        median(rates),
        latencies.p50().as_secs_f64() * 1e3,
        latencies.p99().as_secs_f64() * 1e3,
    );
    house.end().await;
    Ok(())
}

/// What a round of all clients cost.
struct Round {
    cpu: f64,
    took: Duration,
    latencies: Vec<Duration>,
}

/// Every client sends its requests one after the other, on a connection of its own.
async fn exchanges(house: &House, path: &str, round: usize) -> Outcome<Round> {
    let mut sent = Vec::new();
    for client in 0..CLIENTS {
        let requests: Vec<_> = (0..EXCHANGES)
            .map(|number| house.request(path, client, round * EXCHANGES + number))
            .collect::<Outcome<_>>()?;
        sent.push((Client::connect(house.address()).await?, requests));
    }
    let began_at = Instant::now();
    let mut latencies = Vec::new();
    let cpu = cpu::spent(async {
        let clients = sent.into_iter().map(|(mut client, requests)| {
            tokio::spawn(async move {
                let mut latencies = Vec::with_capacity(EXCHANGES);
                for request in requests {
                    let began_at = Instant::now();
                    client.ask(&request).await?;
                    latencies.push(began_at.elapsed());
                }
                Outcome::Ok(latencies)
            })
        });
        for client in try_join_all(clients).await? {
            latencies.extend(client?);
        }
        Ok(CLIENTS * EXCHANGES)
    });
    Ok(Round {
        cpu: cpu.await?,
        took: began_at.elapsed(),
        latencies,
    })
}
