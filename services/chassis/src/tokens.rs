//! Whose tokens count, as the operator says it on the command line, and the keyring's issuer made of it.
//! Never takes a secret as an argument: other users can read the process list.

use std::path::PathBuf;

use clap::Args;
use url::Url;
use witgate_keyring::resource_server::RequireToken;
use witgate_keyring::{ClientCredentials, IssuerConfig, KeySource, Keyring, Origin};
use witgate_token::{Algorithm, DEFAULT_LEEWAY_SECONDS, DEFAULT_MAX_LIFETIME_SECONDS, Profile, Typing};

/// Whose tokens count.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub struct Tokens {
    /// The exact `iss` of accepted tokens
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// An accepted `aud`; repeat for more
    #[arg(long = "audience", required = true, value_name = "NAME")]
    audiences: Vec<String>,
    /// An accepted signature algorithm; repeat for more
    #[arg(long = "algorithm", default_value = "ES256", value_name = "NAME", value_parser = public_algorithm)]
    algorithms: Vec<Algorithm>,
    #[command(flatten)]
    keys: Keys,
    /// Where the discovery document may place the keys, beside the issuer's own origin; repeat for more
    #[arg(long = "key-origin", value_name = "URL", conflicts_with_all = ["jwks_url", "jwks_file", "pem_file"])]
    key_origins: Vec<Origin>,
    /// The issuer's feed of revocations; without it tokens count until they expire
    #[arg(long, value_name = "URL")]
    revocations_url: Option<Url>,
    /// Where the issuer says of one token whether it is active, for sensitive requests while the feed is silent
    #[arg(long, value_name = "URL", requires = "client_id")]
    introspection_url: Option<Url>,
    /// The id under which the issuer knows this service, at the feed and the introspection
    #[arg(long, value_name = "ID", requires = "client_secret_file")]
    client_id: Option<String>,
    /// A file with the secret of that client
    #[arg(long, value_name = "PATH", requires = "client_id")]
    client_secret_file: Option<PathBuf>,
    /// Allow the keys to be in a private network
    #[arg(long)]
    allow_private: bool,
}

/// Exactly one place for the keys.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
struct Keys {
    /// Where the issuer's public keys are
    #[arg(long, value_name = "URL")]
    jwks_url: Option<Url>,
    /// A file with the issuer's public keys
    #[arg(long, value_name = "PATH")]
    jwks_file: Option<PathBuf>,
    /// A PEM file with the issuer's one public key; then name exactly one --algorithm
    #[arg(long, value_name = "PATH")]
    pem_file: Option<PathBuf>,
    /// Find the keys through the issuer's discovery document
    #[arg(long)]
    discovery: bool,
}

/// An argument that clap cannot judge alone.
#[derive(Debug, thiserror::Error)]
#[error("--discovery needs an --issuer that is an address: {0}")]
pub struct IssuerIsNoUrl(#[from] url::ParseError);

impl Tokens {
    /// The issuer as the keyring wants it. `allow_http`: plain http for the keys from an address that is not loopback.
    pub fn into_issuer(self, allow_http: bool) -> Result<IssuerConfig, IssuerIsNoUrl> {
        let source = match (self.keys.jwks_url, self.keys.jwks_file, self.keys.pem_file) {
            (Some(url), ..) => KeySource::JwksUrl(url),
            (None, Some(path), _) => KeySource::JwksFile(path),
            (None, None, Some(path)) => pem_file(path, &self.algorithms),
            (None, None, None) => KeySource::Discovery(Url::parse(&self.issuer)?),
        };
        let profile = Profile {
            name: "main".to_owned(),
            issuer: self.issuer.into(),
            audiences: self.audiences,
            algorithms: self.algorithms,
            typ: Typing::AccessToken,
            leeway_seconds: DEFAULT_LEEWAY_SECONDS,
            max_lifetime_seconds: DEFAULT_MAX_LIFETIME_SECONDS,
        };
        Ok(IssuerConfig::new(profile, source)
            .allow_http(allow_http)
            .allow_private(self.allow_private)
            .key_origins(self.key_origins)
            .revocations(self.revocations_url)
            .introspection(self.introspection_url)
            .client_credentials(client(self.client_id, self.client_secret_file)))
    }
}

/// The layer of a route that can do harm. Where the operator named neither a feed nor introspection nobody can tell what
/// was revoked: tokens count until they expire, here too, and the log says so.
#[must_use]
pub fn sensitive(require: RequireToken, keyring: &Keyring, route: &str) -> RequireToken {
    if keyring.tells_revocations() {
        return require.sensitive();
    }
    tracing::warn!(
        route,
        "this route is sensitive, and without --revocations-url or --introspection-url a revoked token passes"
    );
    require
}

/// clap lets neither be without the other.
fn client(id: Option<String>, secret_file: Option<PathBuf>) -> Option<ClientCredentials> {
    Some(ClientCredentials { id: id?, secret_file: secret_file? })
}

/// The key's algorithm is the profile's one; the keyring refuses a profile that has more.
fn pem_file(path: PathBuf, algorithms: &[Algorithm]) -> KeySource {
    let algorithm = algorithms.first().copied().unwrap_or(Algorithm::Es256);
    KeySource::PemFile { path, algorithm, kid: None }
}

/// A service is given public keys only, so an HMAC could never verify.
fn public_algorithm(name: &str) -> Result<Algorithm, String> {
    match name.parse::<Algorithm>() {
        Ok(algorithm) if !algorithm.is_symmetric() => Ok(algorithm),
        Ok(_) => Err("an HMAC needs a secret, and a service is given public keys only".to_owned()),
        Err(unknown) => Err(unknown.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        tokens: Tokens,
    }

    fn parse(issuer: &str, extra: &[&str]) -> Result<Cli, clap::Error> {
        let always = ["service", "--issuer", issuer, "--audience", "w"];
        Cli::try_parse_from(always.iter().chain(extra))
    }

    fn check(extra: &[&str], accepted: bool) {
        let parsed = parse("http://a", extra);
        assert_eq!(parsed.is_ok(), accepted, "{extra:?}: {parsed:?}");
    }

    #[test]
    fn exactly_one_place_for_keys() {
        check(&[], false);
        check(&["--jwks-url", "http://a/jwks"], true);
        check(&["--jwks-file", "/tmp/jwks"], true);
        check(&["--discovery"], true);
        check(&["--jwks-url", "http://a/jwks", "--jwks-file", "/tmp/jwks"], false);
        check(&["--jwks-url", "http://a/jwks", "--discovery"], false);
    }

    #[test]
    fn a_pem_file_is_for_the_one_algorithm() {
        check(&["--pem-file", "/tmp/key.pem"], true);
        check(&["--pem-file", "/tmp/key.pem", "--discovery"], false);
        let tokens = parse("i", &["--pem-file", "/tmp/key.pem", "--algorithm", "PS384"]).unwrap().tokens;
        let source = KeySource::PemFile { path: "/tmp/key.pem".into(), algorithm: Algorithm::Ps384, kid: None };
        assert_eq!(tokens.into_issuer(false).unwrap().source, source);
    }

    #[test]
    fn guards_are_loosened_only_by_the_operator() {
        let config = |extra: &[&str]| parse("https://a", extra).unwrap().tokens.into_issuer(false).unwrap();
        let strict = config(&["--discovery"]);
        assert!(!strict.allow_private && !strict.allow_http && strict.key_origins.is_empty());
        let loose =
            config(&["--discovery", "--key-origin", "https://b", "--key-origin", "https://c", "--allow-private"]);
        assert!(loose.allow_private && loose.key_origins.len() == 2);
        check(&["--jwks-url", "http://a/jwks", "--key-origin", "https://b"], false);
        check(&["--discovery", "--key-origin", "https://b/path"], false);
    }

    #[test]
    fn a_client_is_whole_or_absent() {
        check(&["--discovery", "--client-id", "orders"], false);
        check(&["--discovery", "--client-secret-file", "/tmp/secret"], false);
        check(&["--discovery", "--introspection-url", "http://a/introspect"], false);
        let asked = "http://a/introspect";
        let whole = ["--client-id", "orders", "--client-secret-file", "/tmp/secret", "--introspection-url", asked];
        let config = parse("http://a", &[&["--discovery"], &whole[..]].concat()).unwrap().tokens.into_issuer(false);
        let config = config.unwrap();
        let client = ClientCredentials { id: "orders".to_owned(), secret_file: "/tmp/secret".into() };
        assert_eq!((config.client_credentials, config.introspection), (Some(client), asked.parse().ok()));
    }

    #[test]
    fn an_unknown_algorithm_is_refused() {
        check(&["--discovery", "--algorithm", "none"], false);
        check(&["--discovery", "--algorithm", "HS256"], false);
        check(&["--discovery", "--algorithm", "RS256"], true);
    }

    #[test]
    fn discovery_needs_an_issuer_that_is_an_address() {
        let refused = parse("main", &["--discovery"]).unwrap().tokens.into_issuer(false).unwrap_err().to_string();
        assert!(refused.contains("--issuer"), "{refused}");
        assert!(parse("http://a", &["--discovery"]).unwrap().tokens.into_issuer(false).is_ok());
    }
}
