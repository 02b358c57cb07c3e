use std::time::Duration;

use super::Rates;

/// What a host may set of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketOptions {
    /// How long an answer waits for its run at most, unless the request says otherwise.
    pub sync_wait: Duration,
    /// Whether callbacks may go to plain HTTP and to private, loopback and link-local addresses.
    pub private_callbacks: bool,
    /// How often each key may ask.
    pub rates: Rates,
}

impl MarketOptions {
    /// The longest wait that a request may ask for.
    pub const MAX_WAIT: Duration = Duration::from_secs(300);
    /// The most bytes of a body.
    pub const MAX_BODY: usize = 1024 * 1024;
}

impl Default for MarketOptions {
    fn default() -> Self {
        Self {
            sync_wait: Duration::from_secs(60),
            private_callbacks: false,
            rates: Rates::default(),
        }
    }
}
