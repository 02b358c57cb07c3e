//! The laws of the ledger. A sum that must agree on both sides is taken over the rows of both, one side negated: what is
//! left is the difference, and a row without a counterpart is found too.

mod holds;
mod money;
mod usage;

use orch_core::StoreError;

use super::{Violation, found};
use crate::sql::Tx;

/// A law and the query for what breaks it.
struct Law {
    says: &'static str,
    broken_by: &'static str,
}

pub(super) async fn violations(tx: &mut dyn Tx) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for Law { says, broken_by } in money::LAWS.iter().chain(holds::LAWS).chain(usage::LAWS) {
        violations.extend(found(tx, says, broken_by).await?);
    }
    Ok(violations)
}
