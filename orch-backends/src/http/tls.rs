use rustls::{ClientConfig, pki_types::CertificateDer};

use super::TlsError;
use crate::tls;

/// A client that trusts Mozilla's roots and these.
pub(super) fn config(extra_roots: &[Vec<u8>]) -> Result<ClientConfig, TlsError> {
    let mut roots = tls::public_roots();
    for root in extra_roots {
        roots.add(CertificateDer::from(root.as_slice()).into_owned())?;
    }
    Ok(tls::client(roots)?)
}
