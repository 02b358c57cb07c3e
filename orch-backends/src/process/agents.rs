use std::{future::pending, pin::pin, process::Stdio, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::{Either, join, select};
use orch_a2a::{AgentTransport, Call, ProgressSink, Reply, TransportError};
use orch_core::{Clock, agent::Endpoint};
use tokio::{
    io::AsyncWriteExt,
    process::{ChildStdin, Command},
    sync::Semaphore,
};

use super::{ProcessOptions, group::Group, lines::Lines, path::find, tail::Tail};
use crate::wire::{WireCall, max_reply_bytes};

/// Carries calls to programs on this machine; see [the module](super).
#[derive(Clone, Debug)]
pub struct ProcessAgents {
    options: Arc<ProcessOptions>,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
}

impl ProcessAgents {
    /// How often it is looked whether a program has ended whose output has not.
    const LOOK: Duration = Duration::from_millis(100);

    /// Programs that are run in this way.
    pub fn new(options: ProcessOptions, clock: Arc<dyn Clock>) -> Self {
        let places = options.max_processes.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            options: Arc::new(options),
            clock,
            places: Arc::new(Semaphore::new(places)),
        }
    }

    fn command(&self, endpoint: &Endpoint) -> Result<Command, TransportError> {
        let Endpoint::Subprocess {
            command,
            args,
            directory,
        } = endpoint
        else {
            return Err(TransportError::unreachable("it is no program"));
        };
        let mut program = Command::new(find(command, &self.options.environment));
        program
            .arg0(command)
            .args(args)
            .env_clear()
            .envs(&self.options.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = directory {
            program.current_dir(directory);
        }
        Ok(program)
    }

    /// Returns once the program has ended and its output, which its children may keep open, has had time to follow.
    async fn ended(&self, group: &Group) {
        let mut has_ended = false;
        loop {
            self.clock.sleep(Self::LOOK).await;
            if has_ended {
                return;
            }
            has_ended = group.has_ended();
        }
    }
}

#[async_trait]
impl AgentTransport for ProcessAgents {
    async fn send(&self, call: Call, progress: &ProgressSink) -> Result<Reply, TransportError> {
        let mut command = self.command(&call.version.endpoint)?;
        let mut line = serde_json::to_vec(&WireCall::new(&call, &call.arguments))
            .map_err(TransportError::unreachable)?;
        line.push(b'\n');
        let _place = self.places.acquire().await.map_err(TransportError::unreachable)?;
        let mut child = command.spawn().map_err(TransportError::unreachable)?;
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let group = Group::led_by(child);
        let (Some(input), Some(output), Some(errors)) = (input, output, errors) else {
            return Err(TransportError::unreachable("it cannot be talked to"));
        };
        let tail = Tail::new(self.options.max_error_bytes);
        let lines = Lines {
            progress,
            max_reply_bytes: max_reply_bytes(call.max_bytes),
            max_progress_bytes: self.options.max_progress_bytes,
        };
        let talk = async {
            match select(pin!(lines.read(output)), pin!(self.ended(&group))).await {
                Either::Left((Some(reply), _)) => Some(reply),
                // The output has ended, and the program may be about to.
                Either::Left((None, ended)) => {
                    ended.await;
                    None
                }
                Either::Right(_) => None,
            }
        };
        let serve = async {
            join(feed(input, &line), tail.follow(errors)).await;
            pending::<()>().await;
        };
        let reply = match select(pin!(talk), pin!(serve)).await {
            Either::Left((reply, _)) => reply,
            Either::Right(((), _)) => None,
        };
        if let Some(reply) = reply {
            return reply;
        }
        let ending = match group.end().await {
            Ok(status) => format!("it ended with {status} before it replied"),
            Err(error) => format!("it ended before it replied, and how cannot be told: {error}"),
        };
        let said = tail.text();
        Err(TransportError::lost(if said.is_empty() {
            ending
        } else {
            format!("{ending}: {said}")
        }))
    }
}

/// Writes the call and ends the input. A program that does not want to read it need not.
async fn feed(mut input: ChildStdin, line: &[u8]) {
    let _ = input.write_all(line).await;
}
