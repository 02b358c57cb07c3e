use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{Uri, uri::Scheme};

use crate::market::error::ApiError;

/// The longest address.
const MAX_CHARS: usize = 2048;

/// Whether results may be sent there. A name is looked up only when something is sent, and checked then.
pub(super) fn check(url: &str, private: bool) -> Result<(), ApiError> {
    let refused = |reason: &str| Err(ApiError::invalid("callback_url", reason));
    let Some(uri) = url.parse::<Uri>().ok().filter(|_| url.len() <= MAX_CHARS) else {
        return refused("is no address");
    };
    let is_http = uri.scheme() == Some(&Scheme::HTTP);
    if uri.scheme() != Some(&Scheme::HTTPS) && !(private && is_http) {
        return refused("is not an https address");
    }
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
        return refused("has no host");
    };
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return refused("must not have a user");
    }
    if !private && is_private(host) {
        return refused("leads to a private address");
    }
    Ok(())
}

/// Whether a host, as far as its name says, is not of the public internet.
fn is_private(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    match address.parse() {
        Ok(IpAddr::V4(address)) => is_private_v4(address),
        Ok(IpAddr::V6(address)) => is_private_v6(address),
        // A number that is no dotted quad is an address to some resolvers.
        Err(_) => {
            let last = name.rsplit('.').next().unwrap_or_default();
            let is_number = last.starts_with(|c: char| c.is_ascii_digit());
            is_number || name == "localhost" || last == "localhost" || last == "local" || last == "internal"
        }
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (18..20).contains(&second))
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || (first == 0x2001 && second == 0xdb8)
        || address.to_ipv4().is_some_and(is_private_v4)
        || (first == 0x64 && second == 0xff9b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_goes_to_the_public_internet_over_https() {
        for url in [
            "https://example.com/done?x=1",
            "https://8.8.8.8:8443/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(check(url, false).is_ok(), "{url}");
        }
        for url in [
            "",
            "done",
            "/done",
            "http://example.com/",
            "ftp://example.com/",
            "https://user@example.com/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://printer.local/",
        ] {
            assert!(check(url, false).is_err(), "{url}");
        }
        assert!(check("http://127.0.0.1:9000/done", true).is_ok());
        assert!(check("ftp://127.0.0.1/", true).is_err());
    }
}
