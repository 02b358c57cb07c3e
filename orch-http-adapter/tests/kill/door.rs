//! Where a server is found, which the parent learns from a file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::files::Files;

/// Where a life listens, and the key that opens it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Door {
    pub(crate) life: u32,
    pub(crate) port: u16,
    pub(crate) key: String,
}

impl Door {
    fn path(files: &Files) -> PathBuf {
        files.effects.with_extension("door")
    }

    /// Opens it: the file is there wholly or not at all.
    pub(crate) fn open(&self, files: &Files) -> io::Result<()> {
        let path = Self::path(files);
        let draft = path.with_extension("draft");
        fs::write(&draft, format!("{} {} {}", self.life, self.port, self.key))?;
        fs::rename(draft, path)
    }

    /// The door of a life, if it is open.
    pub(crate) fn of(life: u32, files: &Files) -> Option<Self> {
        Self::read(&Self::path(files)).filter(|door| door.life == life)
    }

    fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let [life, port, key] = text.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        Some(Self {
            life: life.parse().ok()?,
            port: port.parse().ok()?,
            key: key.to_owned(),
        })
    }
}
