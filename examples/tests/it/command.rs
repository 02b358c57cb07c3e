//! The binary, run as a person would.

#![cfg(test)]

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

/// A directory with a database of its own.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// Runs the binary from the root of the workspace, where `examples/data` is found as the README says.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_over("orch.db", arguments)
    }

    /// The same over another database of this place.
    pub(crate) fn run_over(&self, database: &str, arguments: &[&str]) -> Ran {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_orchestrator"))
            .current_dir(root)
            .arg("--db")
            .arg(format!("sqlite://{}", self.path(database).display()))
            .args(arguments)
            .output()
            .unwrap();
        Ran(output)
    }

    /// Runs a goal and reads its JSON answer.
    pub(crate) fn answer(&self, goal: &str) -> Value {
        let ran = self.run(&["run", "--json", goal]);
        assert_eq!(ran.code(), 0, "{goal}: {}", ran.error());
        serde_json::from_str(&ran.out()).unwrap()
    }
}

/// What a run of the binary left behind.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn error(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }
}
