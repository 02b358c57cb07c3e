//! Plans of 1,000 steps: validated and priced against a catalog whose agents are at hand, then scheduled to their end by
//! the fold that drives every run. Beside a walk over the same graph that does nothing else.

use std::{
    collections::BTreeSet,
    hint::black_box,
    time::{Duration, Instant},
};

use orch::{
    AgentFunction, Amount, Caller, Clock, Currency, Orchestration, OrchestrationEvent, Orchestrator, Plan,
    RunId, RunStatus, SeededEntropy, Stores, SystemClock, Timestamp,
    agent::Pricing,
    planner::{
        Parameter, Step, StepId, ValidPlan,
        orchestration::{Completed, Planned, StepStarted, StepSucceeded},
    },
    schemars,
};
use orch_benches::{Latencies, Outcome, Table};
use orch_core::{Entropy, InvocationId};
use serde_json::json;

const STEPS: usize = 1_000;
const ROUNDS: usize = 100;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Input {
    /// Numbers from other steps.
    #[expect(dead_code, reason = "only its schema matters")]
    #[serde(default)]
    of: Vec<u64>,
    /// A text.
    #[expect(dead_code, reason = "only its schema matters")]
    text: String,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    n: u64,
}

/// Steps that need the results of those whose indexes `before` says.
fn plan(before: impl Fn(usize) -> Vec<usize>) -> Outcome<Plan> {
    let mut steps = Vec::with_capacity(STEPS);
    let ids: Vec<StepId> = (0..STEPS)
        .map(|index| format!("step_{index}").parse())
        .collect::<Result<_, _>>()?;
    for (index, id) in ids.iter().enumerate() {
        let of = before(index)
            .into_iter()
            .map(|index| Parameter::result(ids[index].clone(), "/n"));
        let step = Step::new(id.clone(), format!("counter{}", index % 10), "count")
            .argument("of", Parameter::list(of.collect()))
            .argument("text", Parameter::literal("a step of a plan"));
        steps.push(step);
    }
    Ok(Plan {
        steps,
        output: Some(Parameter::result(ids[STEPS - 1].clone(), "/n")),
    })
}

/// A number from 0 to below `end`.
fn random(end: usize, entropy: &SeededEntropy) -> usize {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or_default() % end.max(1)
}

/// Starts what is ready and lets it succeed, until the run has ended.
fn schedule(plan: ValidPlan, id: RunId, invocation: InvocationId, at: Timestamp) -> Outcome<Orchestration> {
    let result = std::sync::Arc::new(json!({"n": 1}));
    let planned = Planned {
        account: "demo".parse()?,
        goal: None,
        budget: None,
        timeout: Duration::from_secs(60),
        plan,
        planning: None,
        synthesis: None,
        fallback: None,
        replan: None,
        is_one_call: false,
    };
    let mut run = Orchestration::begin(id, planned, at);
    loop {
        let ready: Vec<usize> = run.ready().take(64).collect();
        if ready.is_empty() {
            break;
        }
        for &index in &ready {
            let step = run.plan().steps()[index].id.clone();
            run.apply(
                OrchestrationEvent::StepStarted(StepStarted {
                    step,
                    invocation,
                    attempt: 1,
                }),
                at,
            )?;
        }
        for index in ready {
            let step = &run.plan().steps()[index];
            let succeeded = StepSucceeded {
                step: step.id.clone(),
                invocation,
                result: result.clone(),
                units: 1,
                cost: step.price,
                took: Duration::ZERO,
            };
            run.apply(OrchestrationEvent::StepSucceeded(succeeded), at)?;
        }
    }
    run.apply(OrchestrationEvent::Completed(Completed { output: json!(1) }), at)?;
    Ok(run)
}

/// The least that scheduling is: counting down who still waits for whom.
fn walk(plan: &ValidPlan) -> usize {
    let steps = plan.steps();
    let mut missing: Vec<usize> = steps.iter().map(|step| step.before.len()).collect();
    let mut ready: BTreeSet<usize> = (0..steps.len()).filter(|&index| missing[index] == 0).collect();
    let mut n_done = 0;
    while let Some(index) = ready.pop_first() {
        n_done += 1;
        for &dependent in plan.dependents(index) {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                ready.insert(dependent);
            }
        }
    }
    n_done
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut builder = Orchestrator::builder(Stores::in_memory());
    for number in 0..10 {
        let count = |_: Input| async { Ok::<_, String>(Output { n: 1 }) };
        let agent = orch::Agent::function::<Input, Output>(&format!("counter{number}"), "count", count);
        builder = builder.agent(
            agent
                .price(Pricing::per_request(Amount::new(1_000, Currency::Algo)?))
                .cooperative(),
        );
    }
    let orchestrator = builder.build().await?;
    let (catalog, invoker) = (orchestrator.catalog(), orchestrator.invoker());
    let caller = Caller::host("demo".parse()?);
    let (entropy, now) = (SeededEntropy::default(), SystemClock.now());
    let (run, invocation) = (
        RunId::generate(now, &entropy),
        InvocationId::generate(now, &entropy),
    );

    let shapes = [
        ("chain", plan(|index| index.checked_sub(1).into_iter().collect())?),
        (
            "wide: one, 998 beside each other, one",
            plan(|index| match index {
                0 => vec![],
                index if index == STEPS - 1 => (1..index).collect(),
                _ => vec![0],
            })?,
        ),
        (
            "random, 0 to 4 before each",
            plan(|index| {
                let n_before = random(5, &entropy).min(index);
                (0..n_before).map(|_| random(index, &entropy)).collect()
            })?,
        ),
    ];
    let mut table = Table::new([
        "1,000 steps",
        "validate and price, p50 / p99",
        "schedule, p50 / p99",
        "together, p50 / p99",
        "bare walk, p50 / p99",
    ]);
    for (shape, plan) in shapes {
        let mut took = [const { Vec::new() }; 4];
        for round in 0..=ROUNDS {
            let plan = plan.clone();
            let started_at = Instant::now();
            let valid = plan.validate(catalog, invoker, &caller).await?;
            let validated = started_at.elapsed();
            let kept = valid.clone();
            let ended = schedule(valid, run, invocation, now)?;
            let together = started_at.elapsed();
            if ended.status() != RunStatus::Completed {
                return Err(format!("the run is {}", ended.status()).into());
            }
            drop(ended);
            let started_at = Instant::now();
            black_box(walk(&kept));
            let walked = started_at.elapsed();
            // The first round warms up.
            if round > 0 {
                for (took, one) in took
                    .iter_mut()
                    .zip([validated, together - validated, together, walked])
                {
                    took.push(one);
                }
            }
        }
        let [validate, schedule, together, walk] = took.map(|took| Latencies::from_iter(took).to_string());
        table.row([shape.to_owned(), validate, schedule, together, walk]);
    }
    println!("{table}");
    Ok(())
}
