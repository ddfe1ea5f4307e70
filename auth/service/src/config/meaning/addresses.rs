//! Where the service listens, and which proxies it believes. Never binds a socket.

use crate::config::model::AdminConfig;
use crate::config::written::{Written, WrittenServer};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::{at, at_item};
use witgate_wire::{NetworkFault, TrustedProxies};

/// Where the service listens when nothing is written.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9000);

/// `listen`.
pub(super) fn listen(written: &WrittenServer, faults: &mut Faults) -> Option<SocketAddr> {
    written.listen.as_ref().map_or(Some(LISTEN), |text| address(text, faults))
}

/// `[admin]`: loopback only, unless it is exposed on purpose.
pub(super) fn admin(written: &Written, faults: &mut Faults) -> Option<AdminConfig> {
    let admin = written.admin.as_ref()?;
    let text = admin.listen.as_ref()?;
    let listen = address(text, faults)?;
    if !listen.ip().is_loopback() && !admin.expose {
        let hint = "use a loopback address such as \"127.0.0.1:9001\", or say expose = true: think of who can reach it";
        faults.push(at(text), "the admin listener is not on a loopback address", hint);
    }
    let main = written.server.listen.as_ref();
    let main_address = main.map_or(Some(LISTEN), |text| text.get_ref().parse().ok());
    if main_address == Some(listen) && listen.port() != 0 {
        let message = format!("{:?} is listened on twice", text.get_ref());
        match main {
            Some(main) => {
                faults.push_pair((at(text), "again here"), (at(main), "first here"), message, "give each its own port");
            }
            None => faults.push(at(text), message, "`listen` has it where it is not written: give each its own port"),
        }
    }
    Some(AdminConfig { listen })
}

/// `trusted-proxies`.
pub(super) fn trusted_proxies(written: &WrittenServer, faults: &mut Faults) -> TrustedProxies {
    let Some(list) = &written.trusted_proxies else { return TrustedProxies::default() };
    let (proxies, found) = TrustedProxies::read(list.get_ref().iter().map(|text| text.get_ref().as_str()));
    for NetworkFault { place, message, hint } in found {
        faults.push(at_item(list, place), message, hint);
    }
    proxies
}

fn address(text: &Spanned<String>, faults: &mut Faults) -> Option<SocketAddr> {
    let parsed = text.get_ref().parse();
    if parsed.is_err() {
        let hint = "an IP address and a port, such as \"127.0.0.1:9000\", \"0.0.0.0:9000\" or \"[::1]:9000\"";
        faults.push(at(text), format!("{:?} is no address to listen on", text.get_ref()), hint);
    }
    parsed.ok()
}
