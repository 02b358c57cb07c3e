//! A planner that needs no model: it reads the goal's words and the catalog's descriptions and schemas.
//!
//! A goal is cut into clauses, and each clause that some task does becomes a wish. A wish takes the task that says most
//! of what the clause says; its arguments come from the values that the goal spells out, from the answers of other
//! steps, or from the goal's context, and never from nowhere. What a task works on and the goal does not spell out is
//! taken from a step that the clause refers to, else from the nearest that yields such a thing; where there is none, a
//! task that makes it of what the goal does spell out is put before. Steps wait for each other only where one takes
//! another's answer.
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
use orch_core::{Caller, catalog::Catalog};

use crate::{
    goal::Goal,
    plan::Plan,
    planner::{PlanError, Planner},
};

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
        let gathered = gather::gather(&self.catalog, caller, &tokens, &goal.limits).await;
        let pool = gathered.map_err(PlanError::failed)?;
        limits::draft_within(&pool, goal, &tokens).map(|draft| draft.plan(&pool))
    }
}
