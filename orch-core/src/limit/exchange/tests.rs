use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    ManualClock, SeededEntropy,
    limit::{InMemoryTallies, Limiter, Rate},
};

/// Processes that share a store, each with a limit of ten a minute and twenty at once.
struct Replicas {
    clock: Arc<ManualClock>,
    store: Arc<Fickle>,
    all: Vec<(Arc<Limiter>, Exchange)>,
}

/// A store that may be away.
#[derive(Debug)]
struct Fickle {
    store: InMemoryTallies,
    is_away: AtomicBool,
}

impl Fickle {
    fn here(&self) -> Result<&InMemoryTallies, StoreError> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("it is away".into()));
        }
        Ok(&self.store)
    }
}

#[async_trait]
impl TallyStore for Fickle {
    async fn tell(&self, replica: &str, tallies: &[Tally]) -> Result<(), StoreError> {
        self.here()?.tell(replica, tallies).await
    }

    async fn hear(&self, but: &str, since: Timestamp) -> Result<(Timestamp, Vec<Heard>), StoreError> {
        self.here()?.hear(but, since).await
    }

    async fn forget(&self, before: Timestamp) -> Result<(), StoreError> {
        self.here()?.forget(before).await
    }
}

impl Replicas {
    fn new(n_replicas: u64) -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = Arc::new(Fickle {
            store: InMemoryTallies::new(clock.clone()),
            is_away: AtomicBool::new(false),
        });
        let mut replicas = Self {
            clock,
            store,
            all: Vec::new(),
        };
        for number in 0..n_replicas {
            replicas.add(number);
        }
        replicas
    }

    fn add(&mut self, number: u64) {
        let limiter = Arc::new(Limiter::new("test", Rate::doubled(10)));
        let exchange = Exchange::new(
            vec![limiter.clone()],
            self.store.clone(),
            self.clock.clone(),
            &SeededEntropy::new(number),
        );
        self.all.push((limiter, exchange));
    }

    fn asks(&self, replica: usize) -> bool {
        let standing = self.all[replica].0.take("key", self.clock.now());
        standing.retry_after.is_none()
    }

    /// How many of so many requests a process lets through.
    fn passes(&self, replica: usize, n_requests: u32) -> usize {
        (0..n_requests).filter(|_| self.asks(replica)).count()
    }

    /// Each tells and hears, and then hears what those after it told.
    async fn exchange(&self) {
        for _ in 0..2 {
            for (_, exchange) in &self.all {
                exchange.run().await.unwrap();
            }
        }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn what_one_let_through_counts_in_all() {
    let replicas = Replicas::new(3);
    assert_eq!(replicas.passes(0, 15), 15);
    replicas.exchange().await;
    assert_eq!(replicas.passes(1, 9), 5);
    replicas.exchange().await;
    assert_eq!(replicas.passes(2, 9), 0);
    // Hearing the same again changes nothing, and neither does time that is too short.
    for _ in 0..5 {
        replicas.pass(11);
        replicas.exchange().await;
        assert_eq!((0..3).map(|n| replicas.passes(n, 9)).sum::<usize>(), 0);
    }
    replicas.pass(5);
    replicas.exchange().await;
    assert_eq!(replicas.passes(1, 30), 10, "what flowed back in a minute");
    replicas.exchange().await;
    assert_eq!(replicas.passes(0, 30), 0);
}

#[tokio::test]
async fn what_was_too_much_is_owed() {
    let replicas = Replicas::new(2);
    assert_eq!((replicas.passes(0, 99), replicas.passes(1, 99)), (20, 20));
    replicas.exchange().await;
    // Twenty were there, twenty are owed: two minutes pay that back, and the third brings ten.
    replicas.pass(119);
    assert_eq!((replicas.passes(0, 99), replicas.passes(1, 99)), (0, 0));
    replicas.pass(61);
    assert_eq!(replicas.passes(0, 99), 10);
}

#[tokio::test]
async fn who_comes_later_learns_of_the_last_minute() {
    let mut replicas = Replicas::new(1);
    assert_eq!(replicas.passes(0, 12), 12);
    replicas.exchange().await;
    replicas.pass(20);
    replicas.add(9);
    replicas.exchange().await;
    let passed = replicas.passes(1, 99);
    assert_eq!(passed, 8, "the ceiling of the minute");
}

#[tokio::test]
async fn while_the_store_is_away_each_counts_for_itself() {
    let replicas = Replicas::new(2);
    replicas.exchange().await;
    replicas.store.is_away.store(true, Ordering::Relaxed);
    assert_eq!(replicas.passes(0, 12), 12);
    for (_, exchange) in &replicas.all {
        assert!(exchange.run().await.is_err());
    }
    replicas.pass(7);
    assert_eq!(replicas.passes(0, 1), 1);
    replicas.store.is_away.store(false, Ordering::Relaxed);
    replicas.exchange().await;
    assert_eq!(
        replicas.passes(1, 99),
        7,
        "what it did not hear it was told again"
    );
}

#[tokio::test]
async fn what_is_over_is_removed() {
    let replicas = Replicas::new(1);
    for _ in 0..20 {
        replicas.passes(0, 1);
        replicas.exchange().await;
        replicas.pass(30);
    }
    replicas.exchange().await;
    let ever = Timestamp::from_millis(i64::MIN);
    let (_, told) = replicas.store.hear("nobody", ever).await.unwrap();
    assert!(told.len() <= 8, "{}", told.len());
}

proptest! {
    /// Whatever comes where and when: within any minute the burst is exceeded by no more than others let through between
    /// two exchanges, and in the long run no more passes than flows in.
    #[test]
    fn the_drift_is_bounded(asked in vec((0_usize..3, 0_u32..6, 0_u64..4_000), 1..150)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let replicas = Replicas::new(3);
            let start = replicas.clock.now();
            let mut passed: Vec<Timestamp> = Vec::new();
            let mut n_drifted = 0;
            for (replica, n_requests, pause) in asked {
                let before = passed.len();
                for other in 0..3 {
                    let n_requests = if other == replica { n_requests } else { 1 };
                    let now = replicas.clock.now();
                    passed.extend((0..replicas.passes(other, n_requests)).map(|_| now));
                }
                n_drifted = n_drifted.max(passed.len() - before);
                replicas.exchange().await;
                replicas.clock.advance(Duration::from_millis(pause));
            }
            for (first, from) in passed.iter().enumerate() {
                let in_a_minute = passed[first..].iter().filter(|at| at.since(*from) < Duration::from_secs(60));
                prop_assert!(in_a_minute.count() <= 20 + n_drifted);
            }
            let flowed = usize::try_from(replicas.clock.now().since(start).as_millis() / 6_000).unwrap();
            prop_assert!(passed.len() <= 20 + flowed + 1 + n_drifted, "{} of {flowed}", passed.len());
            Ok(())
        })?;
    }
}
