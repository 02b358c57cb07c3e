//! A goal: what someone wants done, in their own words, and what it may take.

use std::{ops::RangeInclusive, time::Duration};

use orch_core::{Agent, Amount, ErrorKind, Failure};

/// What someone wants done, in their own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The wish itself: 1 to [`MAX_TEXT`](Self::MAX_TEXT) characters, not blank.
    pub text: String,
    /// What the wish is about, such as the text to work on: at most [`MAX_CONTEXT`](Self::MAX_CONTEXT) characters.
    pub context: Option<String>,
    /// What it may take.
    pub limits: GoalLimits,
}

/// What a goal may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalLimits {
    /// The most distinct agents that may work on it: 1 to 20.
    pub max_agents: u32,
    /// The most that it may cost; without one, what the account's credits cover.
    pub budget: Option<Amount>,
    /// The longest that the run may take: 1 second to an hour.
    pub timeout: Duration,
    /// Agents to take where several fit, by id, slug or `organization/name`. A preference, not a restriction.
    pub preferred: Vec<String>,
    /// Agents never to take, named the same way.
    pub excluded: Vec<String>,
}

/// A goal cannot be accepted as it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GoalError {
    /// There is no text, or only white space.
    #[error("the goal is blank")]
    Blank,
    /// The text is longer than [`Goal::MAX_TEXT`].
    #[error("the goal has {length} characters, more than {}", Goal::MAX_TEXT)]
    TooLong {
        /// How many characters it has.
        length: usize,
    },
    /// The context is longer than [`Goal::MAX_CONTEXT`].
    #[error("the context has {length} characters, more than {}", Goal::MAX_CONTEXT)]
    ContextTooLong {
        /// How many characters it has.
        length: usize,
    },
    /// `max_agents` is out of range.
    #[error("{0} agents are outside 1 to 20")]
    MaxAgents(u32),
    /// The timeout is out of range.
    #[error("a timeout of {0:?} is outside 1 second to 1 hour")]
    Timeout(Duration),
    /// A budget of nothing.
    #[error("the budget is zero")]
    ZeroBudget,
    /// More agents are named than [`GoalLimits::MAX_NAMED`].
    #[error("{field} names more than {} agents", GoalLimits::MAX_NAMED)]
    TooManyNamed {
        /// Which list.
        field: &'static str,
    },
    /// An agent is both preferred and excluded.
    #[error("agent {agent} is both preferred and excluded")]
    Contradiction {
        /// How it was named.
        agent: String,
    },
}

impl Goal {
    /// The most characters of a goal's text.
    pub const MAX_TEXT: usize = 10_000;
    /// The most characters of its context.
    pub const MAX_CONTEXT: usize = 50_000;

    /// A goal with the default limits.
    ///
    /// ```
    /// use orch_planner::goal::Goal;
    ///
    /// let goal = Goal::new("Count the words of notes.txt")?.with_context("Notes of a meeting.")?;
    /// assert_eq!(goal.limits.max_agents, 5);
    /// assert!(Goal::new("  ").is_err());
    /// # Ok::<(), orch_planner::goal::GoalError>(())
    /// ```
    pub fn new(text: impl Into<String>) -> Result<Self, GoalError> {
        let goal = Self {
            text: text.into(),
            context: None,
            limits: GoalLimits::default(),
        };
        goal.check()?;
        Ok(goal)
    }

    /// The same goal about something.
    pub fn with_context(mut self, context: impl Into<String>) -> Result<Self, GoalError> {
        self.context = Some(context.into());
        self.check()?;
        Ok(self)
    }

    /// The same goal within other limits.
    pub fn with_limits(mut self, limits: GoalLimits) -> Result<Self, GoalError> {
        self.limits = limits;
        self.check()?;
        Ok(self)
    }

    /// Whether it keeps the rules; the fields are open, so services ask again before they accept it.
    pub fn check(&self) -> Result<(), GoalError> {
        if self.text.trim().is_empty() {
            return Err(GoalError::Blank);
        }
        let length = self.text.chars().count();
        if length > Self::MAX_TEXT {
            return Err(GoalError::TooLong { length });
        }
        let length = self
            .context
            .as_deref()
            .map_or(0, |context| context.chars().count());
        if length > Self::MAX_CONTEXT {
            return Err(GoalError::ContextTooLong { length });
        }
        self.limits.check()
    }
}

impl Default for GoalLimits {
    fn default() -> Self {
        Self {
            max_agents: 5,
            budget: None,
            timeout: Duration::from_secs(300),
            preferred: Vec::new(),
            excluded: Vec::new(),
        }
    }
}

impl GoalLimits {
    /// How many distinct agents may be allowed.
    pub const AGENTS: RangeInclusive<u32> = 1..=20;
    /// How long a run may be allowed to take.
    pub const TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);
    /// The most agents that `preferred` and `excluded` may name, each.
    pub const MAX_NAMED: usize = 100;

    /// Whether the agent is never to be taken.
    pub fn excludes(&self, agent: &Agent) -> bool {
        self.excluded.iter().any(|name| is_named(agent, name))
    }

    /// Whether the agent is to be taken where several fit.
    pub fn prefers(&self, agent: &Agent) -> bool {
        self.preferred.iter().any(|name| is_named(agent, name))
    }

    /// Whether they keep the rules.
    pub fn check(&self) -> Result<(), GoalError> {
        if !Self::AGENTS.contains(&self.max_agents) {
            return Err(GoalError::MaxAgents(self.max_agents));
        }
        if !Self::TIMEOUT.contains(&self.timeout) {
            return Err(GoalError::Timeout(self.timeout));
        }
        if self.budget.is_some_and(Amount::is_zero) {
            return Err(GoalError::ZeroBudget);
        }
        for (field, names) in [("preferred", &self.preferred), ("excluded", &self.excluded)] {
            if names.len() > Self::MAX_NAMED {
                return Err(GoalError::TooManyNamed { field });
            }
        }
        match self.preferred.iter().find(|name| self.excluded.contains(name)) {
            Some(agent) => Err(GoalError::Contradiction { agent: agent.clone() }),
            None => Ok(()),
        }
    }
}

/// Whether an agent goes by this name: its id, its slug or `organization/name`, whatever version follows.
fn is_named(agent: &Agent, name: &str) -> bool {
    let name = name.split('@').next().unwrap_or(name).trim();
    agent.slug.to_string() == name || agent.full_name() == name || agent.id.to_string() == name
}

impl Failure for GoalError {
    fn kind(&self) -> ErrorKind {
        let field = match self {
            Self::Blank | Self::TooLong { .. } => "goal",
            Self::ContextTooLong { .. } => "context",
            Self::MaxAgents(_) => "max_agents",
            Self::Timeout(_) => "timeout",
            Self::ZeroBudget => "budget",
            Self::TooManyNamed { field } => field,
            Self::Contradiction { .. } => "excluded",
        };
        ErrorKind::Invalid {
            field: field.into(),
            reason: self.to_string(),
        }
    }
}
