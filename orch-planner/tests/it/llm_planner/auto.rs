//! With the model where it is of use, without it where it is not.

use std::sync::Arc;

use orch_core::{
    Agent,
    agent::{BillingModel, Performance},
    catalog::Observation,
};
use orch_planner::{
    LlmOptions, PlanError, PlannedBy, Planner, RunStatus, TimeBasis, llm::LlmError, testing::Turn,
};
use serde_json::json;

use super::{SAID, Study, budget, goal, one};
use crate::house::{PRICE, caller, seconds};

/// A goal that the words of the catalog suffice for.
const PLAIN: &str = "Do do with echo";

#[tokio::test]
async fn the_model_comes_first() {
    let study = Study::new([one("once/do", &json!({}))]).await;
    let proposal = study.auto().propose(&caller(), &goal(PLAIN)).await.unwrap();
    assert_eq!(proposal.plan.steps[0].agent, "once");
    assert_eq!(proposal.planning.unwrap().by, PlannedBy::Model);
}

/// What the model does, as often as it is asked for.
type Script = fn() -> Vec<Turn>;

#[tokio::test]
async fn where_the_model_is_of_no_use_the_catalog_plans_and_the_run_says_so() {
    let cases: [(Script, &str, i64); 4] = [
        (|| vec![], "model scripted cannot plan: it cannot be reached", 0),
        (
            || vec![Turn::Fail(LlmError::Overloaded { retry_after: None })],
            "model scripted cannot plan: it is overloaded",
            0,
        ),
        (
            || vec![Turn::Fail(LlmError::Unauthorized)],
            "model scripted cannot plan: it refuses the key",
            0,
        ),
        (
            || vec![Turn::say("?"), Turn::say("?"), Turn::say("?")],
            "model scripted made no valid plan in 3 attempts: the answer is no JSON object",
            3 * SAID,
        ),
    ];
    for (script, reason, cost) in cases {
        let study = Study::new(script()).await;
        let service = study.service(Arc::new(study.auto()));
        let run = study.run(&service, goal(PLAIN)).await;
        assert_eq!(run.status(), RunStatus::Completed, "{reason}");
        let planning = run.planning().unwrap();
        assert_eq!(
            (planning.by, planning.fallback.as_deref()),
            (PlannedBy::Catalog, Some(reason))
        );
        assert_eq!(planning.used.cost.minor(), cost);
        assert_eq!(study.house.balance().await.held.minor(), 0);
    }
}

#[tokio::test]
async fn a_model_that_says_that_nothing_fits_is_not_overruled() {
    let refusal = json!({"steps": [], "refusal": {"reason": "nothing_fits", "wish": "it"}});
    let study = Study::new([Turn::say(refusal.to_string())]).await;
    let refused = study.auto().plan(&caller(), &goal(PLAIN)).await.unwrap_err();
    assert!(matches!(refused, PlanError::NothingFits { .. }), "{refused}");
}

#[tokio::test]
async fn what_the_model_cost_in_vain_counts() {
    let script = || vec![Turn::say("?"), Turn::say("?"), Turn::say("?")];
    let enough = goal(PLAIN).with_limits(budget(PRICE + 3 * SAID)).unwrap();
    assert!(
        Study::new(script())
            .await
            .auto()
            .propose(&caller(), &enough)
            .await
            .is_ok()
    );
    let short = goal(PLAIN).with_limits(budget(PRICE + 3 * SAID - 1)).unwrap();
    let refused = Study::new(script())
        .await
        .auto()
        .propose(&caller(), &short)
        .await
        .unwrap_err();
    assert!(matches!(refused, PlanError::Budget { .. }), "{refused}");
}

#[tokio::test]
async fn a_preview_says_who_planned() {
    let study = Study::with([], LlmOptions::default()).await;
    let service = study.service(Arc::new(study.auto()));
    let preview = service.plan(&caller(), &goal(PLAIN)).await.unwrap();
    assert_eq!(preview.planning.unwrap().by, PlannedBy::Catalog);
}

#[tokio::test]
async fn a_preview_says_what_it_would_take_and_how_that_is_known() {
    let answer = json!({"steps": [
        {"id": "a", "task": "echo/do", "arguments": {}},
        {"id": "b", "task": "echo/do", "arguments": {"text": {"$result": "/a"}}},
        {"id": "c", "task": "free/do", "arguments": {}},
    ]});
    let study = Study::new([Turn::say(answer.to_string()), Turn::say(answer.to_string())]).await;
    let service = study.service(Arc::new(study.auto()));
    let estimate = service.plan(&caller(), &goal(PLAIN)).await.unwrap().estimate;
    assert_eq!(estimate.cost.minor(), 2 * PRICE);
    assert_eq!(
        estimate.time,
        Agent::DEFAULT_TIMEOUT * 2,
        "one after the other, and one beside them"
    );
    assert!(
        estimate
            .steps
            .iter()
            .all(|step| step.time_basis == TimeBasis::Timeout)
    );
    assert_eq!(estimate.steps[2].cost_basis, BillingModel::PerRequest);
    let took = Performance {
        requests: 5,
        answered: 4,
        total_time: seconds(6),
    };
    let echo = study.house.catalog.find(&caller(), "echo").await.unwrap().id;
    let observation = Observation {
        agent: echo,
        calls: took,
        seen_at: None,
    };
    study.house.catalog.observe(&[observation]).await.unwrap();
    study.house.clock.advance(seconds(2));
    let estimate = service.plan(&caller(), &goal(PLAIN)).await.unwrap().estimate;
    assert_eq!(estimate.steps[0].time_basis, TimeBasis::History { answered: 4 });
    assert_eq!(
        (estimate.steps[0].time, estimate.time),
        (seconds(6) / 4, Agent::DEFAULT_TIMEOUT)
    );
}
