//! What may be set: one TOML file, over it variables such as `ORCH__SERVER__LISTEN`, over them the command line.

use std::{fs, path::Path, time::Duration};

use serde::Deserialize;
use toml::{Table, Value};

use super::{ApprovalSettings, a2a::A2aConfig};
use crate::cli::{CliError, ServeArguments};

/// Variables of the published reference server for agents that sign, and what they set.
const KNOWN: [(&str, &str); 4] = [
    ("AMORCE_MODE", "ORCH__A2A__MODE"),
    ("AGENT_API_KEY", "ORCH__A2A__API_KEY"),
    ("TRUST_DIRECTORY_URL", "ORCH__A2A__DIRECTORY"),
    ("DIRECTORY_ADMIN_KEY", "ORCH__A2A__ADMIN_KEY"),
];

/// How the variables begin; sections and members are told apart by another `__`.
const PREFIX: &str = "ORCH__";

/// All that may be set. What is not known is refused, as it would be set in vain.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    pub(super) server: Server,
    pub(super) market: Market,
    pub(super) a2a: A2aConfig,
    pub(super) approvals: ApprovalSettings,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Server {
    /// Where to listen.
    pub(super) listen: String,
    /// How many seconds requests have to end once the server is told to stop.
    drain_seconds: u32,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Market {
    /// How many seconds an answer waits for its run at most.
    orchestrate_sync_wait: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            drain_seconds: 10,
        }
    }
}

impl Default for Market {
    fn default() -> Self {
        Self {
            orchestrate_sync_wait: 60,
        }
    }
}

impl Server {
    pub(super) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}

impl Market {
    pub(super) fn orchestrate_sync_wait(&self) -> Duration {
        Duration::from_secs(self.orchestrate_sync_wait.into())
    }
}

impl Config {
    /// Reads what is set for this process.
    pub(super) fn read(arguments: &ServeArguments) -> Result<Self, CliError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the server reads its variables"
        )]
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let known = KNOWN.iter().find(|(known, _)| *known == name);
            let name = known.map_or(name, |(_, sets)| (*sets).to_owned());
            name.starts_with(PREFIX)
                .then(|| (name, value.to_string_lossy().into_owned()))
        });
        let mut config = Self::merged(arguments.config.as_deref(), variables)?;
        if let Some(listen) = &arguments.listen {
            config.server.listen.clone_from(listen);
        }
        Ok(config)
    }

    fn merged(
        file: Option<&Path>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, CliError> {
        let mut table = file.map_or(Ok(Table::new()), read)?;
        // An empty one sets nothing: so does whatever starts servers write what it was not told.
        for (name, value) in variables.filter(|(_, value)| !value.is_empty()) {
            set(&mut table, &name, &value)?;
        }
        Self::deserialize(Value::Table(table))
            .map_err(|error| CliError::usage("configuration", error.message()))
    }
}

fn read(file: &Path) -> Result<Table, CliError> {
    let text = fs::read_to_string(file).map_err(|error| CliError::file(file, error))?;
    text.parse()
        .map_err(|error: toml::de::Error| CliError::file(file, error.message()))
}

/// Sets what a variable names: `ORCH__SERVER__LISTEN` is `listen` of `[server]`. Its value is the first that the member takes: the
/// text, a number, a truth value. So a key that is all digits stays what it is.
fn set(table: &mut Table, name: &str, text: &str) -> Result<(), CliError> {
    let path = name.strip_prefix(PREFIX).unwrap_or_default().to_ascii_lowercase();
    let Some((section, member)) = path.split_once("__") else {
        return Err(CliError::usage(
            name,
            "names no section and member, as in ORCH__SERVER__LISTEN",
        ));
    };
    let number = text.parse::<i64>().ok().map(Value::from);
    let truth = text.parse::<bool>().ok().map(Value::from);
    let values = [Some(Value::from(text)), number, truth];
    let is_taken = |value: &Value| {
        let alone = Table::from_iter([(member.to_owned(), value.clone())]);
        let alone = Table::from_iter([(section.to_owned(), Value::Table(alone))]);
        Config::deserialize(Value::Table(alone)).is_ok()
    };
    let value = values.into_iter().flatten().find(is_taken);
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    match section {
        Value::Table(section) => {
            // Of what none is taken, it is said why the text is not.
            section.insert(member.to_owned(), value.unwrap_or_else(|| Value::from(text)));
            Ok(())
        }
        _ => Err(CliError::usage(name, "names a member of what is no section")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(file: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("orch.toml");
        fs::write(&path, file).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::merged(Some(&path), variables).map_err(|error| error.to_string())
    }

    #[test]
    fn variables_stand_above_the_file() {
        let file =
            "[server]\nlisten = \"127.0.0.1:1\"\ndrain_seconds = 3\n\n[market]\norchestrate_sync_wait = 5\n";
        let config = merged(
            file,
            &[
                ("ORCH__SERVER__LISTEN", "127.0.0.1:2"),
                ("ORCH__MARKET__ORCHESTRATE_SYNC_WAIT", "7"),
            ],
        );
        let config = config.unwrap();
        assert_eq!(
            (config.server.listen.as_str(), config.server.drain_seconds),
            ("127.0.0.1:2", 3)
        );
        assert_eq!(config.market.orchestrate_sync_wait(), Duration::from_secs(7));
    }

    #[test]
    fn a_variable_is_what_its_member_takes() {
        for digits in ["007", "12345678901234567890", "true"] {
            let config = merged(
                "",
                &[("ORCH__A2A__API_KEY", digits), ("ORCH__A2A__MODE", "cloud")],
            );
            assert_eq!(config.unwrap().a2a.api_key.as_deref(), Some(digits));
        }
        let config = merged(
            "",
            &[
                ("ORCH__A2A__CLOCK_TOLERANCE", "0"),
                ("ORCH__APPROVALS__HTTPS", "true"),
            ],
        );
        assert!(config.is_ok());
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (file, variables) in [
            ("[server]\nport = 1\n", vec![]),
            ("[sever]\nlisten = \"x\"\n", vec![]),
            ("listen = \"x\"\n", vec![]),
            ("[server]\nlisten = 7\n", vec![]),
            ("[server", vec![]),
            ("", vec![("ORCH__SERVER__PORT", "1")]),
            ("", vec![("ORCH__LISTEN", "x")]),
            ("", vec![("ORCH__MARKET__ORCHESTRATE_SYNC_WAIT", "-1")]),
            ("", vec![("ORCH__MARKET__ORCHESTRATE_SYNC_WAIT", "soon")]),
            ("", vec![("ORCH__A2A__SELF_REGISTRATION", "1")]),
        ] {
            assert!(merged(file, &variables).is_err(), "{file} {variables:?}");
        }
        assert!(merged("", &[]).is_ok());
    }
}
