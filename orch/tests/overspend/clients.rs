//! Who all want the same credits at once.

use std::time::{Duration, Instant};

use orch::{
    BillingError, Caller, Clock, Currency, OrchestrationError, Orchestrator, OsEntropy, RunId, RunStatus,
    SystemClock,
    billing::{HoldId, HoldRequest},
    planner::StartOptions,
};
use tokio::task::JoinSet;

use crate::{
    agents::{HOLD, algo, plan},
    tally::{Fate, Tally},
};

/// How many there are of each kind.
const PAYING: usize = 140;
const FAILING: usize = 60;
const CANCELLING: usize = 60;
const HASTY: usize = 40;
const FORGETTING: usize = 40;

/// How many there are in all.
pub(crate) const ALL: usize = PAYING + FAILING + CANCELLING + HASTY + FORGETTING;

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// One answer.
    Answer,
    /// One answer too, although it cancels its runs at once: one of them was quicker.
    Haste,
    /// Answers, of an agent that has none.
    Failure,
    /// Runs that it cancels while their agent works.
    Change,
    /// A hold that it forgets.
    Hold,
}

impl Wish {
    /// Whether a client has what it wants; otherwise it tries again.
    fn is_granted_by(self, fate: Fate) -> bool {
        match self {
            Self::Answer | Self::Haste => fate == Fate::Paid,
            Self::Hold => fate == Fate::Expired,
            Self::Failure | Self::Change => false,
        }
    }
}

pub(crate) fn caller() -> Caller {
    Caller::host("acme".parse().unwrap())
}

/// Lets a share of all clients loose, every `n`th from the `first` on, until each has got what it wants or is refused for
/// good. Those who take longer than the patience are stuck.
pub(crate) async fn run(
    orchestrator: &Orchestrator,
    (first, n): (usize, usize),
    patience: Duration,
) -> Tally {
    let kinds = [
        (Wish::Failure, FAILING),
        (Wish::Change, CANCELLING),
        (Wish::Hold, FORGETTING),
        (Wish::Haste, HASTY),
        (Wish::Answer, PAYING),
    ];
    let wishes = kinds
        .into_iter()
        .flat_map(|(wish, count)| std::iter::repeat_n(wish, count));
    let mut clients = JoinSet::new();
    for (number, wish) in wishes.enumerate().skip(first).step_by(n) {
        let client = Client {
            orchestrator: orchestrator.clone(),
            number,
            until: Instant::now() + patience,
        };
        clients.spawn(async move { client.pursue(wish).await });
    }
    let mut tally = Tally::default();
    while let Some(client) = clients.join_next().await {
        tally += client.unwrap();
    }
    tally
}

struct Client {
    orchestrator: Orchestrator,
    number: usize,
    until: Instant,
}

impl Client {
    /// Tries until it has what it wants, or is refused while nothing is in flight that could give credits back.
    async fn pursue(&self, wish: Wish) -> Tally {
        let (mut tally, mut n_refusals) = (Tally::default(), 0);
        while Instant::now() < self.until {
            tally.n_tries += 1;
            if let Some(fate) = self.attempt(wish).await {
                tally.count(fate);
                n_refusals = 0;
                if wish.is_granted_by(fate) {
                    return tally;
                }
                continue;
            }
            let balance = self
                .orchestrator
                .billing()
                .balance(&caller(), Currency::Algo)
                .await
                .unwrap();
            let wanted = if wish == Wish::Hold { HOLD / 2 } else { HOLD };
            if balance.held.is_zero() && balance.available.minor() < wanted {
                tally.count(Fate::Refused);
                return tally;
            }
            // The longer one is refused, the less one insists: who asks all the time keeps those waiting who have.
            pause((25 << n_refusals.min(5)) + self.number as u64 * 7 % 97).await;
            n_refusals += 1;
        }
        tally.count(Fate::Stuck);
        tally
    }

    /// `None` when the credits do not suffice.
    async fn attempt(&self, wish: Wish) -> Option<Fate> {
        let run = match wish {
            Wish::Hold => return self.hold().await,
            Wish::Answer | Wish::Haste => self.start("answering").await?,
            Wish::Failure => self.start("failing").await?,
            Wish::Change => self.start("hanging").await?,
        };
        let service = self.orchestrator.orchestrations();
        if matches!(wish, Wish::Change) {
            pause(self.number as u64 % 7).await;
        }
        if matches!(wish, Wish::Change | Wish::Haste) {
            match service.cancel(&caller(), run).await {
                Ok(()) | Err(OrchestrationError::Ended { .. }) => {}
                Err(error) => panic!("{run} cannot be cancelled: {error}"),
            }
        }
        let ended = service.wait(&caller(), run).await.unwrap();
        Some(match (wish, ended.status()) {
            (Wish::Answer | Wish::Haste, RunStatus::Completed) => Fate::Paid,
            // The cancellation came after the answer, and before the end.
            (Wish::Haste, RunStatus::Cancelled) if !ended.spent().is_zero() => Fate::Paid,
            (Wish::Change | Wish::Haste, RunStatus::Cancelled) => Fate::Cancelled,
            (Wish::Failure, RunStatus::Failed) => Fate::Failed,
            (wish, status) => panic!(
                "{run} of a client for {wish:?} is {status}: {:?}",
                ended.failure()
            ),
        })
    }

    async fn start(&self, agent: &str) -> Option<RunId> {
        let service = self.orchestrator.orchestrations();
        match service
            .start_plan(&caller(), plan(agent), StartOptions::default())
            .await
        {
            Ok(started) => Some(started.run),
            Err(OrchestrationError::Billing(BillingError::Insufficient { .. })) => None,
            Err(error) => panic!("a start is refused for another reason: {error:?}"),
        }
    }

    /// Sets half of a run's hold aside, and never comes back for it.
    async fn hold(&self) -> Option<Fate> {
        let id = HoldId::generate(SystemClock.now(), &OsEntropy);
        let request = HoldRequest {
            id,
            account: caller().account().clone(),
            amount: algo(HOLD / 2),
            parent: None,
            payee: None,
            keeper: None,
            ttl: Duration::from_millis(20),
            key: id.to_string(),
        };
        match self.orchestrator.billing().hold(request).await {
            Ok(_) => Some(Fate::Expired),
            Err(BillingError::Insufficient { .. }) => None,
            Err(error) => panic!("a hold is refused for another reason: {error:?}"),
        }
    }
}

/// Lets this many milliseconds pass.
#[expect(
    clippy::disallowed_methods,
    reason = "clients stand outside the orchestrator and its clock"
)]
pub(crate) async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
