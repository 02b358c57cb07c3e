//! What `serve` says of agents that sign.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use orch::{
    OsEntropy, SignedOptions, SystemClock,
    a2a::{DirectorySource, QuotaOptions, RegistrySource, TransactionOptions},
    auth::{AgentKeyOptions, AgentSigner},
    backends::{
        RegistryFiles,
        http::{GuardedClient, HttpDirectory, HttpOptions, Network},
    },
};
use orch_http_adapter::a2a::{A2aOptions, Mode};
use serde::Deserialize;

use super::Config;
use crate::cli::{Arguments, CliError, home::http_options};

/// The section `[a2a]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct A2aConfig {
    /// `standalone` or `cloud`.
    mode: Option<String>,
    /// The key that clients show.
    pub(super) api_key: Option<String>,
    /// The key by which agents are registered.
    admin_key: Option<String>,
    /// The file of the server's own key; made where there is none.
    identity: Option<PathBuf>,
    /// Whether agents may register themselves.
    self_registration: bool,
    /// Whether where agents are reached is nobody's business.
    hide_endpoints: bool,
    /// Whether an agent may decide what it asked for itself; in standalone mode alone unless this says so.
    self_approval: Option<bool>,
    /// Where this server is reached from outside.
    public_url: Option<String>,
    /// Whether limits are enforced in standalone mode too.
    enforce_limits: bool,
    /// Whether every request must sign a moment and a nonce.
    require_nonce: bool,
    /// How many seconds the times that agents sign may be from ours; 0 switches that off for those without a nonce.
    clock_tolerance: Option<u64>,
    /// A file of agents, such as `agents.json` of the published reference server, which is looked at every second.
    agents: Option<PathBuf>,
    /// A file of services, such as its `services.json`.
    services: Option<PathBuf>,
    /// The URL of another directory, in cloud mode alone: it is asked for agents and services that are not known here.
    directory: Option<String>,
}

impl A2aConfig {
    fn mode(&self) -> Result<Mode, CliError> {
        match self.mode.as_deref() {
            None | Some("standalone") => Ok(Mode::Standalone),
            Some("cloud") if self.api_key.is_some() => Ok(Mode::Cloud),
            Some("cloud") => Err(CliError::usage("a2a.api_key", "is required in cloud mode")),
            Some(_) => Err(CliError::usage("a2a.mode", "is neither standalone nor cloud")),
        }
    }

    /// The files that name agents and services, if there are any.
    fn registry(&self) -> Option<Arc<dyn RegistrySource>> {
        let files = RegistryFiles {
            agents: self.agents.clone(),
            services: self.services.clone(),
        };
        (files != RegistryFiles::default()).then(|| Arc::new(files) as _)
    }

    /// The other directory, if there is one, reached like all that is outside.
    fn directory(&self, http: HttpOptions) -> Result<Option<Arc<dyn DirectorySource>>, CliError> {
        let Some(url) = &self.directory else {
            return Ok(None);
        };
        if self.mode()? == Mode::Standalone {
            let reason =
                "is for cloud mode alone, in which strangers have limits and reach no private address";
            return Err(CliError::usage("a2a.directory", reason));
        }
        let client = GuardedClient::new(http, Arc::new(SystemClock)).map_err(CliError::other)?;
        let directory = HttpDirectory::new(url, client);
        let directory = directory.map_err(|error| CliError::usage("a2a.directory", error))?;
        Ok(Some(Arc::new(directory)))
    }
}

/// How the house takes part in what agents sign.
pub(super) fn signed(arguments: &Arguments, config: &Config) -> Result<SignedOptions, CliError> {
    let mode = config.a2a.mode()?;
    let file = config
        .a2a
        .identity
        .clone()
        .unwrap_or_else(|| beside(&arguments.db));
    let http = http_options(arguments);
    let directory = config.a2a.directory(http.clone())?;
    let http = match mode {
        // One's own agents are where one is oneself.
        Mode::Standalone => HttpOptions {
            network: Network::Private,
            ..http
        },
        Mode::Cloud => http,
    };
    let quota = QuotaOptions {
        enforced: mode == Mode::Cloud || config.a2a.enforce_limits,
        ..QuotaOptions::default()
    };
    let mut keys = AgentKeyOptions::default();
    if let Some(seconds) = config.a2a.clock_tolerance {
        keys.tolerance = Duration::from_secs(seconds);
    }
    Ok(SignedOptions {
        signer: Some(identity(&file)?),
        keys,
        transactions: TransactionOptions {
            quota,
            once_required: config.a2a.require_nonce,
            ..TransactionOptions::default()
        },
        registry: config.a2a.registry(),
        directory,
        http,
        ..SignedOptions::default()
    })
}

/// How the surface is served, at this address unless the configuration says otherwise.
pub(super) fn options(config: &Config, address: &str) -> Result<A2aOptions, CliError> {
    let A2aConfig {
        api_key,
        admin_key,
        self_registration,
        hide_endpoints,
        self_approval,
        public_url,
        ..
    } = &config.a2a;
    Ok(A2aOptions {
        mode: config.a2a.mode()?,
        api_key: api_key.clone().map(Into::into),
        admin_key: admin_key.clone().map(Into::into),
        self_registration: *self_registration,
        hide_endpoints: *hide_endpoints,
        self_approval: *self_approval,
        public_url: public_url.clone().unwrap_or_else(|| address.to_owned()),
    })
}

/// The file of the key beside that of the database.
fn beside(db: &str) -> PathBuf {
    let file = db.strip_prefix("sqlite://").filter(|file| !file.is_empty());
    PathBuf::from(format!("{}.identity.pem", file.unwrap_or("orchestrator")))
}

/// The key of a file, which is made if need be, for nobody else to read.
fn identity(file: &Path) -> Result<AgentSigner, CliError> {
    let signer = AgentSigner::generate(&OsEntropy);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut made) => {
            made.write_all(signer.to_pem().as_bytes())
                .map_err(|error| CliError::file(file, error))?;
            made.sync_all().map_err(|error| CliError::file(file, error))?;
            Ok(signer)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(file).map_err(|error| CliError::file(file, error))?;
            AgentSigner::from_pem(&text).map_err(|error| CliError::file(file, error))
        }
        Err(error) => Err(CliError::file(file, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept_for_oneself() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("identity.pem");
        let made = identity(&file).unwrap();
        assert_eq!(identity(&file).unwrap().key(), made.key());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&file, "no key").unwrap();
        assert!(identity(&file).is_err());
    }

    #[test]
    fn the_cloud_wants_a_key() {
        let config = |mode: &str, api_key: Option<&str>| A2aConfig {
            mode: Some(mode.to_owned()),
            api_key: api_key.map(str::to_owned),
            ..A2aConfig::default()
        };
        assert!(config("cloud", None).mode().is_err());
        assert_eq!(config("cloud", Some("sk-atp-1")).mode().unwrap(), Mode::Cloud);
        assert!(config("other", None).mode().is_err());
        assert_eq!(A2aConfig::default().mode().unwrap(), Mode::Standalone);
    }

    #[test]
    fn another_directory_is_asked_in_the_cloud_alone() {
        let config = |mode: &str, directory: Option<&str>| A2aConfig {
            mode: Some(mode.to_owned()),
            api_key: Some("sk-atp-1".to_owned()),
            directory: directory.map(str::to_owned),
            ..A2aConfig::default()
        };
        let asked = |mode, directory| config(mode, directory).directory(HttpOptions::default());
        assert!(
            asked("cloud", Some("https://directory.example/base/"))
                .unwrap()
                .is_some()
        );
        assert!(asked("cloud", None).unwrap().is_none());
        assert!(asked("standalone", None).unwrap().is_none());
        assert!(asked("standalone", Some("https://directory.example")).is_err());
        for url in [
            "",
            "directory.example",
            "ftp://directory.example",
            "https://directory.example/?q=1",
        ] {
            assert!(asked("cloud", Some(url)).is_err(), "{url}");
        }
    }
}
