//! One life of the process that is killed: it carries on with the runs of its former lives, and works.

use std::{process::ExitCode, sync::Arc, time::Duration};

use orch::{Orchestrator, Stores};

use crate::{
    Fallible,
    agents::{TRADES, fee},
    effects::Effects,
    files::Files,
    host::{Host, OWNER},
    mutants::Mutant,
    work,
};

/// Longer than any hold lasts by itself.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A life, as it is told to the process that lives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Life {
    pub(crate) files: Files,
    /// Counts from 0.
    pub(crate) number: u32,
    pub(crate) purpose: Purpose,
    pub(crate) mutant: Option<Mutant>,
}

/// What a life is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Being killed.
    Work,
    /// Bringing everything to its end, starting nothing new.
    Rest,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Rest => "rest",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Work, Self::Rest]
            .into_iter()
            .find(|purpose| purpose.name() == name)
    }
}

impl Life {
    /// The first argument of a process that lives.
    pub(crate) const COMMAND: &str = "--live";

    pub(crate) fn arguments(&self) -> Vec<String> {
        let own = [self.number.to_string(), self.purpose.name().to_owned()];
        let mutant = self.mutant.map(|mutant| mutant.name().to_owned());
        let files = self.files.arguments();
        let arguments = [Self::COMMAND.to_owned()].into_iter().chain(files);
        arguments.chain(own).chain(mutant).collect()
    }

    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        Some(Self {
            files: Files::parse(&mut arguments)?,
            number: arguments.next()?.parse().ok()?,
            purpose: Purpose::named(&arguments.next()?)?,
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
    let mut stores = Stores::from(life.files.serve().await?);
    if life.number % 2 == 1 {
        // Every other life keeps runs and money apart, and pays answers after they are kept.
        stores.paid_runs = None;
    }
    let stores = life.mutant.map_or(stores.clone(), |mutant| mutant.infect(stores));
    let ledger = stores.ledger.clone();
    let effects = Arc::new(Effects::open(&life.files.effects)?);
    let builder = Orchestrator::builder(stores).owner(OWNER.parse()?).fee(fee()?);
    let mut builder = work::configure(builder, life);
    for trade in TRADES {
        builder = builder.agent(trade.enroll(effects.clone())?);
    }
    let host = Host::new(builder.build().await?)?;
    if !life.files.is_shared() {
        // Whoever lives beside us may be about to start a run whose price is held.
        host.sweep(ledger.clone(), DAY).await?;
    }
    host.grant(life.number).await?;
    let worker = tokio::spawn(host.orchestrator().worker());
    match life.purpose {
        Purpose::Work => work::work(&host, life).await?,
        Purpose::Rest => {
            host.see_ends(host.open_runs(u64::MAX).await?).await?;
            host.orchestrator().shutdown(Duration::from_secs(10)).await;
            worker.await??;
            // Further ahead than any sweep has postponed what was still needed then.
            host.sweep(ledger, 2 * DAY).await?;
        }
    }
    Ok(())
}
