//! `orchestrator a2a`: agents that sign, and their services, from the files of the published reference server.

use std::{fs, path::Path, process::ExitCode};

use orch::{
    a2a::{
        Directory,
        registry::{FiledAgent, LeftOut},
    },
    auth::{Document, Form, Registration, Vouched, document::Members},
};

use super::{A2aCommand, Arguments, CliError, home::Home};

pub(super) async fn a2a(arguments: &Arguments, command: &A2aCommand) -> Result<ExitCode, CliError> {
    let A2aCommand::Import { agents, services } = command;
    let home = Home::open(arguments).await?;
    let directory = home.orchestrator.directory();
    if let Some(file) = agents {
        import_agents(directory, file).await?;
    }
    if let Some(file) = services {
        import_services(directory, file).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One that cannot be used is said and left out; the others are taken.
async fn import_agents(directory: &Directory, file: &Path) -> Result<(), CliError> {
    let text = fs::read(file).map_err(|error| CliError::file(file, error))?;
    let agents = FiledAgent::list(&text).map_err(|error| CliError::file(file, error))?;
    for LeftOut { id, reason } in &agents.left_out {
        tell!("agent {id} is left out: {reason}");
    }
    let mut n_taken = 0;
    for agent in agents.taken {
        let id = agent.id.clone();
        match import_agent(directory, agent).await {
            Ok(()) => n_taken += 1,
            Err(reason) => tell!("agent {id} is left out: {reason}"),
        }
    }
    say!("agents: {n_taken}");
    Ok(())
}

async fn import_agent(directory: &Directory, agent: FiledAgent) -> Result<(), String> {
    let registration = Registration {
        id: agent.id,
        key: agent.key.ok_or("it has no Ed25519 key")?,
        revoke_previous: false,
        status: agent.status,
        endpoint: agent.endpoint,
        metadata: agent.metadata,
        is_listed: true,
    };
    let registered = directory
        .agents()
        .register(registration, Vouched::ByTheHost)
        .await;
    registered.map(drop).map_err(|error| error.to_string())
}

async fn import_services(directory: &Directory, file: &Path) -> Result<(), CliError> {
    let text = fs::read(file).map_err(|error| CliError::file(file, error))?;
    let services = Document::read(&text).map_err(|error| CliError::file(file, error))?;
    let services = services
        .members()
        .ok_or_else(|| CliError::file(file, "is no object"))?;
    say!("services: {}", import_each(directory, services).await);
    Ok(())
}

async fn import_each(directory: &Directory, services: &Members<'_>) -> usize {
    let mut n_taken = 0;
    for (id, record) in services.iter() {
        match directory.register(record).await {
            Ok(_) => n_taken += 1,
            Err(error) => {
                let id = Form::A.write(&Document::Text(id.clone())).unwrap_or_default();
                tell!("service {} is left out: {error}", String::from_utf8_lossy(&id));
            }
        }
    }
    n_taken
}
