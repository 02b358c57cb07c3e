//! CPU of this process, as the kernel counts it.

use std::{future::Future, time::Duration};

use crate::Outcome;

/// Microseconds of CPU that each of so many exchanges cost this process.
///
/// # Errors
/// The exchanges failed, or nothing is known of the threads.
pub async fn spent(exchanges: impl Future<Output = Outcome<usize>>) -> Outcome<f64> {
    let before = used()?;
    let n_exchanges = exchanges.await?;
    let spent = used()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / n_exchanges as f64)
}

/// What all threads of this process have used, as the kernel counts it in nanoseconds.
fn used() -> Outcome<Duration> {
    let mut nanos = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}
