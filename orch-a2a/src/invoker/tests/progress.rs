//! What an agent says while it works, and that it answers once.

use serde_json::json;

use super::house::House;
use crate::{Agent, AgentFunction, InvokerLimits, Outcome, Progress, testing::Script};

fn told(house: &House) -> Vec<(String, u64)> {
    let progress = house.keeper.progress().into_iter();
    progress
        .map(|report| (report.message, report.n_dropped))
        .collect()
}

#[tokio::test]
async fn progress_is_heard_before_the_answer() {
    let house = House::new().await;
    let script = Script::Progress(
        Progress::percent(50, "half"),
        Box::new(Script::answer(json!("done"))),
    );
    house.transport.push("writer/write", script);
    assert!(matches!(
        house.invoke(&house.invocation()).await,
        Ok(Outcome::Answered(_))
    ));
    assert_eq!(house.keeper.progress(), [Progress::percent(50, "half")]);
    assert_eq!(house.keeper.answers().len(), 1);
}

#[tokio::test]
async fn a_chatty_agent_cannot_fill_the_memory() {
    let limits = InvokerLimits {
        progress_queue: 3,
        ..InvokerLimits::default()
    };
    let house = House::with(|_| {}, limits).await;
    let mut script = Script::answer(json!("done"));
    for number in (0..1_000).rev() {
        script = Script::Progress(Progress::message(number.to_string()), Box::new(script));
    }
    house.transport.push("writer/write", script);
    assert!(matches!(
        house.invoke(&house.invocation()).await,
        Ok(Outcome::Answered(_))
    ));
    let newest = [("997", 997), ("998", 0), ("999", 0)];
    assert_eq!(
        told(&house),
        newest.map(|(message, n_dropped)| (message.to_owned(), n_dropped))
    );
}

#[tokio::test]
async fn reports_from_elsewhere_are_heard_as_they_come_and_not_after_the_answer() {
    let house = House::new().await;
    let (saying, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let local =
        Agent::function_with_context::<serde_json::Value, String>("talker", "talk", move |_, context| {
            let saying = saying.clone();
            async move {
                context.report(Progress::message("early"));
                tokio::task::yield_now().await;
                saying.send(context).unwrap();
                Ok::<_, String>("done".to_owned())
            }
        });
    let (invoker, agent) = house.hire(local).await;
    let invocation = house.invocation_of(&agent, "talk", &json!({}));
    let outcome = invoker
        .invoke(&house.caller, &invocation, &house.keeper, &house.cancel)
        .await;
    assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
    let context = heard.recv().await.unwrap();
    assert!(context.is_stopped(), "nobody waits for more");
    context.report(Progress::message("late"));
    assert_eq!(told(&house), [("early".to_owned(), 0)]);
}
