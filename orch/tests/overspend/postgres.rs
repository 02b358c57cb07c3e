//! Two processes over one database, each with a worker and half of the clients.

use std::{
    process::{self, Stdio},
    time::{Duration, Instant},
};

use orch::{
    Clock, SystemClock,
    backends::{
        SqlStore,
        sql::{Options, test_db},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::{
    clients,
    law::{self, Watched},
    tally::Tally,
};

/// The argument that makes this program the second process.
pub(crate) const PEER: &str = "peer";

/// `None`, and a word about it, where no server is named.
pub(crate) async fn run() -> Option<Result<String, String>> {
    test_db::postgres_url()?;
    let schema = format!(
        "orch_overspend_{}_{}",
        SystemClock.now().as_millis(),
        process::id()
    );
    let store = connect(&schema).await;
    let outcome = tokio::spawn(two_processes(store.clone(), schema.clone())).await;
    let dropped = store.write(schema, |tx, schema| {
        let sql = format!("DROP SCHEMA {schema} CASCADE");
        Box::pin(async move { tx.execute(&sql, &[]).await })
    });
    dropped.await.unwrap();
    Some(outcome.unwrap_or_else(|error| Err(error.to_string())))
}

async fn connect(schema: &str) -> SqlStore {
    let url = test_db::postgres_url().unwrap();
    let options = Options {
        connections: 8,
        schema: schema.to_owned(),
        ..Options::default()
    };
    SqlStore::connect(&url, options).await.unwrap()
}

async fn two_processes(store: SqlStore, schema: String) -> Result<String, String> {
    let orchestrator = law::orchestrator(store.clone().into()).await;
    law::grant(&orchestrator).await;
    let mut peer = Peer::start(&schema).await;
    let watched = Watched::begin(&orchestrator);
    let worker = tokio::spawn(orchestrator.worker());
    peer.go().await;
    let began = Instant::now();
    let (mut tally, others) = tokio::join!(clients::run(&orchestrator, (0, 2), law::PATIENCE), peer.tally());
    let took = began.elapsed();
    tally += others;
    let mut wrong = law::judge(
        &orchestrator,
        &store.clone().into(),
        Some(&store),
        tally,
        law::PATIENCE,
    )
    .await;
    wrong.extend(watched.end().await);
    if others.n_paid == tally.n_paid || others.n_paid == 0 {
        // No law, but then nothing was contended.
        println!("one process of the two got all");
    }
    orchestrator.shutdown(Duration::from_secs(5)).await;
    worker.await.unwrap().unwrap();
    law::verdict(tally, took, &wrong)
}

/// The second process, as the first sees it.
struct Peer {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts it, and returns when it is ready.
    async fn start(schema: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut process = Command::new(program)
            .args([PEER, schema])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(output.next_line().await.unwrap().as_deref(), Some("ready"));
        Self { process, output }
    }

    async fn go(&mut self) {
        let mut input = self.process.stdin.take().unwrap();
        input.write_all(b"go\n").await.unwrap();
    }

    async fn tally(&mut self) -> Tally {
        let line = self.output.next_line().await.unwrap().expect("the peer has died");
        let tally = line.parse().unwrap();
        assert!(self.process.wait().await.unwrap().success());
        tally
    }
}

/// What the second process does.
pub(crate) async fn peer(schema: &str) {
    let orchestrator = law::orchestrator(connect(schema).await.into()).await;
    let worker = tokio::spawn(orchestrator.worker());
    println!("ready");
    let mut go = String::new();
    BufReader::new(tokio::io::stdin())
        .read_line(&mut go)
        .await
        .unwrap();
    let tally = clients::run(&orchestrator, (1, 2), law::PATIENCE).await;
    orchestrator.shutdown(Duration::from_secs(5)).await;
    worker.await.unwrap().unwrap();
    println!("{tally}");
}
