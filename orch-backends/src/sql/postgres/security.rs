//! Whether connections are encrypted, which the URL says in the words of PostgreSQL's own programs.

use std::{net::IpAddr, path::PathBuf};

use percent_encoding::percent_decode_str;
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

use super::connector::{self, Connector};
use crate::sql::ConnectError;

/// What the URL says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Security {
    mode: Mode,
    /// A file with the certificates of those who may vouch for the server; Mozilla's roots where none is named.
    roots: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Nothing is said, so nothing is encrypted.
    #[default]
    Unsaid,
    Plain,
    /// Encrypted, and the server has proved to be the one that the URL names.
    Verified,
}

impl Security {
    /// Takes it out of a URL, as the driver knows less of it.
    pub(super) fn take_from(url: &str) -> Result<(Self, String), ConnectError> {
        // The driver, too, looks for the end of the credentials first.
        let credentials = url.find('@').map_or(0, |at| at + 1);
        let Some(mark) = url[credentials..].find('?') else {
            return Ok((Self::default(), url.to_owned()));
        };
        let (before, members) = url.split_at(credentials + mark);
        let mut security = Self::default();
        let mut others = Vec::new();
        for member in members[1..].split('&') {
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            match decoded(name)?.as_str() {
                "sslmode" => security.mode = Mode::of(&decoded(value)?)?,
                "sslrootcert" => {
                    let file = decoded(value)?;
                    security.roots = (file != "system").then(|| file.into());
                }
                _ => others.push(member),
            }
        }
        if security.roots.is_some() && security.mode != Mode::Verified {
            return Err(ConnectError::invalid(
                "sslrootcert says who may vouch for the server, which sslmode=verify-full asks for",
            ));
        }
        let url = match others.join("&") {
            others if others.is_empty() => before.to_owned(),
            others => format!("{before}?{others}"),
        };
        Ok((security, url))
    }

    /// What makes connections, as they are to be from now on.
    pub(super) fn apply(&self, config: &mut Config) -> Result<Connector, ConnectError> {
        match self.mode {
            Mode::Verified => {
                config.ssl_mode(SslMode::Require);
                connector::verified(self.roots.as_deref())
            }
            Mode::Plain | Mode::Unsaid => {
                config.ssl_mode(SslMode::Disable);
                if self.mode == Mode::Unsaid && !config.get_hosts().iter().all(is_here) {
                    tracing::warn!(
                        "what goes to the database and back is not encrypted: sslmode=verify-full in its url encrypts it, \
                         sslmode=disable says that this is meant"
                    );
                }
                connector::plain()
            }
        }
    }
}

impl Mode {
    fn of(name: &str) -> Result<Self, ConnectError> {
        match name {
            "disable" => Ok(Self::Plain),
            // Who is not asked for a certificate may be anybody.
            "require" | "verify-ca" | "verify-full" => Ok(Self::Verified),
            _ => Err(ConnectError::invalid(
                "sslmode is disable or verify-full (require and verify-ca mean the same)",
            )),
        }
    }
}

/// Whether the server is on this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn decoded(text: &str) -> Result<String, ConnectError> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| ConnectError::invalid("a member of the url is not UTF-8"))?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(url: &str) -> (Mode, Option<PathBuf>, String) {
        let (Security { mode, roots }, url) = Security::take_from(url).unwrap();
        (mode, roots, url)
    }

    #[test]
    fn it_is_taken_out_of_the_url() {
        let bare = "postgres://u:p@h/d";
        for (url, mode, rest) in [
            ("", Mode::Unsaid, ""),
            ("?", Mode::Unsaid, ""),
            ("?sslmode=disable", Mode::Plain, ""),
            ("?sslmode=require", Mode::Verified, ""),
            ("?sslmode=verify-ca&sslrootcert=system", Mode::Verified, ""),
            ("?a=1&ssl%6Dode=verify%2Dfull&b=%26", Mode::Verified, "?a=1&b=%26"),
            ("?sslmode=require&sslmode=disable", Mode::Plain, ""),
        ] {
            assert_eq!(
                taken(&format!("{bare}{url}")),
                (mode, None, format!("{bare}{rest}")),
                "{url}"
            );
        }
        let with_file = taken("postgres:///d?sslrootcert=%2Fa%20b.pem&sslmode=require");
        assert_eq!(with_file.1, Some("/a b.pem".into()));
        let mark_in_password = "postgres://u:a?sslmode=require@h/d";
        assert_eq!(
            taken(mark_in_password),
            (Mode::Unsaid, None, mark_in_password.to_owned())
        );
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        for members in [
            "sslmode=prefer",
            "sslmode=allow",
            "sslmode=",
            "sslmode",
            "sslmode=Require",
            "sslrootcert=a.pem",
            "sslmode=disable&sslrootcert=a.pem",
            "sslmode=%ff",
        ] {
            let refused = Security::take_from(&format!("postgres://u:secret@h/d?{members}"));
            let told = refused.unwrap_err().to_string();
            assert!(!told.contains("secret"), "{told}");
        }
    }

    #[test]
    fn only_this_machine_is_here() {
        for (host, expected) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("%2Ftmp", true),
            ("db.example", false),
            ("10.0.0.1", false),
        ] {
            let config: Config = format!("postgres://u@{host}/d").parse().unwrap();
            assert_eq!(is_here(&config.get_hosts()[0]), expected, "{host}");
        }
    }
}
