//! Where the functions of in-process agents run.

mod threads;

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use orch_a2a::{Executor, InlineExecutor, Job, JobResult, Mode, Panicked, TransportError};
use tokio::{runtime::Handle, sync::oneshot};

use crate::count::{Count, Counted};
use threads::Threads;

/// Runs each function on a thread of its own, so that one that blocks stalls only itself; those that promise never to
/// block run where their answer is awaited.
///
/// The threads are none of the runtime's: a runtime waits for its blocking threads when it ends, and a function that
/// never returns would keep the host's process from ending.
#[derive(Clone, Debug)]
pub(crate) struct TokioExecutor {
    threads: Arc<Threads>,
    running: Count,
}

impl TokioExecutor {
    pub(crate) fn new() -> Self {
        Self {
            threads: Arc::default(),
            running: Count::new(),
        }
    }

    /// Returns once no function runs on a thread of its own any more.
    pub(crate) async fn idle(&self) {
        self.running.reaches(|n_running| n_running == 0).await;
    }
}

impl Executor for TokioExecutor {
    fn run(&self, job: Job, mode: Mode) -> BoxFuture<'static, Result<JobResult, Panicked>> {
        match mode {
            Mode::Cooperative => InlineExecutor.run(job, mode),
            Mode::Blocking => Box::pin(on_a_thread(self.threads.clone(), job, self.running.begin())),
        }
    }
}

async fn on_a_thread(threads: Arc<Threads>, job: Job, running: Counted) -> Result<JobResult, Panicked> {
    // Dropping this future drops `wanted`, which stops the job at its next await.
    let (wanted, unwanted) = oneshot::channel::<()>();
    let (answer, answered) = oneshot::channel();
    let runtime = Handle::current();
    let begun = threads.run(Box::new(move || {
        let _running = running;
        let job = AssertUnwindSafe(job).catch_unwind();
        let result = runtime.block_on(async {
            tokio::select! {
                biased;
                result = job => result.map_err(Panicked::new),
                _ = unwanted => Ok(Err(TransportError::failed("nobody waits for the answer any more"))),
            }
        });
        // Whoever does not wait any more has no use for the answer.
        let _ = answer.send(result);
    }));
    if let Err(error) = begun {
        return Ok(Err(TransportError::failed(format_args!(
            "there is no thread to run on: {error}"
        ))));
    }
    let result = answered.await;
    drop(wanted);
    // What panics outside the job's own code panics where the job is dropped.
    result.unwrap_or_else(|_| Err(Panicked::new(Box::new("while it was dropped"))))
}
