//! Functions as agents: their schemas, their failures, and what is left when they are stopped.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task,
};

use futures_util::{FutureExt, future::BoxFuture};
use orch_core::{ErrorKind, Failure, agent::Pricing};
use serde_json::{Value, json};

use super::derived;
use crate::{
    Agent, AgentFunction, Answer, Executor, InvokeError, InvokerLimits, Job, JobResult, LocalAgent, Mode,
    Outcome, Panicked, Progress, RetryPolicy,
    invoker::tests::house::{House, PRICE, TIME, algo},
    schemars,
};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Input {
    /// What to look at.
    text: String,
    #[serde(default = "five")]
    count: u8,
}

fn five() -> u8 {
    5
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    words: Vec<String>,
}

fn keywords() -> LocalAgent {
    Agent::function::<Input, Output>("keywords", "extract", |input| async move {
        let words = input.text.split_whitespace().take(input.count.into());
        Ok::<_, Infallible>(Output {
            words: words.map(str::to_owned).collect(),
        })
    })
}

/// Calls the agent's task in a new house, and says how that went and that no money was lost if it failed.
async fn call(local: LocalAgent, task: &str, arguments: Value) -> Result<Answer, InvokeError> {
    let house = House::new().await;
    let (invoker, agent) = house.hire(local.price(Pricing::per_request(algo(PRICE)))).await;
    let invocation = house.invocation_of(&agent, task, &arguments);
    let invoked = invoker
        .invoke(&house.caller, &invocation, &house.keeper, &house.cancel)
        .await;
    match invoked {
        Ok(Outcome::Answered(answer)) => Ok(answer),
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            house.assert_money_is_back("a function that failed").await;
            Err(error)
        }
    }
}

#[tokio::test]
async fn a_function_is_an_agent() {
    let answer = call(keywords(), "extract", json!({ "text": "a b c d e f g" }))
        .await
        .unwrap();
    assert_eq!(answer.result, json!({ "words": ["a", "b", "c", "d", "e"] }));
    assert_eq!(answer.cost, algo(PRICE));
}

#[test]
fn schemas_come_from_types() {
    let draft = keywords().draft().unwrap();
    assert_eq!(
        draft.version.tasks[0].parameters,
        json!({
            "title": "Input",
            "type": "object",
            "properties": {
                "text": { "type": "string", "description": "What to look at." },
                "count": { "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255, "default": 5 },
            },
            "required": ["text"],
            "additionalProperties": false,
        })
    );
    assert_eq!(draft.version.tasks[0].returns["required"], json!(["words"]));
}

#[test]
fn arguments_are_an_object_whatever_the_type() {
    assert_eq!(derived::parameters::<Value>()["type"], "object");
    let any = derived::parameters::<std::collections::BTreeMap<String, u8>>();
    assert_ne!(any["additionalProperties"], json!(false), "{any}");
}

#[test]
fn what_describes_an_agent_reaches_the_catalog() {
    let local = keywords()
        .organization("acme")
        .title("Keywords")
        .description("Finds words")
        .category("text")
        .tag("words")
        .private()
        .task_description("Extracts keywords")
        .example(json!({ "text": "a" }), json!({ "words": ["a"] }))
        .repeatable()
        .timeout(TIME)
        .also::<Input, usize>(
            "count",
            |input| async move { Ok::<_, Infallible>(input.text.len()) },
        );
    let draft = local.draft().unwrap();
    assert_eq!(
        (draft.organization.as_str(), draft.name.as_str()),
        ("acme", "keywords")
    );
    let [extract, count] = &draft.version.tasks[..] else {
        panic!("two tasks")
    };
    assert!(extract.repeatable && extract.timeout == Some(TIME) && extract.examples.len() == 1);
    assert!(!count.repeatable && count.timeout.is_none() && count.examples.is_empty());
    assert!(keywords().organization("No Slug").draft().is_err());
}

#[tokio::test]
async fn an_agent_that_changed_is_told_from_one_that_did_not() {
    let house = House::new().await;
    let (_, agent) = house.hire(keywords()).await;
    assert!(keywords().matches(&agent.latest));
    assert!(!keywords().repeatable().matches(&agent.latest));
    assert!(
        !keywords()
            .price(Pricing::per_request(algo(1)))
            .matches(&agent.latest)
    );
}

#[tokio::test]
async fn a_second_task_is_found_by_its_name() {
    let local =
        keywords().also::<Input, usize>(
            "count",
            |input| async move { Ok::<_, Infallible>(input.text.len()) },
        );
    assert_eq!(
        call(local, "count", json!({ "text": "abc" }))
            .await
            .unwrap()
            .result,
        json!(3)
    );
}

#[tokio::test]
async fn a_function_fails_in_its_own_words() {
    let local = Agent::function::<Input, Output>("keywords", "extract", |input| async move {
        Err(format!("{} says nothing", input.text))
    });
    let error = call(local, "extract", json!({ "text": "a" })).await.unwrap_err();
    assert!(
        matches!(&error, InvokeError::Failed { reason, .. } if reason == "a says nothing"),
        "{error:?}"
    );
    assert!(matches!(error.kind(), ErrorKind::Failed { .. }));
}

#[tokio::test]
async fn an_argument_beyond_its_type_is_refused() {
    let mut local = keywords();
    local = local.also::<Narrow, u8>("narrow", |input| async move { Ok::<_, Infallible>(input.port) });
    let error = call(local, "narrow", json!({ "port": 1 })).await.unwrap_err();
    assert!(matches!(error, InvokeError::Refused { .. }), "{error:?}");
}

/// Its schema promises less than it demands.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Narrow {
    #[serde(deserialize_with = "privileged")]
    port: u8,
}

fn privileged<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let port: u8 = serde::Deserialize::deserialize(deserializer)?;
    if port < 10 {
        return Err(serde::de::Error::custom("too low"));
    }
    Ok(port)
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_a_failure() {
    type Answer = std::collections::BTreeMap<Vec<u8>, u8>;
    let local = Agent::function::<Value, Wrapped>("odd", "answer", |_| async move {
        Ok::<_, Infallible>(Wrapped(Answer::from([(vec![1], 1)])))
    });
    /// Keys that are no text cannot be written.
    #[derive(serde::Serialize)]
    struct Wrapped(Answer);
    impl schemars::JsonSchema for Wrapped {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Wrapped".into()
        }
        fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
            schemars::Schema::default()
        }
    }
    let error = call(local, "answer", json!({})).await.unwrap_err();
    assert!(matches!(error, InvokeError::Failed { .. }), "{error:?}");
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("in drop");
        }
    }
}

#[tokio::test]
async fn a_function_may_panic_anywhere() {
    fn agent(
        explode: impl Fn() -> Result<u8, String> + Clone + Send + Sync + 'static,
        at_once: bool,
    ) -> LocalAgent {
        Agent::function::<Value, u8>("bomb", "explode", move |_| {
            let explode = explode.clone();
            let first = at_once.then(&explode);
            async move {
                tokio::task::yield_now().await;
                first.unwrap_or_else(&explode)
            }
        })
    }
    let explode = || -> Result<u8, String> { panic!("by hand") };
    let in_drop = || {
        let _bomb = Bomb;
        Ok(7)
    };
    for (local, said) in [
        (agent(explode, true), "by hand"),
        (agent(explode, false), "by hand"),
        (agent(in_drop, true), "in drop"),
        (agent(in_drop, false), "in drop"),
    ] {
        let error = call(local, "explode", json!({})).await.unwrap_err();
        assert!(
            matches!(&error, InvokeError::Panicked { message, .. } if message == said),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_function_that_panics_while_it_is_stopped_only_times_out() {
    let house = House::new().await;
    let local = Agent::function::<Value, u8>("bomb", "wait", |_| async move {
        let _bomb = Bomb;
        std::future::pending::<()>().await;
        Ok::<_, String>(7)
    });
    let (invoker, agent) = house.hire(local).await;
    let invocation = house.invocation_of(&agent, "wait", &json!({}));
    let call = invoker.invoke(&house.caller, &invocation, &house.keeper, &house.cancel);
    let time = async {
        tokio::task::yield_now().await;
        house.clock.advance(TIME * 2);
    };
    let (called, ()) = tokio::join!(call, time);
    assert!(matches!(called, Err(InvokeError::TimedOut { .. })), "{called:?}");
}

#[tokio::test]
async fn a_function_knows_of_its_call() {
    let stopped = Arc::new(AtomicBool::new(false));
    let saw = stopped.clone();
    let local = Agent::function_with_context::<Value, String>("aware", "look", move |_, context| {
        let saw = saw.clone();
        async move {
            context.report(Progress::percent(10, "looking"));
            context.set_units(3);
            let key = context.idempotency_key().to_owned();
            assert_eq!(key, context.invocation().to_string());
            assert_eq!(context.account().as_str(), "caller");
            tokio::task::yield_now().await;
            saw.store(context.is_stopped(), Ordering::SeqCst);
            Ok::<_, Infallible>(key)
        }
    });
    let answer = call(local, "look", json!({})).await.unwrap();
    assert_eq!(answer.units, 3);
    assert!(!stopped.load(Ordering::SeqCst), "someone waited to the end");
}

#[tokio::test]
async fn a_function_that_is_not_here_is_offline() {
    let limits = InvokerLimits {
        retry: RetryPolicy::ONCE,
        ..InvokerLimits::default()
    };
    let house = House::with(|_| {}, limits).await;
    let (invoker, agent) = house.hire(keywords()).await;
    let invocation = house.invocation_of(&house.writer, "write", &json!({}));
    let error = invoker
        .invoke(&house.caller, &invocation, &house.keeper, &house.cancel)
        .await
        .unwrap_err();
    assert!(matches!(error, InvokeError::Offline { .. }), "{error:?}");
    assert_eq!(agent.slug.as_str(), "keywords");
    house.assert_money_is_back("a function that is not here").await;
}

/// Begins every job and keeps it, as a thread does that blocks and cannot be stopped.
#[derive(Debug, Default)]
struct Stuck(Mutex<Vec<Job>>);

impl Executor for Stuck {
    fn run(&self, mut job: Job, _: Mode) -> BoxFuture<'static, Result<JobResult, Panicked>> {
        assert!(
            job.poll_unpin(&mut task::Context::from_waker(task::Waker::noop()))
                .is_pending()
        );
        self.0.lock().unwrap().push(job);
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_function_counts_as_at_work_until_it_really_ends() {
    let limits = InvokerLimits {
        calls_per_agent: 1,
        ..InvokerLimits::default()
    };
    let house = House::with(|_| {}, limits).await;
    let stuck = Arc::new(Stuck::default());
    let local = Agent::function::<Value, u8>("worker", "work", |_| {
        std::future::pending::<Result<u8, Infallible>>()
    });
    let (invoker, agent) = house.hire_on(stuck.clone(), local).await;
    let call = async || {
        let invocation = house.invocation_of(&agent, "work", &json!({}));
        let call = invoker.invoke(&house.caller, &invocation, &house.keeper, &house.cancel);
        let time = async {
            tokio::task::yield_now().await;
            house.clock.advance(TIME);
        };
        tokio::join!(call, time).0.unwrap_err()
    };
    assert!(matches!(call().await, InvokeError::TimedOut { .. }));
    assert!(
        matches!(call().await, InvokeError::Busy { .. }),
        "it still works on the first"
    );
    stuck.0.lock().unwrap().clear();
    assert!(
        matches!(call().await, InvokeError::TimedOut { .. }),
        "there is a place again"
    );
    assert_eq!(stuck.0.lock().unwrap()[0].name(), "worker/work");
}
