//! `POST /oauth/token` (RFC 6749 section 3.2). Never knows a grant that is not in [`GrantType`].

use axum::extract::State;

use super::oauth_error::OauthError;
use super::oauth_request::OauthRequest;
use super::openapi::{GrantForm, OauthRefusals};
use super::token_response::{TokenAnswer, TokenResponse, answer};
use crate::grant_type::GrantType;
use crate::grants::{CodeExchange, Grants, RefreshRequest, TokenSet};

/// Get tokens (RFC 6749 section 3.2)
///
/// 200 with the tokens, for a client that may have them.
#[utoipa::path(
    post, path = "/oauth/token", tag = "oauth", operation_id = "token",
    request_body(content = GrantForm, content_type = "application/x-www-form-urlencoded"),
    security((), ("client" = [])),
    responses((status = 200, description = "tokens", body = TokenResponse), OauthRefusals)
)]
pub(super) async fn token(
    State(grants): State<Grants>,
    request: Result<OauthRequest, OauthError>,
) -> Result<TokenAnswer, OauthError> {
    let request = request?;
    let asked = request.form.text("grant_type");
    let asked = asked.ok_or_else(|| OauthError::invalid_request("the form needs one grant_type"))?;
    let set = match asked.parse::<GrantType>().map_err(|_| OauthError::unsupported_grant_type())? {
        GrantType::AuthorizationCode => by_code(&grants, request).await?,
        GrantType::RefreshToken => by_refresh(&grants, request).await?,
        GrantType::ClientCredentials => {
            let OauthRequest { client, origin, form } = request;
            let resource = form.resource()?;
            grants.client_token(&client, form.text("scope"), resource.as_deref(), &origin)?
        }
    };
    Ok(answer(set))
}

async fn by_code(grants: &Grants, request: OauthRequest) -> Result<TokenSet, OauthError> {
    let OauthRequest { client, origin, form } = request;
    let exchange = CodeExchange {
        code: form.needed("code")?,
        verifier: form.needed("code_verifier")?,
        redirect_uri: form.owned("redirect_uri"),
        resource: form.resource()?,
    };
    Ok(grants.exchange_code(&client, exchange, origin).await?)
}

async fn by_refresh(grants: &Grants, request: OauthRequest) -> Result<TokenSet, OauthError> {
    let OauthRequest { client, origin, form } = request;
    let refresh =
        RefreshRequest { token: form.needed("refresh_token")?, scope: form.owned("scope"), resource: form.resource()? };
    Ok(grants.refresh_for(&client, refresh, origin).await?)
}
