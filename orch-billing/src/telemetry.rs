//! What the ledger counts, through the `metrics` facade.

use metrics::{counter, describe_counter};
use orch_core::Amount;

use crate::BillingError;

const HOLDS: &str = "orch_holds_total";
const CAPTURED: &str = "orch_captured_minor_units_total";
const EXPIRED: &str = "orch_holds_expired_total";

/// Tells the recorder of this process what the figures mean. Once, by the host's program.
pub fn describe() {
    describe_counter!(HOLDS, "Requests to set money aside, by what came of them");
    describe_counter!(
        CAPTURED,
        "What was paid here, in minor units, by currency; a repeated capture counts again"
    );
    describe_counter!(EXPIRED, "Holds that the sweeper gave back");
}

pub(crate) fn held<T>(hold: &Result<T, BillingError>) {
    let outcome = match hold {
        Ok(_) => "held",
        Err(BillingError::Insufficient { .. }) => "insufficient",
        Err(BillingError::Store(_)) => "store_failed",
        Err(_) => "refused",
    };
    counter!(HOLDS, "outcome" => outcome).increment(1);
}

pub(crate) fn captured(amount: Amount) {
    let units = u64::try_from(amount.minor()).unwrap_or_default();
    counter!(CAPTURED, "currency" => amount.currency().code()).increment(units);
}

pub(crate) fn expired(n_holds: u32) {
    counter!(EXPIRED).increment(n_holds.into());
}
