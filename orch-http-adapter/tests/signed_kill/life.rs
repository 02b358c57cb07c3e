//! One life of the process that is killed: it asks again for what its former lives asked for, and for what is new.

use std::{fs, io, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use orch::{
    BasisPoints, Clock, ManualClock, Stores, SystemClock,
    billing::{Billing, LedgerStore},
};

use crate::{Fallible, files::Files, house::House, mutants::Mutant, provider::Provider, workload::Label};

/// How many requests are under way at once.
const AT_ONCE: usize = 16;
/// Longer than any hold lasts.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many due holds are looked at in one go: all of them.
const SWEPT_AT_ONCE: u32 = 1_000_000;
/// How often is sealed what was done, more often than a server does.
const SEAL_INTERVAL: Duration = Duration::from_millis(20);

/// A life, as it is told to the process that lives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Life {
    pub(crate) files: Files,
    /// Counts from 0.
    pub(crate) number: u32,
    /// Whether it asks again for everything, starts nothing new, and ends.
    pub(crate) is_last: bool,
    pub(crate) mutant: Option<Mutant>,
}

impl Life {
    /// The first argument of a process that lives.
    pub(crate) const COMMAND: &str = "--live";

    pub(crate) fn arguments(&self) -> Vec<String> {
        let own = [self.number.to_string(), self.is_last.to_string()];
        let mutant = self.mutant.map(|mutant| mutant.name().to_owned());
        let arguments = [Self::COMMAND.to_owned()].into_iter();
        let arguments = arguments.chain(self.files.arguments()).chain(own);
        arguments.chain(mutant).collect()
    }

    /// Tells it what to ask for again.
    pub(crate) fn ask_again(&self, labels: &[Label]) -> io::Result<()> {
        let lines: Vec<String> = labels.iter().map(|label| format!("{label}\n")).collect();
        fs::write(self.path(), lines.concat())
    }

    fn again(&self) -> Fallible<Vec<Label>> {
        let text = fs::read_to_string(self.path())?;
        text.lines().map(str::parse).collect()
    }

    fn path(&self) -> PathBuf {
        self.files.effects.with_extension("again")
    }

    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        Some(Self {
            files: Files::parse(&mut arguments)?,
            number: arguments.next()?.parse().ok()?,
            is_last: arguments.next()?.parse().ok()?,
            mutant: arguments.next().and_then(|name| Mutant::named(&name)),
        })
    }
}

/// Lives until it is killed, or until there is nothing to do any more.
pub(crate) fn main(life: &Life) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let lived = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(live(life)));
    match lived {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("life {}: {error}", life.number);
            ExitCode::FAILURE
        }
    }
}

async fn live(life: &Life) -> Fallible<()> {
    let stores = Stores::from(life.files.serve().await?);
    let stores = life.mutant.map_or(stores.clone(), |mutant| mutant.infect(stores));
    let ledger = stores.ledger.clone();
    let house = House::open(
        stores,
        Provider::open(&life.files.effects)?,
        life.files.is_shared(),
    )
    .await?;
    let again = life.again()?.into_iter();
    if life.is_last {
        ask(&house, again).await?;
        settle_all(&house, ledger).await?;
        return seal_all(&house).await;
    }
    tokio::select! {
        asked = ask(&house, again.chain(Label::all_of(life.number))) => asked?,
        sealed = seal(&house) => sealed?,
    }
    // Whoever has asked for everything waits to be killed.
    std::future::pending().await
}

async fn ask(house: &House, labels: impl Iterator<Item = Label>) -> Fallible<()> {
    let asked = stream::iter(labels).map(|label| house.ask(label));
    asked.buffer_unordered(AT_ONCE).try_collect().await
}

async fn seal(house: &House) -> Fallible<()> {
    loop {
        house.orchestrator().audit().seal().await?;
        SystemClock.sleep(SEAL_INTERVAL).await;
    }
}

/// Pays, as if so much time had passed, what former lives left unpaid, and gives the rest back.
async fn settle_all(house: &House, ledger: Arc<dyn LedgerStore>) -> Fallible<()> {
    let later = ManualClock::at(SystemClock.now() + DAY);
    let billing = Billing::new(ledger, Arc::new(later), BasisPoints::default());
    let transactions = house.orchestrator().transactions();
    billing.sweep(transactions, SWEPT_AT_ONCE).await?;
    Ok(())
}

/// Seals everything, as soon as the lease of the former life is over.
async fn seal_all(house: &House) -> Fallible<()> {
    let audit = house.orchestrator().audit();
    while audit.verify(|_| None, None).await?.tail.n_events > 0 {
        while audit.seal().await? > 0 {}
        SystemClock.sleep(SEAL_INTERVAL * 10).await;
    }
    Ok(())
}
