use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What callers think of an agent: how often each of one to five stars was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// How many gave one star, two, and so on to five.
    pub counts: [u64; 5],
}

impl Rating {
    /// How many rated.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The same with one more opinion of 1 to 5 stars, in the place of the former one by the same account.
    #[must_use]
    pub fn with(mut self, stars: u8, former: Option<u8>) -> Self {
        let place = |stars: u8| usize::from(stars.clamp(1, 5)) - 1;
        if let Some(former) = former {
            let count = &mut self.counts[place(former)];
            *count = count.saturating_sub(1);
        }
        self.counts[place(stars)] += 1;
        self
    }

    /// The mean of 1.0 to 5.0; 0.0 while nobody rated.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a mean of stars is shown with one digit"
    )]
    pub fn average(&self) -> f64 {
        let stars: u64 = (1..).zip(self.counts).map(|(stars, count)| stars * count).sum();
        if self.count() == 0 {
            0.0
        } else {
            stars as f64 / self.count() as f64
        }
    }
}

/// How an agent's calls went, rolled up: of its latest calls, some may not be counted yet, and those of the last seconds
/// before a crash never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performance {
    /// How many calls ended.
    pub requests: u64,
    /// How many of them were answered.
    pub answered: u64,
    /// The time the answered ones took together.
    pub total_time: Duration,
}

impl Performance {
    /// Both together.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(more.requests),
            answered: self.answered.saturating_add(more.answered),
            total_time: self.total_time.saturating_add(more.total_time),
        }
    }

    /// The share of calls that were answered, 0.0 to 1.0; 0.0 while there are none.
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with a few digits")]
    pub fn success_rate(&self) -> f64 {
        if self.requests == 0 {
            0.0
        } else {
            self.answered as f64 / self.requests as f64
        }
    }

    /// How long an answer took on average; zero while there is none.
    pub fn average_time(&self) -> Duration {
        match u128::from(self.answered) {
            0 => Duration::ZERO,
            answered => {
                let nanos = self.total_time.as_nanos() / answered;
                Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opinion_takes_the_place_of_the_former_one() {
        let rating = Rating::default().with(5, None).with(2, None);
        assert_eq!((rating.count(), rating.average()), (2, 3.5));
        let rating = rating.with(4, Some(2));
        assert_eq!((rating.count(), rating.average()), (2, 4.5));
        assert_eq!(Rating::default().average(), 0.0);
    }

    #[test]
    fn figures_are_rates_and_means() {
        assert_eq!(Performance::default().success_rate(), 0.0);
        assert_eq!(Performance::default().average_time(), Duration::ZERO);
        let one = Performance {
            requests: 3,
            answered: 1,
            total_time: Duration::from_secs(2),
        };
        let two = one.plus(Performance {
            requests: 1,
            answered: 1,
            total_time: Duration::from_secs(1),
        });
        assert_eq!((two.requests, two.success_rate()), (4, 0.5));
        assert_eq!(two.average_time(), Duration::from_millis(1_500));
    }
}
