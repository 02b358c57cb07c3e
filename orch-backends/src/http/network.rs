use std::net::IpAddr;

use super::Reach;

/// Which networks calls may reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// The internet alone.
    #[default]
    Public,
    /// Loopback and private addresses too, over http as well as https: for development, and for agents in the host's own
    /// network.
    Private,
}

/// What is asked of an address beyond its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) network: Network,
    pub(super) plain_http: bool,
}

impl Rules {
    /// Whether any address at all may be called over this scheme.
    pub(super) fn permit_scheme(self, scheme: &str) -> bool {
        match scheme {
            "https" => true,
            "http" => self.plain_http || self.network == Network::Private,
            _ => false,
        }
    }

    /// Whether this address may be called over this scheme.
    pub(super) fn permit(self, scheme: &str, address: IpAddr) -> bool {
        match Reach::of(address) {
            Reach::Public => scheme == "https" || self.plain_http,
            Reach::Private => self.network == Network::Private,
            Reach::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_only_where_it_may() {
        let permits = |network, plain_http, scheme: &str, address: &str| {
            let rules = Rules { network, plain_http };
            rules.permit_scheme(scheme) && rules.permit(scheme, address.parse().unwrap())
        };
        use Network::{Private, Public};
        for (network, plain_http, scheme, address, expected) in [
            (Public, false, "https", "1.1.1.1", true),
            (Public, false, "http", "1.1.1.1", false),
            (Public, true, "http", "1.1.1.1", true),
            (Public, true, "http", "127.0.0.1", false),
            (Public, false, "https", "10.0.0.1", false),
            (Private, false, "http", "127.0.0.1", true),
            (Private, false, "http", "1.1.1.1", false),
            (Private, false, "https", "10.0.0.1", true),
            (Private, true, "http", "169.254.169.254", false),
            (Private, true, "ftp", "1.1.1.1", false),
        ] {
            let case = format!("{network:?} {plain_http} {scheme} {address}");
            assert_eq!(permits(network, plain_http, scheme, address), expected, "{case}");
        }
    }
}
