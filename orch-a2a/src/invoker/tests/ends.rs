//! However a call ends, its transport learns that nobody waits any more.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use orch_core::switch::Stoppable;

use super::house::{House, TIME};
use crate::{AgentTransport, Call, Cancel, InvokeError, ProgressSink, Reply, TransportError, Transports};

/// Keeps the word that tells it to stop, as a process or a connection does that outlives its future.
#[derive(Debug, Default)]
struct Outliving(Mutex<Option<Cancel>>);

#[async_trait]
impl AgentTransport for Outliving {
    async fn send(&self, call: Call, _progress: &ProgressSink) -> Result<Reply, TransportError> {
        *self.0.lock().unwrap() = Some(call.stop);
        std::future::pending().await
    }
}

impl Outliving {
    fn told_to_stop(&self) -> Option<bool> {
        self.0.lock().unwrap().as_ref().map(Cancel::is_cancelled)
    }
}

/// What ends a call.
type End = fn(&Arc<House>) -> tokio::task::JoinHandle<()>;

/// Whether a call failed as it should.
type Expected = fn(&InvokeError) -> bool;

#[tokio::test]
async fn cancel_timeout_and_stop_reach_the_transport() {
    let ends: [(&str, End, Expected); 3] = [
        (
            "cancel",
            |house| {
                let house = house.clone();
                tokio::spawn(async move { house.cancel.cancel() })
            },
            |error| matches!(error, InvokeError::Cancelled),
        ),
        (
            "timeout",
            |house| {
                let house = house.clone();
                tokio::spawn(async move { house.clock.advance(TIME + Duration::from_secs(1)) })
            },
            |error| matches!(error, InvokeError::TimedOut { .. }),
        ),
        (
            "stop",
            |house| {
                let house = house.clone();
                tokio::spawn(async move {
                    let everything = Stoppable::Everything;
                    house.switch.stop(everything, "fire").await.unwrap();
                })
            },
            |error| matches!(error, InvokeError::Stopped { .. }),
        ),
    ];
    for (case, end, is_expected) in ends {
        let mut house = House::new().await;
        let transport = Arc::new(Outliving::default());
        house.replace_transports(Transports {
            in_process: Some(transport.clone()),
            ..Transports::default()
        });
        let house = Arc::new(house);
        let call = tokio::spawn({
            let house = house.clone();
            async move { house.invoke(&house.invocation()).await }
        });
        while transport.told_to_stop().is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(transport.told_to_stop(), Some(false), "{case}");
        end(&house).await.unwrap();
        let error = call.await.unwrap().unwrap_err();
        assert!(is_expected(&error), "{case}: {error:?}");
        assert_eq!(transport.told_to_stop(), Some(true), "{case}");
        house.assert_money_is_back(case).await;
    }
}
