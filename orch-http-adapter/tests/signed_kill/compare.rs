//! What must not be: the laws that answers, the database and the provider keep together.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use orch::{
    BasisPoints, Caller, Clock, Currency, OsEntropy, SystemClock,
    a2a::{
        TransactionStore,
        store::{Filter, Name},
        transaction::State,
    },
    audit::Audit,
    backends::SqlStore,
    billing::Billing,
};

use crate::{
    Fallible,
    acknowledgement::Acknowledgement,
    files::Files,
    house::{CREDITS, PAID, PRICE},
    provider,
    workload::Label,
};

/// Something that must not be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Violation {
    pub(crate) law: &'static str,
    pub(crate) detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.detail)
    }
}

/// What all lives have said so far.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Each answer to a request, however often it was given.
    answers: BTreeMap<Label, BTreeSet<(u16, String)>>,
    n_answers: usize,
    /// What was asked for and not answered since, the latest last.
    open: Vec<Label>,
    /// What was answered, the latest last.
    answered: Vec<Label>,
}

impl Said {
    /// How many of each kind a life asks for again.
    const AGAIN: usize = 6;

    pub(crate) fn add(&mut self, acknowledgement: Acknowledgement) {
        let label = match acknowledgement {
            Acknowledgement::Started { label } => label,
            Acknowledgement::Answered { label, status, body } => {
                self.n_answers += 1;
                self.answers.entry(label).or_default().insert((status, body));
                self.answered.retain(|known| *known != label);
                self.answered.push(label);
                return self.open.retain(|known| *known != label);
            }
        };
        self.open.retain(|known| *known != label);
        self.open.push(label);
    }

    /// What the next life asks for again: the latest that was cut off, and the latest that was answered; the last life, all.
    pub(crate) fn again(&self, is_last: bool) -> Vec<Label> {
        let most = if is_last { usize::MAX } else { Self::AGAIN };
        let open = self.open.iter().rev().take(most);
        let answered = self.answered.iter().rev().take(most);
        open.chain(answered).copied().collect()
    }
}

/// What was compared, and what came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) violations: Vec<Violation>,
    pub(crate) n_answers: usize,
    pub(crate) n_repeated: usize,
    pub(crate) n_unknown: usize,
    pub(crate) n_effects: usize,
    pub(crate) n_pending: usize,
    pub(crate) n_sealed: u64,
}

impl Comparison {
    pub(crate) fn require(&mut self, holds: bool, law: &'static str, detail: impl FnOnce() -> String) {
        if !holds {
            let detail = detail();
            self.violations.push(Violation { law, detail });
        }
    }

    fn of_answers(&mut self, said: &Said, n_effects: &BTreeMap<Label, usize>) {
        self.n_answers = said.n_answers;
        self.n_repeated = said.n_answers - said.answers.len();
        for (label, answers) in &said.answers {
            self.require(
                answers.len() == 1,
                "an answer is the same to the last byte",
                || format!("{label} was answered with {answers:?}"),
            );
            let is_unknown = answers.iter().all(|(status, _)| matches!(status, 502 | 504));
            self.n_unknown += usize::from(is_unknown);
            let n_done = n_effects.get(label).copied().unwrap_or(0);
            self.require(is_unknown || n_done == 1, "what is answered was executed", || {
                format!("{label} was executed {n_done} times, and answered with {answers:?}")
            });
        }
    }

    fn of_effects(&mut self, n_effects: &BTreeMap<Label, usize>) {
        self.n_effects = n_effects.values().sum();
        let mut let_through: BTreeMap<String, Vec<Label>> = BTreeMap::new();
        for (label, n_done) in n_effects {
            self.require(*n_done == 1, "nothing is executed twice", || {
                format!("{label} was executed {n_done} times")
            });
            if let Some(approval) = label.approval() {
                let_through.entry(approval).or_default().push(*label);
            }
        }
        for (approval, labels) in let_through {
            self.require(labels.len() == 1, "an approval lets one through", || {
                format!("{approval} let {labels:?} through")
            });
        }
    }
}

/// Compares, now that everything is dead; after the last life, also what must have come to its end.
pub(crate) async fn compare(files: &Files, said: &Said, is_last: bool) -> Fallible<Comparison> {
    let mut comparison = Comparison::default();
    let effects = provider::read(&files.effects)?;
    let mut n_effects: BTreeMap<Label, usize> = BTreeMap::new();
    for effect in &effects {
        *n_effects.entry(effect.label).or_default() += 1;
    }
    comparison.of_effects(&n_effects);
    comparison.of_answers(said, &n_effects);
    let store = files.open().await?;
    let consumer = "agent-001".parse()?;
    for effect in &effects {
        let name = Name::Id(effect.transaction.parse()?);
        let known = TransactionStore::find(&store, &consumer, &name).await?;
        comparison.require(
            known.is_some(),
            "a transaction is durable before it is sent",
            || format!("{} of {} is gone", effect.transaction, effect.label),
        );
    }
    for violation in store.check().await? {
        comparison.require(false, "the database is sound", || format!("{violation:?}"));
    }
    of_audit(&mut comparison, &store, is_last).await?;
    of_pending(&mut comparison, &store, is_last).await?;
    if is_last {
        of_payments(&mut comparison, &store).await?;
    }
    Ok(comparison)
}

/// The price of each that was answered, and nothing else.
async fn of_payments(comparison: &mut Comparison, store: &SqlStore) -> Fallible<()> {
    let answered = Filter {
        service: Some(PAID.parse()?),
        state: Some("success".to_owned()),
        limit: 1_000_000,
        ..Filter::default()
    };
    let n_answered = TransactionStore::list(store, &answered).await?.len();
    let owed = i64::try_from(n_answered)? * PRICE;
    let billing = Billing::new(
        Arc::new(store.clone()),
        Arc::new(SystemClock),
        BasisPoints::default(),
    );
    let consumer = Caller::host("a2a:agent-001".parse()?);
    let balance = billing.balance(&consumer, Currency::Algo).await?;
    let (left, held) = (balance.available.minor(), balance.held.minor());
    comparison.require(
        (left, held) == (CREDITS - owed, 0),
        "what was answered is paid, once",
        || format!("{n_answered} were answered for {owed}, of {CREDITS} are left {left}, and held {held}"),
    );
    Ok(())
}

async fn of_audit(comparison: &mut Comparison, store: &SqlStore, is_last: bool) -> Fallible<()> {
    let audit = Audit::new(Arc::new(store.clone()), Arc::new(SystemClock), &OsEntropy);
    let verdict = audit.verify(|_| None, None).await?;
    for fault in &verdict.faults {
        comparison.require(false, "the chain is sound", || fault.to_string());
    }
    comparison.n_sealed = verdict.n_events;
    comparison.require(
        !is_last || verdict.tail.n_events == 0,
        "everything is sealed at last",
        || format!("{} events are not", verdict.tail.n_events),
    );
    Ok(())
}

async fn of_pending(comparison: &mut Comparison, store: &SqlStore, is_last: bool) -> Fallible<()> {
    let filter = Filter {
        state: Some(State::Pending.name().to_owned()),
        limit: 1_000,
        ..Filter::default()
    };
    let pending = TransactionStore::list(store, &filter).await?;
    comparison.n_pending = pending.len();
    comparison.require(!is_last || pending.is_empty(), "everything ends at last", || {
        format!("{} are pending at {:?}", pending.len(), SystemClock.now())
    });
    Ok(())
}
