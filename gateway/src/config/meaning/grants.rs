//! The grants: variables that are set, hosts that are hosts, and one meaning for each store.
//!
//! Never resolves a host name: what it leads to is judged at each connection.

use super::names;
use crate::config::grants::{Grants, HostPort, HttpGrant, StoreGrant};
use crate::config::written::{WrittenGrants, WrittenHttp, WrittenPlugin, WrittenStore};
use toml::Spanned;
use url::Url;
use witgate_keyring::{AddressFault, Allowances};
use witgate_settings::fault::Faults;
use witgate_settings::reader::{StringList, at};

/// The port of a host that is written without one.
const HTTPS_PORT: u16 = 443;

/// What a plugin is granted, as far as it can be meant.
pub(super) fn grants(written: &WrittenGrants, faults: &mut Faults) -> Grants {
    Grants {
        clock: written.clock,
        random: written.random,
        environment: written.environment.as_ref().map(|names| environment(names, faults)).unwrap_or_default(),
        store: written.store.as_ref().and_then(|store| self::store(store, faults)),
        http: written.http.as_ref().and_then(|http| self::http(http, faults)),
    }
}

/// Two plugins with one store must mean the same by it.
pub(super) fn refuse_unequal_stores(written: &[WrittenPlugin], faults: &mut Faults) {
    let stores: Vec<(&Spanned<String>, &WrittenStore)> =
        written.iter().filter_map(|plugin| named_store(&plugin.grants)).collect();
    for (index, (name, store)) in stores.iter().enumerate() {
        let first = stores[..index].iter().find(|(earlier, _)| earlier.get_ref() == name.get_ref());
        if let Some((earlier, other)) = first
            && (store.entries, store.bytes, store.ttl) != (other.entries, other.bytes, other.ttl)
        {
            let message = format!("the store {:?} has two sizes or lives", name.get_ref());
            let hint =
                "plugins that share a store give it the same entries, bytes and ttl-seconds; or name another one";
            faults.push_pair((at(name), "other bounds here"), (at(earlier), "first named here"), message, hint);
        }
    }
}

fn named_store(grants: &WrittenGrants) -> Option<(&Spanned<String>, &WrittenStore)> {
    let store = grants.store.as_ref()?;
    Some((store.name.as_ref()?, store))
}

fn environment(written: &StringList, faults: &mut Faults) -> Vec<String> {
    names::refuse_repeated("variable", written.get_ref(), faults);
    let set = |name: &&Spanned<String>| is_set(name, faults);
    written.get_ref().iter().filter(set).map(|name| name.get_ref().clone()).collect()
}

/// Notes a variable that the gateway could not pass on.
fn is_set(name: &Spanned<String>, faults: &mut Faults) -> bool {
    let text = name.get_ref();
    if text.is_empty() || text.contains(['=', '\0']) {
        faults.push(at(name), format!("{text:?} is no name of a variable"), "such as \"REGION\"");
        return false;
    }
    match std::env::var(text) {
        Ok(_) => true,
        Err(std::env::VarError::NotPresent) => {
            let hint = "set it where the gateway is started, or take it out";
            faults.push(at(name), format!("the gateway's environment has no {text:?}"), hint);
            false
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            faults.push(
                at(name),
                format!("{text:?} is not UTF-8 in the gateway's environment"),
                "set it to plain text",
            );
            false
        }
    }
}

fn store(written: &WrittenStore, faults: &mut Faults) -> Option<StoreGrant> {
    let name = written.name.as_ref()?;
    names::check(name, faults);
    Some(StoreGrant { name: name.get_ref().clone(), entries: written.entries, bytes: written.bytes, ttl: written.ttl })
}

fn http(written: &WrittenHttp, faults: &mut Faults) -> Option<HttpGrant> {
    let hint = "name where the plugin may send to, such as hosts = [\"api.example.com\"]; without a port it is 443";
    let Some(list) = written.hosts.as_ref().filter(|list| !list.get_ref().is_empty()) else {
        let span = written.hosts.as_ref().map_or(written.span, at);
        faults.push(span, "`grants.http` names no host", hint);
        return None;
    };
    names::refuse_repeated("host", list.get_ref(), faults);
    let allowances = Allowances { http: written.allow_http, private: written.allow_private };
    let hosts = list.get_ref().iter().filter_map(|host| self::host(host, allowances, faults)).collect();
    Some(HttpGrant {
        hosts,
        deadline: written.deadline,
        body_bytes: written.body_bytes,
        allow_private: written.allow_private,
        allow_http: written.allow_http,
    })
}

fn host(text: &Spanned<String>, allowances: Allowances, faults: &mut Faults) -> Option<HostPort> {
    let Some((host, url)) = host_port(text.get_ref()) else {
        let hint = "host and port alone, such as \"api.example.com:443\"; no scheme, no path, no wildcard";
        faults.push(at(text), format!("{:?} is no host", text.get_ref()), hint);
        return None;
    };
    let (message, hint) = match allowances.judge(&url) {
        Ok(()) => return Some(host),
        Err(AddressFault::Private) => {
            ("this address is in a private network", "if that is meant: allow-private = true beside `hosts`")
        }
        Err(AddressFault::Never | AddressFault::Shape | AddressFault::PlainHttp) => (
            "no plugin may reach this address",
            "it is unspecified, multicast, reserved, or a cloud's metadata service",
        ),
    };
    faults.push(at(text), message, hint);
    None
}

/// The host as a URL spells it: that is what a plugin's URL is compared with.
fn host_port(text: &str) -> Option<(HostPort, Url)> {
    if text.contains(['/', '\\', '?', '#', '@', '*']) || text.contains(char::is_whitespace) {
        return None;
    }
    let url = Url::parse(&format!("https://{text}/")).ok()?;
    let host = HostPort { host: url.host_str()?.to_owned(), port: url.port().unwrap_or(HTTPS_PORT) };
    Some((host, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        host_port(text).map(|(host, _)| host.to_string())
    }

    #[test]
    fn a_host_is_read_as_a_url_has_it() {
        assert_eq!(read("API.Example.com").as_deref(), Some("api.example.com:443"));
        assert_eq!(read("api.example.com:8443").as_deref(), Some("api.example.com:8443"));
        assert_eq!(read("0x7f.1:80").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(read("[::FFFF:10.0.0.1]:1").as_deref(), Some("[::ffff:a00:1]:1"));
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_none() {
        for text in ["", "https://a", "a/b", "a?b", "user@a", "*.example.com", "a b", "a:99999", ":443", "a#b", "[::1"]
        {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
