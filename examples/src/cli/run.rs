//! `orchestrator run`: a goal or a plan, to its end.

use std::{path::Path, process::ExitCode, time::Duration};

use orch::{
    Amount, Currency, Goal, GoalLimits, Orchestration, Plan, RunId, RunStatus,
    planner::{StartOptions, Update},
};

use super::{Arguments, CliError, RunArguments, answer, home::Home, show::Show, text};

/// How long steps that run may go on when the command is interrupted.
const DRAIN: Duration = Duration::from_secs(5);
/// The largest plan file that is read, in bytes.
const MAX_PLAN_BYTES: u64 = 1024 * 1024;

pub(super) async fn run(arguments: &Arguments, run: &RunArguments) -> Result<ExitCode, CliError> {
    let wanted = Wanted::new(run)?;
    let home = Home::open_with(arguments, Some(&run.model)).await?;
    let worker = tokio::spawn(home.orchestrator.worker());
    let done = follow(&home, wanted, run.json).await;
    home.orchestrator.shutdown(DRAIN).await;
    let worked = worker.await.map_err(CliError::other)?;
    let ended = done?;
    // A run that has ended was done elsewhere if not here, such as by the process that serves the same file.
    if !ended.status().is_ended() {
        worked.map_err(CliError::other)?;
    }
    if run.json {
        let answer = orch_http_adapter::market::answer(&home.orchestrator, &home.caller, &ended);
        say!("{}", answer.await?);
    } else {
        bill(&ended);
    }
    Ok(if ended.status() == RunStatus::Completed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is to be run, checked as far as the command line goes, before anything is opened.
enum Wanted {
    Goal(Goal),
    Plan(Plan, StartOptions),
}

impl Wanted {
    fn new(run: &RunArguments) -> Result<Self, CliError> {
        let timeout = Duration::from_secs(run.timeout);
        let budget = budget(run.budget.as_deref())?;
        match (&run.plan, &run.goal) {
            (Some(file), _) => {
                let options = StartOptions {
                    budget,
                    timeout: Some(timeout),
                    ..StartOptions::default()
                };
                Ok(Self::Plan(read_plan(file)?, options))
            }
            (None, goal) => Ok(Self::Goal(goal_of(
                goal.as_deref().unwrap_or_default(),
                budget,
                timeout,
            )?)),
        }
    }

    async fn start(self, home: &Home) -> Result<RunId, CliError> {
        let service = home.orchestrator.orchestrations();
        let started = match self {
            Self::Goal(goal) => service.start(&home.caller, goal, None).await?,
            Self::Plan(plan, options) => service.start_plan(&home.caller, plan, options).await?,
        };
        Ok(started.run)
    }
}

/// A goal within the limits that the command line gives.
pub(super) fn goal_of(text: &str, budget: Option<Amount>, timeout: Duration) -> Result<Goal, CliError> {
    let mut goal = Goal::new(text)?;
    goal.limits = GoalLimits {
        budget,
        timeout,
        ..GoalLimits::default()
    };
    goal.check()?;
    Ok(goal)
}

/// The budget that the command line gives.
pub(super) fn budget(algo: Option<&str>) -> Result<Option<Amount>, CliError> {
    algo.map(|algo| Amount::parse(algo, Currency::Algo))
        .transpose()
        .map_err(|error| CliError::usage("--budget", error))
}

fn read_plan(file: &Path) -> Result<Plan, CliError> {
    let size = std::fs::metadata(file)
        .map_err(|error| CliError::file(file, error))?
        .len();
    if size > MAX_PLAN_BYTES {
        return Err(CliError::file(
            file,
            format_args!("is larger than {MAX_PLAN_BYTES} bytes"),
        ));
    }
    let json = std::fs::read_to_string(file).map_err(|error| CliError::file(file, error))?;
    Plan::parse(&json).map_err(|error| CliError::file(file, error))
}

/// Shows what happens until the run has ended. Ctrl-C asks it to stop.
async fn follow(home: &Home, wanted: Wanted, is_quiet: bool) -> Result<Orchestration, CliError> {
    let id = wanted.start(home).await?;
    let service = home.orchestrator.orchestrations();
    let run = service.find(&home.caller, id).await?;
    let mut show = Show::new(&run, is_quiet);
    if let Some(planning) = run.planning() {
        show.note(&text::planning(planning));
    }
    let mut watch = service.watch(&home.caller, id, 1).await?;
    let mut interrupts = 0;
    loop {
        tokio::select! {
            update = watch.next() => match update {
                Some(Ok(Update::Event { at, event, .. })) => show.event(at, &event),
                Some(Ok(Update::Progress(progress))) => show.progress(&progress),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => break,
            },
            Ok(()) = tokio::signal::ctrl_c() => {
                interrupts += 1;
                if interrupts > 1 {
                    break;
                }
                show.note("stopping; once more leaves the run to the next start");
                service.cancel(&home.caller, id).await?;
            }
        }
    }
    show.finish();
    Ok(service.find(&home.caller, id).await?)
}

/// The answer, who gave it, how long it took and what it cost.
fn bill(run: &Orchestration) {
    match (run.status(), run.output(), run.failure()) {
        (RunStatus::Completed, Some(output), _) => say!("\n{}\n", text::plain(output)),
        (status, _, Some(failure)) => say!("\n{status}: {}\n", failure.failure.reason),
        (status, ..) => say!("\n{status}\n"),
    }
    let agents = answer::agents(run);
    say!("agents used: {} ({})", agents.len(), agents.join(", "));
    say!("time: {:.3} s", answer::seconds(run));
    let costs: Vec<String> = run.costs().iter().map(ToString::to_string).collect();
    let nothing = || run.spent().to_string();
    say!(
        "cost: {}",
        if costs.is_empty() {
            nothing()
        } else {
            costs.join(" and ")
        }
    );
}
