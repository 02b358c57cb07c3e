#![doc = include_str!("../README.md")]

pub mod billing;
pub mod error;
pub mod hold;
pub mod ledger;
pub mod metering;
pub mod store;
pub mod telemetry;
pub mod usage;

pub use billing::{Billing, HoldKeepers};
pub use error::BillingError;
pub use hold::{Closing, Ending, Extension, Hold, HoldId, HoldRequest, HoldState, More, Refund};
pub use ledger::{Entry, Grant, LedgerAccount, Transaction, TransactionKind};
pub use metering::{Metering, RecentActivity};
pub use store::{Balance, BalanceOf, HoldQuery, InMemoryLedger, LedgerStore, Refusal, Settled, UsageStore};
pub use usage::{Activity, Grouping, Period, UsageGroup, UsageOutcome, UsageRecord, UsageSummary};
