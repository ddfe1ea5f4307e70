//! The command line, checked before anything starts.
//! Never takes a secret: files may hold those of its clients.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use url::{Host, Url};
use witgate_token::Algorithm;

/// All that the page can use. What a person gets of it is for the auth service to say.
const DEFAULT_SCOPE: &str = "openid profile catalogue:read orders:read orders:read:all orders:write stock:write";

const EXAMPLES: &str = "Examples:
  portal --issuer http://127.0.0.1:9000 --jwks-url http://127.0.0.1:9000/.well-known/jwks.json
  portal --listen 127.0.0.1:0 --auth-url http://127.0.0.1:9000 --issuer http://127.0.0.1:9000 \\
         --jwks-url http://127.0.0.1:9000/.well-known/jwks.json --public-url https://shop.example.com";

/// What the portal is started with.
#[derive(Debug, Clone, Parser)]
#[command(name = "portal", version, about = "The Witgate portal: sign in, order, look inside your token", after_help = EXAMPLES)]
pub struct Settings {
    /// Address to listen on; port 0 takes any free port
    #[arg(long, default_value = "127.0.0.1:9103")]
    pub listen: SocketAddr,
    /// Base URL of the auth service, as the portal reaches it (POST /oauth/token, /oauth/revoke)
    #[arg(long, default_value = "http://127.0.0.1:9000")]
    pub auth_url: Url,
    /// The issuer, exactly as in the `iss` claim of the tokens
    #[arg(long)]
    pub issuer: String,
    /// Base URL of the auth service, as browsers reach it to sign in and out [default: the issuer]
    #[arg(long)]
    pub auth_public_url: Option<Url>,
    /// The id of the client that signs people in; its redirect URI is PUBLIC-URL/portal/callback
    #[arg(long, value_name = "ID", default_value = "witgate-portal")]
    pub sign_in_client: String,
    /// A file with the secret of that client; without it the client is a public one
    #[arg(long, value_name = "PATH")]
    pub sign_in_secret_file: Option<PathBuf>,
    /// What is asked for when a person signs in, with spaces between; `openid` must be there
    #[arg(long, default_value = DEFAULT_SCOPE)]
    pub scope: String,
    /// URL of the issuer's key set
    #[arg(long)]
    pub jwks_url: Url,
    /// The issuer's feed of revocations; without it tokens count until they expire
    #[arg(long)]
    pub revocations_url: Option<Url>,
    /// The id under which the issuer's feed knows the portal
    #[arg(long, value_name = "ID", requires = "client_secret_file")]
    pub client_id: Option<String>,
    /// A file with the secret of that client
    #[arg(long, value_name = "PATH", requires = "client_id")]
    pub client_secret_file: Option<PathBuf>,
    /// The audience that tokens must name
    #[arg(long, default_value = "witgate")]
    pub audience: String,
    /// A signature algorithm that tokens may have; may be given more than once
    #[arg(long = "algorithm", default_value = "ES256")]
    pub algorithms: Vec<Algorithm>,
    /// The address people open, for example https://shop.example.com: requests from other origins are refused, and the cookie is Secure when it is https
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Allow plain http to an auth service that is not on this machine (passwords then cross the network unprotected)
    #[arg(long)]
    pub allow_http: bool,
    /// Allow the key set to be in a private network
    #[arg(long)]
    pub allow_private: bool,
}

/// A setting that cannot be used, with the remedy.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// Not an http(s) URL with a host.
    #[error("{flag} must be an http or https URL with a host, for example http://127.0.0.1:9000; it is {url}")]
    NotHttp {
        /// The flag's name.
        flag: &'static str,
        /// What was given.
        url: String,
    },
    /// Without it there is no id token.
    #[error("--scope must contain the word openid; it is {0:?}")]
    NoOpenid(String),
    /// The issuer is no address, so browsers need another.
    #[error(
        "the issuer {0:?} is no http or https URL: say where browsers reach the auth service with --auth-public-url"
    )]
    NoPublicUrl(String),
    /// Credentials in a URL end up in logs.
    #[error("{flag} must not contain a user name or a password: remove them from the URL")]
    Userinfo {
        /// The flag's name.
        flag: &'static str,
    },
    /// Plain http over a network.
    #[error("{flag} is plain http to another machine ({url}): use https, or say --allow-http")]
    PlainHttp {
        /// The flag's name.
        flag: &'static str,
        /// What was given.
        url: String,
    },
}

impl Settings {
    /// Checks what clap cannot: schemes, hosts, and no password over a plain network.
    pub fn check(&self) -> Result<(), SettingsError> {
        let public = self.auth_public_url()?;
        let places = [("--auth-url", &self.auth_url), ("--jwks-url", &self.jwks_url), ("--auth-public-url", &public)];
        for (flag, url) in places {
            check_http(flag, url)?;
            check_private(flag, url, self.allow_http)?;
        }
        if !self.scope.split(' ').any(|word| word == "openid") {
            return Err(SettingsError::NoOpenid(self.scope.clone()));
        }
        self.public_url.as_ref().map_or(Ok(()), |url| check_http("--public-url", url))
    }

    /// The auth service as browsers reach it.
    pub fn auth_public_url(&self) -> Result<Url, SettingsError> {
        let issuer = || Url::parse(&self.issuer).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let public = self.auth_public_url.clone().or_else(issuer);
        public.ok_or_else(|| SettingsError::NoPublicUrl(self.issuer.clone()))
    }

    /// Whether browsers reach the portal over https, so that the cookie must be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

fn check_http(flag: &'static str, url: &Url) -> Result<(), SettingsError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SettingsError::Userinfo { flag });
    }
    match (url.scheme(), url.host()) {
        ("http" | "https", Some(_)) => Ok(()),
        _ => Err(SettingsError::NotHttp { flag, url: url.to_string() }),
    }
}

fn check_private(flag: &'static str, url: &Url, allow_http: bool) -> Result<(), SettingsError> {
    if url.scheme() == "https" || allow_http || is_loopback(url) {
        return Ok(());
    }
    Err(SettingsError::PlainHttp { flag, url: url.to_string() })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(extra: &[&str]) -> Settings {
        let base = ["portal", "--issuer", "http://127.0.0.1:9000", "--jwks-url", "http://127.0.0.1:9000/jwks.json"];
        Settings::try_parse_from(base.iter().chain(extra)).unwrap()
    }

    #[test]
    fn the_documented_flags_are_enough() {
        assert_eq!(settings(&[]).check(), Ok(()));
        assert_eq!(settings(&[]).listen.port(), 9103);
        assert!(!settings(&[]).is_https());
    }

    #[test]
    fn a_password_never_crosses_a_network_in_plain_text_unless_asked() {
        let remote = ["--auth-url", "http://auth.example.com"];
        assert!(matches!(settings(&remote).check(), Err(SettingsError::PlainHttp { flag: "--auth-url", .. })));
        assert_eq!(settings(&[remote[0], remote[1], "--allow-http"]).check(), Ok(()));
        assert_eq!(settings(&["--auth-url", "https://auth.example.com"]).check(), Ok(()));
        assert!(settings(&["--auth-url", "http://127.0.0.1.example.com"]).check().is_err());
    }

    #[test]
    fn browsers_go_to_the_issuer_or_to_where_the_flag_says() {
        assert_eq!(settings(&[]).auth_public_url().unwrap().as_str(), "http://127.0.0.1:9000/");
        let elsewhere = settings(&["--auth-public-url", "https://id.example.com/auth"]);
        assert_eq!(elsewhere.auth_public_url().unwrap().as_str(), "https://id.example.com/auth");
        let nowhere = Settings { issuer: "our issuer".into(), ..settings(&[]) };
        assert_eq!(nowhere.check(), Err(SettingsError::NoPublicUrl("our issuer".into())));
        let plain = settings(&["--auth-public-url", "http://id.example.com"]).check();
        assert!(matches!(plain, Err(SettingsError::PlainHttp { flag: "--auth-public-url", .. })), "passwords go there");
    }

    #[test]
    fn without_openid_there_is_no_start() {
        assert!(settings(&["--scope", "openid2 orders:read"]).check().is_err());
        assert_eq!(settings(&["--scope", "orders:read openid"]).check(), Ok(()));
    }

    #[test]
    fn urls_with_another_scheme_or_with_credentials_are_refused() {
        assert!(matches!(settings(&["--auth-url", "file:///etc/passwd"]).check(), Err(SettingsError::NotHttp { .. })));
        let error = settings(&["--auth-url", "http://bob:hunter2@127.0.0.1"]).check().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn https_is_read_from_the_public_url() {
        assert!(settings(&["--public-url", "https://shop.example.com"]).is_https());
        assert!(!settings(&["--public-url", "http://127.0.0.1:8080"]).is_https());
    }
}
