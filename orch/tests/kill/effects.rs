//! What agents do outside of the database: one line in a file each, before they answer.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use orch_core::InvocationId;

use crate::Fallible;

/// Something that an agent did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Effect {
    /// The call that it was done for.
    pub(crate) invocation: InvocationId,
    pub(crate) task: String,
    /// The run, by its label.
    pub(crate) label: String,
    pub(crate) step: String,
}

/// The file, as agents write it.
#[derive(Debug)]
pub(crate) struct Effects(File);

impl Effects {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Adds a line by one call of the operating system, which has it wholly or not at all when the process is killed.
    pub(crate) fn add(&self, idempotency_key: &str, task: &str, label: &str, step: &str) -> io::Result<()> {
        (&self.0).write_all(format!("{idempotency_key} {task} {label} {step}\n").as_bytes())
    }
}

/// Reads the file; nothing where no agent has done anything yet.
pub(crate) fn read(path: &Path) -> Fallible<Vec<Effect>> {
    match std::fs::read_to_string(path) {
        Ok(text) => text.lines().map(parse).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn parse(line: &str) -> Fallible<Effect> {
    let [key, task, label, step] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("{line:?} is no effect").into());
    };
    let [task, label, step] = [task, label, step].map(str::to_owned);
    Ok(Effect {
        invocation: key.parse()?,
        task,
        label,
        step,
    })
}
