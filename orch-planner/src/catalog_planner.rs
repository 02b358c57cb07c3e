//! A planner that needs no model: it reads the goal's words and the catalog's descriptions and schemas.
//!
//! A goal is cut into clauses, and each clause that some task does becomes a wish. A wish takes the task that says most
//! of what the clause says; its arguments come from the values that the goal spells out, from the answers of other
//! steps, or from the goal's context, and never from nowhere. What a task works on and the goal does not spell out is
//! taken from a step that the clause refers to, else from the nearest that yields such a thing; where there is none, a
//! task that makes it of what the goal does spell out is put before. Steps wait for each other only where one takes
//! another's answer.
//!
//! Where only agents that do not answer now could do it, the refusal says so.
//!
//! The same goal over the same catalog always has the same plan.

mod clause;
mod compose;
mod draft;
mod few;
mod fill;
mod gather;
mod limits;
mod literal;
mod number;
mod offer;
mod parameter;
mod profile;
mod reading;
mod shape;
mod source;
mod stem;
mod term;
mod thesaurus;
mod token;
mod toolbox;
mod wish;
mod wishes;
mod word;

pub use toolbox::{Call, Tool, Toolbox, ToolboxError};

use std::sync::Arc;

use async_trait::async_trait;
use orch_core::{Caller, agent::Status, catalog::Catalog};

use crate::{
    goal::Goal,
    plan::Plan,
    planner::{PlanError, Planner},
};
use gather::Gathered;
use offer::Pool;
use profile::Profiles;
use token::Token;

/// Plans over the tasks that the caller's catalog describes.
#[derive(Clone, Debug)]
pub struct CatalogPlanner {
    catalog: Catalog,
    profiles: Arc<Profiles>,
}

impl CatalogPlanner {
    /// A planner over this catalog.
    pub fn new(catalog: Catalog) -> Self {
        Self {
            catalog,
            profiles: Arc::default(),
        }
    }
}

#[async_trait]
impl Planner for CatalogPlanner {
    async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        let tokens = token::tokens(&goal.text);
        let gathered = gather::gather(&self.catalog, caller, &tokens, &goal.limits, &self.profiles).await;
        let Gathered { offers, absent } = gathered.map_err(PlanError::failed)?;
        let mut pool = Pool::new(offers);
        match limits::draft_within(&pool, goal, &tokens) {
            Ok(draft) => Ok(draft.plan(&pool)),
            Err(
                refusal @ (PlanError::NothingFits { .. }
                | PlanError::MissingArgument { .. }
                | PlanError::TooManyAgents { .. }),
            ) if !absent.is_empty() => {
                pool.offers.extend(absent);
                Err(offline(&Pool::new(pool.offers), goal, &tokens).unwrap_or(refusal))
            }
            Err(refusal) => Err(refusal),
        }
    }
}

/// Who would have to answer for there to be a plan, if that is all that stands against it.
fn offline(pool: &Pool, goal: &Goal, tokens: &[Token]) -> Option<PlanError> {
    let draft = limits::draft_within(pool, goal, tokens).ok()?;
    let mut agents = draft.steps.iter().map(|step| pool.offers[step.offer].agent());
    let absent = agents.find(|agent| agent.status != Status::Online)?;
    Some(PlanError::Offline {
        agent: absent.slug.to_string(),
        last_seen: absent.last_seen,
    })
}
