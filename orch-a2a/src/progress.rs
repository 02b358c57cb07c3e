//! What an agent says while it works: a bounded stream before its one answer.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

/// Something an agent said while it worked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing, at most [`MAX_MESSAGE_CHARS`](Self::MAX_MESSAGE_CHARS) characters.
    pub message: String,
    /// How much is done, 0 to 100, where the agent knows.
    pub percent: Option<u8>,
    /// How many reports just before this one were dropped because nobody took them in time.
    pub n_dropped: u64,
}

impl Progress {
    /// The longest message; what is longer is cut.
    pub const MAX_MESSAGE_CHARS: usize = 1000;

    /// A message alone.
    pub fn message(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// A message, and how much is done; more than 100 percent counts as 100.
    pub fn percent(percent: u8, message: impl Into<String>) -> Self {
        Self {
            percent: Some(percent.min(100)),
            ..Self::message(message)
        }
    }
}

/// Where an agent reports its progress. Reporting never waits and never fails.
///
/// At most so many reports are kept as the queue was made for. When an agent reports faster than they are taken, the
/// **oldest** is dropped, so that what arrives is the newest; the next one taken says how many are missing. What is
/// reported after the answer is dropped.
#[derive(Clone)]
pub struct ProgressSink(Arc<Mutex<Queue>>);

/// The other end of a [`ProgressSink`]. Once it is gone, reports go nowhere.
#[derive(Debug)]
pub struct ProgressStream(ProgressSink);

#[derive(Debug, Default)]
struct Queue {
    reports: VecDeque<Progress>,
    capacity: usize,
    n_dropped: u64,
    waker: Option<Waker>,
}

impl ProgressSink {
    /// A queue of at most `capacity` reports.
    pub fn bounded(capacity: usize) -> (Self, ProgressStream) {
        let sink = Self(Arc::new(Mutex::new(Queue {
            capacity,
            ..Queue::default()
        })));
        (sink.clone(), ProgressStream(sink))
    }

    /// A sink whose reports go nowhere.
    pub fn closed() -> Self {
        Self::bounded(0).0
    }

    /// Reports progress.
    pub fn report(&self, mut progress: Progress) {
        if let Some((end, _)) = progress.message.char_indices().nth(Progress::MAX_MESSAGE_CHARS) {
            progress.message.truncate(end);
        }
        let waker = {
            let mut queue = self.lock();
            if queue.capacity == 0 {
                return;
            }
            if queue.reports.len() == queue.capacity {
                queue.reports.pop_front();
                queue.n_dropped += 1;
            }
            queue.reports.push_back(progress);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ProgressSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressSink").finish_non_exhaustive()
    }
}

impl ProgressStream {
    /// Takes what has been reported, oldest first, and has `context` woken by the next report.
    pub(crate) fn take(&mut self, context: &mut Context<'_>) -> VecDeque<Progress> {
        let mut queue = self.0.lock();
        queue.waker = Some(context.waker().clone());
        queue.drain()
    }

    /// Takes what has been reported, oldest first, and lets nothing more in.
    pub(crate) fn close(&mut self) -> VecDeque<Progress> {
        let mut queue = self.0.lock();
        queue.capacity = 0;
        queue.waker = None;
        queue.drain()
    }
}

impl Drop for ProgressStream {
    fn drop(&mut self) {
        self.close();
    }
}

impl Queue {
    fn drain(&mut self) -> VecDeque<Progress> {
        let mut reports = std::mem::take(&mut self.reports);
        if let Some(first) = reports.front_mut() {
            first.n_dropped = std::mem::take(&mut self.n_dropped);
        }
        reports
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(reports: &VecDeque<Progress>) -> Vec<(&str, u64)> {
        let told = reports.iter();
        told.map(|report| (report.message.as_str(), report.n_dropped))
            .collect()
    }

    #[test]
    fn the_newest_reports_survive_a_flood() {
        let (sink, mut stream) = ProgressSink::bounded(2);
        for message in ["one", "two", "three", "four"] {
            sink.report(Progress::message(message));
        }
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(messages(&stream.take(&mut context)), [("three", 2), ("four", 0)]);
        sink.report(Progress::message("five"));
        assert_eq!(messages(&stream.close()), [("five", 0)]);
    }

    #[test]
    fn what_comes_after_the_end_goes_nowhere() {
        let (sink, mut stream) = ProgressSink::bounded(2);
        stream.close();
        sink.report(Progress::message("late"));
        assert!(sink.lock().reports.is_empty());
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let (sink, mut stream) = ProgressSink::bounded(1);
        sink.report(Progress::percent(200, "ü".repeat(5000)));
        let report = stream.close().pop_front().unwrap();
        assert_eq!(report.message.chars().count(), Progress::MAX_MESSAGE_CHARS);
        assert_eq!(report.percent, Some(100));
    }
}
