use std::{fmt, time::Duration};

/// How long each of many repetitions took.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// The smallest latency that at least `percent` percent of them do not exceed; zero when there are none.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    /// Adds those of another round.
    pub fn merge(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The median.
    pub fn p50(&self) -> Duration {
        self.percentile(50)
    }

    /// What all but one in a hundred stay below.
    pub fn p99(&self) -> Duration {
        self.percentile(99)
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(took: T) -> Self {
        Self(took.into_iter().collect())
    }
}

/// `p50 / p99`, for a cell of a table.
impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", brief(self.p50()), brief(self.p99()))
    }
}

/// Three digits and a unit.
fn brief(took: Duration) -> String {
    let micros = took.as_secs_f64() * 1e6;
    match micros {
        ..10.0 => format!("{micros:.2} us"),
        ..100.0 => format!("{micros:.1} us"),
        ..1_000.0 => format!("{micros:.0} us"),
        ..10_000.0 => format!("{:.2} ms", micros / 1e3),
        ..100_000.0 => format!("{:.1} ms", micros / 1e3),
        _ => format!("{:.0} ms", micros / 1e3),
    }
}

/// The middle one of some figures; zero when there are none.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_latencies() {
        let latencies: Latencies = (1..=200).rev().map(Duration::from_micros).collect();
        assert_eq!(latencies.p50(), Duration::from_micros(100));
        assert_eq!(latencies.p99(), Duration::from_micros(198));
        assert_eq!(latencies.percentile(100), Duration::from_micros(200));
        assert_eq!(Latencies::default().p99(), Duration::ZERO);
    }

    #[test]
    fn the_middle_is_found_in_any_order() {
        assert_eq!(median([3.0, 1.0, 2.0]).to_bits(), 2.0_f64.to_bits());
    }

    #[test]
    fn figures_are_brief() {
        let shown = [900, 12_345, 4_500_000, 123_456_789].map(|nanos| brief(Duration::from_nanos(nanos)));
        assert_eq!(shown, ["0.90 us", "12.3 us", "4.50 ms", "123 ms"]);
    }
}
