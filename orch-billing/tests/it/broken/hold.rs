use orch_billing::{BalanceOf, Extension, Hold, HoldId, LedgerStore, More, Refusal, Settled};
use orch_core::{Amount, Purse, StoreError, Uuid};

use super::{
    Broken, Fault, minor,
    store::{give_way, missing},
};

impl Broken {
    pub(super) async fn faulty_hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        match self.fault {
            Fault::HoldsWithoutTaking => self.mint(&hold.account, hold.amount).await,
            Fault::RefusesNothing if hold.amount.is_zero() => return Ok(Err(Refusal::TooLarge)),
            Fault::RemembersRefusals if self.names.lock().unwrap().contains(&hold.key) => {
                return Ok(Err(Refusal::Conflict));
            }
            Fault::TakesSubHoldsFromCredits => {
                return self
                    .inner
                    .hold(&Hold {
                        parent: None,
                        ..hold.clone()
                    })
                    .await;
            }
            Fault::LooksBeforeItTakes => {
                let covers = self.covers(hold, hold.amount).await;
                give_way().await;
                return match self.inner.hold(hold).await? {
                    Err(refusal) if covers => self.overdraw(hold, refusal).await,
                    settled => Ok(settled),
                };
            }
            Fault::LooksBeforeItClaims => return self.claim_late(hold).await,
            Fault::LooksBeforeItEnds => give_way().await,
            _ => {}
        }
        let settled = self.inner.hold(hold).await?;
        match (self.fault, settled) {
            (Fault::AnswersWithTheRequest, Ok(_)) => Ok(Ok(hold.clone())),
            (Fault::IgnoresConflicts, Err(Refusal::Conflict)) => Ok(Ok(hold.clone())),
            (Fault::AcceptsAnyParent, Err(Refusal::Missing | Refusal::State(_) | Refusal::Mixed { .. })) => {
                Ok(Ok(hold.clone()))
            }
            (
                Fault::LendsCredit,
                Err(
                    refusal @ Refusal::Short {
                        purse: Purse::Credits,
                        ..
                    },
                ),
            ) => self.overdraw(hold, refusal).await,
            (
                Fault::LendsMoreThanThereIs,
                Err(
                    refusal @ Refusal::Short {
                        purse: Purse::Budget, ..
                    },
                ),
            ) => self.overdraw(hold, refusal).await,
            (Fault::RemembersRefusals, Err(refusal)) => {
                self.is_new(&hold.key);
                Ok(Err(refusal))
            }
            (_, settled) => Ok(settled),
        }
    }

    pub(super) async fn faulty_extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        let before = self.find(extension.hold).await;
        if let More::Funds { amount, key } = &extension.by {
            let by = |amount, key: String| Extension {
                by: More::Funds { amount, key },
                ..extension.clone()
            };
            match (self.fault, &before) {
                (Fault::EnlargesTwice, _) => {
                    return self
                        .inner
                        .extend(&by(*amount, format!("{key} {}", self.next())))
                        .await;
                }
                (Fault::EnlargesByWhatThereIs, _) => {
                    return match self.inner.extend(extension).await? {
                        Err(Refusal::Short { available, .. }) => {
                            self.inner.extend(&by(available, key.clone())).await
                        }
                        settled => Ok(settled),
                    };
                }
                (
                    Fault::GrowsFromCredits,
                    Some(Hold {
                        parent: Some(parent), ..
                    }),
                ) => self.grow(*parent, *amount).await,
                (Fault::LooksBeforeItTakes, Some(hold)) => {
                    let covers = self.covers(hold, *amount).await;
                    give_way().await;
                    return match self.inner.extend(extension).await? {
                        Err(Refusal::Short {
                            required, available, ..
                        }) if covers => {
                            self.mint(&hold.account, missing(required, available)).await;
                            self.inner.extend(extension).await
                        }
                        settled => Ok(settled),
                    };
                }
                _ => {}
            }
        } else if self.is(Fault::ForgetsTime) {
            return Ok(before.ok_or(Refusal::Missing));
        }
        match (self.inner.extend(extension).await?, before) {
            (Err(Refusal::State(_)), Some(hold)) if self.is(Fault::ExtendsClosed) => Ok(Ok(hold)),
            (settled, _) => Ok(settled),
        }
    }

    /// Whether there is enough, now.
    async fn covers(&self, hold: &Hold, amount: Amount) -> bool {
        let available = match hold.parent {
            Some(parent) => self
                .find(parent)
                .await
                .map_or(0, |parent| minor(parent.remaining)),
            None => {
                let of = BalanceOf::Credits(hold.account.clone());
                minor(
                    self.inner
                        .balance(&of, amount.currency())
                        .await
                        .unwrap()
                        .available,
                )
            }
        };
        available >= minor(amount)
    }

    /// Takes what is not there.
    async fn overdraw(&self, hold: &Hold, refusal: Refusal) -> Result<Settled<Hold>, StoreError> {
        let Refusal::Short {
            required, available, ..
        } = refusal
        else {
            return Ok(Err(refusal));
        };
        match hold.parent {
            Some(parent) => self.grow(parent, missing(required, available)).await,
            None => self.mint(&hold.account, missing(required, available)).await,
        }
        self.inner.hold(hold).await
    }

    /// Takes again what another took since it looked.
    async fn claim_late(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        let was_unknown = self.find(hold.id).await.is_none();
        give_way().await;
        if was_unknown && !self.is_new(&hold.key) {
            let number = u128::try_from(self.next()).unwrap() + 1_000;
            let id = HoldId::from_uuid(Uuid::from_u128(number));
            let other = Hold {
                id,
                key: format!("{} {number}", hold.key),
                ..hold.clone()
            };
            return self.inner.hold(&other).await;
        }
        self.inner.hold(hold).await
    }
}
