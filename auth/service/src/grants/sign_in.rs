//! Signing in with name, password and second factor. Never opens a session for anybody who has not proved all of it.

use uuid::Uuid;

use super::proof::Proved;
use super::{Grant, GrantError, Grants};
use crate::access_token::LOGIN_CLIENT;
use crate::refresh_token;
use crate::secret::Secret;
use crate::store::{Origin, Session};

impl Grants {
    /// Checks name, password and, where the account has a second factor, the code; opens a session.
    pub async fn sign_in(
        &self,
        name: &str,
        password: Secret,
        code: Option<Secret>,
        origin: Origin,
    ) -> Result<Grant, GrantError> {
        let proved = self.prove_all(name, password, code, &origin).await?;
        self.open(login_session(proved, &origin), origin).await
    }

    /// Opens the session and issues its first pair.
    pub(super) async fn open(&self, session: Session, origin: Origin) -> Result<Grant, GrantError> {
        let (token, hash) = refresh_token::generate()?;
        let now = origin.at;
        if !self.store.create_session(session.clone(), hash, origin).await? {
            // Disabled between the check and now.
            tracing::warn!(event = "login_failed", user = session.user.id);
            return Err(GrantError::InvalidCredentials);
        }
        tracing::info!(event = "login_succeeded", user = session.user.id, sid = session.sid);
        self.grant(&session, token, now)
    }
}

pub(super) fn login_session(proved: Proved, origin: &Origin) -> Session {
    Session {
        sid: Uuid::new_v4().to_string(),
        created_at: origin.at,
        last_used_at: origin.at,
        auth_time: origin.at,
        amr: proved.amr,
        client_id: LOGIN_CLIENT.to_owned(),
        scope: None,
        audience: None,
        source: origin.source.clone(),
        user: proved.user,
    }
}
