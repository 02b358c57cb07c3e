//! Stores that each break one law, so that no law passes because it looks at nothing.

use async_trait::async_trait;

use crate::{
    InMemorySwitch, StoreError,
    switch::{Stop, Stoppable, SwitchStore, conformance},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    StartsNothing,
    KeepsTheFirstReason,
    KnowsNoBound,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    store: InMemorySwitch,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        let store = InMemorySwitch::default();
        Self { fault, store }
    }
}

#[async_trait]
impl SwitchStore for Broken {
    async fn stop(&self, stop: &Stop, most: u32) -> Result<bool, StoreError> {
        let is_known = self.list().await?.iter().any(|known| known.what == stop.what);
        match self.fault {
            Fault::KeepsTheFirstReason if is_known => Ok(true),
            Fault::KnowsNoBound => self.store.stop(stop, u32::MAX).await,
            _ => self.store.stop(stop, most).await,
        }
    }

    async fn start(&self, what: &Stoppable) -> Result<bool, StoreError> {
        if self.fault == Fault::StartsNothing {
            return Ok(self.list().await?.iter().any(|stop| stop.what == *what));
        }
        self.store.start(what).await
    }

    async fn list(&self) -> Result<Vec<Stop>, StoreError> {
        self.store.list().await
    }
}

mod sound {
    use super::*;

    crate::switch_store_tests!(Broken::with(Fault::Nothing));
}

macro_rules! broken {
    ($($test:ident: $fault:ident breaks $law:ident;)+) => {$(
        #[tokio::test]
        #[should_panic]
        async fn $test() {
            conformance::$law(&Broken::with(Fault::$fault)).await;
        }
    )+};
}

broken! {
    nothing_started: StartsNothing breaks what_is_stopped_is_listed_until_it_is_started;
    the_first_reason: KeepsTheFirstReason breaks the_last_reason_counts;
    no_bound: KnowsNoBound breaks no_more_is_stopped_than_allowed;
}
