//! Where the gateway listens, with how many threads, which proxies it believes, and which header names are its own.
//!
//! Never binds a socket.

use super::IDENTITY_PREFIX;
use crate::config::written::{Written, WrittenGateway};
use std::net::SocketAddr;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::{at, at_item};
use witgate_wire::{NetworkFault, TrustedProxies};

/// Longest identity prefix, in bytes.
const MAX_PREFIX_BYTES: usize = 64;

/// The number of worker threads: as written, or one per core.
pub(super) fn threads(written: &WrittenGateway) -> usize {
    match usize::try_from(written.threads) {
        Ok(0) | Err(_) => std::thread::available_parallelism().map_or(1, usize::from),
        Ok(threads) => threads,
    }
}

/// The prefix of the header names that only the gateway may set.
pub(super) fn identity_prefix(written: &WrittenGateway, faults: &mut Faults) -> String {
    let Some(prefix) = &written.identity_prefix else { return IDENTITY_PREFIX.to_owned() };
    let text = prefix.get_ref();
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let enough = text.len() > 2 && text.len() <= MAX_PREFIX_BYTES && text.ends_with('-');
    if !enough || !text.bytes().all(good) {
        let hint = "lower-case letters, digits and '-', ending in '-', such as \"x-identity-\"";
        faults.push(at(prefix), format!("{text:?} is no prefix of header names"), hint);
    }
    text.clone()
}

/// `trusted-proxies`.
pub(super) fn trusted_proxies(written: &WrittenGateway, faults: &mut Faults) -> TrustedProxies {
    let Some(list) = &written.trusted_proxies else { return TrustedProxies::default() };
    let (proxies, found) = TrustedProxies::read(list.get_ref().iter().map(|text| text.get_ref().as_str()));
    for NetworkFault { place, message, hint } in found {
        faults.push(at_item(list, place), message, hint);
    }
    proxies
}

/// Every address of `[[listeners]]`.
pub(super) fn listeners(written: &[Spanned<String>], faults: &mut Faults) -> Vec<SocketAddr> {
    let mut seen: Vec<(SocketAddr, &Spanned<String>)> = Vec::new();
    for text in written {
        let Some(address) = address(text, faults) else { continue };
        if let Some((_, first)) = seen.iter().find(|(earlier, _)| clash(*earlier, address)) {
            refuse_taken(text, first, faults);
        }
        seen.push((address, text));
    }
    seen.into_iter().map(|(address, _)| address).collect()
}

/// The address of `[admin]`.
pub(super) fn admin(written: &Written, faults: &mut Faults) -> Option<SocketAddr> {
    let admin = written.admin.as_ref()?;
    let text = admin.address.as_ref()?;
    let address = address(text, faults)?;
    if !address.ip().is_loopback() && !admin.expose {
        let hint =
            "use a loopback address such as \"127.0.0.1:8081\", or say expose = true: anyone who reaches it sees all";
        faults.push(at(text), "the admin listener is not on a loopback address", hint);
    }
    let same = |listener: &&Spanned<String>| listener.get_ref().parse().is_ok_and(|other| clash(other, address));
    if let Some(listener) = written.listeners.iter().find(same) {
        refuse_taken(text, listener, faults);
    }
    Some(address)
}

fn address(text: &Spanned<String>, faults: &mut Faults) -> Option<SocketAddr> {
    let parsed = text.get_ref().parse();
    if parsed.is_err() {
        let hint = "an IP address and a port, such as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::1]:8080\"";
        faults.push(at(text), format!("{:?} is no address to listen on", text.get_ref()), hint);
    }
    parsed.ok()
}

/// Port 0 is any free port: two of them never clash.
fn clash(one: SocketAddr, other: SocketAddr) -> bool {
    one == other && one.port() != 0
}

fn refuse_taken(text: &Spanned<String>, first: &Spanned<String>, faults: &mut Faults) {
    let message = format!("{:?} is listened on twice", text.get_ref());
    faults.push_pair((at(text), "again here"), (at(first), "first here"), message, "give each its own port");
}
