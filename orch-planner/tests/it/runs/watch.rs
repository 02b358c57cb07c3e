use orch_a2a::{Progress, testing::Script};
use orch_core::RunId;
use orch_planner::{Orchestrations, Update};
use serde_json::json;

use crate::house::{House, caller, drive, echo, plan, seconds, settle};

/// Watches to the end; the sequence numbers heard.
async fn watch_all(service: Orchestrations, run: RunId, from: u64) -> Vec<u64> {
    let mut watch = service.watch(&caller(), run, from).await.unwrap();
    let mut seqs = Vec::new();
    while let Some(update) = watch.next().await {
        if let Update::Event { seq, .. } = update.unwrap() {
            seqs.push(seq);
        }
    }
    seqs
}

#[tokio::test]
async fn a_watch_from_anywhere_hears_each_event_once() {
    let house = House::new().await;
    let run = house
        .start(plan(json!([
            echo("a", json!({"id": "a"})),
            echo("b", json!({"x": {"$result": "/a"}}))
        ])))
        .await;
    let early = tokio::spawn(watch_all(house.service.clone(), run, 1));
    let remote = tokio::spawn(watch_all(house.elsewhere(), run, 1));
    settle().await;
    let worker = house.service.begin_worker().await.unwrap();
    drive(&house.service, &worker).await;
    assert_eq!(early.await.unwrap(), [1, 2, 3, 4, 5, 6]);
    settle().await;
    house.clock.advance(seconds(1));
    assert_eq!(
        remote.await.unwrap(),
        [1, 2, 3, 4, 5, 6],
        "by looking now and then"
    );
    assert_eq!(watch_all(house.service.clone(), run, 0).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(watch_all(house.service.clone(), run, 4).await, [4, 5, 6]);
    assert_eq!(
        watch_all(house.service.clone(), run, 7).await,
        [0; 0],
        "who comes after the end"
    );
}

#[tokio::test]
async fn a_long_log_is_read_to_its_end() {
    let house = House::new().await;
    let chain = (0..100).map(|n| match n {
        0 => json!({"id": "s0", "agent": "free", "task": "do"}),
        n => json!({"id": format!("s{n}"), "agent": "free", "task": "do", "after": [format!("s{}", n - 1)]}),
    });
    let mut steps: Vec<_> = chain.collect();
    steps.extend((0..100).map(|n| json!({"id": format!("t{n}"), "agent": "free", "task": "do"})));
    let run = house.run(plan(steps.into())).await;
    assert_eq!(run.seq(), 402);
    assert_eq!(
        watch_all(house.service.clone(), run.id(), 1).await,
        (1..=402).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn progress_is_heard_while_it_is_made() {
    let house = House::new().await;
    let said = Progress::percent(50, "half");
    house.transport.push(
        "echo/do",
        Script::Progress(said.clone(), Box::new(Script::after(seconds(1), Script::Echo))),
    );
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(plan(json!([echo("a", json!({"id": "a"}))]))).await;
    let mut watch = house.service.watch(&caller(), run, 1).await.unwrap();
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(watch.next().await.unwrap().unwrap());
    }
    let progress = heard.iter().filter_map(|update| match update {
        Update::Progress(progress) => Some((progress.step.as_str(), &progress.progress)),
        _ => None,
    });
    assert_eq!(progress.collect::<Vec<_>>(), [("a", &said)]);
    house.clock.advance(seconds(1));
    driving.await.unwrap();
}
