//! What the handlers share: the auth service, the keys, the cookie and our own origin.
//! Never holds anything about a user: the portal has no state of its own.

use axum::extract::FromRef;
use tokio::runtime::Handle;
use witgate_keyring::{ClientCredentials, IssuerConfig, KeySource, Keyring, KeyringError};
use witgate_token::{Profile, Typing};

use crate::{auth_client::AuthClient, refresh_cookie::RefreshCookie, same_origin::OwnOrigin, settings::Settings};

/// Seconds by which clocks may differ.
const LEEWAY_SECONDS: u64 = 30;
/// The longest life of an access token that is accepted, in seconds.
const MAX_LIFETIME_SECONDS: u64 = 86_400;

/// The state behind the router. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Signs in, renews and signs out.
    pub auth: AuthClient,
    /// Verifies access tokens.
    pub keyring: Keyring,
    /// Keeps the refresh token in the browser.
    pub cookie: RefreshCookie,
    /// Tells our own page from others.
    pub origin: OwnOrigin,
}

/// Why the portal cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No HTTP client, usually for want of TLS roots.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// The issuer's keys cannot be configured.
    #[error("the issuer cannot be used: {0}")]
    Keyring(#[from] KeyringError),
}

impl App {
    /// Sets up the clients; nothing is fetched yet. Key refreshes run on `runtime`.
    pub fn new(settings: &Settings, runtime: Handle) -> Result<Self, SetupError> {
        Ok(Self {
            auth: AuthClient::new(&settings.auth_url)?,
            keyring: Keyring::new(vec![issuer(settings)], runtime)?,
            cookie: RefreshCookie::new(settings.is_https()),
            origin: OwnOrigin::new(settings.public_url.as_ref()),
        })
    }
}

impl FromRef<App> for Keyring {
    fn from_ref(app: &App) -> Self {
        app.keyring.clone()
    }
}

fn issuer(settings: &Settings) -> IssuerConfig {
    let profile = Profile {
        name: "main".to_owned(),
        issuer: settings.issuer.clone(),
        audiences: vec![settings.audience.clone()],
        algorithms: settings.algorithms.clone(),
        typ: Typing::AccessToken,
        leeway_seconds: LEEWAY_SECONDS,
        max_lifetime_seconds: MAX_LIFETIME_SECONDS,
    };
    IssuerConfig::new(profile, KeySource::JwksUrl(settings.jwks_url.clone()))
        .allow_http(settings.allow_http)
        .allow_private(settings.allow_private)
        .revocations(settings.revocations_url.clone())
        .client_credentials(client(settings))
}

/// The command line has both or neither.
fn client(settings: &Settings) -> Option<ClientCredentials> {
    let (id, secret_file) = (settings.client_id.clone()?, settings.client_secret_file.clone()?);
    Some(ClientCredentials { id, secret_file })
}
