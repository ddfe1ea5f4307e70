//! Where the service listens, and which proxies it believes. Never binds a socket.

use crate::config::limits::MAX_LISTED;
use crate::config::model::AdminConfig;
use crate::config::written::{Written, WrittenServer};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

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
pub(super) fn trusted_proxies(written: &WrittenServer, faults: &mut Faults) -> Vec<IpNet> {
    let Some(list) = &written.trusted_proxies else { return Vec::new() };
    if list.get_ref().len() > MAX_LISTED {
        let message = format!("more than {MAX_LISTED} networks");
        faults.push(at(list), message, "each request is compared with all: write fewer and larger ones");
    }
    list.get_ref().iter().filter_map(|text| network(text, faults)).collect()
}

fn network(text: &Spanned<String>, faults: &mut Faults) -> Option<IpNet> {
    let written = text.get_ref();
    let Ok(network) = written.parse::<IpNet>() else {
        let hint = match written.parse::<IpAddr>() {
            Ok(address) => format!("for this one address write {:?}", IpNet::from(address).to_string()),
            Err(_) => "an address and the length of its prefix, such as \"10.0.0.0/8\" or \"fd00::/8\"".to_owned(),
        };
        faults.push(at(text), format!("{written:?} is no network"), hint);
        return None;
    };
    if network.prefix_len() == 0 {
        let hint = "name the addresses of your proxies: anyone else could claim any address";
        faults.push(at(text), format!("{written:?} is everyone"), hint);
    } else if network.trunc() != network {
        let hint = format!("did you mean {:?}?", network.trunc().to_string());
        faults.push(at(text), format!("{written:?} has bits after its prefix"), hint);
    }
    Some(network)
}

fn address(text: &Spanned<String>, faults: &mut Faults) -> Option<SocketAddr> {
    let parsed = text.get_ref().parse();
    if parsed.is_err() {
        let hint = "an IP address and a port, such as \"127.0.0.1:9000\", \"0.0.0.0:9000\" or \"[::1]:9000\"";
        faults.push(at(text), format!("{:?} is no address to listen on", text.get_ref()), hint);
    }
    parsed.ok()
}
