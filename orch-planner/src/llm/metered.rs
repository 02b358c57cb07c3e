//! A model whose every use is held, paid and metered, as any call is.

use std::{sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use orch_billing::{Billing, BillingError, HoldId, HoldRequest, UsageOutcome};
use orch_core::{AccountId, Amount, Clock, Entropy, InvocationId, MoneyError, Timestamp};

use super::{Bill, Completion, CompletionRequest, LlmError, LlmProvider, ModelUse, TokenPrice, TokenUsage};

/// How long a hold outlives the deadline of its call, for whoever comes late to pay. Then it is swept.
const GRACE: Duration = Duration::from_secs(60);
/// With fewer tokens than these an answer is not worth asking for.
const MIN_OUTPUT_TOKENS: u32 = 256;

/// A model whose every use is held before, paid after, and metered. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct MeteredModel {
    provider: Arc<dyn LlmProvider>,
    price: TokenPrice,
    billing: Billing,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Why a model was of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// It did not answer.
    #[error(transparent)]
    Llm(#[from] LlmError),
    /// Asking it can cost more than there is.
    #[error("asking it can cost {required}, {available} are left")]
    TooDear {
        /// What it can cost.
        required: Amount,
        /// What there is.
        available: Amount,
    },
    /// Its price is in another currency than what it is paid from.
    #[error("its price of {price} cannot be paid from {budget}")]
    Currency {
        /// What it can cost.
        price: Amount,
        /// What it would be paid from.
        budget: Amount,
    },
    /// What it can cost is more than an amount can hold.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The money could not be moved.
    #[error(transparent)]
    Billing(BillingError),
}

impl From<BillingError> for ModelError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Insufficient {
                required, available, ..
            } => Self::TooDear { required, available },
            error => Self::Billing(error),
        }
    }
}

/// What a model answered or not, and what it took.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) outcome: Result<Completion, LlmError>,
    pub(crate) tokens: TokenUsage,
    pub(crate) took: Duration,
}

impl MeteredModel {
    /// A model at a price.
    pub fn new(
        provider: Arc<dyn LlmProvider>,
        price: TokenPrice,
        billing: Billing,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            provider,
            price,
            billing,
            clock,
            entropy,
        }
    }

    /// Its name.
    pub fn model(&self) -> &str {
        self.provider.model()
    }

    /// Nothing used of it yet.
    pub(crate) fn unused(&self) -> ModelUse {
        ModelUse {
            model: self.model().to_owned(),
            calls: 0,
            tokens: TokenUsage::default(),
            cost: Amount::zero(self.price.currency()),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn new_invocation(&self) -> InvocationId {
        InvocationId::generate(self.clock.now(), &*self.entropy)
    }

    /// The most that the request costs, once it is cut to write no more than `available` pays for.
    pub(crate) fn fit(
        &self,
        request: &mut CompletionRequest,
        available: Option<Amount>,
    ) -> Result<Amount, ModelError> {
        let input = request.max_input_tokens();
        let ceiling = |output: u32| {
            let output = output.into();
            self.price.of(TokenUsage { input, output })
        };
        let full = ceiling(request.max_output_tokens)?;
        let Some(available) = available.filter(|_| !full.is_zero()) else {
            return Ok(full);
        };
        match available.minus(full) {
            Ok(_) => return Ok(full),
            Err(MoneyError::Negative) => {}
            Err(_) => {
                return Err(ModelError::Currency {
                    price: full,
                    budget: available,
                });
            }
        }
        let least = MIN_OUTPUT_TOKENS.min(request.max_output_tokens);
        match self
            .price
            .affordable_output(available, input, request.max_output_tokens)
        {
            Some(output) if output >= least => {
                request.max_output_tokens = output;
                Ok(ceiling(output)?)
            }
            _ => Err(ModelError::TooDear {
                required: ceiling(least)?,
                available,
            }),
        }
    }

    /// Asks it something for an account: sets aside what that can cost, at most what is available, and pays what it did.
    ///
    /// What was used is added to `used`, whatever came of it. When the process stops in between, what was set aside goes
    /// back once it is swept.
    pub(crate) async fn complete(
        &self,
        account: &AccountId,
        task: &'static str,
        mut request: CompletionRequest,
        available: Option<Amount>,
        used: &mut ModelUse,
    ) -> Result<Completion, ModelError> {
        let ceiling = self.fit(&mut request, available)?;
        let invocation = self.new_invocation();
        let ttl = request.deadline.since(self.clock.now()) + GRACE;
        self.hold(account, invocation, ceiling, None, ttl).await?;
        let asked = self.ask(&request).await;
        used.calls += 1;
        used.tokens = used.tokens.plus(asked.tokens);
        let bill = self.bill(invocation, task, &asked, ceiling);
        bill.settle(&self.billing, account, self.clock.now()).await?;
        used.cost = used.cost.plus(bill.cost)?;
        Ok(asked.outcome?)
    }

    /// Sets aside what a call can cost; the same again changes nothing.
    pub(crate) async fn hold(
        &self,
        account: &AccountId,
        invocation: InvocationId,
        ceiling: Amount,
        keeper: Option<String>,
        ttl: Duration,
    ) -> Result<(), BillingError> {
        let request = HoldRequest {
            id: HoldId::from_uuid(invocation.uuid()),
            account: account.clone(),
            amount: ceiling,
            parent: None,
            payee: None,
            keeper,
            ttl,
            key: invocation.to_string(),
        };
        self.billing.hold(request).await.map(drop)
    }

    /// Asks it, until the deadline and no longer, and sees to what it took.
    pub(crate) async fn ask(&self, request: &CompletionRequest) -> Asked {
        let started_at = self.clock.now();
        let late = self.clock.sleep_until(request.deadline);
        let outcome = match select(self.provider.complete(request), late).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(LlmError::TimedOut(request.deadline.since(started_at))),
        };
        let tokens = match &outcome {
            Ok(completion) => {
                let usage = completion.usage;
                usage.unwrap_or_else(|| TokenUsage::estimate(request, completion))
            }
            Err(error) => error.usage(),
        };
        let took = self.clock.now().since(started_at);
        Asked {
            outcome,
            tokens,
            took,
        }
    }

    /// What is to be paid for what it was asked: never more than was set aside for it.
    pub(crate) fn bill(
        &self,
        invocation: InvocationId,
        task: &'static str,
        asked: &Asked,
        ceiling: Amount,
    ) -> Bill {
        let cost = match &asked.outcome {
            Ok(_) => self.price.of(asked.tokens).unwrap_or(ceiling),
            Err(_) => Amount::zero(ceiling.currency()),
        };
        Bill {
            model: self.model().to_owned(),
            invocation,
            task,
            outcome: match &asked.outcome {
                Ok(_) => UsageOutcome::Answered,
                Err(LlmError::TimedOut(_)) => UsageOutcome::TimedOut,
                Err(_) => UsageOutcome::Failed,
            },
            tokens: asked.tokens,
            cost: if cost.minor() > ceiling.minor() {
                ceiling
            } else {
                cost
            },
            took: asked.took,
        }
    }
}
