//! The part of a model in a run: how its plan came about, and who writes its answer.

use orch_core::Amount;

use super::{Orchestration, SynthesisSkipped, Synthesized, fold::Folded};
use crate::{planner::Planning, synthesis::SynthesisOrder};

impl Orchestration {
    /// How its plan came about, where there is a model.
    pub fn planning(&self) -> Option<&Planning> {
        self.planned.planning.as_ref()
    }

    /// That a model writes its answer, if one does.
    pub fn synthesis_order(&self) -> Option<&SynthesisOrder> {
        self.planned.synthesis.as_ref()
    }

    /// What came of asking a model for the answer; `None` before it was asked, and where none shall be.
    pub fn synthesis(&self) -> Option<Result<&Synthesized, &SynthesisSkipped>> {
        self.written.as_ref().map(Result::as_ref)
    }

    /// Whether all steps are over and a model shall be asked for the answer now.
    pub fn awaits_synthesis(&self) -> bool {
        self.planned.synthesis.is_some()
            && self.written.is_none()
            && self.n_open == 0
            && self.onward().is_ok()
            && self.answer().is_ok()
    }

    /// What it cost in all - its steps, its planning, its answer - as one amount for each currency in which it cost
    /// anything.
    pub fn costs(&self) -> Vec<Amount> {
        let plannings = self.planning().into_iter().chain(self.replannings());
        let plannings = plannings.map(|planning| Some(planning.used.cost));
        let written = self.synthesis().and_then(Result::ok).map(|written| written.cost);
        let mut costs: Vec<Amount> = Vec::new();
        for cost in [Some(self.spent()), written]
            .into_iter()
            .chain(plannings)
            .flatten()
        {
            match costs.iter_mut().find(|other| other.currency() == cost.currency()) {
                Some(other) => *other = other.plus(cost).unwrap_or(*other),
                None if cost.is_zero() => {}
                None => costs.push(cost),
            }
        }
        costs
    }

    /// What it cost in the currency of its steps, the model's part included where that is counted alike.
    pub fn cost(&self) -> Amount {
        let currency = self.spent().currency();
        let mut costs = self.costs().into_iter();
        let own = costs.find(|cost| cost.currency() == currency);
        own.unwrap_or(self.spent())
    }

    /// What a model wrote for an answer.
    pub(super) fn written(&self) -> Option<&str> {
        self.synthesis()?.ok().map(|written| written.answer.as_str())
    }

    pub(super) fn write(&mut self, written: Result<Synthesized, SynthesisSkipped>) -> Folded {
        self.onward()?;
        if !self.awaits_synthesis() {
            return Err("no model is asked for the answer then".to_owned());
        }
        let ordered = self.planned.synthesis.as_ref().map(|order| order.invocation);
        if written
            .as_ref()
            .is_ok_and(|written| Some(written.invocation) != ordered)
        {
            return Err("another call was to write the answer".to_owned());
        }
        self.written = Some(written);
        Ok(())
    }
}
