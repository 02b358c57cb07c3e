//! What a host may do with the types: share them, and await them on any thread.

use std::time::Duration;

use orch::{
    Builder, Caller, Goal, Orchestrator, PageRequest, Plan, RunId, Stores, WorkerError, a2a, billing,
    catalog, planner,
};

fn is_shared<T: Clone + Send + Sync + 'static>() {}

fn is_send<T: Send>(_: &T) {}

#[test]
fn services_are_shared() {
    is_shared::<Orchestrator>();
    is_shared::<Stores>();
    is_shared::<orch::catalog::Catalog>();
    is_shared::<billing::Billing>();
    is_shared::<billing::Metering>();
    is_shared::<a2a::Invoker>();
    is_shared::<planner::Orchestrations>();
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<orch::BuildError>();
    is_error::<WorkerError>();
    is_error::<orch::OrchestrationError>();
}

/// Never called: that it compiles is the test.
#[expect(dead_code, reason = "that it compiles is the test")]
fn every_future_is_send(
    builder: Builder,
    orchestrator: &Orchestrator,
    caller: &Caller,
    goal: &Goal,
    plan: Plan,
    run: RunId,
    mut watch: planner::Watch,
) {
    is_send(&builder.build());
    is_send(&orchestrator.worker());
    is_send(&orchestrator.shutdown(Duration::ZERO));
    is_send(&Stores::connect("sqlite::memory:"));
    let runs = orchestrator.orchestrations();
    is_send(&runs.plan(caller, goal));
    is_send(&runs.start_plan(caller, plan, planner::StartOptions::default()));
    is_send(&runs.find(caller, run));
    is_send(&runs.list(caller, PageRequest::default()));
    is_send(&runs.cancel(caller, run));
    is_send(&runs.watch(caller, run, 1));
    is_send(&runs.wait(caller, run));
    is_send(&watch.next());
    is_send(&runs.start(caller, goal.clone(), None));
    let catalog = orchestrator.catalog();
    is_send(&catalog.find(caller, ""));
    is_send(&catalog.list(
        caller,
        &catalog::AgentFilter::default(),
        catalog::Sort::default(),
        PageRequest::default(),
    ));
    is_send(&catalog.rank(caller, "", 1));
    let currency = orch::Currency::Algo;
    is_send(&orchestrator.billing().balance(caller, currency));
    is_send(
        &orchestrator
            .billing()
            .grant(caller.account(), orch::Amount::zero(currency), ""),
    );
    is_send(&orchestrator.metering().list(
        caller,
        billing::Period::month_of(orch::Timestamp::from_millis(0)),
        PageRequest::default(),
    ));
}

/// Never called, either.
#[expect(dead_code, reason = "that it compiles is the test")]
fn looking_after_agents_is_send(health: &a2a::Health) {
    is_send(&health.run_due());
    is_send(&health.flush());
}
