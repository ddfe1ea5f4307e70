//! `/second-factor`: signed-in users set up, confirm and remove their second factor, and get recovery codes. Never shows a
//! secret or a code a second time, and never lets a cache keep one.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json_body::JsonBody;
use super::openapi::{Always, BodyRefused, FactorExists, NoFactor, OwnClientNeeded, SignInRefused};
use super::refused::Refused;
use super::signed_in::SignedIn;
use super::token_response::NO_STORE;
use crate::grants::Grants;
use crate::secret::Secret;

type Shown<T> = ([(HeaderName, &'static str); 1], Json<T>);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolRequest {
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmRequest {
    #[schema(value_type = String, format = Password)]
    otp: Secret,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofRequest {
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// Needed once the factor is in force.
    #[schema(value_type = Option<String>, format = Password)]
    otp: Option<Secret>,
}

/// What an app needs, shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct Enrolled {
    /// In base32, for typing.
    secret: String,
    /// For a QR code.
    otpauth_uri: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Get a secret for a second factor
///
/// `POST /second-factor` `{"password"}`: 200 with a new secret, which is not in force yet; 409 when one is in force.
#[utoipa::path(
    post, path = "/second-factor", tag = "account", operation_id = "enrol_second_factor", request_body = EnrolRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "a secret, not in force yet", body = Enrolled),
        BodyRefused, SignInRefused, OwnClientNeeded, FactorExists, Always
    )
)]
pub(super) async fn enrol(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(request): JsonBody<EnrolRequest>,
) -> Result<Shown<Enrolled>, Refused> {
    let enrolment = grants.enrol_factor(&user.session, request.password, user.origin).await?;
    let (secret, otpauth_uri) = (enrolment.base32.expose().to_owned(), enrolment.url.expose().to_owned());
    Ok((NO_STORE, Json(Enrolled { secret, otpauth_uri })))
}

/// Put a second factor in force
///
/// `POST /second-factor/confirm` `{"otp"}`: 200 with the recovery codes; the factor is in force.
#[utoipa::path(
    post, path = "/second-factor/confirm", tag = "account", operation_id = "confirm_second_factor", request_body = ConfirmRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "in force; the recovery codes", body = RecoveryCodes),
        BodyRefused, SignInRefused, OwnClientNeeded, FactorExists, NoFactor, Always
    )
)]
pub(super) async fn confirm(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(request): JsonBody<ConfirmRequest>,
) -> Result<Shown<RecoveryCodes>, Refused> {
    Ok(shown(&grants.confirm_factor(&user.session, &request.otp, user.origin).await?))
}

/// Remove the second factor
///
/// `DELETE /second-factor` `{"password","otp"}`: 204. A recovery code is an `otp`, too.
#[utoipa::path(
    delete, path = "/second-factor", tag = "account", operation_id = "remove_second_factor", request_body = ProofRequest,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "removed"),
        BodyRefused, SignInRefused, OwnClientNeeded, NoFactor, Always
    )
)]
pub(super) async fn remove(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(ProofRequest { password, otp }): JsonBody<ProofRequest>,
) -> Result<StatusCode, Refused> {
    grants.remove_factor(&user.session, password, otp, user.origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get new recovery codes
///
/// `POST /second-factor/recovery-codes` `{"password","otp"}`: 200 with new codes; the old ones are void.
#[utoipa::path(
    post, path = "/second-factor/recovery-codes", tag = "account", operation_id = "renew_recovery_codes", request_body = ProofRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "new ones; the old ones are void", body = RecoveryCodes),
        BodyRefused, SignInRefused, OwnClientNeeded, NoFactor, Always
    )
)]
pub(super) async fn renew(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(ProofRequest { password, otp }): JsonBody<ProofRequest>,
) -> Result<Shown<RecoveryCodes>, Refused> {
    Ok(shown(&grants.renew_recovery_codes(&user.session, password, otp, user.origin).await?))
}

fn shown(codes: &[Secret]) -> Shown<RecoveryCodes> {
    let recovery_codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    (NO_STORE, Json(RecoveryCodes { recovery_codes }))
}
