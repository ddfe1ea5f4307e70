//! The configuration files of a test's stack, from the templates in `tests/configs/`. Never edits a file of the
//! workspace.

use std::path::Path;

/// Where the programs of a stack are, once known: what the templates' placeholders stand for.
#[derive(Default, Clone)]
pub struct Places {
    /// The issuer of the tokens.
    pub issuer: String,
    /// Where its keys are.
    pub jwks: String,
    /// The auth service.
    pub auth: String,
    /// The orders service.
    pub orders: String,
    /// The inventory service.
    pub inventory: String,
    /// The portal.
    pub portal: String,
    /// Lines of an issuer: where its feed is. Empty: tokens count until they expire.
    pub feed: String,
}

/// The issuer that the auth service of a test puts into its tokens. No address: its port is free, so not yet known.
pub const ISSUER: &str = "https://auth.witgate.test";

/// The audience of every token.
pub const AUDIENCE: &str = "witgate";

const AUTH_TEMPLATE: &str = include_str!("../configs/auth.toml");
const GATEWAY_TEMPLATE: &str = include_str!("../configs/gateway.toml");

/// The auth service's configuration.
pub fn auth_toml() -> String {
    auth_toml_of(ISSUER)
}

/// The same with another issuer.
pub fn auth_toml_of(issuer: &str) -> String {
    AUTH_TEMPLATE.replace("@ISSUER@", issuer).replace("@AUDIENCE@", AUDIENCE)
}

/// The gateway's configuration as a template: a test may change it before the places are known.
pub fn gateway_template() -> String {
    GATEWAY_TEMPLATE.to_owned()
}

/// The template with the places filled in. Panics when a placeholder is left.
pub fn fill(template: &str, places: &Places) -> String {
    let pairs = [
        ("@ISSUER@", places.issuer.as_str()),
        ("@JWKS@", &places.jwks),
        ("@AUDIENCE@", AUDIENCE),
        ("@AUTH@", &places.auth),
        ("@ORDERS@", &places.orders),
        ("@INVENTORY@", &places.inventory),
        ("@PORTAL@", &places.portal),
        ("@FEED@", &places.feed),
    ];
    pairs.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// A route on /whoami that a request chooses by the header `x-test-route`.
pub fn whoami_route(name: &str, policies: &[&str]) -> String {
    format!(
        "[[routes]]\nname = \"{name}\"\npath = \"/whoami\"\nheaders = {{ x-test-route = \"{name}\" }}\n\
         policies = {policies:?}\nupstream = \"orders\"\n"
    )
}

/// Writes a file below a stack's folder.
pub fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a written configuration");
}
