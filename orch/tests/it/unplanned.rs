//! A goal that there is no plan for is so under its key in every process, and leaves sound books.

use orch::{Caller, Goal, PageRequest, RunStatus};

use crate::engine::{Engine, on_every_engine};

async fn a_goal_without_a_plan_is_one_under_its_key(engine: Engine) {
    let caller = Caller::host("acme".parse().unwrap());
    let start = async || {
        let host = engine.host().await;
        let goal = Goal::new("Fly to the moon").unwrap();
        let service = host.orchestrations().clone();
        let started = service.start(&caller, goal, Some("k".to_owned())).await.unwrap();
        let run = service.wait(&caller, started.run).await.unwrap();
        let listed = service.list(&caller, PageRequest::default()).await.unwrap();
        (started, run, listed.total)
    };
    let (first, run, _) = start().await;
    assert_eq!(
        (
            first.is_new,
            run.status(),
            run.failure().unwrap().failure.code.as_str()
        ),
        (true, RunStatus::Failed, "no_plan")
    );
    let (again, same, n_listed) = start().await;
    assert_eq!((again.is_new, same, n_listed), (false, run, 1));
    engine.assert_sound().await;
}

on_every_engine!(a_goal_without_a_plan_is_one_under_its_key);
