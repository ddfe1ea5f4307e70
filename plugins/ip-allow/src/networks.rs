//! A list of networks, and whether an address is in it.
//!
//! Never takes IPv4 and its mapped form in IPv6 for two addresses, and never widens what was written: `192.0.2.1/24` is
//! refused, for nobody can tell whether one address or 256 were meant.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// How many networks one list may have.
const MAX_NETWORKS: usize = 10_000;

/// Networks of both families; in each sorted, and none that touches another.
#[derive(Debug)]
pub struct Networks {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
}

impl Networks {
    /// Reads a list; `key` is its name in the config.
    pub fn parse(written: &[String], key: &str) -> Result<Self, String> {
        if written.len() > MAX_NETWORKS {
            return Err(format!("{key}: {} networks; {MAX_NETWORKS} are allowed", written.len()));
        }
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (index, text) in written.iter().enumerate() {
            match network(text).map_err(|why| format!("{key}[{index}]: `{text}` {why}"))? {
                IpNet::V4(net) => v4.push(net),
                IpNet::V6(net) => v6.push(net),
            }
        }
        Ok(Self { v4: Ipv4Net::aggregate(&v4), v6: Ipv6Net::aggregate(&v6) })
    }

    /// Whether the list is empty, so that nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether an address lies in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => holds_v4(&self.v4, address),
            IpAddr::V6(address) => holds_v6(&self.v6, address),
        }
    }
}

/// Networks that do not overlap are sorted by their ends as well, so only the last one that begins in time can hold it.
fn holds_v4(nets: &[Ipv4Net], address: Ipv4Addr) -> bool {
    let after = nets.partition_point(|net| net.network() <= address);
    nets[..after].last().is_some_and(|net| net.contains(&address))
}

fn holds_v6(nets: &[Ipv6Net], address: Ipv6Addr) -> bool {
    let after = nets.partition_point(|net| net.network() <= address);
    nets[..after].last().is_some_and(|net| net.contains(&address))
}

fn network(text: &str) -> Result<IpNet, String> {
    let net = parsed(text).ok_or("is no address and no network such as `192.0.2.0/24`")?;
    if net.addr() != net.network() {
        return Err(format!(
            "has bits beyond its prefix; write `{}`, or `{}` for the one address",
            net.trunc(),
            net.addr()
        ));
    }
    match net {
        IpNet::V6(net) if covers_mapped(&net) => {
            Err("has IPv4 addresses in their IPv6 form; write them as IPv4, which covers both forms".to_owned())
        }
        net => Ok(net),
    }
}

/// The address by the standard library, which takes no `010.0.0.0`: for some that is 8.0.0.0.
fn parsed(text: &str) -> Option<IpNet> {
    let Some((address, bits)) = text.split_once('/') else { return Some(IpNet::from(text.parse::<IpAddr>().ok()?)) };
    let digits = bits.bytes().all(|byte| byte.is_ascii_digit());
    IpNet::new(address.parse().ok()?, bits.parse().ok().filter(|_| digits)?).ok()
}

/// Mapped addresses (RFC 4291 section 2.5.5.2) are looked up as IPv4, so such a network would hold nobody. `::/0` and
/// its like hold them only by the way.
fn covers_mapped(net: &Ipv6Net) -> bool {
    net.prefix_len() >= 96 && net.network().to_ipv4_mapped().is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(networks: &[&str]) -> Networks {
        let written: Vec<String> = networks.iter().map(|text| (*text).to_owned()).collect();
        Networks::parse(&written, "allow").unwrap()
    }

    fn has(networks: &Networks, address: &str) -> bool {
        networks.contains(address.parse().unwrap())
    }

    #[test]
    fn the_edges_of_a_network_are_in_it() {
        let office = list(&["192.0.2.0/25", "198.51.100.7", "2001:db8:1::/48"]);
        let inside =
            ["192.0.2.0", "192.0.2.127", "198.51.100.7", "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff"];
        let outside =
            ["192.0.1.255", "192.0.2.128", "198.51.100.6", "198.51.100.8", "2001:db8:0:ffff::1", "2001:db8:2::"];
        assert!(inside.iter().all(|address| has(&office, address)));
        assert!(outside.iter().all(|address| !has(&office, address)));
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        assert!(has(&list(&["192.0.2.0/24"]), "::ffff:192.0.2.1"));
        assert!(!has(&list(&["::/0"]), "::ffff:192.0.2.1"), "everybody is 0.0.0.0/0 and ::/0");
        assert!(!has(&list(&["0.0.0.0/0"]), "2001:db8::1"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let cases = [
            ("office", "is no address and no network"),
            ("192.0.2.0/33", "is no address and no network"),
            ("192.0.2.0 /24", "is no address and no network"),
            ("192.0.02.0/24", "is no address and no network"),
            ("010.0.0.0/8", "is no address and no network"),
            ("192.0.2.0/+24", "is no address and no network"),
            ("192.0.2.0/", "is no address and no network"),
            ("", "is no address and no network"),
            ("192.0.2.1/24", "write `192.0.2.0/24`, or `192.0.2.1`"),
            ("2001:db8::1/32", "write `2001:db8::/32`, or `2001:db8::1`"),
            ("::ffff:192.0.2.0/120", "write them as IPv4"),
            ("::ffff:192.0.2.1", "write them as IPv4"),
            ("::ffff:0:0/96", "write them as IPv4"),
        ];
        for (text, expected) in cases {
            let why = Networks::parse(&["::1".to_owned(), text.to_owned()], "deny").unwrap_err();
            assert!(why.starts_with("deny[1]: ") && why.contains(expected), "{text}: {why}");
        }
        let many = vec!["192.0.2.1".to_owned(); MAX_NETWORKS + 1];
        assert!(Networks::parse(&many, "allow").unwrap_err().contains("10000 are allowed"));
    }

    /// A few high bits only, so that networks overlap, touch and repeat.
    fn nets() -> impl Strategy<Value = Vec<(u8, u8)>> {
        prop::collection::vec((any::<u8>(), 0..=8_u8), 0..20)
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_looking_at_each(nets in nets(), probe: u8) {
            let v4 = |(bits, length): &(u8, u8)| Ipv4Net::new(Ipv4Addr::new(*bits, 0, 0, 0), *length).unwrap().trunc();
            let v6 = |(bits, length): &(u8, u8)| {
                Ipv6Net::new(Ipv6Addr::new(u16::from(*bits) << 8, 0, 0, 0, 0, 0, 0, 0), *length).unwrap().trunc()
            };
            let written: Vec<String> =
                nets.iter().flat_map(|net| [v4(net).to_string(), v6(net).to_string()]).collect();
            let networks = Networks::parse(&written, "allow").unwrap();
            let address = Ipv4Addr::new(probe, 1, 2, 3);
            prop_assert_eq!(networks.contains(address.into()), nets.iter().any(|net| v4(net).contains(&address)));
            let address = Ipv6Addr::new(u16::from(probe) << 8, 0, 0, 0, 0, 0, 0, 1);
            prop_assert_eq!(networks.contains(address.into()), nets.iter().any(|net| v6(net).contains(&address)));
        }
    }
}
