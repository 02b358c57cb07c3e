use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address reaches, by the IANA registries of special-purpose addresses (RFC 6890) and what is known of clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A host on the internet.
    Public,
    /// This machine or a network of one's own: loopback, private (RFC 1918), shared (RFC 6598), unique local (RFC 4193).
    Private,
    /// Nothing that a call has any business with: unspecified, link-local, multicast, reserved and documentation
    /// addresses, tunnels, and the metadata services of clouds.
    Never,
}

impl Reach {
    /// What this address reaches. One that embeds another (mapped, translated, tunneled) reaches no more than either.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            // The metadata services of Azure and Alibaba, outside of the link-local range.
            [168, 63, 129, 16] | [100, 100, 100, 200] => Self::Never,
            [10, ..] | [127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Self::Private,
            [0, ..]
            | [169, 254, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..] => Self::Never,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let embedded = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            Self::of_v4(Ipv4Addr::new(a, b, c, d))
        };
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Private,
            // Mapped, compatible and SIIT forms, and the well-known prefix of NAT64.
            [0, 0, 0, 0, 0, 0xffff | 0, high, low]
            | [0, 0, 0, 0, 0xffff, 0, high, low]
            | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
            // 6to4.
            | [0x2002, high, low, ..] => embedded(high, low),
            // The metadata service of Amazon.
            [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Self::Never,
            [0xfc00..=0xfdff, ..] => Self::Private,
            // Protocol assignments (Teredo, benchmarks, overlays) and documentation.
            [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Self::Never,
            // ISATAP, whose interface is an IPv4 address.
            [0x2000..=0x3fff, _, _, _, 0 | 0x200, 0x5efe, high, low] => embedded(high, low),
            [0x2000..=0x3fff, ..] => Self::Public,
            _ => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reach(address: &str) -> Reach {
        Reach::of(address.parse().unwrap())
    }

    #[test]
    fn hosts_on_the_internet_are_public() {
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert_eq!(reach(address), Reach::Public, "{address}");
        }
    }

    #[test]
    fn networks_of_ones_own_are_private() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fc00::1",
            "fdff::1",
            "::ffff:127.0.0.1",
            "::ffff:0:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::192.168.0.1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2606:4700::5efe:10.0.0.1",
        ] {
            assert_eq!(reach(address), Reach::Private, "{address}");
        }
    }

    #[test]
    fn some_addresses_are_nobodys() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "169.254.170.2",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::ffff:0.0.0.0",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "2002:a9fe:a9fe::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "5f00::1",
        ] {
            assert_eq!(reach(address), Reach::Never, "{address}");
        }
    }

    proptest! {
        #[test]
        fn a_mapped_address_reaches_what_it_maps(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(Reach::of(address.to_ipv6_mapped().into()), Reach::of(address.into()));
        }

        #[test]
        fn the_standard_library_agrees_on_what_is_local(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let local = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_unspecified()
                || address.is_documentation();
            prop_assert!(!local || Reach::of(address.into()) != Reach::Public);
        }
    }
}
