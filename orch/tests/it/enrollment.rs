//! Agents of the host enter the catalog when it is built.

use orch::{BuildError, CatalogError, EnrollError, RunStatus, Version};

use crate::{
    agents::{echo, one_step, panicking},
    engine::{Engine, caller, grant, on_every_engine, soon, start, wait, work},
};

on_every_engine! {
    an_agent_that_has_not_changed_is_not_published_again,
    replicas_may_enroll_at_once,
    replicas_may_change_it_at_once,
    another_accounts_agent_is_not_taken_over,
}

async fn latest(orchestrator: &orch::Orchestrator) -> (Version, String) {
    let agent = orchestrator.catalog().find(&caller(), "echo").await.unwrap();
    (agent.latest.version, agent.latest.description.clone())
}

async fn an_agent_that_has_not_changed_is_not_published_again(engine: Engine) {
    let first = engine.host().await;
    let version = latest(&first).await;
    let again = engine.host().await;
    assert_eq!(latest(&again).await, version);
    let changed = engine
        .builder()
        .agent(echo().description("Says it again"))
        .build()
        .await
        .unwrap();
    assert_eq!(
        latest(&changed).await,
        (version.0.next(), "Says it again".to_owned())
    );
    // A host with the former one publishes that again; whoever was there before sees it too.
    engine.host().await;
    assert_eq!(latest(&changed).await, (version.0.next().next(), String::new()));
    engine.assert_sound().await;
}

async fn replicas_may_enroll_at_once(engine: Engine) {
    let build = || engine.builder().agent(echo()).build();
    let (one, two, three) = tokio::join!(build(), build(), build());
    let (one, two, three) = (one.unwrap(), two.unwrap(), three.unwrap());
    assert_eq!(latest(&one).await.0, Version::FIRST);
    assert_eq!(latest(&two).await, latest(&three).await);
    grant(&one).await;
    let _worker = work(&two);
    let run = start(&one, one_step("echo")).await;
    assert_eq!(soon(wait(&one, run)).await.status(), RunStatus::Completed);
}

async fn replicas_may_change_it_at_once(engine: Engine) {
    engine.host().await;
    let build = |text: &str| engine.builder().agent(echo().description(text)).build();
    let (one, same, other) = tokio::join!(build("new"), build("new"), build("newer"));
    let (one, same, other) = (one.unwrap(), same.unwrap(), other.unwrap());
    let (version, _) = latest(&one).await;
    assert!(version >= Version::FIRST.next().next(), "both are published");
    assert_eq!(latest(&one).await, latest(&same).await);
    assert_eq!(latest(&one).await, latest(&other).await);
    engine.assert_sound().await;
}

async fn another_accounts_agent_is_not_taken_over(engine: Engine) {
    let first = engine.host().await;
    for agent in [
        echo(),
        echo().description("Says mine"),
        echo().organization("elsewhere"),
    ] {
        let builder = engine.builder().owner("someone".parse().unwrap()).agent(agent);
        let refusal = builder.build().await.unwrap_err();
        let BuildError::Enroll(EnrollError::Catalog { slug, source }) = refusal else {
            panic!("it is refused for another reason: {refusal}");
        };
        assert_eq!(slug, "echo");
        assert!(matches!(source, CatalogError::AlreadyExists(_)), "{source}");
    }
    assert_eq!(latest(&first).await.0, Version::FIRST);
    let refusal = engine
        .builder()
        .agent(panicking("Not A Slug"))
        .build()
        .await
        .unwrap_err();
    assert!(
        matches!(refusal, BuildError::Enroll(EnrollError::Name(_))),
        "{refusal}"
    );
}
