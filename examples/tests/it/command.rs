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

    /// Runs `serve` with a file of settings that it does not take, and tells what it says of it.
    pub(crate) fn refused(&self, config: &Path) -> String {
        let config = config.display().to_string();
        let refused = self.run(&["serve", "--listen", "127.0.0.1:0", "--config", &config]);
        assert_ne!(refused.code(), 0);
        refused.error()
    }

    /// The same as [`run`](Self::run) over another database of this place.
    pub(crate) fn run_over(&self, database: &str, arguments: &[&str]) -> Ran {
        Ran(self.command(database, arguments).output().unwrap())
    }

    fn command(&self, database: &str, arguments: &[&str]) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrator"));
        command
            .current_dir(root)
            .arg("--db")
            .arg(format!("sqlite://{}", self.path(database).display()))
            .args(arguments);
        command
    }

    /// Runs the binary where nobody reads what it prints, and tells its exit code.
    pub(crate) fn run_unheard(&self, arguments: &[&str]) -> Option<i32> {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = self.command("orch.db", arguments);
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        command.status().unwrap().code()
    }

    /// Runs the binary with its standard output in a file.
    pub(crate) fn run_into(&self, file: std::fs::File, arguments: &[&str]) -> Ran {
        let mut command = self.command("orch.db", arguments);
        Ran(command.stdout(file).output().unwrap())
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
