//! What an access token says (RFC 9068) and how long. Never decides whether someone gets one.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::UnixSeconds;
use crate::config::{Config, Roles};
use crate::key_keeper::KeyKeeper;
use crate::scope;
use crate::signing::{ACCESS_TOKEN_TYPE, SigningError};
use crate::store::{Client, Session};

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

/// What every token says (RFC 9068 section 2.2). Of a client's own token `sub` is the client.
#[derive(Serialize)]
struct AccessTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: UnixSeconds,
    iat: UnixSeconds,
    nbf: UnixSeconds,
    jti: String,
    client_id: &'a str,
    scope: &'a str,
    #[serde(flatten)]
    user: Option<UserClaims<'a>>,
}

/// What a token says besides when a user is behind it.
#[derive(Serialize)]
struct UserClaims<'a> {
    sid: &'a str,
    roles: Vec<&'a str>,
    preferred_username: &'a str,
    tenant: &'a str,
    auth_time: UnixSeconds,
    amr: &'a [String],
}

/// Whose token it is, for which client and resource.
struct Parties<'a> {
    subject: &'a str,
    client_id: &'a str,
    /// Nothing: the configured one.
    audience: Option<&'a str>,
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

    /// Issues a token for an open session. Roles are the user's roles of now that the configuration still names; their
    /// scopes follow from them.
    pub fn issue(&self, session: &Session, now: UnixSeconds) -> Result<AccessToken, SigningError> {
        let user = UserClaims {
            sid: &session.sid,
            roles: self.roles.known(&session.user.roles),
            preferred_username: &session.user.name,
            tenant: &session.user.tenant,
            auth_time: session.auth_time,
            amr: &session.amr,
        };
        let (subject, client_id, audience) = (&*session.user.id, &*session.client_id, session.audience.as_deref());
        self.signed(&Parties { subject, client_id, audience }, self.scope_now(session), Some(user), now)
    }

    /// Issues a token for a client that acts for itself (RFC 6749 section 4.4). Of the scope only what a role of now
    /// gives is left: a scope that the operator took out of the table is void.
    pub fn issue_to_client(
        &self,
        client: &Client,
        asked: Option<&str>,
        audience: Option<&str>,
        now: UnixSeconds,
    ) -> Result<AccessToken, SigningError> {
        let known = self.roles.all_scopes();
        let allowed = client.scopes.iter().map(String::as_str).filter(|scope| known.contains(scope));
        let scope = scope::narrowed(asked, allowed);
        let (subject, client_id) = (&*client.client_id, &*client.client_id);
        self.signed(&Parties { subject, client_id, audience }, scope, None, now)
    }

    fn signed(
        &self,
        parties: &Parties<'_>,
        scope: String,
        user: Option<UserClaims<'_>>,
        now: UnixSeconds,
    ) -> Result<AccessToken, SigningError> {
        let claims = AccessTokenClaims {
            iss: &self.issuer,
            sub: parties.subject,
            aud: parties.audience.unwrap_or(&self.audience),
            exp: now.saturating_add(self.lifetime_seconds.into()),
            iat: now,
            nbf: now,
            jti: Uuid::new_v4().to_string(),
            client_id: parties.client_id,
            scope: &scope,
            user,
        };
        let token = self.keys.ring().signer(now).ok_or(SigningError::NoKey)?.sign(ACCESS_TOKEN_TYPE, &claims)?;
        Ok(AccessToken { token, expires_in: self.lifetime_seconds, scope })
    }

    /// What a session may at this moment: what the user's roles of now give, as far as its client may have it. Separated by
    /// spaces.
    pub fn scope_now(&self, session: &Session) -> String {
        granted(&self.roles.scope_of(&session.user.roles), session.scope.as_deref())
    }

    /// The `iss` of every token.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `aud` of a token for which no resource was asked.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The further audiences that a client may ask for (RFC 8707).
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// How long a token lives, in seconds.
    pub fn lifetime_seconds(&self) -> u32 {
        self.lifetime_seconds
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

/// What the roles give, as far as the client may have it, and before it the scopes of OpenID Connect that no role gives.
fn granted(of_roles: &str, of_client: Option<&str>) -> String {
    let Some(of_client) = of_client else { return of_roles.to_owned() };
    let oidc = scope::OIDC.into_iter().filter(|scope| scope::contains(of_client, scope));
    let others =
        scope::words(of_roles).filter(|scope| scope::contains(of_client, scope) && !scope::OIDC.contains(scope));
    oidc.chain(others).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_what_roles_and_client_both_give() {
        assert_eq!(granted("a b", None), "a b", "a session of the first schema, or of /login");
        assert_eq!(granted("a b", Some("b c email openid")), "openid email b");
        assert_eq!(granted("", Some("a openid")), "openid");
        assert_eq!(granted("a openid", Some("")), "");
        // A role that gives an OIDC scope gives it once.
        assert_eq!(granted("openid a", Some("openid a")), "openid a");
    }
}
