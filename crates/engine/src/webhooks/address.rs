//! Which addresses messages may go to: public ones, and networks that the operator allows.

use crate::config::Webhooks;
use domain::{Fault, FaultCode};
use ipnet::IpNet;
use std::net::IpAddr;
use url::{Host, Url};

/// Why the server does not connect to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a public address, and webhooks.allow_networks does not name its network")]
pub struct Refused(pub IpAddr);

/// Networks that are not reached over the public internet, or that stand for no single receiver: IANA's registries of
/// special-purpose addresses, version 4.
const SPECIAL_V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];
/// Of version 6 only this is global unicast,
const GLOBAL_V6: &str = "2000::/3";
/// less what is special within it: protocol assignments with Teredo, documentation, 6to4.
const SPECIAL_V6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

fn is_in(address: IpAddr, networks: &[&str]) -> bool {
    networks.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|network| network.contains(&address))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !is_in(address, &SPECIAL_V4),
        IpAddr::V6(_) => is_in(address, &[GLOBAL_V6]) && !is_in(address, &SPECIAL_V6),
    }
}

/// Whom a connection may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses and allowed networks.
    Public,
    /// Allowed networks alone: what is sent is not encrypted.
    Allowed,
}

impl Reach {
    pub fn of(url: &Url) -> Self {
        if url.scheme() == "https" { Self::Public } else { Self::Allowed }
    }

    /// Refuses an address that is out of reach. Version 4 in the clothes of version 6 is taken for what it is.
    pub fn check(self, address: IpAddr, allowed: &[IpNet]) -> Result<(), Refused> {
        let plain = address.to_canonical();
        let named = allowed.iter().any(|network| network.contains(&plain));
        if named || (self == Self::Public && is_public(plain)) { Ok(()) } else { Err(Refused(address)) }
    }
}

/// The URL's address where it names one itself; a name is resolved when the connection is made.
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// Every fault of a webhook's URL, at `/url`.
pub fn url_faults(text: &str, config: &Webhooks) -> Vec<Fault> {
    let fault = |code, detail: &str| Fault::new("/url", code, detail);
    let Ok(url) = Url::parse(text) else {
        return vec![fault(FaultCode::InvalidFormat, "Expected a URL such as https://example.com/hook.")];
    };
    let mut faults = Vec::new();
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return vec![fault(FaultCode::NotAllowed, "Expected a URL with https.")];
    }
    if !url.username().is_empty() || url.password().is_some() {
        faults.push(fault(
            FaultCode::NotAllowed,
            "The URL may hold no credentials; check the signature instead.",
        ));
    }
    if url.fragment().is_some() {
        faults.push(fault(FaultCode::NotAllowed, "The URL may have no fragment."));
    }
    match literal(&url) {
        Some(address) => {
            if let Err(refused) = Reach::of(&url).check(address, &config.allow_networks) {
                faults.push(fault(FaultCode::NotAllowed, &format!("{refused}.")));
            }
        }
        None if url.scheme() == "http" && config.allow_networks.is_empty() => {
            faults.push(fault(
                FaultCode::NotAllowed,
                "Expected https: http goes to networks alone that webhooks.allow_networks names, and it names none.",
            ));
        }
        None => {}
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        Reach::Public.check(text.parse().unwrap(), &[]).is_err()
    }

    #[test]
    fn only_public_addresses_are_reached() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(refused(inside), "{inside}");
        }
        for outside in ["1.1.1.1", "93.184.215.14", "172.32.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"] {
            assert!(!refused(outside), "{outside}");
        }
    }

    #[test]
    fn an_allowed_network_is_reached_in_every_spelling_and_no_other_is() {
        let allowed = ["127.0.0.0/8".parse().unwrap()];
        for reach in [Reach::Public, Reach::Allowed] {
            for inside in ["127.0.0.1", "::ffff:127.0.0.1"] {
                assert_eq!(reach.check(inside.parse().unwrap(), &allowed), Ok(()), "{inside}");
            }
            assert!(reach.check("10.0.0.1".parse().unwrap(), &allowed).is_err());
        }
        assert!(
            Reach::Allowed.check("1.1.1.1".parse().unwrap(), &allowed).is_err(),
            "not without encryption"
        );
    }

    #[test]
    fn urls_are_refused_with_a_reason() {
        let closed = Webhooks::default();
        for bad in [
            "nowhere",
            "ftp://example.com/",
            "http://example.com/",
            "https://user@example.com/",
            "https://u:p@example.com/",
            "https://example.com/#x",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest",
        ] {
            let faults = url_faults(bad, &closed);
            assert!(!faults.is_empty() && faults.iter().all(|fault| fault.pointer == "/url"), "{bad}");
        }
        assert_eq!(url_faults("https://example.com/hook?x=1", &closed), []);
        let open = Webhooks { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Webhooks::default() };
        assert_eq!(url_faults("http://127.0.0.1:9/", &open), []);
        assert!(!url_faults("http://10.0.0.1/", &open).is_empty());
    }
}
