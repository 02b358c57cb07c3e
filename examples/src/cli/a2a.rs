//! `orchestrator a2a`: agents that sign, and their services, from the files of the published reference server.

use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

use orch::{
    a2a::Directory,
    auth::{AgentKey, Document, Form, Party, Registration, Vouched, document::Members},
};
use serde::Deserialize;
use serde_json::{Map, Value};

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

/// An agent as the file has it.
#[derive(Deserialize)]
struct Known {
    public_key: String,
    endpoint: Option<String>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

/// One that cannot be used is said and left out; the others are taken.
async fn import_agents(directory: &Directory, file: &Path) -> Result<(), CliError> {
    let text = fs::read(file).map_err(|error| CliError::file(file, error))?;
    let agents: BTreeMap<String, Known> =
        serde_json::from_slice(&text).map_err(|error| CliError::file(file, error))?;
    let mut n_taken = 0;
    for (id, known) in agents {
        match import_agent(directory, &id, known).await {
            Ok(()) => n_taken += 1,
            Err(reason) => eprintln!("agent {id} is left out: {reason}"),
        }
    }
    println!("agents: {n_taken}");
    Ok(())
}

async fn import_agent(directory: &Directory, id: &str, known: Known) -> Result<(), String> {
    let text = |name: &str| {
        known
            .metadata
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let registration = Registration {
        id: id
            .parse()
            .map_err(|error: orch::auth::PartyIdError| error.to_string())?,
        key: AgentKey::from_pem(&known.public_key).map_err(|error| format!("its key {error}"))?,
        revoke_previous: false,
        status: text("status").unwrap_or_else(|| Party::ACTIVE.to_owned()),
        endpoint: text("api_endpoint").or(known.endpoint.clone()),
        metadata: Value::Object(known.metadata.clone()).to_string(),
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
    println!("services: {}", import_each(directory, services).await);
    Ok(())
}

async fn import_each(directory: &Directory, services: &Members<'_>) -> usize {
    let mut n_taken = 0;
    for (id, record) in services.iter() {
        match directory.register(record).await {
            Ok(_) => n_taken += 1,
            Err(error) => {
                let id = Form::A.write(&Document::Text(id.clone())).unwrap_or_default();
                eprintln!("service {} is left out: {error}", String::from_utf8_lossy(&id));
            }
        }
    }
    n_taken
}
