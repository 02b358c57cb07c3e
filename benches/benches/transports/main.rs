//! What a call and a step cost over the bare exchange with an agent that is elsewhere: CPU over a bare HTTP exchange, time
//! over a bare subprocess.

mod agents;
mod house;

use std::time::{Duration, Instant};

use orch_benches::{Latencies, Outcome, Table, cpu, median};

use house::{CHAIN, House};

const ROUNDS: usize = 9;
const EXCHANGES: usize = 1_000;
const SPAWNS: usize = 40;

#[tokio::main]
async fn main() -> Outcome<()> {
    http().await?;
    processes().await
}

/// CPU of the whole process, the agent's server with it, which is the same on every line.
async fn http() -> Outcome<()> {
    let url = agents::server().await?;
    let house = House::new(&url).await?;
    let bare = agents::bare(&url);
    let mut figures = [const { Vec::new() }; 3];
    let mut overheads = [const { Vec::new() }; 2];
    for round in 0..=ROUNDS {
        let limit = cpu::spent(async {
            for _ in 0..EXCHANGES {
                bare.exchange().await?;
            }
            Ok(EXCHANGES)
        });
        let limit = limit.await?;
        let call = cpu::spent(async {
            for _ in 0..EXCHANGES {
                house.call("far").await?;
            }
            Ok(EXCHANGES)
        });
        let call = call.await?;
        let step = cpu::spent(async {
            for _ in 0..EXCHANGES / CHAIN {
                house.run().await?;
            }
            Ok(EXCHANGES)
        });
        let step = step.await?;
        // The first round warms up.
        if round > 0 {
            for (figures, figure) in figures.iter_mut().zip([limit, call, step]) {
                figures.push(figure);
            }
            for (overheads, figure) in overheads.iter_mut().zip([call, step]) {
                overheads.push(figure - limit);
            }
        }
    }
    let [limit, call, step] = figures.map(median);
    let [over_call, over_step] = overheads.map(median);
    let mut table = Table::new(["one exchange over HTTP", "CPU", "over the bare exchange"]);
    let mut row = |name: &str, figure: f64, over: f64| {
        table.row([
            name.to_owned(),
            format!("{figure:.0} us"),
            format!("{over:.0} us"),
        ]);
    };
    row("bare: hyper's client, the same bytes", limit, 0.0);
    row("a call through the Invoker", call, over_call);
    row("a step of a run, in memory", step, over_step);
    println!("{table}");
    house.end().await;
    Ok(())
}

/// Time, because a process costs most of its CPU elsewhere.
async fn processes() -> Outcome<()> {
    let house = House::new("https://unused.example/").await?;
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        for _ in 0..SPAWNS {
            let started_at = Instant::now();
            agents::spawn().await?;
            let bare = started_at.elapsed();
            let started_at = Instant::now();
            house.call("program").await?;
            if round > 0 {
                limit.push(bare);
                ours.push(started_at.elapsed());
            }
        }
    }
    let (ours, limit): (Latencies, Latencies) = (ours.into_iter().collect(), limit.into_iter().collect());
    let over: Duration = ours.p50().saturating_sub(limit.p50());
    let mut table = Table::new(["one subprocess", "p50 / p99", "p50 over the bare one"]);
    table.row([
        "bare: started, one line in, one line out, waited for".to_owned(),
        limit.to_string(),
        String::new(),
    ]);
    table.row([
        "a call through the Invoker".to_owned(),
        ours.to_string(),
        format!("{:.0} us", over.as_secs_f64() * 1e6),
    ]);
    println!("{table}");
    house.end().await;
    Ok(())
}
