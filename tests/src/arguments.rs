//! The command lines of the programs. Never starts one.

use crate::configs::AUDIENCE;

/// The auth service at an address.
pub fn auth(listen: &str) -> Vec<String> {
    [vec!["run".to_owned()], pair("--config", "auth.toml"), pair("--listen", listen)].concat()
}

/// The gateway.
pub fn gateway() -> Vec<String> {
    [vec!["run".to_owned()], pair("--config", "gateway.toml")].concat()
}

/// What every service takes that validates tokens.
pub fn resource_server(issuer: &str, jwks: &str) -> Vec<String> {
    let listen = pair("--listen", "127.0.0.1:0");
    [listen, pair("--issuer", issuer), pair("--jwks-url", jwks), pair("--audience", AUDIENCE)].concat()
}

/// An option and its value.
pub fn pair(name: &str, value: &str) -> Vec<String> {
    vec![name.to_owned(), value.to_owned()]
}
