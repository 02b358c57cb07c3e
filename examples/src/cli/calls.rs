//! `orchestrator plan --tasks`: the calls that a goal comes to over the tasks of a file.

use std::{path::Path, process::ExitCode};

use orch::{Clock, GoalLimits, SystemClock, planner::catalog_planner::Toolbox};

use super::{CliError, PlanArguments, run};

/// The largest file that is read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Prints the calls. That nothing fits is an answer too: as JSON an empty list, with the reason on standard error.
pub(super) fn calls(file: &Path, plan: &PlanArguments) -> Result<ExitCode, CliError> {
    let goal = run::goal_of(&plan.goal, None, GoalLimits::default().timeout)?;
    let size = std::fs::metadata(file)
        .map_err(|error| CliError::file(file, error))?
        .len();
    if size > MAX_BYTES {
        return Err(CliError::file(
            file,
            format_args!("is larger than {MAX_BYTES} bytes"),
        ));
    }
    let text = std::fs::read_to_string(file).map_err(|error| CliError::file(file, error))?;
    let toolbox = Toolbox::read(&text).map_err(|error| CliError::file(file, error))?;
    let planned = toolbox.at(SystemClock.now()).calls(&goal.text);
    match planned {
        Ok(calls) if plan.json => {
            say!("{}", serde_json::to_string(&calls).map_err(CliError::other)?);
        }
        Ok(calls) => {
            for (at, call) in calls.iter().enumerate() {
                say!("{}. {}", at + 1, call.task);
                for (name, value) in &call.arguments {
                    say!("     {name}: {value}");
                }
            }
        }
        Err(refusal) if plan.json => {
            say!("[]");
            tell!("refused: {refusal}");
        }
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(ExitCode::SUCCESS)
}
