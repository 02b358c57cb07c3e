//! The reference binary: the whole work of orch with one command.

use std::process::ExitCode;

use clap::Parser;
use orch_examples::cli::{self, Arguments};

#[tokio::main]
async fn main() -> ExitCode {
    cli::run(Arguments::parse()).await
}
