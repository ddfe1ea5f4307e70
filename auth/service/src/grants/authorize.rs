//! Whether a client gets a code: the client and where it may be answered, what it may have, and what the user must still
//! do. Never gives a code for scopes that the user was not shown, unless the client is a first party.

use super::{GrantError, Grants};
use crate::authorization::{AuthorizationRequest, AuthorizeError, Target, is_registered, is_remembered};
use crate::clock::UnixSeconds;
use crate::grant_type::GrantType;
use crate::opaque::{self, Kind, TokenHash};
use crate::scope;
use crate::secret::Secret;
use crate::store::{BrowserSession, Client, Event, NewCode, Origin};

/// How long a code is good, in seconds (RFC 6749 section 4.1.2 allows ten minutes at most).
pub const CODE_SECONDS: UnixSeconds = 60;

/// A request of a client that may ask, with what the client may have of it.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// Who asks.
    pub client: Client,
    /// Where the answer goes; checked.
    pub target: Target,
    request: AuthorizationRequest,
    /// Nothing: the configured one.
    audience: Option<String>,
    /// What is asked for and the client may have.
    scopes: Vec<String>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The user signs in.
    SignIn,
    /// The user is asked whether the client may have these scopes.
    Consent(Box<BrowserSession>, Vec<String>),
    /// The client gets a code of this user for these scopes.
    Code(Box<BrowserSession>, Vec<String>),
    /// The client gets this error.
    Refused(AuthorizeError),
}

impl Grants {
    /// The enabled client, when the redirect URI is one of its own. Else nobody is to be redirected.
    pub async fn client_behind(&self, target: &Target) -> Result<Option<Client>, GrantError> {
        // RFC 8252: only an app on the user's device, which is a public client, cannot choose its port.
        let is_its_own =
            |client: &Client| is_registered(&target.redirect_uri, &client.redirect_uris, client.is_public());
        Ok(self.enabled_client(target.client_id.clone()).await?.filter(is_its_own))
    }

    /// What the client may have of the request.
    pub fn authorization(
        &self,
        client: Client,
        target: Target,
        request: AuthorizationRequest,
    ) -> Result<Authorization, AuthorizeError> {
        if !client.has_grant(GrantType::AuthorizationCode) {
            return Err(AuthorizeError::UNAUTHORIZED_CLIENT);
        }
        let audience = self.audience_for(&client, request.resource.as_deref());
        let audience = audience.map_err(|_| AuthorizeError::INVALID_TARGET)?;
        let scopes = match &request.scope {
            None => client.scopes.clone(),
            Some(asked) => asked.iter().filter(|scope| client.has_scope(scope)).cloned().collect(),
        };
        if scopes.is_empty() && request.scope.is_some() {
            return Err(AuthorizeError::INVALID_SCOPE);
        }
        Ok(Authorization { client, target, request, audience, scopes })
    }

    /// What the user must do, or what the client gets.
    pub async fn next_step(
        &self,
        asked: &Authorization,
        browser: TokenHash,
        now: UnixSeconds,
    ) -> Result<Step, GrantError> {
        let prompt = asked.request.prompt;
        let session = self.browser(browser, now).await?;
        let Some(session) = session.filter(|session| !prompt.login && asked.accepts(session, now)).map(Box::new) else {
            return Ok(if prompt.none { Step::Refused(AuthorizeError::LOGIN_REQUIRED) } else { Step::SignIn });
        };
        if asked.client.first_party && !prompt.consent {
            return Ok(Step::Code(session, asked.scopes.clone()));
        }
        let scopes = self.scopes_of(&session, asked);
        if scopes.is_empty() && !asked.scopes.is_empty() {
            return Ok(Step::Refused(AuthorizeError::INVALID_SCOPE));
        }
        if !prompt.consent && self.has_consented(&session, asked, &scopes).await? {
            return Ok(Step::Code(session, scopes));
        }
        Ok(if prompt.none { Step::Refused(AuthorizeError::CONSENT_REQUIRED) } else { Step::Consent(session, scopes) })
    }

    /// Remembers that the user allows the client these scopes.
    pub async fn consent(
        &self,
        asked: &Authorization,
        session: &BrowserSession,
        scopes: Vec<String>,
        origin: Origin,
    ) -> Result<(), GrantError> {
        let (user, client) = (session.user.id.clone(), asked.client.client_id.clone());
        Ok(self.store.add_consent(user, client, scopes, by(session, origin)).await?)
    }

    /// Writes down that the user said no.
    pub async fn deny(
        &self,
        asked: &Authorization,
        session: &BrowserSession,
        origin: Origin,
    ) -> Result<(), GrantError> {
        let event = Event::named("consent_denied").user(&session.user.id).client(&asked.client.client_id);
        Ok(self.store.audit(by(session, origin), event).await?)
    }

    /// A code for the client; none when the user is no longer signed in.
    pub async fn issue_code(
        &self,
        asked: &Authorization,
        session: &BrowserSession,
        scopes: &[String],
        origin: Origin,
    ) -> Result<Option<Secret>, GrantError> {
        let (code, hash) = opaque::generate(Kind::Code)?;
        let new = NewCode {
            hash,
            client_id: asked.client.client_id.clone(),
            user_id: session.user.id.clone(),
            redirect_uri: asked.target.redirect_uri.clone(),
            code_challenge: asked.request.code_challenge.clone(),
            scope: scopes.join(" "),
            nonce: asked.request.nonce.clone(),
            audience: asked.audience.clone(),
            auth_time: session.auth_time,
            amr: session.amr.clone(),
            expires_at: origin.at.saturating_add(CODE_SECONDS),
        };
        if !self.store.give_code(session.hash, new, by(session, origin)).await? {
            return Ok(None);
        }
        tracing::info!(event = "code_issued", user = session.user.id, client = asked.client.client_id);
        Ok(Some(code))
    }

    /// What of the asked scopes this user can give.
    fn scopes_of(&self, session: &BrowserSession, asked: &Authorization) -> Vec<String> {
        let of_roles = self.issuer.roles().scope_of(&session.user.roles);
        // The scopes of OpenID Connect every user may give.
        let has = |scope: &&String| scope::OIDC.contains(&scope.as_str()) || scope::contains(&of_roles, scope);
        asked.scopes.iter().filter(has).cloned().collect()
    }

    async fn has_consented(
        &self,
        session: &BrowserSession,
        asked: &Authorization,
        scopes: &[String],
    ) -> Result<bool, GrantError> {
        if !is_remembered(&asked.target.redirect_uri) {
            return Ok(false);
        }
        let allowed = self.store.consented(session.user.id.clone(), asked.client.client_id.clone()).await?;
        // An empty set would be a part of nothing at all.
        Ok(!scopes.is_empty() && scopes.iter().all(|scope| allowed.contains(scope)))
    }
}

impl Authorization {
    /// The user name that the client expects.
    pub fn login_hint(&self) -> Option<&str> {
        self.request.login_hint.as_deref()
    }

    /// Whether it is the user that the client expects, and signed in lately enough for it.
    fn accepts(&self, session: &BrowserSession, now: UnixSeconds) -> bool {
        let is_fresh = self.request.max_age.is_none_or(|age| now.saturating_sub(session.auth_time) <= age);
        let hint = self.request.id_token_hint.as_ref();
        is_fresh && hint.is_none_or(|hint| hint.subject.as_ref() == Some(&session.user.id))
    }
}

/// The same act, by this user.
fn by(session: &BrowserSession, origin: Origin) -> Origin {
    Origin { actor: Some(session.user.id.clone()), ..origin }
}
