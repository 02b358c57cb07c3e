use std::{sync::Arc, time::Duration};

use orch_approvals::{
    ApprovalError, Approvals, Ballot, Filter, InMemoryApprovals, OnExpiry, Party, Policy, Status,
};
use orch_core::{Amount, ApprovalId, Caller, Clock, OsEntropy};
use serde_json::json;

use crate::{
    ApprovalGate, ApprovalRule, Invocation, InvokeError, Outcome,
    invoker::tests::house::{CREDITS, House, PRICE, TIME, algo},
};

fn boss() -> Caller {
    Caller::host("boss".parse().unwrap())
}

fn by_boss() -> Policy {
    Policy {
        timeout: TIME,
        ..Policy::one_of([Party::of(&boss())])
    }
}

/// A house whose gate has these rules.
async fn house(rules: impl Into<Arc<[ApprovalRule]>>) -> (House, Approvals) {
    let mut house = House::new().await;
    let approvals = Approvals::new(
        Arc::new(InMemoryApprovals::default()),
        house.clock.clone(),
        Arc::new(OsEntropy),
        Default::default(),
    );
    let gate = ApprovalGate::new(approvals.clone(), house.catalog.clone(), rules).unwrap();
    house.replace_gate(Arc::new(gate));
    (house, approvals)
}

async fn waiting(house: &House, invocation: &Invocation) -> ApprovalId {
    match house.invoke(invocation).await.unwrap() {
        Outcome::Waiting(approval) => approval,
        other => panic!("{other:?}"),
    }
}

async fn denied(house: &House, invocation: &Invocation) -> String {
    match house.invoke(invocation).await {
        Err(InvokeError::Denied { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_asks_once_and_goes_through_once() {
    let (house, approvals) = house([ApprovalRule::agent("writer", by_boss())]).await;
    let invocation = house.invocation();
    let approval = waiting(&house, &invocation).await;
    assert_eq!(waiting(&house, &invocation).await, approval, "it asks once");
    let asked = approvals
        .list(&boss(), Filter::default(), 10, None)
        .await
        .unwrap()
        .approvals;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].owner.clone(), asked[0].question.cost),
        (house.caller.account().clone(), Some(algo(PRICE)))
    );
    let details = asked[0].question.details.value().unwrap();
    assert_eq!(
        (&details["task"], &details["arguments"]),
        (&json!("write"), &json!({ "text": "a" }))
    );
    assert_eq!(
        house.credits().await,
        (CREDITS - PRICE, PRICE),
        "its price stays held"
    );
    assert!(house.transport.calls().is_empty());

    approvals
        .decide(&boss(), &approval, Ballot::approve(Party::of(&boss())))
        .await
        .unwrap();
    assert!(matches!(
        house.invoke(&invocation).await.unwrap(),
        Outcome::Answered(_)
    ));
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
    let used = approvals.find(&boss(), &approval).await.unwrap().used.unwrap();
    assert_eq!(used.by, invocation.id.to_string());
    // Another call asks anew, whatever was approved before.
    assert_ne!(waiting(&house, &house.invocation()).await, approval);
}

#[tokio::test]
async fn what_was_approved_is_this_call_and_no_other() {
    let (house, approvals) = house([ApprovalRule::all(by_boss())]).await;
    let invocation = house.invocation();
    let approval = waiting(&house, &invocation).await;
    approvals
        .decide(&boss(), &approval, Ballot::approve(Party::of(&boss())))
        .await
        .unwrap();
    let other = Invocation {
        arguments: json!({ "text": "b" }).as_object().unwrap().clone(),
        ..invocation.clone()
    };
    assert_eq!(
        denied(&house, &other).await,
        format!("approval {approval} is for another call")
    );
    assert!(house.transport.calls().is_empty());
    assert_eq!(house.credits().await, (CREDITS, 0), "its price goes back");
    assert_eq!(approvals.find(&boss(), &approval).await.unwrap().used, None);
}

#[tokio::test]
async fn a_rejected_or_unanswered_call_is_denied_and_its_price_goes_back() {
    let (house, approvals) = house([ApprovalRule::all(by_boss())]).await;
    let invocation = house.invocation();
    let approval = waiting(&house, &invocation).await;
    let ballot = Ballot {
        comments: Some("too dear".into()),
        ..Ballot::reject(Party::of(&boss()))
    };
    approvals.decide(&boss(), &approval, ballot).await.unwrap();
    assert_eq!(
        denied(&house, &invocation).await,
        format!("approval {approval} is rejected: too dear")
    );
    assert_eq!(house.credits().await, (CREDITS, 0));

    let mut invocation = house.invocation();
    let approval = waiting(&house, &invocation).await;
    house.clock.advance(TIME);
    invocation.deadline = house.clock.now() + TIME;
    assert_eq!(
        denied(&house, &invocation).await,
        format!("nobody decided approval {approval} in time")
    );
    assert_eq!(house.credits().await, (CREDITS, 0));
    assert!(house.transport.calls().is_empty());
}

#[tokio::test]
async fn silence_lets_through_where_the_policy_says_so() {
    let silent = Policy {
        on_expiry: OnExpiry::Approve,
        ..by_boss()
    };
    let (house, approvals) = house([ApprovalRule::all(silent)]).await;
    let mut invocation = house.invocation();
    let approval = waiting(&house, &invocation).await;
    house.clock.advance(TIME);
    invocation.deadline = house.clock.now() + TIME;
    assert!(matches!(
        house.invoke(&invocation).await.unwrap(),
        Outcome::Answered(_)
    ));
    let approval = approvals.find(&boss(), &approval).await.unwrap();
    assert_eq!(
        (approval.status(house.clock.now()), approval.verdict()),
        (Status::Approved, None)
    );
}

#[tokio::test]
async fn only_what_a_rule_is_about_waits_and_the_first_rule_counts() {
    let dear = |above: Amount| ApprovalRule {
        above: Some(above),
        ..ApprovalRule::all(by_boss())
    };
    let elsewhere = [
        ApprovalRule::agent("reader", by_boss()),
        ApprovalRule::task("writer", "erase", by_boss()),
        dear(algo(PRICE)),
        dear("0.000001 USD".parse().unwrap()),
    ];
    let (house_of_others, approvals) = house(elsewhere).await;
    let outcome = house_of_others
        .invoke(&house_of_others.invocation())
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::Answered(_)));
    assert!(
        approvals
            .list(&boss(), Filter::default(), 1, None)
            .await
            .unwrap()
            .approvals
            .is_empty()
    );

    let quick = Policy {
        timeout: Duration::from_secs(1),
        ..by_boss()
    };
    let (house, approvals) = house([
        dear(algo(PRICE - 1)),
        ApprovalRule::task("writer", "write", quick),
    ])
    .await;
    let approval = waiting(&house, &house.invocation()).await;
    assert_eq!(
        approvals.find(&boss(), &approval).await.unwrap().policy.timeout,
        TIME
    );
}

#[tokio::test]
async fn who_asks_does_not_decide() {
    let (house, approvals) = house([ApprovalRule::all(by_boss())]).await;
    let approval = waiting(&house, &house.invocation()).await;
    let own = Ballot::approve(Party::of(&house.caller));
    let refused = approvals.decide(&house.caller, &approval, own).await;
    assert!(matches!(refused, Err(ApprovalError::Forbidden { .. })));
    // Where nobody else could, it is said at once.
    let alone = Policy::one_of([Party::of(&house.caller)]);
    let (house, _) = self::house([ApprovalRule::all(alone)]).await;
    assert_eq!(
        denied(&house, &house.invocation()).await,
        "nobody but who asks could approve it"
    );
    assert_eq!(house.credits().await, (CREDITS, 0));
}

#[tokio::test]
async fn a_rule_that_cannot_be_meant_makes_no_gate() {
    let (house, approvals) = house([]).await;
    let nobody = ApprovalRule::all(Policy::one_of([]));
    assert!(ApprovalGate::new(approvals, house.catalog.clone(), [nobody]).is_err());
}
