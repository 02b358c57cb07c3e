use std::sync::Arc;

use async_trait::async_trait;
use orch::{Amount, Currency};
use orch_billing::{
    Balance, BalanceOf, Closing, Ending, Extension, Grant, Hold, HoldQuery, LedgerStore, Refund, Settled,
};
use orch_core::StoreError;

/// Pays at once what a step should only hold.
#[derive(Debug)]
pub(super) struct HastyLedger(pub(super) Arc<dyn LedgerStore>);

#[async_trait]
impl LedgerStore for HastyLedger {
    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        let held = self.0.hold(hold).await?;
        if let Ok(held) = &held
            && held.parent.is_some()
        {
            let ending = Ending::Capture {
                amount: held.amount,
                fee: Amount::zero(held.currency()),
            };
            let closing = Closing {
                hold: held.id,
                ending,
                at: held.created_at,
                usage: None,
            };
            // What cannot be paid now was paid before.
            drop(self.0.close(&closing).await?);
        }
        Ok(held)
    }

    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        self.0.grant(grant).await
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        self.0.extend(extension).await
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        self.0.close(closing).await
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        self.0.refund(refund).await
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        self.0.holds(query).await
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        self.0.balance(of, currency).await
    }
}
