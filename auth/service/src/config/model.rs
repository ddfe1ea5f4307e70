//! What an auth.toml means: every default filled in, every path joined, every number inside its limits.
//!
//! Never holds a half-checked value: a `Config` exists only when the file had no fault.

use super::database::DatabaseConfig;
use super::keys::KeysConfig;
use super::passwords::PasswordsConfig;
use super::roles::Roles;
use super::sessions::SessionLimits;
use std::net::SocketAddr;
use witgate_wire::TrustedProxies;

/// A whole auth.toml, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to bind.
    pub listen: SocketAddr,
    /// The `iss` of every token, exactly as written; also the base of the discovery documents.
    pub issuer: String,
    /// The `aud` of an access token, unless a resource is asked for.
    pub audience: String,
    /// Further audiences that a client may ask for (RFC 8707).
    pub resources: Vec<String>,
    /// The life of an access token, in seconds.
    pub access_token_seconds: u32,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Where the store is.
    pub database: DatabaseConfig,
    /// The signing keys.
    pub keys: KeysConfig,
    /// The admin listener, if there is one.
    pub admin: Option<AdminConfig>,
    /// How long sessions live.
    pub sessions: SessionLimits,
    /// The rules for passwords.
    pub passwords: PasswordsConfig,
    /// Which roles exist and which scopes they give.
    pub roles: Roles,
}

/// What `[admin]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminConfig {
    /// The address to bind.
    pub listen: SocketAddr,
}

impl Config {
    /// Gives an issuer with port 0 the port that `listen` got. Any other issuer stays.
    pub fn settle_port(&mut self, port: u16) {
        let start = self.issuer.find("://").map_or(0, |at| at + 3);
        let end = self.issuer[start..].find('/').map_or(self.issuer.len(), |at| start + at);
        if let Some(host) = self.issuer[..end].strip_suffix(":0") {
            self.issuer = format!("{host}:{port}{}", &self.issuer[end..]);
        }
    }
}
