//! Whether the stored rows keep the laws of the domain: for an operator who suspects that someone wrote past it.

mod approvals;
mod catalog;
mod ledger;
mod runs;
mod transactions;

use orch_core::StoreError;

use super::{SqlStore, Tx, Value};

/// How many violations of each law are reported.
pub(super) const MAX_VIOLATIONS: u32 = 100;

/// A row that breaks a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The law, as a sentence.
    pub law: &'static str,
    /// The row, by its key.
    pub row: String,
    /// How it breaks the law.
    pub detail: String,
}

impl SqlStore {
    /// Checks every invariant of the ledger, the runs, the catalog, the approvals and the transactions from the stored rows.
    /// Of each law, at most 100 violations are reported.
    ///
    /// It reads every row, in memory that does not grow with their number, and may run while the store is in use: each law
    /// is checked by one statement, and so against rows of one moment.
    pub async fn check(&self) -> Result<Vec<Violation>, StoreError> {
        self.read((), |tx, ()| {
            Box::pin(async move {
                let mut violations = ledger::violations(tx).await?;
                violations.extend(runs::violations(tx).await?);
                violations.extend(catalog::violations(tx).await?);
                violations.extend(approvals::violations(tx).await?);
                violations.extend(transactions::violations(tx).await?);
                Ok(violations)
            })
        })
        .await
    }
}

/// The violations that a query finds: the key of a row as `violator` and what is wrong with it as `detail`, both TEXT;
/// the parameter `?1` limits their number.
async fn found(tx: &mut dyn Tx, law: &'static str, sql: &str) -> Result<Vec<Violation>, StoreError> {
    let rows = tx.query(sql, &[Value::from(MAX_VIOLATIONS)]).await?;
    let violations = rows.iter().map(|row| {
        let row = row.of("violations");
        let detail = row.text("detail")?.to_owned();
        Ok(Violation {
            law,
            row: row.text("violator")?.to_owned(),
            detail,
        })
    });
    violations.collect()
}
