//! What auth.toml says, checked. Two stages: [`file`] is what was written, [`Config`] is what is meant, with paths
//! resolved and every value inside its limits. Never reads the environment and never guesses a missing issuer.

mod file;
mod roles;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use thiserror::Error;
use url::{Host, Url};

use file::ConfigFile;
pub use roles::{Roles, UnknownRole};

/// Shortest life of an access token, in seconds.
pub const MIN_ACCESS_TOKEN_SECONDS: u32 = 30;
/// Longest life of an access token, in seconds: a stolen one works until it expires.
pub const MAX_ACCESS_TOKEN_SECONDS: u32 = 3600;
/// Largest configuration file, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The meaning of an auth.toml.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to bind.
    pub listen: SocketAddr,
    /// The `iss` of every token, exactly as written; also the base of the discovery documents.
    pub issuer: String,
    /// The `aud` of every access token.
    pub audience: String,
    /// The SQLite file, absolute or relative to the working folder (already joined with the folder of auth.toml).
    pub database: PathBuf,
    /// The life of an access token, in seconds.
    pub access_token_seconds: u32,
    /// Which roles exist and which scopes they give.
    pub roles: Roles,
}

/// What is wrong with an auth.toml. The text names the place and the remedy.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {cause}. Name the file with --config", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Not TOML, an unknown key, a missing key or a wrong type. The cause shows line and column.
    #[error("{}: {cause}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The place and the reason.
        cause: Box<toml::de::Error>,
    },
    /// A value that the service cannot work with.
    #[error("{}: `{key}` {reason}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What is wrong and what would be right.
        reason: String,
    },
}

impl Config {
    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = read_bounded(path).map_err(|cause| ConfigError::Unreadable { path: path.into(), cause })?;
        Config::parse(path, &text)
    }

    /// Checks the text of a file that lies at `path`; relative paths in it start at its folder.
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        let written: ConfigFile =
            toml::from_str(text).map_err(|cause| ConfigError::Syntax { path: path.into(), cause: Box::new(cause) })?;
        let refuse = |key, reason| ConfigError::Value { path: path.into(), key, reason };
        check_algorithm(&written.algorithm).map_err(|reason| refuse("algorithm", reason))?;
        check_issuer(&written.issuer, written.allow_http).map_err(|reason| refuse("issuer", reason))?;
        check_audience(&written.audience).map_err(|reason| refuse("audience", reason))?;
        check_lifetime(written.access_token_seconds).map_err(|reason| refuse("access-token-seconds", reason))?;
        let roles = Roles::checked(written.roles).map_err(|reason| refuse("roles", reason))?;
        Ok(Config {
            listen: written.listen,
            issuer: written.issuer,
            audience: written.audience,
            database: path.parent().unwrap_or(Path::new("")).join(written.database),
            access_token_seconds: written.access_token_seconds,
            roles,
        })
    }
}

fn read_bounded(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(std::io::Error::other("larger than 1 MiB, which no auth.toml is"));
    }
    Ok(text)
}

fn check_algorithm(name: &str) -> Result<(), String> {
    if name == "ES256" { Ok(()) } else { Err(format!("is {name:?}, but this version signs with \"ES256\" only")) }
}

/// RFC 8414 section 2: https, no query, no fragment. Plain http is for loopback, or where `allow-http` says so.
fn check_issuer(issuer: &str, allow_http: bool) -> Result<(), String> {
    let url =
        Url::parse(issuer).map_err(|cause| format!("is no URL: {cause}. Write it like \"https://id.example.com\""))?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must have no query, fragment or credentials".into());
    }
    if issuer.ends_with('/') {
        return Err("must not end with a slash: clients compare it letter by letter".into());
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_loopback(&url) => Ok(()),
        "http" => Err("is plain http to another host: use https, or write `allow-http = true`".into()),
        other => Err(format!("has the scheme {other:?}: use https")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check_audience(audience: &str) -> Result<(), String> {
    if audience.is_empty() { Err("must not be empty".into()) } else { Ok(()) }
}

fn check_lifetime(seconds: u32) -> Result<(), String> {
    if (MIN_ACCESS_TOKEN_SECONDS..=MAX_ACCESS_TOKEN_SECONDS).contains(&seconds) {
        return Ok(());
    }
    Err(format!("is {seconds}: use {MIN_ACCESS_TOKEN_SECONDS} to {MAX_ACCESS_TOKEN_SECONDS} seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\n";

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("/etc/witgate/auth.toml"), text)
    }

    #[track_caller]
    fn check_refused(text: &str, needle: &str) {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.starts_with("/etc/witgate/auth.toml: "), "{error}");
        assert!(error.contains(needle), "{error:?} lacks {needle:?}");
    }

    #[test]
    fn three_keys_are_enough_and_paths_start_at_the_file() {
        let config = parse(GOOD).unwrap();
        assert_eq!(config.access_token_seconds, 600);
        assert_eq!(config.database, Path::new("/etc/witgate/state/auth.sqlite"));
        assert!(config.roles.contains("customer") && config.roles.contains("staff"));
    }

    #[test]
    fn wrong_files_are_refused_with_place_and_remedy() {
        check_refused("listen = ", "line 1");
        check_refused(&format!("{GOOD}colour = 1\n"), "unknown field `colour`");
        check_refused("listen = \"127.0.0.1:0\"\naudience = \"a\"\n", "missing field `issuer`");
        check_refused(&format!("{GOOD}access-token-seconds = 5\n"), "30 to 3600");
        check_refused(&format!("{GOOD}algorithm = \"none\"\n"), "\"ES256\"");
        check_refused(&GOOD.replace("witgate", ""), "`audience` must not be empty");
        check_refused(&format!("{GOOD}[roles]\ncustomer = [\"a b\"]\n"), "a b");
    }

    #[track_caller]
    fn check_issuer_refused(issuer: &str, needle: &str) {
        check_refused(&GOOD.replace("http://127.0.0.1:9000", issuer), needle);
    }

    #[test]
    fn issuers_are_https_or_loopback() {
        check_issuer_refused("http://id.example.com", "allow-http");
        check_issuer_refused("https://id.example.com/", "slash");
        check_issuer_refused("https://id.example.com?a=1", "query");
        check_issuer_refused("ftp://id.example.com", "https");
        check_issuer_refused("id", "no URL");
        let allowed = GOOD.replace("127.0.0.1:9000", "auth:9000");
        assert!(parse(&format!("{allowed}allow-http = true\n")).is_ok());
        assert!(parse(&GOOD.replace("http://127.0.0.1:9000", "https://id.example.com/t1")).is_ok());
    }
}
