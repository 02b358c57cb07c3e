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
mod fill;
mod gather;
mod limits;
mod literal;
mod number;
mod offer;
mod parameter;
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

use async_trait::async_trait;
use orch_core::{Caller, agent::Status, catalog::Catalog};

use crate::{
    goal::Goal,
    plan::Plan,
    planner::{PlanError, Planner},
};
use draft::Draft;
use gather::Presence;
use offer::Pool;
use token::Token;

/// Plans over the tasks that the caller's catalog describes.
#[derive(Clone, Debug)]
pub struct CatalogPlanner {
    catalog: Catalog,
}

impl CatalogPlanner {
    /// A planner over this catalog.
    pub fn new(catalog: Catalog) -> Self {
        Self { catalog }
    }
}

#[async_trait]
impl Planner for CatalogPlanner {
    async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        let tokens = token::tokens(&goal.text);
        let (pool, drafted) = self.draft(caller, goal, &tokens, Presence::Online).await?;
        match drafted {
            Ok(draft) => Ok(draft.plan(&pool)),
            Err(refusal @ (PlanError::NothingFits { .. } | PlanError::MissingArgument { .. })) => {
                Err(self.absent(caller, goal, &tokens).await?.unwrap_or(refusal))
            }
            Err(refusal) => Err(refusal),
        }
    }
}

impl CatalogPlanner {
    /// What there is for the goal, and the draft that comes of it.
    async fn draft(
        &self,
        caller: &Caller,
        goal: &Goal,
        tokens: &[Token],
        presence: Presence,
    ) -> Result<(Pool, Result<Draft, PlanError>), PlanError> {
        let gathered = gather::gather(&self.catalog, caller, tokens, &goal.limits, presence).await;
        let pool = gathered.map_err(PlanError::failed)?;
        let drafted = limits::draft_within(&pool, goal, tokens);
        Ok((pool, drafted))
    }

    /// Who would have to answer for there to be a plan, if that is all that stands against it.
    async fn absent(
        &self,
        caller: &Caller,
        goal: &Goal,
        tokens: &[Token],
    ) -> Result<Option<PlanError>, PlanError> {
        let (pool, drafted) = self.draft(caller, goal, tokens, Presence::Any).await?;
        let Ok(draft) = drafted else {
            return Ok(None);
        };
        let mut agents = draft.steps.iter().map(|step| pool.offers[step.offer].agent());
        let absent = agents.find(|agent| agent.status != Status::Online);
        Ok(absent.map(|agent| PlanError::Offline {
            agent: agent.slug.to_string(),
            last_seen: agent.last_seen,
        }))
    }
}
