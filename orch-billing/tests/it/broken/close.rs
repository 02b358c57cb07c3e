use std::sync::atomic::Ordering;

use orch_billing::{Closing, Ending, Hold, HoldQuery, HoldState, LedgerStore, Refusal, Settled};
use orch_core::{Amount, StoreError, Timestamp};

use super::{Broken, Fault, minor, store::give_way};

impl Broken {
    pub(super) async fn faulty_close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        let before = self.find(closing.hold).await;
        let was_open = before.as_ref().is_some_and(|hold| hold.state.is_open());
        let mut closing = closing.clone();
        match (self.fault, closing.ending, &before) {
            (Fault::TakesNoFee, Ending::Capture { amount, .. }, _) => {
                closing.ending = Ending::Capture {
                    amount,
                    fee: Amount::zero(amount.currency()),
                };
            }
            (Fault::ExpiresEarly, Ending::Expire, _) => closing.at = Timestamp::from_millis(i64::MAX),
            (Fault::DropsUsage, ..) => closing.usage = None,
            (Fault::RefusesRepetition, Ending::Capture { .. }, Some(hold)) if !was_open => {
                return Ok(Err(Refusal::State(hold.state)));
            }
            (Fault::RefusesLateCaptures, Ending::Capture { .. }, Some(hold))
                if closing.at > hold.expires_at =>
            {
                return Ok(Err(Refusal::State(HoldState::Expired)));
            }
            (Fault::LooksBeforeItPays | Fault::LooksBeforeItEnds, ..) => give_way().await,
            (Fault::LosesSums, ..) => {
                let n_seen = self.extra.load(Ordering::SeqCst);
                give_way().await;
                self.extra.store(n_seen + 1, Ordering::SeqCst);
            }
            _ => {}
        }
        let settled = self.inner.close(&closing).await?;
        self.after_closing(&closing, before, settled).await
    }

    async fn after_closing(
        &self,
        closing: &Closing,
        before: Option<Hold>,
        settled: Settled<Hold>,
    ) -> Result<Settled<Hold>, StoreError> {
        let was_open = before.as_ref().is_some_and(|hold| hold.state.is_open());
        let idle = before.as_ref().is_some_and(|hold| hold.open_sub_holds == 0);
        match (self.fault, settled, before) {
            (Fault::KeepsAnyUsage, settled, _) => {
                if !was_open || settled.is_err() {
                    self.kept.lock().unwrap().extend(closing.usage.clone());
                }
                Ok(settled)
            }
            (Fault::CapturesWhatThereIs, Err(Refusal::Exceeds { available, .. }), _) => {
                let ending = Ending::Capture {
                    amount: available,
                    fee: Amount::zero(available.currency()),
                };
                self.inner
                    .close(&Closing {
                        ending,
                        ..closing.clone()
                    })
                    .await
            }
            (Fault::ForcesParents, Err(Refusal::Busy { .. }), _) => {
                for sub_hold in self.inner.holds(&HoldQuery::OpenWithin(closing.hold)).await? {
                    let forced = Closing {
                        hold: sub_hold.id,
                        ending: Ending::Release,
                        ..closing.clone()
                    };
                    self.inner.close(&forced).await?.unwrap();
                }
                self.inner.close(closing).await
            }
            (Fault::InventsHolds, Err(Refusal::Missing), _) => Ok(Err(Refusal::State(HoldState::Released))),
            (Fault::ClosesTwice, Err(Refusal::State(_)), Some(hold)) => Ok(Ok(hold)),
            (Fault::GivesBackTwice, Ok(released), _) if !was_open => {
                self.mint(&released.account, released.returned).await;
                Ok(Ok(released))
            }
            (Fault::GivesBackToCredits, Ok(closed), _) if closed.parent.is_some() => {
                self.mint(&closed.account, closed.returned).await;
                Ok(Ok(closed))
            }
            (Fault::LooksBeforeItPays, Ok(paid), _) => {
                // Whoever saw it open pays; the ledger counts one of them.
                if was_open && !self.is_new("paid") {
                    self.extra.fetch_add(minor(paid.captured()), Ordering::SeqCst);
                }
                Ok(Ok(paid))
            }
            (Fault::LooksBeforeItEnds, Err(Refusal::State(_) | Refusal::Busy { .. }), Some(hold))
                if was_open && idle =>
            {
                Ok(Ok(hold))
            }
            (Fault::LosesUpdates, Ok(closed), _) if closed.parent.is_some() => {
                if !self.is_new("closed") {
                    self.extra.fetch_add(1, Ordering::SeqCst);
                }
                Ok(Ok(closed))
            }
            (_, settled, _) => Ok(settled),
        }
    }
}
