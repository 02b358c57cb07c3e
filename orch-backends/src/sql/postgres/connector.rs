//! What makes connections to the server.

use std::path::Path;

use crate::sql::ConnectError;

#[cfg(feature = "postgres-tls")]
pub(super) use tokio_postgres_rustls::MakeRustlsConnect as Connector;

#[cfg(not(feature = "postgres-tls"))]
pub(super) use tokio_postgres::NoTls as Connector;

/// Makes connections that are not encrypted.
#[cfg(feature = "postgres-tls")]
pub(super) fn plain() -> Result<Connector, ConnectError> {
    // It is not used, but has to be one.
    with(rustls::RootCertStore::empty())
}

/// Makes connections to who shows a certificate that these roots vouch for, or Mozilla's where no file names others.
#[cfg(feature = "postgres-tls")]
pub(super) fn verified(roots: Option<&Path>) -> Result<Connector, ConnectError> {
    match roots {
        Some(file) => with(read(file)?),
        None => with(crate::tls::public_roots()),
    }
}

#[cfg(feature = "postgres-tls")]
fn with(roots: rustls::RootCertStore) -> Result<Connector, ConnectError> {
    let config = crate::tls::client(roots).map_err(|error| ConnectError::invalid(error.to_string()))?;
    Ok(Connector::new(config))
}

/// Reads the certificates of a PEM file.
#[cfg(feature = "postgres-tls")]
fn read(file: &Path) -> Result<rustls::RootCertStore, ConnectError> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    let invalid = |reason: String| ConnectError::invalid(format!("sslrootcert {}: {reason}", file.display()));
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| invalid(error.to_string()))? {
        let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| invalid(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(invalid("has no certificate".to_owned()));
    }
    Ok(roots)
}

/// Makes connections that are not encrypted.
#[cfg(not(feature = "postgres-tls"))]
#[expect(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
pub(super) fn plain() -> Result<Connector, ConnectError> {
    Ok(Connector)
}

/// There is no TLS.
#[cfg(not(feature = "postgres-tls"))]
pub(super) fn verified(_: Option<&Path>) -> Result<Connector, ConnectError> {
    Err(ConnectError::invalid(
        "sslmode asks for an encrypted connection, which needs the feature postgres-tls",
    ))
}
