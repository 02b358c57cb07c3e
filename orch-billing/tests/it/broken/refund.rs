use std::sync::atomic::Ordering;

use orch_billing::{Hold, LedgerStore, Refund, Refusal, Settled};
use orch_core::StoreError;

use super::{Broken, Fault, minor, store::give_way};

impl Broken {
    pub(super) async fn faulty_refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        let before = self.find(refund.hold).await;
        let left = before
            .as_ref()
            .map_or(0, |hold| minor(hold.captured()) - minor(hold.refunded));
        match (self.fault, before) {
            (Fault::RefundsNothing, before) => Ok(before.ok_or(Refusal::Missing)),
            (Fault::RefundsTwice, _) => {
                let again = Refund {
                    key: format!("{} {}", refund.key, self.next()),
                    ..refund.clone()
                };
                self.inner.refund(&again).await
            }
            (Fault::RefundsWhatThereIs, _) => match self.inner.refund(refund).await? {
                Err(Refusal::Exceeds { available, .. }) => {
                    self.inner
                        .refund(&Refund {
                            amount: available,
                            ..refund.clone()
                        })
                        .await
                }
                settled => Ok(settled),
            },
            (Fault::RefundsAnything, Some(hold)) => match self.inner.refund(refund).await? {
                Err(Refusal::State(_)) => Ok(Ok(hold)),
                settled => Ok(settled),
            },
            (Fault::RoundsEachRefund, _) => {
                self.extra.fetch_add(1, Ordering::SeqCst);
                self.inner.refund(refund).await
            }
            (Fault::LooksBeforeItRefunds, Some(hold)) => {
                give_way().await;
                match self.inner.refund(refund).await? {
                    Err(Refusal::Exceeds { .. }) if left >= minor(refund.amount) => Ok(Ok(hold)),
                    settled => Ok(settled),
                }
            }
            _ => self.inner.refund(refund).await,
        }
    }
}
