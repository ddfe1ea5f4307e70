//! `/second-factor`: signed-in users set up, confirm and remove their second factor, and get recovery codes. Never shows a
//! secret or a code a second time, and never lets a cache keep one.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};

use super::json_body::JsonBody;
use super::refused::Refused;
use super::signed_in::SignedIn;
use super::token_response::NO_STORE;
use crate::grants::Grants;
use crate::secret::Secret;

type Shown<T> = ([(HeaderName, &'static str); 1], Json<T>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolRequest {
    password: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmRequest {
    otp: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofRequest {
    password: Secret,
    /// Needed once the factor is in force.
    otp: Option<Secret>,
}

/// What an app needs, shown this once.
#[derive(Serialize)]
pub(super) struct Enrolled {
    /// In base32, for typing.
    secret: String,
    /// For a QR code.
    otpauth_uri: String,
}

#[derive(Serialize)]
pub(super) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// `POST /second-factor` `{"password"}`: 200 with a new secret, which is not in force yet; 409 when one is in force.
pub(super) async fn enrol(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(request): JsonBody<EnrolRequest>,
) -> Result<Shown<Enrolled>, Refused> {
    let enrolment = grants.enrol_factor(&user.session.user, request.password, user.origin).await?;
    let (secret, otpauth_uri) = (enrolment.base32.expose().to_owned(), enrolment.url.expose().to_owned());
    Ok((NO_STORE, Json(Enrolled { secret, otpauth_uri })))
}

/// `POST /second-factor/confirm` `{"otp"}`: 200 with the recovery codes; the factor is in force.
pub(super) async fn confirm(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(request): JsonBody<ConfirmRequest>,
) -> Result<Shown<RecoveryCodes>, Refused> {
    Ok(shown(&grants.confirm_factor(&user.session.user, &request.otp, user.origin).await?))
}

/// `DELETE /second-factor` `{"password","otp"}`: 204. A recovery code is an `otp`, too.
pub(super) async fn remove(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(ProofRequest { password, otp }): JsonBody<ProofRequest>,
) -> Result<StatusCode, Refused> {
    grants.remove_factor(&user.session.user, password, otp, user.origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /second-factor/recovery-codes` `{"password","otp"}`: 200 with new codes; the old ones are void.
pub(super) async fn renew(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(ProofRequest { password, otp }): JsonBody<ProofRequest>,
) -> Result<Shown<RecoveryCodes>, Refused> {
    Ok(shown(&grants.renew_recovery_codes(&user.session.user, password, otp, user.origin).await?))
}

fn shown(codes: &[Secret]) -> Shown<RecoveryCodes> {
    let recovery_codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    (NO_STORE, Json(RecoveryCodes { recovery_codes }))
}
