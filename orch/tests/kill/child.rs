//! A process that lives, as seen by the one that kills it.

use std::{
    io::{BufRead, BufReader},
    process::{ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{Fallible, acknowledgement::Acknowledgement, life::Life};

/// How long a life is waited for: much longer than it should ever take.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Child {
    process: std::process::Child,
    working: Receiver<()>,
    said: JoinHandle<Fallible<Vec<Acknowledgement>>>,
}

impl Child {
    /// Begins a life in a process of its own.
    pub(crate) fn spawn(life: &Life) -> Fallible<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(life.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if life.mutant.is_some() {
            command.stderr(Stdio::null());
        }
        let mut process = command.spawn()?;
        let output = process.stdout.take().ok_or("the process has no output")?;
        let (starts, working) = mpsc::channel();
        let said = thread::spawn(move || listen(output, &starts));
        Ok(Self {
            process,
            working,
            said,
        })
    }

    /// Returns once the life has acknowledged the start of a run, or cannot do so any more.
    pub(crate) fn wait_for_work(&self) {
        // Whether it has failed shows when it is killed.
        let _ = self.working.recv_timeout(PATIENCE);
    }

    /// Returns once the life has acknowledged the start of a run from now on; how long that took.
    pub(crate) fn works_again(&self) -> Fallible<Duration> {
        let since = Instant::now();
        while self.working.try_recv().is_ok() {}
        let resumed = self.working.recv_timeout(PATIENCE);
        resumed.map_err(|_| "it did not go on")?;
        Ok(since.elapsed())
    }

    /// Lets it stand still as a machine does that is suspended, until [`resume`](Self::resume).
    pub(crate) fn pause(&self) -> Fallible<()> {
        self.signal("STOP")
    }

    pub(crate) fn resume(&self) -> Fallible<()> {
        self.signal("CONT")
    }

    fn signal(&self, name: &str) -> Fallible<()> {
        let kill = format!("kill -{name} {}", self.process.id());
        let status = Command::new("sh").args(["-c", &kill]).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{kill}: {status}").into())
        }
    }

    /// Kills it as a loss of power would, without a warning.
    pub(crate) fn kill(mut self) -> Fallible<Death> {
        let status = self.process.try_wait()?;
        self.process.kill()?;
        self.process.wait()?;
        self.bury(status.map(|status| format!("it ended by itself: {status}")))
    }

    /// Lets it live to its end.
    pub(crate) fn outlive(mut self) -> Fallible<Death> {
        let began_at = Instant::now();
        let failure = loop {
            match self.process.try_wait()? {
                Some(status) if status.success() => break None,
                Some(status) => break Some(format!("it failed: {status}")),
                None if began_at.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
                None => {
                    self.process.kill()?;
                    self.process.wait()?;
                    break Some(format!("it did not come to rest in {PATIENCE:?}"));
                }
            }
        };
        self.bury(failure)
    }

    fn bury(self, failure: Option<String>) -> Fallible<Death> {
        let said = self.said.join().map_err(|_| "whoever listened has panicked")??;
        Ok(Death { said, failure })
    }
}

/// What a life leaves behind.
#[derive(Debug)]
pub(crate) struct Death {
    pub(crate) said: Vec<Acknowledgement>,
    /// What was wrong with how it ended.
    pub(crate) failure: Option<String>,
}

/// Takes down what is said until the process is gone.
fn listen(output: ChildStdout, starts: &Sender<()>) -> Fallible<Vec<Acknowledgement>> {
    let mut said = Vec::new();
    for line in BufReader::new(output).lines() {
        let acknowledgement: Acknowledgement = line?.parse()?;
        if matches!(acknowledgement, Acknowledgement::Started { .. }) {
            // Whoever does not wait any more is about to kill.
            let _ = starts.send(());
        }
        said.push(acknowledgement);
    }
    Ok(said)
}
