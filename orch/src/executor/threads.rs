use std::{
    collections::VecDeque,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// How long a thread without a task waits for the next one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a thread does.
pub(super) type Task = Box<dyn FnOnce() + Send>;

/// As many threads as there are tasks at once, each for one task after another.
///
/// How many tasks there are is bounded by whoever brings them: here, by the calls that an agent may work on at once.
#[derive(Debug, Default)]
pub(super) struct Threads(Arc<Pool>);

#[derive(Default)]
struct Pool {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    /// Never more than there are idle threads, so that no task waits for another to end.
    tasks: VecDeque<Task>,
    n_idle: usize,
    is_over: bool,
}

impl Threads {
    /// Runs a task at once, on an idle thread or a new one.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub(super) fn run(&self, task: Task) -> io::Result<()> {
        let mut state = self.0.lock();
        if state.n_idle > state.tasks.len() {
            state.tasks.push_back(task);
            self.0.news.notify_one();
            return Ok(());
        }
        drop(state);
        let pool = self.0.clone();
        thread::Builder::new()
            .name("orch-agent".to_owned())
            .spawn(move || pool.work(task))
            .map(drop)
    }
}

/// Idle threads end at once, the others when they have nothing more to do.
impl Drop for Threads {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.news.notify_all();
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, first: Task) {
        let mut next = Some(first);
        while let Some(task) = next {
            // A task that panics drops what it holds, which is how its caller learns of it.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(task)) {
                // Even the payload may panic when it is dropped.
                std::mem::forget(payload);
            }
            next = self.next();
        }
    }

    /// Waits for another task; `None` when the thread shall end.
    fn next(&self) -> Option<Task> {
        let mut state = self.lock();
        state.n_idle += 1;
        let is_idle = |state: &mut State| state.tasks.is_empty() && !state.is_over;
        let waited = self.news.wait_timeout_while(state, PATIENCE, is_idle);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.n_idle -= 1;
        state.tasks.pop_front()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("n_idle", &self.lock().n_idle)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Barrier, mpsc};

    use super::*;

    #[test]
    fn no_task_waits_for_another() {
        let threads = Threads::default();
        for _ in 0..3 {
            // None of them goes on before all have begun.
            let (barrier, (done, ended)) = (Arc::new(Barrier::new(20)), mpsc::channel());
            for _ in 0..20 {
                let (barrier, done) = (barrier.clone(), done.clone());
                let task = Box::new(move || {
                    barrier.wait();
                    done.send(thread::current().id()).unwrap();
                });
                threads.run(task).unwrap();
            }
            drop(done);
            assert_eq!(ended.iter().count(), 20);
        }
    }

    #[test]
    fn a_thread_takes_the_next_task_even_after_a_panic() {
        let threads = Threads::default();
        let mut ids = Vec::new();
        for round in 0..3 {
            let (done, ended) = mpsc::channel();
            let task = Box::new(move || {
                done.send(thread::current().id()).unwrap();
                assert!(round != 1, "told to panic");
            });
            threads.run(task).unwrap();
            ids.push(ended.recv().unwrap());
            while threads.0.lock().n_idle == 0 {
                thread::yield_now();
            }
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    #[test]
    fn idle_threads_end_with_the_last_handle() {
        let threads = Threads::default();
        threads.run(Box::new(|| {})).unwrap();
        let pool = threads.0.clone();
        drop(threads);
        while Arc::strong_count(&pool) > 1 {
            thread::yield_now();
        }
    }
}
