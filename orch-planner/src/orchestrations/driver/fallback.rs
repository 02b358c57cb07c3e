//! Looks for another agent that does what one has failed to do.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use orch_a2a::Invocation;
use orch_billing::{BillingError, HoldId};
use orch_core::{
    Agent, AgentId, Amount, Caller, CatalogError, MoneyError, Task,
    catalog::{RankedTask, Resolved},
};
use serde_json::{Map, Value};

use super::{Driver, StepEnd};
use crate::{
    OrchestrationError, ValidPlan,
    orchestration::{Alternative, FallbackPolicy, StepFailure},
    orchestrations::Shared,
};

/// How many agents are looked at for one that does the same task.
const MAX_CANDIDATES: usize = 50;

/// What another agent for a step has to fit.
#[derive(Debug)]
pub(super) struct Search {
    plan: ValidPlan,
    index: usize,
    hold: HoldId,
    policy: FallbackPolicy,
    budget: Option<Amount>,
    /// Who has failed the step before.
    replaced: Vec<AgentId>,
    /// Who works or has worked on the run, and counts.
    agents: HashSet<AgentId>,
    /// What other steps and the output take of the step's result, as JSON Pointers into it.
    wanted: BTreeSet<String>,
}

impl Driver {
    /// What another agent for a step would have to fit; `None` when it may go to none any more.
    pub(super) fn search(&self, index: usize) -> Option<Search> {
        let policy = self.run.fallback()?;
        let replaced = self.run.replaced(index);
        if replaced.len() >= policy.per_step as usize {
            return None;
        }
        Some(Search {
            plan: self.run.plan().clone(),
            index,
            hold: HoldId::from_uuid(self.run.id().uuid()),
            policy: policy.clone(),
            budget: self.run.budget(),
            replaced: replaced.to_vec(),
            agents: self.run.agents(),
            wanted: wanted(self.run.plan(), index),
        })
    }
}

impl Search {
    /// Finds another agent and sets aside what it costs more; the failure stands where there is none.
    pub(super) async fn replace(
        &self,
        shared: &Shared,
        caller: &Caller,
        failed: &Invocation,
        failure: StepFailure,
    ) -> StepEnd {
        let mut patience = shared.patience();
        loop {
            let store_failure = match self.find(shared, caller, failed).await {
                Ok(Some(by)) => return StepEnd::Replaced(failure, Box::new(by)),
                Ok(None) => return StepEnd::Replaceable(failure),
                Err(OrchestrationError::Store(error)) => error,
                Err(error) => return StepEnd::GaveUp(error),
            };
            if let Err(error) = patience.endure(store_failure).await {
                return StepEnd::GaveUp(error.into());
            }
        }
    }

    async fn find(
        &self,
        shared: &Shared,
        caller: &Caller,
        failed: &Invocation,
    ) -> Result<Option<Alternative>, OrchestrationError> {
        let catalog = &shared.catalog;
        let first = match catalog.version(caller, failed.agent, failed.version).await {
            Ok(first) => Some(first),
            Err(CatalogError::Store(error)) => return Err(error.into()),
            // It is gone: what it promised is not known any more.
            Err(_) => None,
        };
        let promised = first.as_ref().and_then(|first| first.version.task(&failed.task));
        // Its name alone may say nothing, as far as a search goes.
        let described = promised.map_or("", |task| &task.description);
        let text = format!("{} {described}", failed.task);
        let promised = promised.map_or(&Value::Null, |task| &task.returns);
        let ranked = catalog.rank(caller, &text, MAX_CANDIDATES).await;
        let ranked = match ranked {
            Ok(ranked) => ranked,
            Err(CatalogError::Store(error)) => return Err(error.into()),
            Err(_) => return Ok(None),
        };
        for RankedTask { agent, task, .. } in ranked {
            let version = agent.latest.clone();
            let Some(task) = version.tasks.get(task).filter(|task| task.name == failed.task) else {
                continue;
            };
            let resolved = Resolved {
                agent: agent.clone(),
                version: version.clone(),
            };
            let fits = self.admits(&agent)
                && self
                    .wanted
                    .iter()
                    .all(|path| answers_alike(promised, &task.returns, path))
                && takes(shared, &resolved, &failed.task, &failed.arguments);
            if !fits {
                continue;
            }
            let Some(price) = version.pricing.ceiling().ok() else {
                continue;
            };
            if let Some(more) = self.afford(shared, failed, &agent, price).await? {
                return Ok(Some(alternative(&resolved, task, price, more)));
            }
        }
        Ok(None)
    }

    /// Whether this agent may do the step, as far as its name goes.
    fn admits(&self, agent: &Agent) -> bool {
        let is_new = agent.id != self.plan.steps()[self.index].agent && !self.replaced.contains(&agent.id);
        let n_agents = self.agents.len() + usize::from(!self.agents.contains(&agent.id));
        let is_one_too_many = self
            .policy
            .max_agents
            .is_some_and(|most| n_agents > most as usize);
        let is_excluded = self.policy.excluded.iter().any(|name| agent.goes_by(name));
        is_new && !is_one_too_many && !is_excluded
    }

    /// Sets aside what the agent costs more than the one before it: all of it, or nothing where that is more than the
    /// budget or the credits allow. How much that is.
    async fn afford(
        &self,
        shared: &Shared,
        failed: &Invocation,
        agent: &Agent,
        price: Amount,
    ) -> Result<Option<Amount>, OrchestrationError> {
        let held = self.plan.price();
        let nothing = Amount::zero(held.currency());
        let before = self.plan.steps()[self.index].price;
        let more = match price.minus(before) {
            _ if price.is_zero() => return Ok(Some(nothing)),
            Ok(more) => more,
            Err(MoneyError::Negative) => return Ok(Some(nothing)),
            // The one before cost nothing, in whatever currency.
            Err(_) if before.is_zero() => price,
            Err(_) => return Ok(None),
        };
        if more.is_zero() {
            return Ok(Some(nothing));
        }
        // A run that costs nothing holds nothing that could be enlarged.
        let enlarged = Some(held).filter(|held| !held.is_zero());
        let enlarged = enlarged.and_then(|held| held.plus(more).ok());
        let is_within = |held: Amount| self.budget.is_none_or(|budget| budget.minus(held).is_ok());
        if !enlarged.is_some_and(is_within) {
            return Ok(None);
        }
        // The same after a crash: the key names the call that failed and who follows.
        let key = format!("{}/{}", failed.id, agent.id);
        match shared.billing.enlarge(self.hold, more, &key).await {
            Ok(_) => Ok(Some(more)),
            Err(BillingError::Store(error)) => Err(error.into()),
            Err(refusal) => {
                tracing::debug!(agent = %agent.slug, error = &refusal as &dyn std::error::Error, "not affordable");
                Ok(None)
            }
        }
    }
}

fn alternative(of: &Resolved, task: &Task, price: Amount, more: Amount) -> Alternative {
    Alternative {
        agent: of.agent.id,
        slug: of.agent.slug.to_string(),
        version: of.version.version,
        price,
        repeatable: task.repeatable,
        timeout: task.timeout.unwrap_or(Agent::DEFAULT_TIMEOUT),
        more,
    }
}

/// Whether the agent's task takes these arguments.
fn takes(shared: &Shared, agent: &Resolved, task: &str, arguments: &Map<String, Value>) -> bool {
    let arguments: BTreeMap<String, Value> = arguments.clone().into_iter().collect();
    let checked = shared.invoker.task(agent, task);
    checked.is_ok_and(|task| task.check(&arguments).is_ok())
}

/// What the plan takes of a step's result.
fn wanted(plan: &ValidPlan, index: usize) -> BTreeSet<String> {
    let id = &plan.steps()[index].id;
    let arguments = plan
        .dependents(index)
        .iter()
        .flat_map(|&after| plan.steps()[after].arguments.values());
    let mut wanted = BTreeSet::new();
    for parameter in arguments.chain(plan.output()) {
        parameter.for_each_pointer(&mut |pointer| {
            if pointer.step == *id {
                wanted.insert(pointer.path.clone());
            }
        });
    }
    wanted
}

/// Whether a schema promises at `path` what another does: the same type, and at least the members that it requires.
/// What the other does not describe is not promised.
fn answers_alike(promised: &Value, offered: &Value, path: &str) -> bool {
    let Some(promised) = within(promised, path) else {
        return true;
    };
    let Some(offered) = within(offered, path) else {
        return false;
    };
    let same_type = promised.get("type").is_none() || promised.get("type") == offered.get("type");
    let required = promised.get("required").and_then(Value::as_array);
    let has = |name: &Value| {
        let name = name
            .as_str()
            .unwrap_or_default()
            .replace('~', "~0")
            .replace('/', "~1");
        answers_alike(promised, offered, &format!("/{name}"))
    };
    same_type && required.is_none_or(|required| required.iter().all(has))
}

/// The part of a schema that describes what `path` points at.
fn within<'s>(schema: &'s Value, path: &str) -> Option<&'s Value> {
    let mut names = path
        .split('/')
        .skip(1)
        .map(|name| name.replace("~1", "/").replace("~0", "~"));
    let described = names.try_fold(schema, |schema, name| {
        let member = schema.get("properties").and_then(|members| members.get(&name));
        member.or_else(|| {
            let is_index = name.bytes().all(|byte| byte.is_ascii_digit());
            schema.get("items").filter(|_| is_index)
        })
    });
    described.filter(|schema| schema.is_object())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_alike_where_it_is_looked_at() {
        let promised = json!({
            "type": "object", "required": ["score"], "properties": {
                "score": { "type": "number" }, "words": { "type": "array", "items": { "type": "string" } },
            },
        });
        let other = json!({
            "type": "object", "properties": { "score": { "type": "number", "maximum": 1 }, "words": { "type": "string" } },
        });
        assert!(answers_alike(&promised, &other, "/score"));
        assert!(answers_alike(&promised, &other, ""), "what is required is there");
        assert!(!answers_alike(&promised, &other, "/words"), "of another type");
        assert!(!answers_alike(&promised, &other, "/words/0"));
        assert!(answers_alike(&promised, &promised, "/words/0"));
        assert!(!answers_alike(&promised, &json!({}), "/score"), "not promised");
        assert!(!answers_alike(&promised, &json!({ "type": "object" }), ""));
        assert!(
            answers_alike(&json!({}), &other, "/anything"),
            "nothing was promised"
        );
        assert!(
            answers_alike(&Value::Null, &json!({}), ""),
            "nobody knows what was promised"
        );
    }
}
