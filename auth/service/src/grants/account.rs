//! What a signed-in user does with their own account: look at the sessions, end them, change the password. Never acts
//! for a session that has ended, even while its access token has not expired.

use super::proof::overtaken;
use super::{GrantError, Grants};
use crate::password::Owner;
use crate::secret::Secret;
use crate::store::{EndReason, Origin, Session, Standing};

impl Grants {
    /// The user's open sessions, the last used one first.
    pub async fn sessions_of(&self, user: &str, origin: &Origin) -> Result<Vec<Session>, GrantError> {
        Ok(self.store.list_sessions(Some(user.to_owned()), origin.at).await?)
    }

    /// Ends one of the user's sessions. [`GrantError::NoSuchSession`] when there is none of this id, or it is another's.
    pub async fn end_session(&self, user: &str, sid: String, origin: Origin) -> Result<(), GrantError> {
        let ended = self.store.end_session(sid, Some(user.to_owned()), EndReason::Revoked, origin).await?;
        let session = ended.ok_or(GrantError::NoSuchSession)?;
        tracing::info!(event = "session_ended", user, sid = session.sid);
        Ok(())
    }

    /// Ends all of the user's sessions; how many.
    pub async fn sign_out_everywhere(&self, user: &str, origin: Origin) -> Result<usize, GrantError> {
        let ended = self.store.end_sessions_of_user(user.to_owned(), None, EndReason::Logout, origin).await?;
        tracing::info!(event = "logout_all", user, ended);
        Ok(ended)
    }

    /// Changes the password after the old one was proved again, and ends all other sessions; how many.
    /// [`GrantError::InvalidCredentials`] also when another new password, or the end of the session, came first.
    pub async fn change_password(
        &self,
        session: &Session,
        old: Secret,
        new: Secret,
        origin: Origin,
    ) -> Result<usize, GrantError> {
        let user = &session.user;
        let proved = self.prove_again(user, old, &origin).await?;
        let owner = Owner { name: user.name.clone(), email: user.email.clone() };
        let hash = self.passwords.hash_for(new, owner).await?;
        let ended = self.store.change_password(Standing::of(session, &proved), hash, origin).await?;
        let ended = ended.ok_or_else(|| overtaken(user))?;
        tracing::info!(event = "password_changed", user = user.id, ended);
        Ok(ended)
    }
}
