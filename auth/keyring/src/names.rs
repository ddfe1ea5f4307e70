//! From host names to the network addresses that a fetch may connect to.
//!
//! Never gives the connector an address that was not judged: between the check and the use there is no second lookup.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use crate::causes::clipped;
use crate::guard;
use crate::reach::{self, Place};

/// The addresses of a name, for tests.
pub type Answers = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// How host names become addresses.
#[derive(Clone, Default)]
pub enum Names {
    /// As the system does it.
    #[default]
    System,
    /// As the system does it, so many names at once: a look-up that nobody waits for any more still takes a thread.
    Bounded(Arc<Semaphore>),
    /// As this function says, for tests. No address means that there is no such name.
    Given(Arc<Answers>),
}

/// A name of which no address may be used. For the operator's log only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameFault {
    #[error("the name '{0}' has no address")]
    Unknown(String),
    #[error("the name '{name}' leads to {address}, which is {what}")]
    Refused { name: String, address: IpAddr, what: &'static str },
}

impl Names {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()),
            Self::Bounded(places) => looked_up(name, places).await,
            Self::Given(answer) => Ok(answer(name)),
        }
    }
}

/// The place is given back by the look-up itself, not by whoever waits for it.
async fn looked_up(name: &str, places: &Arc<Semaphore>) -> io::Result<Vec<IpAddr>> {
    let place = Arc::clone(places).try_acquire_owned().map_err(|_| io::Error::other("too many names are looked up"))?;
    let name = name.to_owned();
    let found = tokio::task::spawn_blocking(move || {
        let _place = place;
        let found = (name.as_str(), 0).to_socket_addrs()?;
        Ok(found.map(|found| found.ip()).collect())
    });
    found.await.map_err(io::Error::other)?
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Bounded(_) => "Bounded",
            Self::Given(_) => "Given",
        })
    }
}

/// The resolver of the HTTP client: it leaves out what may not be reached.
pub(crate) struct Guarded {
    pub names: Names,
    pub allow_private: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, allow_private) = (self.names.clone(), self.allow_private);
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let allowed = allowed(name.as_str(), found, allow_private)?;
            // Port 0: the client puts the address's own port there.
            Ok(Box::new(allowed.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Those of a name's addresses that may be used; an error when there is none.
fn allowed(name: &str, found: Vec<IpAddr>, allow_private: bool) -> Result<Vec<IpAddr>, NameFault> {
    let fault = |address| refusal(name, address, allow_private);
    let first_refused = found.iter().find_map(|address| Some((*address, fault(*address)?)));
    let kept: Vec<_> = found.into_iter().filter(|address| fault(*address).is_none()).collect();
    match first_refused {
        Some((address, what)) if kept.is_empty() => Err(NameFault::Refused { name: clipped(name), address, what }),
        None if kept.is_empty() => Err(NameFault::Unknown(clipped(name))),
        _ => Ok(kept),
    }
}

/// `localhost` is this machine and nothing else; any other name is that only by the operator's leave.
fn refusal(name: &str, address: IpAddr, allow_private: bool) -> Option<&'static str> {
    match reach::place(address) {
        Place::Loopback if guard::is_localhost(name) => None,
        _ if guard::is_localhost(name) => Some("not this machine"),
        Place::Public => None,
        Place::Loopback | Place::Private if allow_private => None,
        Place::Loopback => Some("this machine; allow-private = true accepts that"),
        Place::Private => Some("in a private network; allow-private = true accepts that"),
        Place::Never => Some("unspecified, multicast, reserved, or a cloud's metadata service"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_so_many_names_are_looked_up_at_once() {
        let places = Arc::new(Semaphore::new(1));
        let names = Names::Bounded(Arc::clone(&places));
        assert!(names.addresses("localhost").await.expect("found").iter().any(IpAddr::is_loopback));
        let _taken = places.clone().try_acquire_owned().expect("the place was given back");
        assert!(names.addresses("localhost").await.is_err());
    }

    fn judged(name: &str, found: &[&str], allow_private: bool) -> Result<Vec<String>, NameFault> {
        let found = found.iter().map(|address| address.parse().expect("an address")).collect();
        allowed(name, found, allow_private).map(|kept| kept.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn only_public_addresses_of_a_name_are_used() {
        let mixed = ["10.0.0.1", "1.1.1.1", "127.0.0.1", "::1", "2606:4700::1111", "fd00::1", "169.254.169.254"];
        assert_eq!(judged("id.example.com", &mixed, false), Ok(vec!["1.1.1.1".into(), "2606:4700::1111".into()]));
        let private = judged("id.example.com", &mixed, true).expect("allowed");
        assert_eq!(private.len(), mixed.len() - 1, "the metadata service is never allowed");
    }

    #[test]
    fn a_name_that_leads_home_is_refused_with_the_remedy() {
        for address in ["127.0.0.1", "::1", "10.1.2.3", "::ffff:192.168.0.1", "fe80::1"] {
            let fault = judged("id.example.com", &[address], false).expect_err("refused").to_string();
            assert!(fault.contains("id.example.com") && fault.contains("allow-private = true"), "{fault}");
        }
        assert_eq!(judged("id.example.com", &[], true), Err(NameFault::Unknown("id.example.com".into())));
    }

    #[test]
    fn localhost_is_this_machine_only() {
        assert_eq!(judged("LOCALHOST", &["127.0.0.1", "1.1.1.1"], false), Ok(vec!["127.0.0.1".into()]));
        assert!(judged("localhost", &["10.0.0.1"], true).is_err());
        assert!(judged("localhost.", &["127.0.0.1"], false).is_err());
    }
}
