//! Each way to fail, its name, and the money that is back where it was.

use std::{sync::Arc, time::Duration};

use orch_billing::{HoldState, UsageOutcome};
use orch_core::{
    AgentId, Clock, Entity, ErrorKind, Failure, SeededEntropy,
    agent::{Endpoint, Pricing, Status, Visibility},
};
use serde_json::json;

use super::house::{CREDITS, House, TIME, algo};
use crate::{InvokeError, InvokerLimits, Outcome, Passage, TransportError, testing::Script};

/// An agent that does this with its call, how the call fails, and how it is metered.
type Case = (&'static str, Script, fn(&InvokeError) -> bool, UsageOutcome);

fn cases() -> Vec<Case> {
    vec![
        (
            "a failing agent",
            Script::fail("no paper"),
            |error| matches!(error, InvokeError::Failed { agent, reason } if agent == "writer" && reason == "no paper"),
            UsageOutcome::Failed,
        ),
        (
            "a panicking transport",
            Script::Panic("out of ink"),
            |error| matches!(error, InvokeError::Panicked { message, .. } if message == "out of ink"),
            UsageOutcome::Failed,
        ),
        (
            "an agent that hangs",
            Script::Hang,
            |error| matches!(error, InvokeError::TimedOut { after, .. } if *after == TIME),
            UsageOutcome::TimedOut,
        ),
        (
            "an agent that is too slow",
            Script::after(TIME * 2, Script::Echo),
            |error| matches!(error, InvokeError::TimedOut { .. }),
            UsageOutcome::TimedOut,
        ),
        (
            "an answer that is too large",
            Script::answer(json!("x".repeat(1024 * 1024))),
            |error| matches!(error, InvokeError::TooLarge { limit: 1_048_576, .. }),
            UsageOutcome::Failed,
        ),
        (
            "a transport that gives up reading",
            Script::Fail(TransportError::TooLarge),
            |error| matches!(error, InvokeError::TooLarge { .. }),
            UsageOutcome::Failed,
        ),
        (
            "an answer that nests too deep",
            Script::answer((0..40).fold(json!(1), |inner, _| json!([inner]))),
            |error| matches!(error, InvokeError::Misanswered { field, .. } if field.is_empty()),
            UsageOutcome::Failed,
        ),
        (
            "an answer that misses its schema",
            Script::answer(json!({ "pages": ["one", 2] })),
            |error| matches!(error, InvokeError::Misanswered { field, .. } if field == "/pages/1"),
            UsageOutcome::Failed,
        ),
        (
            "an agent that refuses after all",
            Script::Fail(TransportError::Refused {
                field: "/text".into(),
                reason: "is dull".into(),
            }),
            |error| matches!(error, InvokeError::Refused { field, .. } if field == "/text"),
            UsageOutcome::Failed,
        ),
        (
            "an agent that cannot be reached",
            Script::Fail(TransportError::unreachable("no route")),
            |error| matches!(error, InvokeError::Offline { reason, last_seen: None, .. } if reason == "no route"),
            UsageOutcome::Failed,
        ),
        (
            "an agent that has too much to do",
            Script::Fail(TransportError::Overloaded { retry_after: None }),
            |error| matches!(error, InvokeError::Overloaded { .. }),
            UsageOutcome::Failed,
        ),
        (
            "an address that is not allowed",
            Script::Fail(TransportError::Barred {
                reason: "a private address".into(),
            }),
            |error| matches!(error, InvokeError::Barred { reason, .. } if reason == "a private address"),
            UsageOutcome::Failed,
        ),
        (
            "a connection that breaks",
            Script::Fail(TransportError::lost("reset")),
            |error| matches!(error, InvokeError::Lost { reason, .. } if reason == "reset"),
            UsageOutcome::Failed,
        ),
        (
            "an agent that answers garbage",
            Script::Fail(TransportError::unreadable("no JSON")),
            |error| matches!(error, InvokeError::Unreadable { reason, .. } if reason == "no JSON"),
            UsageOutcome::Failed,
        ),
    ]
}

#[tokio::test]
async fn whatever_an_agent_does_the_money_comes_back() {
    for (case, script, is_expected, outcome) in cases() {
        let house = House::with_writer(|writer| {
            let pages = json!({ "type": "array", "items": { "type": "string" } });
            writer.version.tasks[0].returns = json!({ "properties": { "pages": pages } });
        })
        .await;
        house.transport.always("writer/write", script);
        let invocation = house.invocation();
        let error = house.invoke_while_time_passes(&invocation).await.unwrap_err();
        assert!(is_expected(&error), "{case}: {error:?}");
        house.assert_money_is_back(case).await;
        assert_eq!(house.hold(&invocation).await, Some(HoldState::Released), "{case}");
        let usage = house.usage().await;
        assert_eq!(usage.len(), 1, "{case}");
        assert_eq!((usage[0].outcome, usage[0].cost), (outcome, algo(0)), "{case}");
        assert!(house.keeper.answers().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn an_agent_that_is_too_slow_is_stopped() {
    let house = House::new().await;
    house.transport.always("writer/write", Script::Hang);
    let invocation = house.invocation();
    house.invoke_while_time_passes(&invocation).await.unwrap_err();
    assert_eq!(house.transport.n_stopped(), 1);
    assert_eq!(house.usage().await[0].took, TIME);
}

#[tokio::test]
async fn a_task_has_a_time_of_its_own() {
    let short = Duration::from_secs(3);
    let house = House::with_writer(|writer| writer.version.tasks[0].timeout = Some(short)).await;
    house.transport.always("writer/write", Script::Hang);
    let error = house
        .invoke_while_time_passes(&house.invocation())
        .await
        .unwrap_err();
    assert!(matches!(error, InvokeError::TimedOut { after, .. } if after == short));
}

#[tokio::test]
async fn after_the_deadline_nothing_is_sent() {
    let house = House::new().await;
    let mut invocation = house.invocation();
    invocation.deadline = house.clock.now();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert!(matches!(error, InvokeError::TimedOut { .. }));
    assert!(house.transport.calls().is_empty());
    house.assert_money_is_back("a deadline that is over").await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let house = House::new().await;
    let mut unknown = house.invocation();
    unknown.agent = AgentId::generate(house.clock.now(), &SeededEntropy::new(7));
    let error = house.invoke(&unknown).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NotFound { entity: Entity::Agent, id } if id == unknown.agent.to_string())
    );

    let mut other_version = house.invocation();
    other_version.version = "v7".parse().unwrap();
    let error = house.invoke(&other_version).await.unwrap_err();
    assert_eq!(error.to_string(), "agent writer has no version v7");

    let mut other_task = house.invocation();
    other_task.task = "paint".into();
    let error = house.invoke(&other_task).await.unwrap_err();
    assert_eq!(error.to_string(), "agent writer has no task paint");
    house.assert_money_is_back("what does not exist").await;
    assert!(house.transport.calls().is_empty());
}

#[tokio::test]
async fn a_private_agent_does_not_exist_for_others() {
    let house = House::with_writer(|writer| writer.visibility = Visibility::Private).await;
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::AgentNotFound { .. }), "{error:?}");
    house
        .billing
        .grant(house.owner.account(), algo(CREDITS), "own")
        .await
        .unwrap();
    let own = house
        .invoker
        .invoke(&house.owner, &house.invocation(), &house.keeper, &house.cancel)
        .await;
    assert!(matches!(own, Ok(Outcome::Answered(_))));
}

#[tokio::test]
async fn an_agent_that_is_offline_is_not_called() {
    let house = House::new().await;
    house
        .catalog
        .set_status(&house.owner, house.writer.id, Status::Offline)
        .await
        .unwrap();
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::Unavailable {
                entity: Entity::Agent,
                ..
            }
        ),
        "{error:?}"
    );
    house.assert_money_is_back("an agent that is offline").await;
}

#[tokio::test]
async fn a_host_without_the_transport_says_so() {
    let house = House::with_writer(|writer| {
        writer.version.endpoint = Endpoint::Http {
            url: "https://writer.example".into(),
        };
    })
    .await;
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::NoTransport { .. }), "{error:?}");
    house.assert_money_is_back("no transport").await;
}

#[tokio::test]
async fn whoever_has_too_little_is_not_served() {
    let house =
        House::with_writer(|writer| writer.version.pricing = Pricing::per_request(algo(CREDITS + 1))).await;
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    let kind = error.kind();
    assert!(
        matches!(kind, ErrorKind::InsufficientFunds { required, available, .. }
            if required == algo(CREDITS + 1) && available == algo(CREDITS)),
        "{kind:?}"
    );
    assert!(house.transport.calls().is_empty());
    house.assert_money_is_back("too little money").await;
}

#[tokio::test]
async fn a_task_that_is_badly_declared_is_the_agents_fault() {
    let looks_back = json!({ "type": "object", "properties": { "a": { "pattern": "(a)\\1" } } });
    let house = House::with_writer(|writer| writer.version.tasks[0].parameters = looks_back).await;
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert!(
        matches!(&error, InvokeError::Misdeclared { task, .. } if task == "write"),
        "{error:?}"
    );
    assert!(matches!(
        error.kind(),
        ErrorKind::Failed {
            entity: Entity::Agent,
            ..
        }
    ));
    house.assert_money_is_back("a bad declaration").await;
}

#[tokio::test]
async fn what_is_denied_is_not_sent() {
    let house = House::new().await;
    house.gate.set(
        "write",
        Passage::Denied {
            reason: "not on Sundays".into(),
        },
    );
    let invocation = house.invocation();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Forbidden {
            reason: "not on Sundays".into()
        }
    );
    assert!(house.transport.calls().is_empty());
    house.assert_money_is_back("a denial").await;
    assert_eq!(house.usage().await[0].outcome, UsageOutcome::Cancelled);
}

#[tokio::test]
async fn a_busy_agent_is_waited_for_until_the_deadline() {
    let limits = InvokerLimits {
        calls_per_agent: 1,
        ..InvokerLimits::default()
    };
    let house = Arc::new(House::with(|_| {}, limits).await);
    house
        .transport
        .push("writer/write", Script::after(TIME / 2, Script::Echo));
    let mut first = house.invocation();
    first.deadline = first.deadline + TIME;
    let mut second = house.invocation();
    second.deadline = house.clock.now() + TIME / 4;
    let third = house.invocation();
    let working = tokio::spawn({
        let house = house.clone();
        async move { house.invoke(&first).await }
    });
    tokio::task::yield_now().await;
    let waiting = tokio::spawn({
        let house = house.clone();
        async move { house.invoke(&third).await }
    });
    let refused = house.invoke_while_time_passes(&second).await.unwrap_err();
    assert!(matches!(refused, InvokeError::Busy { .. }), "{refused:?}");
    assert_eq!(
        house.hold(&second).await,
        None,
        "no money is held while one waits for a place"
    );
    house.clock.advance(TIME / 2);
    assert!(matches!(working.await.unwrap(), Ok(Outcome::Answered(_))));
    assert!(matches!(waiting.await.unwrap(), Ok(Outcome::Answered(_))));
}

#[tokio::test]
async fn a_store_that_fails_leaves_no_hold() {
    let house = House::new().await;
    house.ledger.fail(&["hold"]);
    let invocation = house.invocation();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert!(matches!(error, InvokeError::Store(_)), "{error:?}");
    house.ledger.fail(&[]);
    house.assert_money_is_back("a hold that failed").await;

    house.transport.push("writer/write", Script::fail("no paper"));
    house.ledger.fail(&["close"]);
    let error = house.invoke(&invocation).await.unwrap_err();
    let InvokeError::Unreleased { failure, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(matches!(**failure, InvokeError::Failed { .. }) && error.leaves_hold());
    house.ledger.fail(&[]);
    house.invoker.abandon(&house.caller, &invocation).await.unwrap();
    house.assert_money_is_back("a release that failed").await;
}
