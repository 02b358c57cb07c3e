use std::{
    fmt,
    pin::Pin,
    task::{self, Poll},
};

use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::{Context, function::Function};
use crate::{Call, Panicked, ProgressSink, Reply, TransportError, contain::Contained};

/// Runs the functions of in-process agents: the port through which a host says on which threads.
///
/// A function that panics is contained, whatever the executor.
pub trait Executor: fmt::Debug + Send + Sync + 'static {
    /// Runs a job to its end. Dropping the future stops it as far as that is possible; what cannot be stopped, because
    /// it blocks, goes on behind and keeps the job until it returns.
    fn run(&self, job: Job, mode: Mode) -> BoxFuture<'static, Result<JobResult, Panicked>>;
}

/// How a function uses its thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It may block or compute for long, so it needs a thread of its own.
    #[default]
    Blocking,
    /// It awaits whatever takes long, so it can share a thread.
    Cooperative,
}

/// What a job ends with.
pub type JobResult = Result<Reply, TransportError>;

/// One call of a function: a future in which all of the function's code runs, its first line and its drop included.
pub struct Job {
    name: String,
    run: BoxFuture<'static, JobResult>,
}

impl Job {
    pub(super) fn new(function: Function, mut call: Call, progress: ProgressSink) -> Self {
        let name = format!("{}/{}", call.agent.slug, call.task);
        let context = Context::new(&mut call, progress);
        let Call {
            arguments, permit, ..
        } = call;
        let run = async move {
            // Dropped last, so that the agent counts as at work until nothing of the function is left.
            let _permit = permit;
            let result = function(arguments, context.clone()).await?;
            Ok(Reply {
                result,
                units: context.units(),
            })
        };
        // Wherever it runs, what it says belongs to its call.
        let run = Box::pin(run.in_current_span());
        Self { name, run }
    }

    /// What runs, for the name of a thread: `agent/task`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Future for Job {
    type Output = JobResult;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<JobResult> {
        self.run.as_mut().poll(context)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Runs functions where their answer is awaited, whatever their mode: one that blocks stalls all else there. For tests,
/// and for hosts whose functions are cooperative.
#[derive(Clone, Copy, Debug, Default)]
pub struct InlineExecutor;

impl Executor for InlineExecutor {
    fn run(&self, job: Job, _mode: Mode) -> BoxFuture<'static, Result<JobResult, Panicked>> {
        Box::pin(Contained::new(Box::pin(job)))
    }
}
