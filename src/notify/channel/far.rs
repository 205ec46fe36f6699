//! Far ends that nobody may be told through: addresses that hand out the secrets of this host to
//! whoever asks from it. Looked for when the configuration is read, and again in what a name
//! leads to when it is used.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether a host, as a URL writes it, is link-local or a metadata service of a cloud: whoever
/// answers there trusts every caller on this host.
pub fn leads_inside(host: &str) -> bool {
    const NAMES: [&str; 4] =
        ["metadata", "metadata.google.internal", "metadata.goog", "instance-data"];
    let bare = host.trim_end_matches('.');
    match bare.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(address) => is_inside(address),
        Err(_) => NAMES.iter().any(|name| bare.eq_ignore_ascii_case(name)),
    }
}

/// Link-local addresses (RFC 3927, RFC 4291 §2.5.6), and those outside their range under which
/// clouds do the same; also written as IPv6.
fn is_inside(address: IpAddr) -> bool {
    const ALIBABA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    const AZURE: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
    const AMAZON: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local() || [ALIBABA, AZURE].contains(&address),
        IpAddr::V6(address) => address.is_unicast_link_local() || address == AMAZON,
    }
}

/// The system's names, without the addresses that lead inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The client puts its own port in place of this one.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses = outside(found);
            if addresses.is_empty() {
                return Err(io::Error::other("its name leads inside this host").into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

fn outside(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    found.filter(|address| !is_inside(address.ip())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_and_metadata_hosts_lead_inside_and_others_do_not() {
        let inside = [
            "169.254.169.254",
            "[::ffff:169.254.169.254]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "100.100.100.200",
            "168.63.129.16",
            "Metadata.Google.Internal.",
        ];
        let outside =
            ["hooks.example.org", "127.0.0.1", "[::1]", "10.0.0.7", "metadata.example.org"];
        assert!(inside.into_iter().all(leads_inside));
        assert!(!outside.into_iter().any(leads_inside));
    }

    #[test]
    fn of_the_addresses_of_a_name_those_that_lead_inside_are_left_out() {
        let found: Vec<SocketAddr> =
            ["192.0.2.7:0", "169.254.169.254:0", "[fe80::1]:0", "[2001:db8::7]:0"]
                .map(|address| address.parse().unwrap())
                .to_vec();
        assert_eq!(outside(found.iter().copied()), [found[0], found[3]]);
    }
}
