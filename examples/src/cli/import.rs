//! Agents from a JSON file: those behind an address and, where the file is one of this machine, programs. Functions come
//! from a host's code alone.

mod source;

use std::time::Duration;

use orch::{
    Amount, CatalogError, Currency, Task,
    agent::{BillingModel, Developer, Endpoint, Example, Pricing, Slug, Visibility},
    catalog::{AgentDraft, VersionDraft},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Arguments, CliError, home::Home};
use source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agents: Vec<ImportedAgent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportedAgent {
    name: Slug,
    slug: Option<Slug>,
    title: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    developer: Developer,
    #[serde(default)]
    visibility: Visibility,
    tasks: Vec<ImportedTask>,
    price: ImportedPrice,
    url: Option<String>,
    program: Option<ImportedProgram>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportedProgram {
    command: String,
    #[serde(default)]
    args: Vec<String>,
    directory: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportedTask {
    name: String,
    #[serde(default)]
    description: String,
    parameters: Value,
    #[serde(default = "anything")]
    returns: Value,
    #[serde(default)]
    examples: Vec<Example>,
    #[serde(default)]
    repeatable: bool,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportedPrice {
    amount: String,
    currency: String,
    unit: Option<String>,
    maximum_units: Option<u64>,
}

fn anything() -> Value {
    Value::Object(Map::new())
}

/// Registers the agents of a file; one that exists gets a new version where it has changed.
pub(super) async fn import(
    home: &Home,
    arguments: &Arguments,
    source: &str,
    organization: &str,
) -> Result<(), CliError> {
    let organization: Slug = organization
        .parse()
        .map_err(|error| CliError::usage("--org", error))?;
    let source = Source::new(source);
    let text = source.read(arguments).await?;
    let file: File = serde_json::from_slice(&text).map_err(|error| source.fault(error))?;
    let drafts: Vec<AgentDraft> = file
        .agents
        .into_iter()
        .enumerate()
        .map(|(at, agent)| {
            draft(agent, &organization, &source)
                .map_err(|reason| source.fault(format_args!("agents[{at}].{reason}")))
        })
        .collect::<Result<_, _>>()?;
    for draft in drafts {
        let name = format!("{}/{}", draft.organization, draft.name);
        let done = enter(home, draft).await?;
        say!("{name}: {done}");
    }
    Ok(())
}

async fn enter(home: &Home, draft: AgentDraft) -> Result<String, CliError> {
    let catalog = home.orchestrator.catalog();
    let reference = format!("{}/{}", draft.organization, draft.name);
    match catalog.find(&home.caller, &reference).await {
        Err(CatalogError::AgentNotFound(_)) => {
            let agent = catalog.register(&home.caller, draft).await?;
            Ok(format!("registered as {}", agent.slug))
        }
        Ok(agent) if draft.version.matches(&agent.latest) => Ok("unchanged".to_owned()),
        Ok(agent) => {
            let agent = catalog.revise(&home.caller, agent.id, draft.version).await?;
            Ok(format!("revised to {}", agent.latest.version))
        }
        Err(error) => Err(error.into()),
    }
}

fn draft(agent: ImportedAgent, organization: &Slug, source: &Source<'_>) -> Result<AgentDraft, String> {
    let endpoint = endpoint(agent.url, agent.program, source)?;
    let pricing = pricing(&agent.price).map_err(|reason| format!("price: {reason}"))?;
    let tasks = agent.tasks.into_iter().map(task).collect();
    let title = agent.title.unwrap_or_else(|| agent.name.to_string());
    let version = VersionDraft {
        description: agent.description,
        category: agent.category,
        tags: agent.tags,
        ..VersionDraft::new(title, tasks, pricing, endpoint)
    };
    Ok(AgentDraft {
        slug: agent.slug,
        developer: agent.developer,
        visibility: agent.visibility,
        ..AgentDraft::new(organization.clone(), agent.name, version)
    })
}

fn endpoint(
    url: Option<String>,
    program: Option<ImportedProgram>,
    source: &Source<'_>,
) -> Result<Endpoint, String> {
    match (url, program) {
        (Some(url), None) => Ok(Endpoint::Http { url }),
        (None, Some(program)) if source.is_local() => Ok(Endpoint::Subprocess {
            command: program.command,
            args: program.args,
            directory: program.directory,
        }),
        (None, Some(_)) => Err("program: programs are taken from a file of this machine alone".to_owned()),
        _ => Err("url: there must be either this or a program".to_owned()),
    }
}

fn task(task: ImportedTask) -> Task {
    Task {
        name: task.name,
        description: task.description,
        parameters: task.parameters,
        returns: task.returns,
        examples: task.examples,
        repeatable: task.repeatable,
        timeout: task.timeout_seconds.map(Duration::from_secs),
    }
}

fn pricing(price: &ImportedPrice) -> Result<Pricing, String> {
    let currency: Currency = price.currency.parse().map_err(|error| format!("{error}"))?;
    let base = Amount::parse(&price.amount, currency).map_err(|error| format!("{error}"))?;
    let model = match (&price.unit, price.maximum_units) {
        (None, None) => BillingModel::PerRequest,
        (Some(unit), Some(maximum)) => BillingModel::PerUnit {
            unit: unit.clone(),
            maximum,
        },
        _ => return Err("unit and maximum_units belong together".to_owned()),
    };
    Ok(Pricing {
        model,
        ..Pricing::per_request(base)
    })
}
