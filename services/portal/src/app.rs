//! What the handlers share: the auth service, its pages and keys, the cookies and our own address.
//! Never holds anything about a user: the portal has no state of its own.

use std::time::Duration;

use axum::extract::FromRef;
use tokio::runtime::Handle;
use witgate_keyring::{ClientCredentials, IssuerConfig, KeySource, Keyring, KeyringError};
use witgate_token::{Profile, Typing};

use crate::{
    auth_client::AuthClient,
    auth_pages::AuthPages,
    browser_cookie::BrowserCookie,
    id_token::IdTokens,
    own_address::{CALLBACK_PATH, OwnAddress},
    same_origin::OwnOrigin,
    settings::{Settings, SettingsError},
    sign_in_client::{SecretError, SignInClient},
};

/// Seconds by which clocks may differ.
const LEEWAY_SECONDS: u64 = 30;
/// The longest life of an access token that is accepted, in seconds.
const MAX_LIFETIME_SECONDS: u64 = 86_400;
/// How long a person may take to sign in.
const SIGN_IN_DEADLINE: Duration = Duration::from_secs(600);

/// The state behind the router. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Redeems, renews and revokes.
    pub auth: AuthClient,
    /// Where browsers sign in and out.
    pub pages: AuthPages,
    /// The exact `iss`.
    pub issuer: String,
    /// Verifies access tokens.
    pub keyring: Keyring,
    /// Verifies id tokens.
    pub id_tokens: IdTokens,
    /// Keeps the refresh token in the browser.
    pub refresh_cookie: BrowserCookie,
    /// Keeps the secret of a sign-in under way in the browser.
    pub sign_in_cookie: BrowserCookie,
    /// Tells our own page from others.
    pub origin: OwnOrigin,
    /// Where browsers reach us.
    pub address: OwnAddress,
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
    /// The secret of the sign-in client cannot be read.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// A setting is wrong.
    #[error("{0}")]
    Settings(#[from] SettingsError),
}

impl App {
    /// Sets up the clients; nothing is fetched yet. Key refreshes run on `runtime`.
    pub fn new(settings: &Settings, runtime: Handle) -> Result<Self, SetupError> {
        let (is_https, id) = (settings.is_https(), &settings.sign_in_client);
        let client = SignInClient::open(id, settings.sign_in_secret_file.as_deref())?;
        let id_tokens = Keyring::new(vec![id_token_issuer(settings)], runtime.clone())?.with_cache_bytes(0);
        Ok(Self {
            auth: AuthClient::new(&settings.auth_url, client)?,
            pages: AuthPages::new(settings.auth_public_url()?, id, &settings.scope),
            issuer: settings.issuer.clone(),
            keyring: Keyring::new(vec![issuer(settings)], runtime)?,
            id_tokens: IdTokens::new(id_tokens, id),
            refresh_cookie: BrowserCookie::refresh_token(is_https),
            sign_in_cookie: BrowserCookie::sign_in(is_https, CALLBACK_PATH, SIGN_IN_DEADLINE),
            origin: OwnOrigin::new(settings.public_url.as_ref()),
            address: OwnAddress::new(settings.public_url.as_ref()),
        })
    }
}

impl FromRef<App> for Keyring {
    fn from_ref(app: &App) -> Self {
        app.keyring.clone()
    }
}

/// Access tokens, for the API and with the issuer's revocations.
fn issuer(settings: &Settings) -> IssuerConfig {
    keys(settings, Typing::AccessToken, &settings.audience)
        .revocations(settings.revocations_url.clone())
        .client_credentials(client(settings))
}

/// Id tokens of the same issuer, for the portal. They count once, a moment after they were made.
fn id_token_issuer(settings: &Settings) -> IssuerConfig {
    keys(settings, Typing::IdToken, &settings.sign_in_client)
}

fn keys(settings: &Settings, typ: Typing, audience: &str) -> IssuerConfig {
    let profile = Profile {
        name: "main".to_owned(),
        issuer: settings.issuer.as_str().into(),
        audiences: vec![audience.to_owned()],
        algorithms: settings.algorithms.clone(),
        typ,
        leeway_seconds: LEEWAY_SECONDS,
        max_lifetime_seconds: MAX_LIFETIME_SECONDS,
    };
    IssuerConfig::new(profile, KeySource::JwksUrl(settings.jwks_url.clone()))
        .allow_http(settings.allow_http)
        .allow_private(settings.allow_private)
}

/// The command line has both or neither.
fn client(settings: &Settings) -> Option<ClientCredentials> {
    let (id, secret_file) = (settings.client_id.clone()?, settings.client_secret_file.clone()?);
    Some(ClientCredentials { id, secret_file })
}
