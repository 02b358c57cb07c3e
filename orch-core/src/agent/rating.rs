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

/// How an agent's calls went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performance {
    /// How many calls ended.
    pub requests: u64,
    /// How many of them were answered.
    pub answered: u64,
    /// The time the answered ones took together.
    pub total_time: Duration,
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
}
