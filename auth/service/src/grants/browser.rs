//! Signing a browser in and out at this service. Each sign-in makes a new cookie: one that somebody planted before is worth
//! nothing after. Never trusts a cookie that the store does not know, and never tells why a sign-in failed.

use super::{GrantError, Grants, Proved};
use crate::clock::UnixSeconds;
use crate::opaque::{self, Kind, TokenHash};
use crate::secret::Secret;
use crate::store::{BrowserSession, Origin};

/// How long a browser stays signed in at this service, in seconds. Sessions of clients live by their own limits.
pub const BROWSER_SECONDS: UnixSeconds = 12 * 3600;

impl Grants {
    /// Checks name, password and, where there is a second factor, the code, and signs the browser in: its new cookie. The `former` one is void from then on.
    pub async fn sign_in_browser(
        &self,
        name: &str,
        password: Secret,
        code: Option<Secret>,
        former: Option<TokenHash>,
        origin: Origin,
    ) -> Result<Secret, GrantError> {
        let Proved { user, amr } = self.prove_all(name, password, code, &origin).await?;
        let (cookie, hash) = opaque::generate(Kind::BrowserSession)?;
        let (id, expires_at) = (user.id.clone(), origin.at.saturating_add(BROWSER_SECONDS));
        let session = BrowserSession { hash, user, auth_time: origin.at, amr, expires_at };
        if !self.store.open_browser(session, former, origin).await? {
            // Disabled, or another password, between the check and now.
            tracing::warn!(event = "login_failed", user = id);
            return Err(GrantError::InvalidCredentials);
        }
        tracing::info!(event = "browser_signed_in", user = id);
        Ok(cookie)
    }

    /// Who is signed in behind this cookie.
    pub async fn browser(&self, cookie: TokenHash, now: UnixSeconds) -> Result<Option<BrowserSession>, GrantError> {
        Ok(self.store.browser(cookie, now).await?)
    }

    /// Signs the browser out. One that is not signed in is no error.
    pub async fn sign_out_browser(&self, cookie: TokenHash, origin: Origin) -> Result<(), GrantError> {
        if let Some(session) = self.store.end_browser(cookie, origin).await? {
            tracing::info!(event = "browser_signed_out", user = session.user.id);
        }
        Ok(())
    }
}
