//! Agents from a JSON file. Only agents behind an address: functions come from a host's code alone.

use std::path::Path;

use orch::{
    Amount, CatalogError, Currency, Task,
    agent::{BillingModel, Developer, Endpoint, Example, Pricing, Slug, Visibility},
    catalog::{AgentDraft, VersionDraft},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{CliError, home::Home};

/// The largest file that is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

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
    url: String,
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
pub(super) async fn import(home: &Home, path: &Path, organization: &str) -> Result<(), CliError> {
    let organization: Slug = organization
        .parse()
        .map_err(|error| CliError::usage("--org", error))?;
    let file = read(path)?;
    let drafts: Vec<AgentDraft> = file
        .agents
        .into_iter()
        .enumerate()
        .map(|(at, agent)| {
            draft(agent, &organization)
                .map_err(|reason| CliError::file(path, format_args!("agents[{at}].{reason}")))
        })
        .collect::<Result<_, _>>()?;
    for draft in drafts {
        let name = format!("{}/{}", draft.organization, draft.name);
        let done = enter(home, draft).await?;
        println!("{name}: {done}");
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

fn read(path: &Path) -> Result<File, CliError> {
    let size = std::fs::metadata(path)
        .map_err(|error| CliError::file(path, error))?
        .len();
    if size > MAX_BYTES {
        return Err(CliError::file(
            path,
            format_args!("is larger than {MAX_BYTES} bytes"),
        ));
    }
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, error))?;
    serde_json::from_str(&text).map_err(|error| CliError::file(path, error))
}

fn draft(agent: ImportedAgent, organization: &Slug) -> Result<AgentDraft, String> {
    let pricing = pricing(&agent.price).map_err(|reason| format!("price: {reason}"))?;
    let tasks = agent.tasks.into_iter().map(task).collect();
    let title = agent.title.unwrap_or_else(|| agent.name.to_string());
    let version = VersionDraft {
        description: agent.description,
        category: agent.category,
        tags: agent.tags,
        ..VersionDraft::new(title, tasks, pricing, Endpoint::Http { url: agent.url })
    };
    Ok(AgentDraft {
        slug: agent.slug,
        developer: agent.developer,
        visibility: agent.visibility,
        ..AgentDraft::new(organization.clone(), agent.name, version)
    })
}

fn task(task: ImportedTask) -> Task {
    Task {
        name: task.name,
        description: task.description,
        parameters: task.parameters,
        returns: task.returns,
        examples: task.examples,
        repeatable: task.repeatable,
        timeout: None,
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
