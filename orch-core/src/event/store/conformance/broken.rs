//! Logs that each break one law, so that no law passes because it looks at nothing.

use async_trait::async_trait;

use crate::{Event, EventLog, InMemoryEventLog, StoreError, event::conformance};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    ReadsFromTheStart,
    Overwrites,
    LeavesGaps,
    WritesOneByOne,
    MixesStreams,
    LooksBeforeItWrites,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    log: InMemoryEventLog,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        let log = InMemoryEventLog::default();
        Self { fault, log }
    }

    async fn end(&self, stream: &str) -> u64 {
        self.log.read(stream, 0, u32::MAX).await.unwrap().len() as u64
    }
}

#[async_trait]
impl EventLog for Broken {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        let Some(first) = events.first() else {
            return Ok(true);
        };
        let end = self.end(&first.stream).await;
        match self.fault {
            Fault::Overwrites if first.seq <= end => Ok(true),
            Fault::LeavesGaps if first.seq > end => Ok(true),
            Fault::WritesOneByOne => {
                let mut written = true;
                for event in events {
                    written &= self.log.append(std::slice::from_ref(event)).await?;
                }
                Ok(written)
            }
            Fault::LooksBeforeItWrites if first.seq == end + 1 => {
                tokio::task::yield_now().await;
                self.log.append(events).await?;
                Ok(true)
            }
            _ => self.log.append(events).await,
        }
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        match self.fault {
            Fault::ReadsFromTheStart => self.log.read(stream, 0, limit).await,
            Fault::MixesStreams if stream == "run_1" => {
                let mut events = self.log.read(stream, from_seq, limit).await?;
                events.extend(self.log.read("run_10", from_seq, limit).await?);
                Ok(events)
            }
            _ => self.log.read(stream, from_seq, limit).await,
        }
    }
}

mod sound {
    use super::*;

    crate::event_log_tests!(Broken::with(Fault::Nothing));
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
    always_from_the_start: ReadsFromTheStart breaks events_are_read_in_order;
    an_overwritten_event: Overwrites breaks a_taken_seq_is_refused;
    a_gap: LeavesGaps breaks a_gap_is_refused;
    one_by_one: WritesOneByOne breaks all_are_added_or_none;
    mixed_streams: MixesStreams breaks streams_do_not_touch_each_other;
    a_look_before_the_write: LooksBeforeItWrites breaks of_racing_writers_one_wins;
}
