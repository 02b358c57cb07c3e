//! Asking a model is held, paid and metered, and never above the budget.

use std::sync::Arc;

use orch_billing::{Period, UsageOutcome};
use orch_core::{Caller, Currency, PageRequest};
use orch_planner::{
    Goal, LlmOptions, LlmPlanner, OrchestrationError, Plan, PlanError, Planner, RunStatus, Started,
    llm::LlmError, testing::Turn,
};
use serde_json::json;

use super::{READ, SAID, Study, WRITTEN, budget, goal, one};
use crate::house::{CREDITS, PRICE, caller, seconds};

#[tokio::test]
async fn each_time_it_is_asked_is_paid_and_metered() {
    let study = Study::new([Turn::say("no"), one("echo/do", &json!({}))]).await;
    let proposal = study.planner.propose(&caller(), &goal("Echo")).await.unwrap();
    let used = proposal.planning.unwrap().used;
    assert_eq!((used.calls, used.tokens.input, used.tokens.output), (2, 200, 20));
    assert_eq!(used.cost.minor(), 2 * SAID);
    let balance = study.house.balance().await;
    assert_eq!(
        (balance.available.minor(), balance.held.minor()),
        (CREDITS - 2 * SAID, 0)
    );
    assert_eq!(
        study.house.billing.fees(Currency::Algo).await.unwrap().minor(),
        2 * SAID
    );
    let usage = study.usage().await;
    assert_eq!(usage.len(), 2);
    assert!(
        usage
            .iter()
            .all(|record| record.agent_slug == "model:scripted" && record.task == "plan")
    );
    assert!(
        usage
            .iter()
            .all(|record| record.units == 110 && record.outcome == UsageOutcome::Answered)
    );
}

#[tokio::test]
async fn what_it_did_not_answer_is_metered_and_not_paid() {
    let usage = Some(orch_planner::TokenUsage {
        input: 100,
        output: 4096,
    });
    let study = Study::new([Turn::Fail(LlmError::Truncated { usage })]).await;
    assert!(study.plan(&goal("Echo")).await.is_err());
    study.house.assert_paid(0).await;
    let usage = study.usage().await;
    assert_eq!(
        (usage[0].units, usage[0].outcome, usage[0].cost.minor()),
        (4196, UsageOutcome::Failed, 0)
    );
}

#[tokio::test]
async fn tokens_that_were_not_counted_are_estimated() {
    let answer = json!({"steps": [{"id": "a", "task": "echo/do", "arguments": {}}]}).to_string();
    let study = Study::new([Turn::Say(answer.clone(), None)]).await;
    let proposal = study.planner.propose(&caller(), &goal("Echo")).await.unwrap();
    let tokens = proposal.planning.unwrap().used.tokens;
    assert_eq!(tokens.output, answer.len().div_ceil(4) as u64);
    assert_eq!(
        tokens.input,
        study.model.asked()[0].max_input_tokens().div_ceil(4)
    );
}

#[tokio::test]
async fn a_provider_that_claims_too_much_is_paid_what_was_set_aside() {
    let answer = json!({"steps": [{"id": "a", "task": "free/do", "arguments": {}}]}).to_string();
    let claims = orch_planner::TokenUsage {
        input: u64::MAX,
        output: u64::MAX,
    };
    let study = Study::new([Turn::Say(answer, Some(claims))]).await;
    let goal = goal("Do it for free").with_limits(budget(60_000)).unwrap();
    let proposal = study.planner.propose(&caller(), &goal).await.unwrap();
    assert!(proposal.cost().unwrap().minor() <= 60_000);
}

#[tokio::test]
async fn a_small_budget_makes_short_answers_and_none_at_all_asks_nothing() {
    let study = Study::new([one("free/do", &json!({})), one("free/do", &json!({}))]).await;
    let plenty = goal("Do").with_limits(budget(10 * PRICE)).unwrap();
    study.plan(&plenty).await.unwrap();
    let asked = study.model.asked();
    assert_eq!(
        asked[0].max_output_tokens,
        LlmOptions::default().max_output_tokens
    );
    // What costs more than the budget is not shown, so that the question is shorter as well.
    let tight = goal("Do").with_limits(budget(10_000)).unwrap();
    study.plan(&tight).await.unwrap();
    let asked = &study.model.asked()[1];
    assert!(
        (256..1_000).contains(&asked.max_output_tokens),
        "{}",
        asked.max_output_tokens
    );
    let ceiling = READ * i64::try_from(asked.max_input_tokens()).unwrap()
        + WRITTEN * i64::from(asked.max_output_tokens);
    assert!((9_990..=10_000).contains(&ceiling), "{ceiling}");
    let none = goal("Do").with_limits(budget(2_000)).unwrap();
    let refused = study.plan(&none).await.unwrap_err();
    assert!(matches!(refused, PlanError::ModelTooDear { .. }), "{refused}");
    assert_eq!(study.model.asked().len(), 2);
}

#[tokio::test]
async fn what_planning_costs_counts_against_the_budget() {
    let study = Study::new([0; 3].map(|_| one("echo/do", &json!({})))).await;
    let planner = std::sync::Arc::new(study.planner.clone());
    let service = study.service(planner);
    // Without the model, the price of the step fits.
    let tight = goal("Echo").with_limits(budget(PRICE + SAID - 1)).unwrap();
    let refused = service
        .start(&caller(), tight, None)
        .await
        .unwrap_err()
        .to_string();
    let left = crate::house::algo(PRICE - 1 - 2 * SAID);
    let reason = format!("the plan can cost 1 ALGO, its budget is {left}");
    assert!(refused.ends_with(&reason), "{refused}");
    assert_eq!(study.house.balance().await.held.minor(), 0);
}

#[tokio::test]
async fn what_a_crash_left_held_is_swept() {
    let study = Study::new([Turn::Hang]).await;
    let (caller, goal) = (caller(), goal("Echo"));
    {
        let planning = study.planner.plan(&caller, &goal);
        let crash = crate::house::settle();
        futures_util::future::select(planning, Box::pin(crash)).await;
    }
    assert!(study.house.balance().await.held.minor() > 0);
    study.house.clock.advance(seconds(121));
    study.house.billing.sweep(&study.house.service, 10).await.unwrap();
    study.house.assert_paid(0).await;
}

impl Study {
    /// What was metered, the latest first.
    async fn usage(&self) -> Vec<orch_billing::UsageRecord> {
        let page = PageRequest::new(100, 0);
        self.house
            .metering
            .list(&caller(), Period::ALWAYS, page)
            .await
            .unwrap()
            .items
    }
}

#[tokio::test]
async fn the_same_goal_is_not_planned_twice() {
    let study = Study::new(["no", "no", "no"].map(Turn::say)).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let key = || Some("k".to_owned());
    let first = service.start(&caller(), goal("Echo"), key()).await.unwrap();
    let run = service.wait(&caller(), first.run).await.unwrap();
    assert_eq!((run.status(), run.plan().steps()), (RunStatus::Failed, &[][..]));
    let failure = &run.failure().unwrap().failure;
    assert_eq!(failure.code, "no_plan");
    assert!(
        failure
            .reason
            .starts_with("model scripted made no valid plan in 3 attempts"),
        "{}",
        failure.reason
    );
    let again = service.start(&caller(), goal("Echo"), key()).await.unwrap();
    assert_eq!(
        (first.is_new, again),
        (
            true,
            Started {
                run: first.run,
                is_new: false
            }
        )
    );
    assert_eq!(study.model.asked().len(), 3, "it is not asked again");
    assert_eq!(study.house.balance().await.available.minor(), CREDITS - 3 * SAID);
    let other = service.start(&caller(), goal("Echo twice"), key()).await;
    assert!(
        matches!(other, Err(OrchestrationError::Conflict { .. })),
        "{other:?}"
    );
}

/// Thinks for a moment before it asks the planner.
#[derive(Debug)]
struct Slow(LlmPlanner);

#[async_trait::async_trait]
impl Planner for Slow {
    async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        tokio::task::yield_now().await;
        self.0.plan(caller, goal).await
    }
}

#[tokio::test]
async fn of_starts_at_once_under_one_key_one_is_planned() {
    let study = Study::new([one("echo/do", &json!({})), one("echo/do", &json!({}))]).await;
    let service = study.service(Arc::new(Slow(study.planner.clone())));
    let caller = caller();
    let start = |text, key: &str| service.start(&caller, goal(text), Some(key.to_owned()));
    let (first, same, unlike, other) = tokio::join!(
        start("Echo", "k"),
        start("Echo", "k"),
        start("Echo twice", "k"),
        start("Echo", "other"),
    );
    let (first, same) = (first.unwrap(), same.unwrap());
    assert_eq!((first.is_new, same.is_new, first.run), (true, false, same.run));
    assert!(
        matches!(unlike, Err(OrchestrationError::Conflict { .. })),
        "{unlike:?}"
    );
    assert!(other.unwrap().is_new);
    assert_eq!(study.model.asked().len(), 2);
}

#[tokio::test]
async fn without_a_key_a_refused_goal_leaves_nothing() {
    let study = Study::new(["no", "no", "no"].map(Turn::say)).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let refused = service.start(&caller(), goal("Echo"), None).await;
    assert!(
        matches!(
            refused,
            Err(OrchestrationError::Planner(PlanError::Unusable { .. }))
        ),
        "{refused:?}"
    );
    let runs = service.list(&caller(), PageRequest::default()).await.unwrap();
    assert_eq!(runs.total, 0);
}

/// A goal that is refused while the model is away is planned once it is back.
async fn assert_planned_later(planner: impl Fn(&Study) -> Arc<dyn Planner>, text: &str) {
    let study = Study::new([
        Turn::Fail(LlmError::Unreachable("no".into())),
        one("echo/do", &json!({})),
    ])
    .await;
    let service = study.service(planner(&study));
    let start = async || {
        let key = Some("k".to_owned());
        service.start(&caller(), goal(text), key).await
    };
    let away = start().await;
    assert!(
        matches!(away, Err(OrchestrationError::Planner(PlanError::Model { .. }))),
        "{away:?}"
    );
    assert!(start().await.unwrap().is_new);
}

#[tokio::test]
async fn what_time_mends_is_planned_again_under_its_key() {
    assert_planned_later(|study| Arc::new(study.planner.clone()), "Echo").await;
}

#[tokio::test]
async fn what_stands_in_for_a_model_that_is_away_says_nothing_for_ever() {
    assert_planned_later(|study| Arc::new(study.auto()), "Fly to the moon").await;
}
