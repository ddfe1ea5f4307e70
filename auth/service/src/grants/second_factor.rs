//! The second factor of an account: set up, confirmed, used, removed. Never in force before the owner has shown a code,
//! never removed with the password alone, and no code counts twice.

use super::proof::overtaken;
use super::{GrantError, Grants};
use crate::recovery_code;
use crate::secret::Secret;
use crate::store::{Origin, SecondFactor, Session, Standing, User};
use crate::totp::{self, Enrolment, TotpSecret};

/// What was shown as a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A code of the app.
    Totp,
    /// A recovery code.
    Recovery,
}

impl Proof {
    /// With the password before it (RFC 8176). The standard has no word for a recovery code.
    pub(super) fn amr(self) -> &'static [&'static str] {
        match self {
            Proof::Totp => &["pwd", "otp", "mfa"],
            Proof::Recovery => &["pwd", "mfa"],
        }
    }
}

impl Grants {
    /// A new secret for the user's app, after the password was proved again. It is not in force before
    /// [`Grants::confirm_factor`]. [`GrantError::InvalidCredentials`], here and below, also when a new password, or the
    /// end of the session, came first.
    pub async fn enrol_factor(
        &self,
        session: &Session,
        password: Secret,
        origin: Origin,
    ) -> Result<Enrolment, GrantError> {
        let user = &session.user;
        let by = Standing::of(session, &self.prove_again(user, password, &origin).await?);
        let enrolment = Enrolment::new(self.issuer.issuer(), &user.name)?;
        let sealed = self.sealer.seal(&totp::sealed_name(&user.id), enrolment.secret.expose())?;
        let enrolled = self.store.enrol_second_factor(by, sealed, origin).await?;
        if !enrolled.ok_or_else(|| overtaken(user))? {
            return Err(GrantError::SecondFactorExists);
        }
        tracing::info!(event = "second_factor_enrolled", user = user.id);
        Ok(enrolment)
    }

    /// Puts the secret into force when the app shows the right code; the recovery codes. Wrong codes count in the soft
    /// lock: whoever has the session only must not guess their way to recovery codes.
    pub async fn confirm_factor(
        &self,
        session: &Session,
        code: &Secret,
        origin: Origin,
    ) -> Result<Vec<Secret>, GrantError> {
        let user = &session.user;
        let attempt = self.attempt(&user.name, &origin);
        self.refuse_locked(&attempt).await?;
        let found = self.store.second_factor(user.id.clone()).await?.ok_or(GrantError::NoSecondFactor)?;
        if found.confirmed_at.is_some() {
            return Err(GrantError::SecondFactorExists);
        }
        let secret = self.opened(user, &found)?;
        let Ok(step) = totp::verify(&secret, code.expose(), origin.at, None) else {
            return Err(self.wrong_code(&attempt, user).await?);
        };
        self.refuse_locked_meanwhile(&attempt).await?;
        let (codes, hashes) = recovery_code::generate()?;
        let (by, sealed) = (Standing::of(session, user), found.sealed_secret);
        let confirmed = self.store.confirm_second_factor(by, sealed, step, hashes, origin).await?;
        if !confirmed.ok_or_else(|| overtaken(user))? {
            // Enrolled again, or confirmed, in this very moment.
            return Err(GrantError::SecondFactorWrong);
        }
        tracing::info!(event = "second_factor_confirmed", user = user.id);
        Ok(codes)
    }

    /// Removes the second factor, after password and code were proved again. One that was never confirmed needs no code.
    pub async fn remove_factor(
        &self,
        session: &Session,
        password: Secret,
        code: Option<Secret>,
        origin: Origin,
    ) -> Result<(), GrantError> {
        let user = &session.user;
        let by = Standing::of(session, &self.prove_all(&user.name, password, code, &origin).await?.user);
        let removed = self.store.remove_second_factor(by, origin).await?;
        if !removed.ok_or_else(|| overtaken(user))? {
            return Err(GrantError::NoSecondFactor);
        }
        tracing::info!(event = "second_factor_removed", user = user.id);
        Ok(())
    }

    /// New recovery codes in the place of all old ones, after password and code were proved again.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
        password: Secret,
        code: Option<Secret>,
        origin: Origin,
    ) -> Result<Vec<Secret>, GrantError> {
        let user = &session.user;
        let by = Standing::of(session, &self.prove_all(&user.name, password, code, &origin).await?.user);
        let (codes, hashes) = recovery_code::generate()?;
        let replaced = self.store.replace_recovery_codes(by, hashes, origin).await?;
        if !replaced.ok_or_else(|| overtaken(user))? {
            return Err(GrantError::NoSecondFactor);
        }
        tracing::info!(event = "recovery_codes_replaced", user = user.id);
        Ok(codes)
    }

    /// The factor that a sign-in needs.
    pub(super) async fn confirmed_factor(&self, user: &User) -> Result<Option<SecondFactor>, GrantError> {
        let found = self.store.second_factor(user.id.clone()).await?;
        Ok(found.filter(|factor| factor.confirmed_at.is_some()))
    }

    /// Uses the code up when it is good.
    pub(super) async fn take_code(
        &self,
        user: &User,
        factor: &SecondFactor,
        code: &Secret,
        origin: &Origin,
    ) -> Result<Option<Proof>, GrantError> {
        if let Some(hash) = recovery_code::presented(code) {
            let taken = self.store.take_recovery_code(user.id.clone(), hash, origin.clone()).await?;
            return Ok(taken.then_some(Proof::Recovery));
        }
        let secret = self.opened(user, factor)?;
        let Ok(step) = totp::verify(&secret, code.expose(), origin.at, factor.last_step) else { return Ok(None) };
        let taken = self.store.take_step(user.id.clone(), factor.sealed_secret.clone(), step).await?;
        Ok(taken.then_some(Proof::Totp))
    }

    fn opened(&self, user: &User, factor: &SecondFactor) -> Result<TotpSecret, GrantError> {
        let bytes = self.sealer.open(&totp::sealed_name(&user.id), &factor.sealed_secret)?;
        TotpSecret::from_bytes(&bytes).ok_or_else(|| GrantError::Broken("a second factor has another length".into()))
    }
}
