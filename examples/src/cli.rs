//! The command line of the reference binary.

#[macro_use]
mod output;

mod a2a;
mod agents;
mod answer;
mod approvals;
mod arguments;
mod audit;
mod calls;
mod credits;
mod db;
mod error;
mod home;
mod import;
mod keys;
mod model;
mod plan;
mod run;
mod serve;
mod show;
mod switch;
mod telemetry;
mod text;

pub use arguments::{
    A2aCommand, AgentsCommand, ApprovalsCommand, Arguments, AuditCommand, Command, CreditsCommand, DbCommand,
    KeysCommand, PlanArguments, RunArguments, ServeArguments, StopArguments, StoppableArguments,
};
pub use error::CliError;
pub use model::ModelArguments;

use std::process::ExitCode;

use telemetry::Telemetry;

/// Does what the command line says. Answers go to standard output, everything else to standard error.
pub async fn run(arguments: Arguments) -> ExitCode {
    match dispatch(&arguments).await {
        // Part of what was asked for, such as a key that is shown once, is lost.
        Ok(_) if !output::is_whole() => ExitCode::FAILURE,
        Ok(code) => code,
        Err(error) => {
            tell!("error: {error}");
            for cause in error.causes() {
                tell!("  because: {cause}");
            }
            error.exit_code()
        }
    }
}

async fn dispatch(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let _telemetry = Telemetry::begin(arguments).await?;
    match &arguments.command {
        Command::Run(run) => run::run(arguments, run).await,
        Command::Plan(plan) => plan::plan(arguments, plan).await,
        Command::Serve(serve) => serve::serve(arguments, serve).await,
        Command::Agents(command) => agents::agents(arguments, command).await,
        Command::A2a(command) => a2a::a2a(arguments, command).await,
        Command::Credits(command) => credits::credits(arguments, command).await,
        Command::Keys(command) => keys::keys(arguments, command).await,
        Command::Approvals(command) => approvals::approvals(arguments, command).await,
        Command::Stop(stop) => switch::stop(arguments, stop).await,
        Command::Start(what) => switch::start(arguments, what).await,
        Command::Audit(command) => audit::audit(arguments, command).await,
        Command::Db(DbCommand::Check) => db::check(arguments).await,
        Command::Db(DbCommand::Backup { file }) => db::backup(arguments, file).await,
    }
}
