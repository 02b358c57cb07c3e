//! Keeps a draft within what its goal allows, by other choices where the first ones take too much.

use orch_core::{Amount, MoneyError};

use super::{
    compose::{Composer, Taste},
    draft::Draft,
    few::groups,
    offer::Pool,
    reading::ReadGoal,
    token::Token,
    wishes::wishes,
};
use crate::{goal::Goal, planner::PlanError};

/// The first draft within the goal's limits: of what fits best, else of what is cheapest, else of the fewest agents.
pub(super) fn draft_within(pool: &Pool, goal: &Goal, tokens: &[Token]) -> Result<Draft, PlanError> {
    let wishes = wishes(&goal.text, tokens, pool)?;
    let read = ReadGoal::new(&goal.text, None);
    let attempt = |taste| {
        let composer = Composer::new(pool, &read, goal.context.as_deref(), tokens, &wishes, taste);
        let draft = composer.compose()?;
        check(&draft, pool, goal).map(|()| draft)
    };
    let mut refusal: Option<PlanError> = None;
    for (is_thrifty, is_faithful) in [(false, false), (true, false), (false, true), (true, true)] {
        let among = None;
        match attempt(Taste {
            is_thrifty,
            is_faithful,
            among,
        }) {
            Ok(draft) => return Ok(draft),
            Err(error) if is_about_limits(&error) => refusal = Some(less(refusal, error)),
            Err(error) => return Err(refusal.unwrap_or(error)),
        }
    }
    if let Some(PlanError::TooManyAgents { allowed, .. }) = refusal {
        let groups = groups(pool, &wishes, allowed);
        let tastes = groups.iter().flat_map(|group| {
            [false, true].map(|is_thrifty| Taste {
                is_thrifty,
                is_faithful: true,
                among: Some(group),
            })
        });
        if let Some(draft) = tastes.map(attempt).find_map(Result::ok) {
            return Ok(draft);
        }
    }
    Err(refusal.unwrap_or(PlanError::NothingFits {
        wish: goal.text.chars().take(200).collect(),
    }))
}

fn is_about_limits(error: &PlanError) -> bool {
    matches!(
        error,
        PlanError::TooManyAgents { .. } | PlanError::Budget { .. } | PlanError::Currency { .. }
    )
}

/// The refusal that asks for less; an earlier one unless a later asks for less of the same.
fn less(earlier: Option<PlanError>, later: PlanError) -> PlanError {
    match (earlier, later) {
        (Some(PlanError::Budget { required, available }), PlanError::Budget { required: other, .. }) => {
            let required = if other.minor() < required.minor() {
                other
            } else {
                required
            };
            PlanError::Budget { required, available }
        }
        (
            Some(PlanError::TooManyAgents { required, allowed }),
            PlanError::TooManyAgents { required: other, .. },
        ) => PlanError::TooManyAgents {
            required: required.min(other),
            allowed,
        },
        (Some(earlier), _) => earlier,
        (None, later) => later,
    }
}

fn check(draft: &Draft, pool: &Pool, goal: &Goal) -> Result<(), PlanError> {
    let (required, allowed) = (draft.agents(pool).len(), goal.limits.max_agents);
    if u32::try_from(required).is_ok_and(|required| required > allowed) {
        return Err(PlanError::TooManyAgents { required, allowed });
    }
    let price = draft.price(pool);
    let Some(available) = goal.limits.budget else {
        // Without a budget, what the first step costs says in what the others are paid.
        return match (price, first_price(draft, pool)) {
            (Err(MoneyError::Mixed { .. }), Some(budget)) => Err(PlanError::Currency {
                price: dear(draft, pool, budget).unwrap_or(budget),
                budget,
            }),
            _ => Ok(()),
        };
    };
    let required = match price {
        Ok(None) => return Ok(()),
        Ok(Some(required)) => required,
        Err(MoneyError::Mixed { .. }) => {
            let price = dear(draft, pool, available).unwrap_or(available);
            return Err(PlanError::Currency {
                price,
                budget: available,
            });
        }
        Err(_) => Amount::new(i64::MAX, available.currency()).unwrap_or(available),
    };
    if required.currency() != available.currency() {
        return Err(PlanError::Currency {
            price: required,
            budget: available,
        });
    }
    if required.minor() > available.minor() {
        Err(PlanError::Budget { required, available })
    } else {
        Ok(())
    }
}

/// What the first step costs that costs anything.
fn first_price(draft: &Draft, pool: &Pool) -> Option<Amount> {
    let mut prices = draft.steps.iter().map(|step| pool.offers[step.offer].price());
    prices.find(|price| !price.is_zero())
}

/// A price that the budget's currency does not pay.
fn dear(draft: &Draft, pool: &Pool, budget: Amount) -> Option<Amount> {
    let mut prices = draft.steps.iter().map(|step| pool.offers[step.offer].price());
    prices.find(|price| !price.is_zero() && price.currency() != budget.currency())
}
