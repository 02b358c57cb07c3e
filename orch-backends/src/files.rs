//! The files of a registry, where the host has them.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use orch_a2a::{RegistryFile, RegistrySource};
use orch_core::Cause;

/// The files of agents and services, such as those of the published reference server. They are read whole, each time that is
/// asked what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryFiles {
    /// Where the agents are, such as `agents.json`; no file names any unless it is given.
    pub agents: Option<PathBuf>,
    /// Where the services are, such as `services.json`; no file names any unless it is given.
    pub services: Option<PathBuf>,
}

impl RegistryFiles {
    /// The longest file that is read, in bytes: 16 MiB.
    pub const MAX_BYTES: u64 = 16 * 1024 * 1024;
}

#[async_trait]
impl RegistrySource for RegistryFiles {
    async fn read(&self, file: RegistryFile) -> Result<Option<Vec<u8>>, Cause> {
        let path = match file {
            RegistryFile::Agents => &self.agents,
            RegistryFile::Services => &self.services,
        };
        let Some(path) = path.clone() else {
            return Ok(None);
        };
        let read = tokio::task::spawn_blocking(move || {
            read(&path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        });
        Ok(Some(read.await??))
    }
}

/// Reads a file within its bounds.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?
        .take(RegistryFiles::MAX_BYTES + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > RegistryFiles::MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 16 MiB",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_read_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let agents = directory.path().join("agents.json");
        let files = RegistryFiles {
            agents: Some(agents.clone()),
            services: None,
        };
        assert_eq!(files.read(RegistryFile::Services).await.unwrap(), None);
        let error = files.read(RegistryFile::Agents).await.unwrap_err();
        assert!(error.to_string().contains("agents.json: "), "{error}");
        std::fs::write(&agents, "{}").unwrap();
        assert_eq!(
            files.read(RegistryFile::Agents).await.unwrap(),
            Some(b"{}".to_vec())
        );
        let long = File::create(&agents).unwrap();
        long.set_len(RegistryFiles::MAX_BYTES).unwrap();
        assert!(files.read(RegistryFile::Agents).await.is_ok());
        long.set_len(RegistryFiles::MAX_BYTES + 1).unwrap();
        assert!(files.read(RegistryFile::Agents).await.is_err());
    }
}
