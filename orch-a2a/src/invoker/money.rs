use std::time::Duration;

use orch_billing::{BillingError, Closing, Hold, HoldRequest, HoldState, UsageOutcome, UsageRecord};
use orch_core::{Amount, Caller, MoneyError};

use super::{Invoker, target::Target};
use crate::{Answer, Funds, Invocation, InvokeError};

/// How long a hold outlives its invocation's deadline while nobody keeps it. Who does keep it may take any time.
const GRACE: Duration = Duration::from_secs(600);

impl Invoker {
    /// Pays for an answer that the keeper has stored, after a crash or after [`Unsettled`](InvokeError::Unsettled).
    /// Repeating it pays once.
    ///
    /// # Errors
    /// [`Unsettled`](InvokeError::Unsettled) while it should be tried again, [`HoldClosed`](InvokeError::HoldClosed) when
    /// the price went back before, [`Forbidden`](InvokeError::Forbidden) for another account's invocation.
    pub async fn settle(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        answer: &Answer,
    ) -> Result<(), InvokeError> {
        let hold = self.0.billing.find_hold(invocation.hold()).await;
        let hold = hold.and_then(|hold| hold.ok_or(BillingError::HoldNotFound(invocation.hold())));
        let hold = hold.map_err(InvokeError::Unsettled)?;
        check_owner(caller, invocation, &hold)?;
        match hold.state {
            HoldState::Open => {
                let slug = self.slug(caller, invocation).await;
                self.pay(&self.payment(caller, invocation, slug, answer)?).await
            }
            HoldState::Captured { .. } => Ok(()),
            HoldState::Released | HoldState::Expired => Err(closed(invocation)),
        }
    }

    /// Gives the price of an invocation back that will not be answered, after a crash or a cancellation. Repeating it
    /// changes nothing, nor does an invocation whose price was never held.
    ///
    /// # Errors
    /// [`Unreleased`](InvokeError::Unreleased) while it should be tried again, [`HoldClosed`](InvokeError::HoldClosed)
    /// when it is paid, [`Forbidden`](InvokeError::Forbidden) for another account's invocation.
    pub async fn abandon(&self, caller: &Caller, invocation: &Invocation) -> Result<(), InvokeError> {
        let unreleased = |cause| InvokeError::Unreleased {
            failure: Box::new(InvokeError::Cancelled),
            cause,
        };
        let hold = self
            .0
            .billing
            .find_hold(invocation.hold())
            .await
            .map_err(unreleased)?;
        let Some(hold) = hold else { return Ok(()) };
        check_owner(caller, invocation, &hold)?;
        match hold.state {
            HoldState::Open => {
                let outcome = (UsageOutcome::Cancelled, Duration::ZERO);
                let released = self.release(caller, invocation, &hold, outcome).await;
                released.map_err(unreleased)
            }
            HoldState::Released | HoldState::Expired => Ok(()),
            HoldState::Captured { .. } => Err(closed(invocation)),
        }
    }

    /// The hold that [`invoke`](Self::invoke) takes for an invocation, for a keeper that takes it in the same unit of work
    /// that makes the invocation durable.
    ///
    /// # Errors
    /// There is no such agent, version or task, or its price cannot be counted.
    pub async fn draft_hold(&self, caller: &Caller, invocation: &Invocation) -> Result<Hold, InvokeError> {
        let target = self.resolve(caller, invocation).await?;
        let request = self.request(caller, invocation, &target, target.ceiling()?);
        self.0.billing.draft(request).map_err(InvokeError::Funds)
    }

    /// Sets aside the most that the answer can cost; the hold of an earlier try, if there is one.
    pub(super) async fn hold(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        target: &Target,
        amount: Amount,
    ) -> Result<Hold, InvokeError> {
        let request = self.request(caller, invocation, target, amount);
        let hold = self.0.billing.hold(request).await.map_err(|error| match error {
            BillingError::Store(error) => InvokeError::Store(error),
            refusal => InvokeError::Funds(refusal),
        })?;
        if hold.state.is_open() {
            Ok(hold)
        } else {
            Err(closed(invocation))
        }
    }

    fn request(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        target: &Target,
        amount: Amount,
    ) -> HoldRequest {
        let parent = match invocation.funds {
            // What costs nothing needs nobody's money, whatever currency it is counted in.
            _ if amount.is_zero() => None,
            Funds::Credits => None,
            Funds::Hold(parent) => Some(parent),
        };
        HoldRequest {
            id: invocation.hold(),
            account: caller.account().clone(),
            amount,
            parent,
            payee: Some(target.agent.owner.clone()),
            keeper: Some(invocation.keeper.clone()),
            ttl: invocation.deadline.since(self.0.clock.now()) + GRACE,
            key: invocation.id.to_string(),
        }
    }

    /// Gives back what the keeper of an invocation had set aside for it, and what its call did not come to: nothing was
    /// used.
    pub(super) async fn return_unused(&self, held: &Hold, failure: InvokeError) -> InvokeError {
        match self.0.billing.release(held.id, None).await {
            Ok(_) => failure,
            Err(cause) => InvokeError::Unreleased {
                failure: Box::new(failure),
                cause,
            },
        }
    }

    /// How many requests of the caller count for a volume discount; asked only where there is one.
    pub(super) async fn requests_before(&self, caller: &Caller, target: &Target) -> Result<u64, InvokeError> {
        if target.version.pricing.volume_discounts.is_empty() {
            return Ok(0);
        }
        let requests = self
            .0
            .metering
            .requests_this_month(caller.account(), target.agent.id);
        requests.await.map_err(|error| match error {
            BillingError::Store(error) => InvokeError::Store(error),
            other => InvokeError::Funds(other),
        })
    }

    /// Pays for an answer that is kept.
    pub(super) async fn pay(&self, payment: &Closing) -> Result<(), InvokeError> {
        let paid = self.0.billing.close(payment).await;
        paid.map(drop).map_err(InvokeError::Unsettled)
    }

    /// What pays for an answer: whoever keeps it may do that in the same unit of work.
    pub(super) fn payment(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        agent_slug: String,
        answer: &Answer,
    ) -> Result<Closing, InvokeError> {
        let outcome = (UsageOutcome::Answered, answer.took);
        let usage = UsageRecord {
            units: answer.units,
            ..self.usage(caller, invocation, agent_slug, answer.cost, outcome)
        };
        let payment = self
            .0
            .billing
            .payment(invocation.hold(), answer.cost, Some(usage));
        payment.map_err(InvokeError::Unsettled)
    }

    /// Gives the price of an answer back that came too late.
    pub(super) async fn give_back(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        hold: &Hold,
        answer: &Answer,
    ) -> Result<(), InvokeError> {
        let released = self
            .release(caller, invocation, hold, (UsageOutcome::Late, answer.took))
            .await;
        released.map_err(|cause| InvokeError::Unreleased {
            failure: Box::new(InvokeError::Cancelled),
            cause,
        })
    }

    /// Releases what a failed invocation holds, now or since an earlier try, as far as the failure allows.
    pub(super) async fn give_up(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        failure: InvokeError,
        took: Duration,
    ) -> InvokeError {
        let is_not_ours = matches!(failure, InvokeError::Funds(_) | InvokeError::HoldClosed { .. });
        if is_not_ours || failure.leaves_hold() {
            return failure;
        }
        let outcome = match failure {
            InvokeError::TimedOut { .. } => UsageOutcome::TimedOut,
            InvokeError::Cancelled | InvokeError::Stopped { .. } | InvokeError::Denied { .. } => {
                UsageOutcome::Cancelled
            }
            _ => UsageOutcome::Failed,
        };
        let released = match self.0.billing.find_hold(invocation.hold()).await {
            Ok(Some(hold)) if hold.state.is_open() && caller.owns(&hold.account) => {
                self.release(caller, invocation, &hold, (outcome, took)).await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        match released {
            Ok(()) => failure,
            Err(cause) => InvokeError::Unreleased {
                failure: Box::new(failure),
                cause,
            },
        }
    }

    async fn release(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        hold: &Hold,
        outcome: (UsageOutcome, Duration),
    ) -> Result<(), BillingError> {
        let slug = self.slug(caller, invocation).await;
        let usage = self.usage(caller, invocation, slug, Amount::zero(hold.currency()), outcome);
        self.0.billing.release(hold.id, Some(usage)).await.map(drop)
    }

    fn usage(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        agent_slug: String,
        cost: Amount,
        (outcome, took): (UsageOutcome, Duration),
    ) -> UsageRecord {
        UsageRecord {
            invocation: invocation.id,
            account: caller.account().clone(),
            agent: invocation.agent,
            agent_slug,
            task: invocation.task.clone(),
            outcome,
            units: 0,
            cost,
            took,
            at: self.0.clock.now(),
        }
    }

    /// The agent's slug, or its id where it cannot be found any more: what is owed is paid all the same.
    async fn slug(&self, caller: &Caller, invocation: &Invocation) -> String {
        let (agent, version) = (invocation.agent, invocation.version);
        match self.0.catalog.version(caller, agent, version).await {
            Ok(resolved) => resolved.agent.slug.to_string(),
            Err(_) => agent.to_string(),
        }
    }
}

impl Target {
    /// The most that an answer can cost.
    pub(super) fn ceiling(&self) -> Result<Amount, InvokeError> {
        let ceiling = self.version.pricing.ceiling();
        ceiling.map_err(|error| self.unpriceable(&error))
    }

    pub(super) fn unpriceable(&self, error: &MoneyError) -> InvokeError {
        InvokeError::Misdeclared {
            agent: self.agent.slug.to_string(),
            task: self.task().map(|task| task.name.clone()).unwrap_or_default(),
            reason: format!("its price: {error}"),
        }
    }
}

fn check_owner(caller: &Caller, invocation: &Invocation, hold: &Hold) -> Result<(), InvokeError> {
    if caller.owns(&hold.account) {
        Ok(())
    } else {
        Err(InvokeError::Forbidden {
            reason: format!("{} belongs to another account", invocation.id),
        })
    }
}

fn closed(invocation: &Invocation) -> InvokeError {
    InvokeError::HoldClosed {
        invocation: invocation.id,
    }
}
