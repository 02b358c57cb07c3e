use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use orch::{AccountId, ApiKeyId, ApprovalId, Currency, approvals::Status, auth::KeyForm};

use super::model::ModelArguments;

/// Plans goals over a catalog of agents and runs them durably, every step paid from a hold.
#[derive(Debug, Parser)]
#[command(name = "orchestrator", version)]
pub struct Arguments {
    /// Where everything is kept: sqlite://FILE or postgres://..., with ?sslmode=verify-full for encrypted connections
    #[arg(long, global = true, value_name = "URL", default_value = "sqlite://orch.db")]
    pub db: String,
    /// The account that owns and pays.
    #[arg(long, global = true, value_name = "ACCOUNT", default_value = LOCAL)]
    pub account: AccountId,
    /// Serve the figures of this process in Prometheus' text format, at /metrics on this address of their own.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
    /// Send spans to the collector at this URL, by OTLP over HTTP: http://127.0.0.1:4318.
    #[cfg(feature = "otlp")]
    #[arg(long, global = true, value_name = "URL")]
    pub otlp: Option<String>,
    /// Let outbound calls reach loopback and private addresses, over http too.
    #[arg(long, global = true)]
    pub allow_private_network: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The account that owns the five agents and that a first run is paid by.
pub(super) const LOCAL: &str = "local";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan a goal, show the steps as they run, print the answer and the bill.
    Run(RunArguments),
    /// Show the plan for a goal without running it.
    Plan(PlanArguments),
    /// Serve the published APIs over HTTP until Ctrl-C.
    Serve(ServeArguments),
    /// The catalog of agents.
    #[command(subcommand)]
    Agents(AgentsCommand),
    /// Agents that sign.
    #[command(subcommand)]
    A2a(A2aCommand),
    /// Credits of accounts.
    #[command(subcommand)]
    Credits(CreditsCommand),
    /// API keys of the account.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// What waits for a human: for the account, or for others to whom it asks.
    #[command(subcommand)]
    Approvals(ApprovalsCommand),
    /// Stop everything, an agent or an account: nothing is sent any more, and what runs is cancelled.
    Stop(StopArguments),
    /// Start again what was stopped.
    Start(StoppableArguments),
    /// The database.
    #[command(subcommand)]
    Db(DbCommand),
    /// The chain over what was done.
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// What to stop or to start; everything, where nothing is said.
#[derive(Debug, Args)]
pub struct StoppableArguments {
    /// Only this agent: its id, slug or organization/name.
    #[arg(long, value_name = "AGENT", conflicts_with = "calls_of")]
    pub agent: Option<String>,
    /// Only the calls that this account makes.
    #[arg(long, value_name = "ACCOUNT")]
    pub calls_of: Option<AccountId>,
}

/// Arguments of `stop`.
#[derive(Debug, Args)]
pub struct StopArguments {
    /// What to stop.
    #[command(flatten)]
    pub what: StoppableArguments,
    /// Why, for people.
    #[arg(long, value_name = "TEXT", default_value = "by the operator")]
    pub reason: String,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The goal, in plain words.
    #[arg(required_unless_present = "plan", conflicts_with = "plan")]
    pub goal: Option<String>,
    /// Run the plan in this JSON file instead of planning a goal.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// The most to spend, in ALGO.
    #[arg(long, value_name = "ALGO")]
    pub budget: Option<String>,
    /// The most seconds to take.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
    /// Print only the JSON answer, on standard output.
    #[arg(long)]
    pub json: bool,
    /// With which language model.
    #[command(flatten)]
    pub model: ModelArguments,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The goal, in plain words.
    pub goal: String,
    /// The most to spend, in ALGO.
    #[arg(long, value_name = "ALGO")]
    pub budget: Option<String>,
    /// Plan over the tasks in this JSON file instead of the catalog: a list of tasks, or of functions or tools as
    /// function-calling APIs and MCP servers describe them. No database is opened.
    #[arg(long, value_name = "FILE", conflicts_with = "budget")]
    pub tasks: Option<PathBuf>,
    /// Print the plan as JSON, in the form that `run --plan` reads; with --tasks the calls, [] for none.
    #[arg(long)]
    pub json: bool,
    /// With which language model.
    #[command(flatten)]
    pub model: ModelArguments,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Where to listen; 127.0.0.1:8080 unless the configuration says otherwise. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// A TOML file of settings. Variables such as ORCH__SERVER__LISTEN stand above it, and these arguments above both.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The catalog of agents.
#[derive(Debug, Subcommand)]
pub enum AgentsCommand {
    /// List the agents.
    List {
        /// Only those with these words in their title or description.
        #[arg(long)]
        search: Option<String>,
    },
    /// Show one agent with its tasks and their schemas.
    Show {
        /// Its id, slug, or organization/name@version.
        agent: String,
    },
    /// Register the agents of a JSON file, or revise those that exist.
    Import {
        /// The file, or its https address. Programs of this machine are taken from a file alone.
        #[arg(value_name = "FILE|URL")]
        source: String,
        /// The organization that offers them.
        #[arg(long, value_name = "SLUG", default_value = "local")]
        org: String,
    },
}

/// Agents that sign, and the services that they offer.
#[derive(Debug, Subcommand)]
pub enum A2aCommand {
    /// Take in the agents and services of the published reference server's files, or change those that are known.
    Import {
        /// agents.json: an object of agents by their ids.
        #[arg(long, value_name = "FILE", required_unless_present = "services")]
        agents: Option<PathBuf>,
        /// services.json: an object of services by their ids.
        #[arg(long, value_name = "FILE")]
        services: Option<PathBuf>,
    },
}

/// Credits of accounts.
#[derive(Debug, Subcommand)]
pub enum CreditsCommand {
    /// Give an account credits.
    Grant {
        /// Who receives them.
        account: AccountId,
        /// How much, as a plain decimal.
        amount: String,
        /// ALGO, USD or USDC.
        currency: Currency,
        /// Granting twice under one key grants once.
        #[arg(long)]
        key: Option<String>,
    },
}

/// API keys of the account.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and print it, alone, on standard output: it is never shown again.
    Create {
        /// What it opens: market, gateway or a2a.
        #[arg(long)]
        surface: KeyForm,
        /// What to call it.
        #[arg(long)]
        name: String,
        /// Give the account so many ALGO as well.
        #[arg(long, value_name = "ALGO")]
        credits: Option<String>,
    },
    /// List the keys, the newest first.
    List,
    /// Take a key back; from now on it opens nothing.
    Revoke {
        /// The key's id, as the list shows it.
        id: ApiKeyId,
    },
}

/// What waits for a human.
#[derive(Debug, Subcommand)]
pub enum ApprovalsCommand {
    /// List the approvals that the account asked for or may decide, the newest first.
    List {
        /// Only those that stand so: pending, approved, rejected or expired.
        #[arg(long, default_value = "pending")]
        status: Status,
        /// However they stand.
        #[arg(long, conflicts_with = "status")]
        all: bool,
    },
    /// Approve, as the account.
    Approve {
        /// The approval's id, as the list shows it.
        id: ApprovalId,
        /// Why, or under which conditions.
        #[arg(long, value_name = "TEXT")]
        comment: Option<String>,
    },
    /// Reject, as the account.
    Reject {
        /// The approval's id, as the list shows it.
        id: ApprovalId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        comment: Option<String>,
    },
}

/// The database.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Check every invariant of the ledger and every reference, from the stored rows; exit 1 if any fails.
    Check,
    /// Copy a SQLite database into a new file while it is in use.
    Backup {
        /// The file, which must not be there yet.
        file: PathBuf,
    },
}

/// The chain over what was done.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that what was sealed is as it was, and say where the chain ends and what is in no seal yet; exit 1 if anything
    /// was changed.
    Verify {
        /// Where an earlier check said that the chain ends: it must contain that.
        #[arg(long, value_name = "ANCHOR")]
        anchor: Option<orch::audit::Anchor>,
    },
}
