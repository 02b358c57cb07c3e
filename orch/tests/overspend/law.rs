//! What must hold, while the clients want all at once and when they are done.

use std::{
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use orch::{
    Amount, BasisPoints, Caller, Currency, Orchestrator, PageRequest, Stores, Timestamp, WorkerOptions,
    backends::SqlStore,
    billing::{HoldQuery, Period},
    planner::OrchestrationOptions,
};

use crate::{
    agents::{self, COST, CREDITS, FIT, HOLD, algo},
    clients::{self, caller, pause},
    tally::Tally,
};

/// How long all clients together may take, and then what expires.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Lets all clients loose on stores of their own, and says what is wrong afterwards.
pub(crate) async fn run(stores: Stores, sql: Option<SqlStore>, patience: Duration) -> Result<String, String> {
    let orchestrator = orchestrator(stores.clone()).await;
    grant(&orchestrator).await;
    let watched = Watched::begin(&orchestrator);
    let worker = tokio::spawn(orchestrator.worker());
    let began = Instant::now();
    let tally = clients::run(&orchestrator, (0, 1), patience).await;
    let took = began.elapsed();
    let mut wrong = judge(&orchestrator, &stores, sql.as_ref(), tally, patience).await;
    wrong.extend(watched.end().await);
    orchestrator.shutdown(Duration::from_secs(5)).await;
    worker.await.unwrap().unwrap();
    verdict(tally, took, &wrong)
}

pub(crate) fn verdict(tally: Tally, took: Duration, wrong: &[String]) -> Result<String, String> {
    if wrong.is_empty() {
        Ok(format!(
            "{} clients: {tally}, in {:.1} s",
            clients::ALL,
            took.as_secs_f64()
        ))
    } else {
        Err(wrong.join("\n"))
    }
}

/// One that sweeps all the time, and takes a tenth.
pub(crate) async fn orchestrator(stores: Stores) -> Orchestrator {
    let poll_interval = Duration::from_millis(20);
    let builder = Orchestrator::builder(stores)
        .fee(BasisPoints::new(1_000).unwrap())
        .orchestration_options(OrchestrationOptions {
            poll_interval,
            ..OrchestrationOptions::default()
        })
        .worker_options(WorkerOptions {
            sweep_interval: poll_interval,
            ..WorkerOptions::default()
        });
    agents::all()
        .into_iter()
        .fold(builder, orch::Builder::agent)
        .build()
        .await
        .unwrap()
}

pub(crate) async fn grant(orchestrator: &Orchestrator) {
    orchestrator
        .billing()
        .grant(caller().account(), algo(CREDITS), "credits")
        .await
        .unwrap();
}

/// What is wrong when all clients are done.
pub(crate) async fn judge(
    orchestrator: &Orchestrator,
    stores: &Stores,
    sql: Option<&SqlStore>,
    tally: Tally,
    patience: Duration,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |is_so: bool, what: String| {
        if !is_so {
            wrong.push(what);
        }
    };
    let (billing, earner) = (orchestrator.billing(), Caller::host("host".parse().unwrap()));
    check(
        tally.n_paid == FIT,
        format!("{} runs were paid, {FIT} fit", tally.n_paid),
    );
    check(tally.n_stuck == 0, format!("{} clients are stuck", tally.n_stuck));
    let n_refused = i64::try_from(clients::ALL).unwrap() - tally.n_paid - tally.n_expired - tally.n_stuck;
    check(
        tally.n_refused == n_refused && n_refused > 0,
        format!("{} clients were refused", tally.n_refused),
    );
    let began = Instant::now();
    let balance = loop {
        let balance = billing.balance(&caller(), Currency::Algo).await.unwrap();
        if balance.held.is_zero() || began.elapsed() > patience {
            break balance;
        }
        pause(20).await;
    };
    check(balance.held.is_zero(), format!("{} stay held", balance.held));
    let (available, left) = (balance.available, CREDITS - tally.n_paid * COST);
    check(
        available.minor() == left,
        format!("{available} are left, not {left} microalgos"),
    );
    check(
        available.minor() < HOLD,
        format!("{available} are left, and clients were refused"),
    );
    let earned = billing.earnings(&earner, Currency::Algo).await.unwrap();
    let fees = billing.fees(Currency::Algo).await.unwrap();
    let sum = [available, balance.held, earned, fees]
        .into_iter()
        .map(Amount::minor)
        .sum::<i64>();
    check(
        sum == CREDITS,
        format!("{sum} microalgos are there in all, {CREDITS} were granted"),
    );
    let all = HoldQuery::Due {
        at: Timestamp::from_millis(i64::MAX),
        limit: 1_000,
    };
    let open = stores.ledger.holds(&all).await.unwrap();
    check(open.is_empty(), format!("{} holds stay open", open.len()));
    let agent = orchestrator.catalog().find(&caller(), "answering").await.unwrap();
    let ever = Period {
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(i64::MAX),
    };
    let n_answered = stores
        .usage
        .count_answered(caller().account(), agent.id, ever)
        .await
        .unwrap();
    check(
        n_answered == tally.n_paid.unsigned_abs(),
        format!("{n_answered} answers are in the usage records"),
    );
    for problem in runs(orchestrator, tally).await {
        check(false, problem);
    }
    if let Some(store) = sql {
        for violation in store.check().await.unwrap() {
            check(false, format!("{violation:?}"));
        }
    }
    wrong
}

/// What is wrong with the list of runs.
async fn runs(orchestrator: &Orchestrator, tally: Tally) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut seen, mut offset) = (0, 0);
    loop {
        let page = PageRequest::new(PageRequest::MAX_LIMIT, offset);
        let page = orchestrator.orchestrations().list(&caller(), page).await.unwrap();
        for run in page.items.iter().filter(|run| !run.status.is_ended()) {
            wrong.push(format!("{} is {}", run.id, run.status));
        }
        seen += i64::try_from(page.items.len()).unwrap();
        offset += u64::from(PageRequest::MAX_LIMIT);
        if page.items.is_empty() {
            break;
        }
    }
    if seen != tally.n_runs() {
        wrong.push(format!("{seen} runs are stored, {} were started", tally.n_runs()));
    }
    wrong
}

/// Looks at the account's money again and again, which only becomes less.
pub(crate) struct Watched {
    is_over: Arc<AtomicBool>,
    watching: tokio::task::JoinHandle<Vec<String>>,
}

impl Watched {
    pub(crate) fn begin(orchestrator: &Orchestrator) -> Self {
        let (is_over, billing) = (Arc::new(AtomicBool::new(false)), orchestrator.billing().clone());
        let watching = tokio::spawn({
            let is_over = is_over.clone();
            async move {
                let (mut wrong, mut former) = (Vec::new(), CREDITS);
                while !is_over.load(Ordering::Relaxed) {
                    match billing.balance(&caller(), Currency::Algo).await {
                        Ok(balance) => {
                            let sum = balance.available.minor() + balance.held.minor();
                            if sum > former || (former - sum) % COST != 0 {
                                wrong.push(format!("{former} microalgos became {sum}"));
                            }
                            former = sum;
                        }
                        // An amount is never negative: there is no other way to say so.
                        Err(error) => wrong.push(format!("the balance cannot be told: {error:?}")),
                    }
                    pause(3).await;
                }
                wrong.truncate(5);
                wrong
            }
        });
        Self { is_over, watching }
    }

    pub(crate) async fn end(self) -> Vec<String> {
        self.is_over.store(true, Ordering::Relaxed);
        self.watching.await.unwrap()
    }
}
