//! A run as the market surface answers it: the object of `POST /orchestrate`.

use orch::{
    Amount, Orchestration, RunId, RunStatus,
    planner::{PlannedBy, PlannedStep, StepState, orchestration::Success},
};
use serde_json::{Map, Value, json};

use super::{CliError, home::Home, text};

/// The version that the market surface reports of itself.
const ORCHESTRATOR_VERSION: &str = "1.2.0";

/// The whole answer, every step with its parameters and its result.
pub(super) async fn answer(home: &Home, run: &Orchestration) -> Result<Value, CliError> {
    let mut steps = Vec::new();
    for succeeded in succeeded(run) {
        let (agent, version) = (succeeded.1.agent, succeeded.1.version);
        let resolved = home
            .orchestrator
            .catalog()
            .version(&home.caller, agent, version)
            .await?;
        steps.push(step(succeeded, &resolved.version.title));
    }
    let status = match run.status() {
        RunStatus::Completed => "completed",
        RunStatus::Failed | RunStatus::Cancelled => "failed",
        _ => "processing",
    };
    let mut answer = json!({
        "request_id": request_id(run.id()),
        "status": status,
        "goal": run.goal(),
        "final_output": run.output().map(text::plain),
        "execution_time": seconds(run),
        "total_cost": decimal(total(run)),
        "agents_used": agents(run).len(),
        "steps_executed": steps,
        "metadata": {
            "timestamp": text::rfc_3339(run.ended_at().unwrap_or(run.created_at())),
            "orchestrator_version": ORCHESTRATOR_VERSION,
        },
    });
    if let (Some(planning), Some(metadata)) = (run.planning(), answer["metadata"].as_object_mut()) {
        let planner = match planning.by {
            PlannedBy::Model => format!("model:{}", planning.used.model),
            PlannedBy::Catalog => "catalog".to_owned(),
        };
        metadata.insert("planner".into(), planner.into());
        metadata.extend(
            planning
                .fallback
                .clone()
                .map(|reason| ("fallback".to_owned(), reason.into())),
        );
        if let Some(Err(skipped)) = run.synthesis() {
            metadata.insert("without_synthesis".into(), skipped.reason.clone().into());
        }
    }
    if let (Some(failure), Some(members)) = (run.failure(), answer.as_object_mut()) {
        members.insert(
            "error".into(),
            json!({"code": failure.failure.code, "message": failure.failure.reason}),
        );
    }
    Ok(answer)
}

/// What it cost in the currency of its steps, the model's part included.
fn total(run: &Orchestration) -> Amount {
    let costs = run.costs();
    let own = costs
        .iter()
        .find(|cost| cost.currency() == run.spent().currency());
    own.copied().unwrap_or(run.spent())
}

/// The agents whose answers were paid, each once, in the order of the steps.
pub(super) fn agents(run: &Orchestration) -> Vec<String> {
    let mut agents: Vec<String> = Vec::new();
    for (_, planned, ..) in succeeded(run) {
        if !agents.iter().any(|agent| **agent == *planned.slug) {
            agents.push(planned.slug.to_string());
        }
    }
    agents
}

/// How long it took from its plan to its end, in seconds.
pub(super) fn seconds(run: &Orchestration) -> f64 {
    run.ended_at()
        .map_or(0.0, |ended_at| ended_at.since(run.created_at()).as_secs_f64())
}

type Succeeded<'r> = (usize, &'r PlannedStep, Map<String, Value>, &'r Success);

fn succeeded(run: &Orchestration) -> impl Iterator<Item = Succeeded<'_>> {
    run.plan()
        .steps()
        .iter()
        .zip(run.steps())
        .enumerate()
        .filter_map(move |(at, (planned, state))| match state {
            StepState::Succeeded(success) => {
                Some((at, planned, run.arguments(at).unwrap_or_default(), success))
            }
            _ => None,
        })
}

fn step((at, planned, parameters, success): Succeeded<'_>, title: &str) -> Value {
    json!({
        "step": at + 1,
        "agent_id": &*planned.slug,
        "agent_name": title,
        "task": planned.task,
        "parameters": parameters,
        "result": *success.result,
        "execution_time": success.took.as_secs_f64(),
        "cost": decimal(success.cost),
    })
}

/// The amount as a JSON number, exact to the last of its decimals.
fn decimal(amount: Amount) -> Value {
    let text = amount.to_string();
    let number = text.split(' ').next().unwrap_or_default();
    number.parse().map_or(Value::Null, Value::Number)
}

/// The run's id in the form of the market surface: `req_` and 12 of `0-9a-z`.
fn request_id(run: RunId) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut rest = run.uuid().as_u128();
    let mut id = String::from("req_");
    for _ in 0..12 {
        id.push(char::from(DIGITS[usize::try_from(rest % 36).unwrap_or(0)]));
        rest /= 36;
    }
    id
}
