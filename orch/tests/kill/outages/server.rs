//! A PostgreSQL of our own, which can be taken away.

use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::Fallible;

/// A server from the programs of the distribution, in a directory of its own, gone when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    programs: PathBuf,
    directory: TempDir,
    port: u16,
}

impl Server {
    /// Makes one, as careful with its disk as it is by default; `None` where its programs are not installed.
    pub(crate) fn start() -> Fallible<Option<Self>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        let directory = tempfile::tempdir()?;
        // The server runs as a user of its own where we are root.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o777))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self {
            programs,
            directory,
            port,
        };
        let data = server.data();
        server.call(
            "initdb",
            &[
                "--pgdata",
                &data,
                "--username",
                "postgres",
                "--auth",
                "trust",
                "--no-instructions",
            ],
        )?;
        server.resume()?;
        Ok(Some(server))
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Takes it away at once, as a crash would: every connection breaks, and none is accepted.
    pub(crate) fn crash(&self) -> Fallible<()> {
        self.call(
            "pg_ctl",
            &[
                "--pgdata",
                &self.data(),
                "--mode",
                "immediate",
                "--silent",
                "stop",
            ],
        )
    }

    /// Starts it again. It accepts connections when this returns.
    pub(crate) fn resume(&self) -> Fallible<()> {
        let (data, log) = (self.data(), self.path("log"));
        let settings = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=16MB",
            self.port
        );
        let start = [
            "--pgdata",
            &data,
            "--log",
            &log,
            "--wait",
            "--silent",
            "--options",
            &settings,
            "start",
        ];
        self.call("pg_ctl", &start)
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// It refuses to run as root, so root lends it the user of the distribution.
    fn call(&self, program: &str, arguments: &[&str]) -> Fallible<()> {
        let program = self.programs.join(program);
        let mut command = if is_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        let command = command.args(arguments).current_dir("/");
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{}: {status}", program.display()).into())
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be stopped already.
        let _ = self.crash();
    }
}

/// Where the newest server's programs are.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let versions = versions.filter_map(|version| version.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let programs = Path::new("/usr/lib/postgresql")
        .join(versions.max()?.to_string())
        .join("bin");
    programs.join("initdb").exists().then_some(programs)
}

fn is_root() -> Fallible<bool> {
    let id = Command::new("id").arg("-u").output()?;
    Ok(id.stdout.trim_ascii() == b"0")
}
