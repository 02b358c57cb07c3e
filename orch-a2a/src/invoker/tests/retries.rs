//! Which calls are sent again, how often, and when an agent is left alone.

use std::time::Duration;

use orch_billing::HoldState;
use orch_core::{Clock, ErrorKind, Failure, Timestamp};

use super::house::{CREDITS, House, PRICE, TIME};
use crate::{
    CircuitPolicy, InvokeError, InvokerLimits, Outcome, RetryPolicy, TransportError, testing::Script,
};

const LIMITS: InvokerLimits = InvokerLimits {
    calls_per_agent: 64,
    answer_bytes: 1024,
    progress_queue: 4,
    schemas: 4,
    retry: RetryPolicy {
        attempts: 4,
        first_pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(10),
        within: Duration::from_secs(20),
    },
    circuit: CircuitPolicy {
        faults: 6,
        first_pause: Duration::from_secs(60),
        longest_pause: Duration::from_secs(600),
    },
};

async fn house(is_repeatable: bool) -> House {
    House::with(
        |writer| writer.version.tasks[0].repeatable = is_repeatable,
        LIMITS,
    )
    .await
}

fn unreachable() -> Script {
    Script::Fail(TransportError::unreachable("connection refused"))
}

fn lost() -> Script {
    Script::Fail(TransportError::lost("connection reset"))
}

fn overloaded(seconds: u64) -> Script {
    Script::Fail(TransportError::Overloaded {
        retry_after: Some(Duration::from_secs(seconds)),
    })
}

fn queue(house: &House, scripts: impl IntoIterator<Item = Script>) {
    for script in scripts {
        house.transport.push("writer/write", script);
    }
}

#[tokio::test]
async fn a_call_that_was_never_sent_is_sent_again_and_paid_once() {
    let house = house(false).await;
    queue(&house, [unreachable(), overloaded(1), unreachable()]);
    let invocation = house.invocation();
    let outcome = house.invoke_while_time_passes(&invocation).await;
    assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
    let calls = house.transport.calls();
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| {
        call.idempotency_key == calls[0].idempotency_key && call.arguments == calls[0].arguments
    }));
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
    assert_eq!(house.usage().await.len(), 1);
}

#[tokio::test]
async fn a_call_that_was_lost_is_sent_again_only_if_its_task_is_repeatable() {
    for (is_repeatable, n_calls) in [(true, 2), (false, 1)] {
        let house = house(is_repeatable).await;
        queue(&house, [lost()]);
        let invocation = house.invocation();
        let outcome = house.invoke_while_time_passes(&invocation).await;
        assert_eq!(house.transport.calls().len(), n_calls);
        if is_repeatable {
            assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
        } else {
            assert!(matches!(outcome, Err(InvokeError::Lost { .. })), "{outcome:?}");
            house.assert_money_is_back("a call that was lost").await;
        }
    }
}

#[tokio::test]
async fn what_was_sent_once_is_not_sent_again_although_it_was_not_sent_before() {
    let house = house(false).await;
    queue(&house, [unreachable(), lost()]);
    let outcome = house.invoke_while_time_passes(&house.invocation()).await;
    assert!(matches!(outcome, Err(InvokeError::Lost { .. })), "{outcome:?}");
    assert_eq!(house.transport.calls().len(), 2);
}

#[tokio::test]
async fn a_failure_of_the_agent_is_its_answer() {
    let house = house(true).await;
    queue(&house, [Script::fail("no paper")]);
    let outcome = house.invoke(&house.invocation()).await;
    assert!(matches!(outcome, Err(InvokeError::Failed { .. })), "{outcome:?}");
    assert_eq!(house.transport.calls().len(), 1);
}

#[tokio::test]
async fn attempts_are_bounded_and_the_last_failure_counts() {
    let house = house(true).await;
    queue(&house, [lost(), lost(), lost(), unreachable(), lost()]);
    let invocation = house.invocation();
    let outcome = house.invoke_while_time_passes(&invocation).await;
    assert!(matches!(outcome, Err(InvokeError::Offline { .. })), "{outcome:?}");
    assert_eq!(house.transport.calls().len(), 4);
    assert_eq!(house.hold(&invocation).await, Some(HoldState::Released));
    house.assert_money_is_back("four attempts").await;
}

#[tokio::test]
async fn an_agent_is_given_the_time_that_it_asks_for() {
    let house = house(false).await;
    queue(&house, [overloaded(7)]);
    let started_at = house.clock.now();
    let invocation = house.invocation();
    house.invoke_while_time_passes(&invocation).await.unwrap();
    let took = house.clock.now().since(started_at);
    assert!(
        (Duration::from_secs(7)..=Duration::from_secs(9)).contains(&took),
        "{took:?}"
    );
}

#[tokio::test]
async fn an_agent_that_asks_for_too_much_time_is_overloaded() {
    let house = house(false).await;
    queue(&house, [overloaded(11)]);
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    let retry_after = Duration::from_secs(11);
    assert_eq!(error.kind(), ErrorKind::Limited { retry_after });
    house.assert_money_is_back("an overloaded agent").await;
}

#[tokio::test]
async fn nothing_is_sent_again_that_cannot_be_answered_in_time() {
    let house = house(false).await;
    queue(&house, [overloaded(7), overloaded(7)]);
    let mut invocation = house.invocation();
    invocation.deadline = house.clock.now() + Duration::from_secs(10);
    let started_at = house.clock.now();
    let error = house.invoke_while_time_passes(&invocation).await.unwrap_err();
    assert!(matches!(error, InvokeError::Overloaded { .. }), "{error:?}");
    assert!(house.clock.now().since(started_at) < TIME);
    assert_eq!(house.transport.calls().len(), 2);
}

#[tokio::test]
async fn a_cancellation_ends_the_pause() {
    let house = std::sync::Arc::new(house(false).await);
    queue(&house, [overloaded(7)]);
    let call = tokio::spawn({
        let house = house.clone();
        async move { house.invoke(&house.invocation()).await }
    });
    while house.transport.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    house.cancel.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, InvokeError::Cancelled), "{error:?}");
    house.assert_money_is_back("a cancelled pause").await;
}

/// Calls until the agent is left alone; how many calls were sent until then.
async fn break_circuit(house: &House) -> usize {
    house.transport.always("writer/write", lost());
    for _ in 0..LIMITS.circuit.faults {
        house.invoke(&house.invocation()).await.unwrap_err();
    }
    house.transport.calls().len()
}

#[tokio::test]
async fn an_agent_that_fails_again_and_again_is_left_alone_and_comes_back() {
    let house = house(false).await;
    let n_calls = break_circuit(&house).await;
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    let kind = error.kind();
    assert!(
        matches!(kind, ErrorKind::Unavailable { retry_after: Some(after), .. } if after == LIMITS.circuit.first_pause),
        "{kind:?}"
    );
    assert_eq!(house.transport.calls().len(), n_calls, "nothing was sent");
    house.assert_money_is_back("an agent that is left alone").await;

    house.clock.advance(LIMITS.circuit.first_pause);
    house.transport.always("writer/write", Script::Echo);
    for _ in 0..2 {
        let outcome = house.invoke(&house.invocation()).await;
        assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_agent_that_answers_with_failures_is_alive() {
    let house = house(false).await;
    house.transport.always("writer/write", Script::fail("no paper"));
    for _ in 0..3 * LIMITS.circuit.faults {
        let error = house.invoke(&house.invocation()).await.unwrap_err();
        assert!(matches!(error, InvokeError::Failed { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_agent_that_had_no_time_is_not_at_fault() {
    let house = house(false).await;
    house.transport.always("writer/write", Script::Hang);
    for _ in 0..2 * LIMITS.circuit.faults {
        let error = house
            .invoke_while_time_passes(&house.invocation())
            .await
            .unwrap_err();
        assert!(matches!(error, InvokeError::TimedOut { .. }), "{error:?}");
    }
    assert!(house.clock.now() > Timestamp::from_millis(0));
}
