//! What the model answered, read as if it were hostile.

use serde_json::{Map, Value, json};

use super::{schema::MAX_STEPS, shortlist::Shortlist};
use crate::{
    goal::Goal,
    llm::Completion,
    plan::{MAX_PLAN_BYTES, Plan},
    planner::PlanError,
    prompt::cut,
};

/// What an argument says that stands for the whole context.
const CONTEXT: &str = "$context";
/// The longest wish that a refusal repeats, in characters.
const MAX_WISH: usize = 200;

/// What the model answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// A plan over tasks of the shortlist. Nothing else of it is checked yet.
    Plan(Plan),
    /// That there is none.
    Refusal(PlanError),
}

impl Answer {
    /// Reads an answer; the error is for the model to read.
    pub(super) fn read(completion: &Completion, goal: &Goal, shortlist: &Shortlist) -> Result<Self, String> {
        if completion.text.len() > MAX_PLAN_BYTES {
            return Err(format!("the answer has more than {MAX_PLAN_BYTES} bytes"));
        }
        let Some(Value::Object(mut answer)) = completion.json() else {
            return Err("the answer is no JSON object".to_owned());
        };
        let steps = match answer.remove("steps") {
            Some(Value::Array(steps)) => steps,
            None => Vec::new(),
            Some(_) => return Err("steps is no array".to_owned()),
        };
        if steps.is_empty() {
            return refusal(answer.get("refusal"), goal, shortlist).map(Self::Refusal);
        }
        if steps.len() > MAX_STEPS {
            return Err(format!("steps has {} steps, more than {MAX_STEPS}", steps.len()));
        }
        let steps = steps.into_iter().enumerate();
        let steps = steps.map(|(index, step)| rewrite(index, step, goal, shortlist));
        let steps: Vec<Value> = steps.collect::<Result<_, _>>()?;
        let plan = Plan::from_value(json!({"steps": steps}));
        plan.map(Self::Plan).map_err(|error| error.to_string())
    }
}

/// A step in the form of a plan's file. Its agent comes from the shortlist, never from the model.
fn rewrite(index: usize, step: Value, goal: &Goal, shortlist: &Shortlist) -> Result<Value, String> {
    let Value::Object(mut step) = step else {
        return Err(format!("steps[{index}] is no object"));
    };
    let name = step.remove("task");
    let candidate = name
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|name| shortlist.find(name));
    let candidate = candidate.ok_or_else(|| format!("steps[{index}].task is none of the given tasks"))?;
    let mut rewritten = Map::new();
    rewritten.insert("agent".into(), candidate.agent().slug.to_string().into());
    rewritten.insert("task".into(), candidate.task().name.clone().into());
    for (member, value) in step {
        let value = match member.as_str() {
            "id" => value,
            "after" if value.is_null() => continue,
            "after" => value,
            "arguments" => with_context(value, goal.context.as_deref())
                .map_err(|()| format!("steps[{index}].arguments takes the context, and there is none"))?,
            _ => return Err(format!("steps[{index}].{} is not known", cut(&member, 40))),
        };
        rewritten.insert(member, value);
    }
    Ok(Value::Object(rewritten))
}

/// The value with the goal's context in place of each mark for it.
fn with_context(value: Value, context: Option<&str>) -> Result<Value, ()> {
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key(CONTEXT) => {
            context.map(Value::from).ok_or(())
        }
        Value::Object(members) => {
            let members = members.into_iter();
            let members = members.map(|(name, member)| Ok((name, with_context(member, context)?)));
            members.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        Value::Array(items) => items
            .into_iter()
            .map(|item| with_context(item, context))
            .collect(),
        other => Ok(other),
    }
}

/// Why the model sees no plan. It may name no task but a given one, and no argument but one that this task takes.
fn refusal(refusal: Option<&Value>, goal: &Goal, shortlist: &Shortlist) -> Result<PlanError, String> {
    let text = |name: &str| {
        refusal
            .and_then(|refusal| refusal.get(name))
            .and_then(Value::as_str)
    };
    match text("reason") {
        Some("nothing_fits") => {
            let wish = text("wish")
                .filter(|wish| !wish.trim().is_empty())
                .unwrap_or(&goal.text);
            Ok(PlanError::NothingFits {
                wish: cut(wish, MAX_WISH).to_owned(),
            })
        }
        Some("missing_argument") => {
            let candidate = text("task").and_then(|name| shortlist.find(name));
            let candidate = candidate.ok_or("refusal.task is none of the given tasks")?;
            let properties = candidate.task().parameters.get("properties");
            let argument =
                text("argument").filter(|name| properties.is_some_and(|known| known.get(name).is_some()));
            let argument = argument.ok_or("refusal.argument is none of the task's parameters")?;
            Ok(PlanError::MissingArgument {
                task: candidate.name(),
                argument: argument.to_owned(),
            })
        }
        _ => Err("there are no steps, and no refusal that says why".to_owned()),
    }
}
