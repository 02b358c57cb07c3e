use orch_approvals::{ApprovalError, Party, Policy};
use orch_core::{AccountId, Agent, Amount};

/// Which calls wait for whom. A call waits under the first rule that is about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRule {
    /// Calls of this agent, by slug, `organization/name` or id; of every agent, unless it is given.
    pub agent: Option<String>,
    /// Calls of tasks of this name; of every task, unless it is given.
    pub task: Option<String>,
    /// Calls that cost more than this, in its currency; whatever they cost, unless it is given.
    pub above: Option<Amount>,
    /// Who decides, how many, and until when. The account that calls is who asks.
    pub policy: Policy,
}

impl ApprovalRule {
    /// Every call waits for this.
    pub fn all(policy: Policy) -> Self {
        Self {
            agent: None,
            task: None,
            above: None,
            policy,
        }
    }

    /// Every call of an agent waits for this.
    pub fn agent(agent: impl Into<String>, policy: Policy) -> Self {
        Self {
            agent: Some(agent.into()),
            ..Self::all(policy)
        }
    }

    /// Every call of an agent's task waits for this.
    pub fn task(agent: impl Into<String>, task: impl Into<String>, policy: Policy) -> Self {
        Self {
            task: Some(task.into()),
            ..Self::agent(agent, policy)
        }
    }

    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// [`Invalid`](ApprovalError::Invalid) with the member at fault.
    pub fn check(&self) -> Result<(), ApprovalError> {
        // Whoever asks is not known yet, and may be one of those who decide.
        self.policy.check(&Party::Anonymous)
    }

    /// Whether a call can be about it whose agent is not known yet.
    pub(super) fn may_fit(&self, task: &str, price: Amount) -> bool {
        let is_dear = |above: Amount| above.currency() == price.currency() && price.minor() > above.minor();
        self.task.as_ref().is_none_or(|wanted| wanted == task) && self.above.is_none_or(is_dear)
    }

    pub(super) fn fits(&self, agent: &Agent, task: &str, price: Amount) -> bool {
        let is_named = |name: &String| agent.goes_by(name) || agent.id.to_string() == *name;
        self.may_fit(task, price) && self.agent.as_ref().is_none_or(is_named)
    }

    /// Whether what an account asks under it can ever be approved.
    pub(super) fn is_open_to(&self, account: &AccountId) -> bool {
        self.policy.check(&Party::Account(account.clone())).is_ok()
    }
}
