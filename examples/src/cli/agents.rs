use std::process::ExitCode;

use orch::{
    Agent, Amount, PageRequest,
    agent::{BillingModel, Pricing, Status},
    catalog::{AgentFilter, Sort},
};

use super::{AgentsCommand, Arguments, CliError, home::Home, import};

pub(super) async fn agents(arguments: &Arguments, command: &AgentsCommand) -> Result<ExitCode, CliError> {
    let home = Home::open(arguments).await?;
    match command {
        AgentsCommand::List { search } => list(&home, search.clone()).await?,
        AgentsCommand::Show { agent } => show(&home, agent).await?,
        AgentsCommand::Import { source, org } => import::import(&home, arguments, source, org).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(home: &Home, search: Option<String>) -> Result<(), CliError> {
    let filter = AgentFilter {
        search,
        ..AgentFilter::default()
    };
    let mut page = PageRequest::new(PageRequest::MAX_LIMIT, 0);
    loop {
        let agents = home
            .orchestrator
            .catalog()
            .list(&home.caller, &filter, Sort::default(), page)
            .await?;
        for agent in &agents.items {
            say!(
                "{:<24} {:<8} {:<22} {}",
                agent.slug.as_str(),
                agent.latest.version.to_string(),
                price(&agent.latest.pricing),
                agent.latest.title
            );
        }
        page.offset += u64::from(page.limit);
        if page.offset >= agents.total {
            return Ok(());
        }
    }
}

async fn show(home: &Home, reference: &str) -> Result<(), CliError> {
    let resolved = home
        .orchestrator
        .catalog()
        .resolve(&home.caller, reference)
        .await?;
    let (agent, version): (&Agent, _) = (&resolved.agent, &resolved.version);
    say!("{} {} ({})", agent.full_name(), version.version, agent.id);
    say!("{}", version.title);
    say!("{}", version.description);
    let status = match agent.status {
        Status::Online => "online",
        Status::Offline => "offline",
        Status::Away => "away",
    };
    say!(
        "{status}, {}, rated {:.1} by {}",
        price(&version.pricing),
        agent.rating.average(),
        agent.rating.count()
    );
    for task in &version.tasks {
        let repeatable = if task.repeatable {
            "repeatable"
        } else {
            "never sent twice"
        };
        say!("\n{} ({repeatable})\n{}", task.name, task.description);
        say!("parameters: {:#}", task.parameters);
        say!("returns: {:#}", task.returns);
    }
    Ok(())
}

fn price(pricing: &Pricing) -> String {
    let base: Amount = pricing.base;
    match &pricing.model {
        BillingModel::PerRequest if base.is_zero() => "free".to_owned(),
        BillingModel::PerRequest => format!("{base} a request"),
        BillingModel::PerUnit { unit, maximum } => format!("{base} a {unit}, at most {maximum}"),
    }
}
