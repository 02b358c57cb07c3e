//! What accounts used: a record of each call that was paid for or given up, and sums over them.

mod period;
mod record;
mod summary;

pub use period::Period;
pub use record::{UsageOutcome, UsageRecord};
pub use summary::{Activity, Grouping, UsageGroup, UsageSummary};
