//! How long an answer waits for its run.

use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::future::{Either, select};
use orch::{Caller, Orchestration, OrchestrationError, RunId};

use super::{Market, MarketOptions};

/// What `Prefer` says of waiting (RFC 7240).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Preference {
    respond_async: bool,
    wait: Option<Duration>,
}

/// How the wait for a run ended.
#[derive(Debug)]
pub(super) enum Waited {
    /// The run has ended.
    Ended(Orchestration),
    /// It goes on; the caller hears of its end later.
    Processing(Orchestration),
    /// Its own time is over while the caller still waits.
    Overdue(Orchestration),
}

/// How long a run that is out of time may take to come to its end before the caller is told.
const GRACE: Duration = Duration::from_secs(2);

impl Preference {
    /// What the headers prefer. What cannot be understood is no preference.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut preference = Self::default();
        let values = headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok());
        for token in values.flat_map(|value| value.split([',', ';'])).map(str::trim) {
            if token.eq_ignore_ascii_case("respond-async") {
                preference.respond_async = true;
            } else if let Some((name, seconds)) = token.split_once('=')
                && name.trim().eq_ignore_ascii_case("wait")
                && let Ok(seconds) = seconds.trim().trim_matches('"').parse()
            {
                preference.wait = Some(Duration::from_secs(seconds).min(MarketOptions::MAX_WAIT));
            }
        }
        preference
    }

    /// How long to wait for a run of that time.
    fn limit(self, timeout: Duration, options: &MarketOptions) -> Duration {
        match (self.wait, self.respond_async) {
            (Some(wait), _) => wait,
            (None, true) => Duration::ZERO,
            (None, false) => timeout.min(options.sync_wait),
        }
    }
}

impl Market {
    /// Waits for a run as long as the request prefers.
    pub(super) async fn wait(
        &self,
        caller: &Caller,
        run: RunId,
        timeout: Duration,
        preference: Preference,
    ) -> Result<Waited, OrchestrationError> {
        let limit = preference.limit(timeout, &self.0.options);
        // Whoever waits as long as the run may take hears that its time is over, and not that it goes on.
        let stays = limit >= timeout;
        let patience = if stays { timeout + GRACE } else { limit };
        if let Some(ended) = self.ended_within(caller, run, patience).await? {
            return Ok(Waited::Ended(ended));
        }
        let found = self.orchestrator().orchestrations().find(caller, run).await?;
        Ok(if found.status().is_ended() {
            Waited::Ended(found)
        } else if stays && found.deadline() <= self.now() {
            Waited::Overdue(found)
        } else {
            Waited::Processing(found)
        })
    }

    async fn ended_within(
        &self,
        caller: &Caller,
        run: RunId,
        patience: Duration,
    ) -> Result<Option<Orchestration>, OrchestrationError> {
        if patience.is_zero() {
            return Ok(None);
        }
        let end = Box::pin(self.orchestrator().orchestrations().wait(caller, run));
        match select(end, self.orchestrator().clock().sleep(patience)).await {
            Either::Left((ended, _)) => ended.map(Some),
            Either::Right(_) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(prefer: &[&str], timeout: u64) -> u64 {
        let mut headers = HeaderMap::new();
        for value in prefer {
            headers.append("prefer", value.parse().unwrap());
        }
        let options = MarketOptions::default();
        Preference::of(&headers)
            .limit(Duration::from_secs(timeout), &options)
            .as_secs()
    }

    #[test]
    fn an_answer_waits_as_long_as_it_is_asked_to() {
        assert_eq!(limit(&[], 300), 60);
        assert_eq!(limit(&[], 5), 5);
        assert_eq!(limit(&["respond-async"], 300), 0);
        assert_eq!(limit(&["Respond-Async, wait=10"], 300), 10);
        assert_eq!(limit(&["handling=lenient", "wait=\"0\""], 300), 0);
        assert_eq!(limit(&["wait=9999"], 300), 300);
        assert_eq!(limit(&["wait=soon", "wait=-1"], 300), 60);
    }
}
