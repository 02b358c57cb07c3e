use std::time::Duration;

/// How the approver's page is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalPageOptions {
    /// What stands before `/approvals` in the addresses that browsers ask for, such as the prefix that the page is mounted
    /// under; nothing, unless it is set.
    pub base: String,
    /// Whether browsers reach it over https only: then they show their session over nothing else.
    pub https: bool,
    /// How many may be signed in at once; who was signed in longest has to sign in again. They are kept in this process.
    pub sessions: usize,
    /// How long a sign-in lasts.
    pub session_time: Duration,
    /// How long a browser that watches waits for news before it asks anew.
    pub wait: Duration,
}

impl Default for ApprovalPageOptions {
    fn default() -> Self {
        Self {
            base: String::new(),
            https: true,
            sessions: 1000,
            session_time: Duration::from_secs(12 * 60 * 60),
            wait: Duration::from_secs(25),
        }
    }
}
