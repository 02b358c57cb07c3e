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
        let scheme = ["postgres://", "postgresql://"]
            .into_iter()
            .find(|scheme| url.starts_with(scheme));
        let scheme = scheme.ok_or_else(|| ConnectError::invalid("expected postgres://host/database"))?;
        let rest = &url[scheme.len()..];
        // The driver takes all before the first @ for credentials, even where others see the host end before.
        let credentials = rest.find('@').map_or(0, |at| at + 1);
        if rest[..credentials].contains('/') {
            return Err(ConnectError::invalid(
                "in a url, a / before an @ is written as %2F, and an @ after the host as %40",
            ));
        }
        let Some(mark) = rest[credentials..].find('?') else {
            return Ok((Self::default(), url.to_owned()));
        };
        let (before, members) = url.split_at(scheme.len() + credentials + mark);
        let mut security = Self::default();
        let mut names_roots = false;
        let mut others = Vec::new();
        for member in members[1..].split('&') {
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            match decoded(name)?.as_str() {
                "sslmode" => security.mode = Mode::of(&decoded(value)?)?,
                "sslrootcert" => {
                    let file = decoded(value)?;
                    names_roots = true;
                    security.roots = (file != "system").then(|| file.into());
                }
                // Without sslmode it would be plain, and with it servers want to hear the name of the protocol (ALPN).
                "sslnegotiation" => return Err(ConnectError::invalid("sslnegotiation is not known here")),
                _ => others.push(member),
            }
        }
        if names_roots && security.mode != Mode::Verified {
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
                if self.mode == Mode::Unsaid && !is_here(config) {
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
fn is_here(config: &Config) -> bool {
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
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
            "sslrootcert=system",
            "sslmode=disable&sslrootcert=system",
            "sslnegotiation=direct",
            "sslmode=verify-full&user=me@tenant",
        ] {
            // Before an @ that is meant as part of a member there are no credentials.
            let credentials = if members.contains('@') { "" } else { "u:secret@" };
            let refused = Security::take_from(&format!("postgres://{credentials}h/d?{members}"));
            let told = refused.unwrap_err().to_string();
            assert!(!told.contains("secret"), "{told}");
        }
        let no_url = Security::take_from("host=h user=u password=secret sslmode=require");
        assert!(no_url.is_err(), "the driver would read it, and we would not");
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
            ("localhost,db.example", false),
        ] {
            let config: Config = format!("postgres://u@{host}/d").parse().unwrap();
            assert_eq!(is_here(&config), expected, "{host}");
        }
        let elsewhere: Config = "postgres://localhost/d?hostaddr=10.0.0.1".parse().unwrap();
        assert!(!is_here(&elsewhere));
    }
}
