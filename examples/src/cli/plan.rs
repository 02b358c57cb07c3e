//! `orchestrator plan`: what a goal would come to.

use std::process::ExitCode;

use orch::{GoalLimits, planner::Estimate};

use super::{Arguments, CliError, PlanArguments, calls, home::Home, run, text};

pub(super) async fn plan(arguments: &Arguments, plan: &PlanArguments) -> Result<ExitCode, CliError> {
    if let Some(file) = &plan.tasks {
        return calls::calls(file, plan);
    }
    let budget = run::budget(plan.budget.as_deref())?;
    let goal = run::goal_of(&plan.goal, budget, GoalLimits::default().timeout)?;
    let home = Home::open_with(arguments, Some(&plan.model)).await?;
    let preview = home
        .orchestrator
        .orchestrations()
        .plan(&home.caller, &goal)
        .await?;
    if let Some(planning) = &preview.planning {
        tell!("{}", text::planning(planning));
    }
    if plan.json {
        let json = serde_json::to_string_pretty(&preview.plan).map_err(CliError::other)?;
        say!("{json}");
        return Ok(ExitCode::SUCCESS);
    }
    let estimates = &preview.estimate.steps;
    for (at, (step, estimate)) in preview.valid.steps().iter().zip(estimates).enumerate() {
        say!(
            "{}. {} ({} {}), at most {}, {}",
            at + 1,
            step.task,
            step.slug,
            step.version,
            step.price,
            text::time(estimate)
        );
        for (name, value) in &step.arguments {
            say!(
                "     {name}: {}",
                serde_json::to_string(value).map_err(CliError::other)?
            );
        }
        let before: Vec<String> = step.before.iter().map(|at| (at + 1).to_string()).collect();
        if !before.is_empty() {
            say!("     after {}", before.join(", "));
        }
    }
    let Estimate { cost, time, .. } = preview.estimate;
    say!("at most {cost}, about {:.3} s", time.as_secs_f64());
    Ok(ExitCode::SUCCESS)
}
