//! The programs of the running system: which role listens where, and with which arguments. Never starts anything.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use crate::clients;
use crate::failure::Failure;

/// The loopback ports of one running system.
#[derive(Clone, Copy)]
pub struct Ports {
    /// The gateway's listener.
    pub gateway: u16,
    /// The gateway's admin listener.
    pub admin: u16,
    /// The auth service.
    pub auth: u16,
    /// The orders service.
    pub orders: u16,
    /// The inventory service.
    pub inventory: u16,
    /// The portal.
    pub portal: u16,
}

/// The ports of the demo; `gateway.toml` says the same.
pub const DEMO_PORTS: Ports =
    Ports { gateway: 8080, admin: 8081, auth: 9000, orders: 9101, inventory: 9102, portal: 9103 };

/// One program to start.
pub struct Role {
    /// What it is called in messages and in the log's name.
    pub name: &'static str,
    /// The binary.
    pub program: &'static str,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where its readiness is asked, and the path.
    pub check: (SocketAddr, &'static str),
}

impl Role {
    /// A service that follows the feed of revocations, as the client of its own name.
    pub fn following(mut self, ports: &Ports, state: &Path) -> Role {
        self.arguments.extend(["--revocations-url".into(), format!("{}/revocations", url(ports.auth)).into()]);
        self.arguments.extend(["--client-id".into(), self.name.into()]);
        self.arguments.extend(["--client-secret-file".into(), clients::secret_file(state, self.name).into()]);
        self
    }

    /// A service with sensitive requests: it asks the auth service about the token while the feed is silent.
    pub fn introspecting(mut self, ports: &Ports) -> Role {
        let place = format!("{}/oauth/introspect", url(ports.auth));
        self.arguments.extend(["--introspection-url".into(), place.into()]);
        self
    }
}

/// An address on loopback.
pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The auth service with its configuration file.
pub fn auth(ports: &Ports, config: &Path) -> Role {
    let arguments = vec!["run".into(), "--config".into(), config.into()];
    Role { name: "auth", program: "witgate-auth", arguments, check: (loopback(ports.auth), "/readyz") }
}

/// The inventory service; its database lies in `state`.
pub fn inventory(ports: &Ports, state: &Path) -> Role {
    let mut arguments = resource_server(ports.inventory, ports.auth);
    arguments.extend(["--database".into(), state.join("inventory.sqlite").into()]);
    Role { name: "inventory", program: "inventory", arguments, check: (loopback(ports.inventory), "/healthz") }
}

/// The orders service; its database lies in `state`.
pub fn orders(ports: &Ports, state: &Path) -> Role {
    let mut arguments = resource_server(ports.orders, ports.auth);
    arguments.extend(["--database".into(), state.join("orders.sqlite").into()]);
    arguments.extend(["--inventory-url".into(), url(ports.inventory).into()]);
    Role { name: "orders", program: "orders", arguments, check: (loopback(ports.orders), "/healthz") }
}

/// The portal.
pub fn portal(ports: &Ports) -> Role {
    let mut arguments = resource_server(ports.portal, ports.auth);
    arguments.extend(["--auth-url".into(), url(ports.auth).into()]);
    Role { name: "portal", program: "portal", arguments, check: (loopback(ports.portal), "/healthz") }
}

/// The gateway with its configuration file.
pub fn gateway(ports: &Ports, config: &Path) -> Role {
    let arguments = vec!["run".into(), "--config".into(), config.into()];
    Role { name: "gateway", program: "witgate", arguments, check: (loopback(ports.admin), "/readyz") }
}

/// The text of the auth service's configuration.
pub fn auth_toml(ports: &Ports) -> String {
    let auth = loopback(ports.auth);
    format!(
        "# Written by cargo xtask at every start; changes here are lost.\n\
         listen = \"{auth}\"\n\
         issuer = \"http://{auth}\"\n\
         audience = \"witgate\"\n\
         database = \"auth.sqlite\"\n\
         access-token-seconds = 600\n\
         trusted-proxies = [\"127.0.0.1/32\"]\n\
         \n[keys]\n\
         algorithm = \"ES256\"\n\n\
         [roles]\n\
         customer = [\"catalogue:read\", \"orders:read\", \"orders:write\"]\n\
         staff = [\"catalogue:read\", \"orders:read\", \"orders:write\", \"orders:read:all\", \"stock:write\"]\n"
    )
}

/// Refuses, naming the role and the address, when a port is taken. Nothing was started then.
pub fn refuse_taken(roles: &[(&str, u16)]) -> Result<(), Failure> {
    let taken: Vec<String> = roles.iter().filter_map(|(role, port)| taken(role, *port)).collect();
    if taken.is_empty() { Ok(()) } else { Err(Failure::new(format!("nothing was started. {}", taken.join(" ")))) }
}

fn taken(role: &str, port: u16) -> Option<String> {
    let address = loopback(port);
    let error = TcpListener::bind(address).err()?;
    Some(format!(
        "The {role} cannot listen on {address}: {error}. Stop the program that holds the port \
         (ss -ltnp 'sport = :{port}' names it), then try again."
    ))
}

fn resource_server(port: u16, auth: u16) -> Vec<OsString> {
    let jwks = format!("{}/.well-known/jwks.json", url(auth));
    let listen = loopback(port).to_string();
    let pairs = [("--listen", listen), ("--issuer", url(auth)), ("--jwks-url", jwks), ("--audience", "witgate".into())];
    pairs.into_iter().flat_map(|(name, value)| [OsString::from(name), OsString::from(value)]).collect()
}

fn url(port: u16) -> String {
    format!("http://{}", loopback(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_names_role_and_address() {
        let holder = TcpListener::bind(loopback(0)).expect("a port");
        let port = holder.local_addr().expect("an address").port();
        let failure = refuse_taken(&[("orders service", port)]).expect_err("it is taken").to_string();
        assert!(failure.contains(&format!("The orders service cannot listen on 127.0.0.1:{port}")), "{failure}");
    }

    #[test]
    fn the_gateway_configuration_of_the_demo_has_the_same_ports() {
        let text = include_str!("../../gateway.toml");
        let Ports { gateway, admin, auth, orders, inventory, portal } = DEMO_PORTS;
        for port in [gateway, admin, auth, orders, inventory, portal] {
            assert!(text.contains(&loopback(port).to_string()), "gateway.toml does not name {}", loopback(port));
        }
    }
}
