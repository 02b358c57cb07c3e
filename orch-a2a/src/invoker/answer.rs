use std::time::Duration;

use super::{Invoker, target::Target};
use crate::{
    Answer, InvokeError, Reply,
    bounds::{self, OutOfBounds},
    schema::SchemaFault,
};

impl Invoker {
    /// Makes an answer of a reply that is within its bounds, satisfies its schema and can be priced.
    pub(super) fn check(
        &self,
        target: &Target,
        reply: Reply,
        requests_before: u64,
        took: Duration,
    ) -> Result<Answer, InvokeError> {
        let agent = || target.agent.slug.to_string();
        let misanswered = |SchemaFault { field, reason }| InvokeError::Misanswered {
            agent: agent(),
            field,
            reason,
        };
        let limit = self.0.limits.answer_bytes;
        bounds::check(&reply.result, Answer::MAX_DEPTH, limit).map_err(|out| match out {
            OutOfBounds::Large => InvokeError::TooLarge {
                agent: agent(),
                limit,
            },
            OutOfBounds::Deep => misanswered(SchemaFault {
                field: String::new(),
                reason: format!("it nests deeper than {} levels", Answer::MAX_DEPTH),
            }),
        })?;
        target.schema.check_result(&reply.result).map_err(misanswered)?;
        // An agent that is priced by the unit and does not say how many has worked for one.
        let units = reply.units.unwrap_or(1).min(Answer::MAX_UNITS);
        let cost = target.version.pricing.price(units, requests_before);
        let cost = cost.map_err(|error| target.unpriceable(&error))?;
        Ok(Answer {
            result: reply.result,
            units,
            cost,
            took,
        })
    }
}
