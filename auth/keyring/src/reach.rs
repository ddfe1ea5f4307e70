//! Which network addresses a fetch may reach: the public internet, or private ones where the operator said so.
//!
//! Never lets a name lead to this machine or to a private network by itself, and never to a cloud's metadata at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an IP address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Anybody's.
    Public,
    /// This machine.
    Loopback,
    /// A private network, or some other space that is not of the public internet (RFC 6890).
    Private,
    /// Nothing that could serve a key set: unspecified, multicast, reserved, or a cloud's metadata service.
    Never,
}

/// Addresses where clouds keep their machines' credentials, beside the whole of 169.254.0.0/16.
const METADATA: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// The place of an address. An IPv6 address that carries an IPv4 one is judged by that one.
pub(crate) fn place(address: IpAddr) -> Place {
    if METADATA.contains(&address) {
        return Place::Never;
    }
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(inner) => place(IpAddr::V4(inner)),
            None => place_v6(address),
        },
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    let [a, b, c, _] = address.octets();
    if address.is_loopback() {
        return Place::Loopback;
    }
    if a == 0 || a >= 224 || address.is_link_local() {
        // "This network", multicast, reserved and broadcast. Of the link-local ones clouds use several for credentials.
        return Place::Never;
    }
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = (a, b, c) == (192, 0, 0);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let private = address.is_private() || address.is_documentation();
    if private || shared || protocol || benchmark { Place::Private } else { Place::Public }
}

fn place_v6(address: Ipv6Addr) -> Place {
    if address.is_loopback() {
        return Place::Loopback;
    }
    if address.is_unspecified() || address.is_multicast() {
        return Place::Never;
    }
    // Only 2000::/3 is of the public internet; of it, 2001:db8::/32 and 3fff::/20 are for documents and 2001::/32 is Teredo.
    let [a, b, ..] = address.segments();
    let documentation = (a, b) == (0x2001, 0xdb8) || (a == 0x3fff && b < 0x1000);
    let teredo = (a, b) == (0x2001, 0);
    if a & 0xe000 == 0x2000 && !documentation && !teredo { Place::Public } else { Place::Private }
}

/// The IPv4 address inside a mapped (RFC 4291), compatible, 6to4 (RFC 3056) or NAT64 (RFC 6052) one.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if address.is_loopback() || address.is_unspecified() {
        return None;
    }
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(place_wanted: Place, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(place(address.parse().expect("an address")), place_wanted, "{address}");
        }
    }

    #[test]
    fn the_public_internet_is_public() {
        all(
            Place::Public,
            &["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "11.0.0.1", "198.20.0.1"],
        );
        all(Place::Public, &["2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"]);
    }

    #[test]
    fn this_machine_is_loopback_in_every_spelling() {
        all(Place::Loopback, &["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::127.0.0.1"]);
        all(Place::Loopback, &["64:ff9b::7f00:1", "2002:7f00:1::"]);
    }

    #[test]
    fn private_networks_are_private() {
        all(Place::Private, &["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]);
        all(Place::Private, &["100.127.255.255", "192.0.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.9"]);
        all(Place::Private, &["fc00::1", "fdff::1", "fe80::1", "fec0::1", "2001:db8::1", "64:ff9b:1::1", "100::1"]);
        all(
            Place::Private,
            &["::ffff:10.0.0.1", "::ffff:192.168.1.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::1"],
        );
    }

    #[test]
    fn some_addresses_serve_nobody() {
        all(Place::Never, &["0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "ff02::1"]);
        all(Place::Never, &["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"]);
        all(Place::Never, &["169.254.0.1", "169.254.170.2", "169.254.170.23", "169.254.255.255", "192.0.0.192"]);
        all(Place::Never, &["fd00:ec2::23", "::ffff:169.254.170.2", "::ffff:192.0.0.192", "64:ff9b::c000:c0"]);
        all(Place::Private, &["192.0.0.191", "fd00:ec2::24"]);
        all(Place::Public, &["169.253.255.255", "169.255.0.1"]);
        all(Place::Never, &["::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe"]);
    }
}
