//! Stores that each break one law, so that no law passes because it looks at nothing.

use async_trait::async_trait;

use crate::{
    StoreError, Timestamp,
    limit::{Heard, InMemoryTallies, Tally, TallyStore, conformance},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    HearsItself,
    AddsUp,
    ForgetsNothing,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    store: InMemoryTallies,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        let store = InMemoryTallies::default();
        Self { fault, store }
    }
}

#[async_trait]
impl TallyStore for Broken {
    async fn tell(&self, replica: &str, tallies: &[Tally]) -> Result<(), StoreError> {
        let mut tallies = tallies.to_vec();
        if self.fault == Fault::AddsUp {
            let (_, known) = self.hear("", Timestamp::from_millis(i64::MIN)).await?;
            for tally in &mut tallies {
                let same = |heard: &&Heard| heard.tally.subject == tally.subject;
                tally.count += known.iter().find(same).map_or(0, |heard| heard.tally.count);
            }
        }
        self.store.tell(replica, &tallies).await
    }

    async fn hear(&self, but: &str, since: Timestamp) -> Result<(Timestamp, Vec<Heard>), StoreError> {
        let but = if self.fault == Fault::HearsItself { "" } else { but };
        self.store.hear(but, since).await
    }

    async fn forget(&self, before: Timestamp) -> Result<(), StoreError> {
        if self.fault == Fault::ForgetsNothing {
            return Ok(());
        }
        self.store.forget(before).await
    }
}

mod sound {
    use super::*;

    crate::tally_store_tests!(Broken::with(Fault::Nothing));
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
    its_own_words: HearsItself breaks what_one_tells_the_others_hear;
    added_up: AddsUp breaks the_last_count_of_a_slot_holds;
    nothing_forgotten: ForgetsNothing breaks what_is_over_is_forgotten;
}
