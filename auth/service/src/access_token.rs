//! What an access token says (RFC 9068) and how long. Never decides whether someone gets one.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::UnixSeconds;
use crate::config::{Config, Roles};
use crate::key_keeper::KeyKeeper;
use crate::signing::{ACCESS_TOKEN_TYPE, SigningError};
use crate::store::Session;

/// The `client_id` of sessions that come from `POST /login`.
pub const LOGIN_CLIENT: &str = "witgate-portal";

/// Issues access tokens in the name of one issuer. Clones share the key.
#[derive(Debug, Clone)]
pub struct TokenIssuer {
    issuer: Arc<str>,
    audience: Arc<str>,
    resources: Arc<[String]>,
    lifetime_seconds: u32,
    roles: Arc<Roles>,
    keys: KeyKeeper,
}

/// A signed access token. Give it to its owner and to nobody else; it has no `Debug`.
pub struct AccessToken {
    /// The compact JWS.
    pub token: String,
    /// Seconds until it expires.
    pub expires_in: u32,
    /// The scopes it carries, separated by spaces.
    pub scope: String,
}

#[derive(Serialize)]
struct AccessTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: UnixSeconds,
    iat: UnixSeconds,
    nbf: UnixSeconds,
    jti: String,
    sid: &'a str,
    client_id: &'a str,
    scope: &'a str,
    roles: Vec<&'a str>,
    preferred_username: &'a str,
    tenant: &'a str,
    auth_time: UnixSeconds,
    amr: &'a [String],
}

impl TokenIssuer {
    /// An issuer as configured, with its keys.
    pub fn new(config: &Config, keys: KeyKeeper) -> TokenIssuer {
        TokenIssuer {
            issuer: config.issuer.as_str().into(),
            audience: config.audience.as_str().into(),
            resources: config.resources.as_slice().into(),
            lifetime_seconds: config.access_token_seconds,
            roles: Arc::new(config.roles.clone()),
            keys,
        }
    }

    /// Issues a token for an open session. Roles are the user's roles of now that
    /// the configuration still names; their scopes follow from them.
    pub fn issue(&self, session: &Session, now: UnixSeconds) -> Result<AccessToken, SigningError> {
        let scope = granted(&self.roles.scope_of(&session.user.roles), session.scope.as_deref());
        let claims = AccessTokenClaims {
            iss: &self.issuer,
            sub: &session.user.id,
            aud: session.audience.as_deref().unwrap_or(&self.audience),
            exp: now.saturating_add(self.lifetime_seconds.into()),
            iat: now,
            nbf: now,
            jti: Uuid::new_v4().to_string(),
            sid: &session.sid,
            client_id: &session.client_id,
            scope: &scope,
            roles: self.roles.known(&session.user.roles),
            preferred_username: &session.user.name,
            tenant: &session.user.tenant,
            auth_time: session.auth_time,
            amr: &session.amr,
        };
        let ring = self.keys.ring();
        let token = ring.signer(now).ok_or(SigningError::NoKey)?.sign(ACCESS_TOKEN_TYPE, &claims)?;
        Ok(AccessToken { token, expires_in: self.lifetime_seconds, scope })
    }

    /// The `iss` of every token.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `aud` of a token for which no resource was asked.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Whether tokens can be for this audience.
    pub fn serves(&self, audience: &str) -> bool {
        *self.audience == *audience || self.resources.iter().any(|resource| resource == audience)
    }

    /// The role table.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The signing keys.
    pub fn keys(&self) -> &KeyKeeper {
        &self.keys
    }
}

/// What the roles give, as far as the client may have it.
fn granted(of_roles: &str, of_client: Option<&str>) -> String {
    let Some(of_client) = of_client else { return of_roles.to_owned() };
    let has = |scope: &&str| of_client.split(' ').any(|granted| granted == *scope);
    of_roles.split(' ').filter(has).collect::<Vec<_>>().join(" ")
}
