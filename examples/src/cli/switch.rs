use std::process::ExitCode;

use orch::{Caller, switch::Stoppable};

use super::{Arguments, CliError, StopArguments, StoppableArguments, home::Home};

pub(super) async fn stop(arguments: &Arguments, stop: &StopArguments) -> Result<ExitCode, CliError> {
    let home = Home::open(arguments).await?;
    let what = named(&home, arguments, &stop.what).await?;
    home.orchestrator
        .switch()
        .stop(what.clone(), &stop.reason)
        .await?;
    say!("{what} is stopped: {}", stop.reason);
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn start(arguments: &Arguments, what: &StoppableArguments) -> Result<ExitCode, CliError> {
    let home = Home::open(arguments).await?;
    let what = named(&home, arguments, what).await?;
    let was_stopped = home.orchestrator.switch().start(&what).await?;
    say!(
        "{what} {}",
        if was_stopped {
            "may go on"
        } else {
            "was not stopped"
        }
    );
    for stop in home.orchestrator.switch().list().await? {
        say!("{stop}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn named(home: &Home, arguments: &Arguments, what: &StoppableArguments) -> Result<Stoppable, CliError> {
    if let Some(account) = &what.calls_of {
        return Ok(Stoppable::Account(account.clone()));
    }
    let Some(agent) = &what.agent else {
        return Ok(Stoppable::Everything);
    };
    let caller = Caller::host(arguments.account.clone());
    let agent = home.orchestrator.catalog().find(&caller, agent).await?;
    Ok(Stoppable::Agent(agent.id))
}
