//! The forms and queries of the OAuth endpoints, for the OpenAPI document. Never what reads a form: those are `oauth_form` and `authorization`.

use utoipa::{IntoParams, ToSchema};

/// How a client that does not use HTTP Basic shows itself (RFC 6749 section 2.3.1, RFC 7523).
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description of what `OauthRequest` reads")]
pub(in crate::http) struct ClientFields {
    client_id: Option<String>,
    client_secret: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
}

/// RFC 6749 section 4.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description of what `/oauth/token` reads")]
pub(in crate::http) struct GrantForm {
    /// `authorization_code`, `refresh_token` or `client_credentials`
    grant_type: String,
    /// With `authorization_code`
    code: Option<String>,
    /// With `authorization_code`; the same as there
    redirect_uri: Option<String>,
    /// With `authorization_code` (RFC 7636)
    code_verifier: Option<String>,
    /// With `refresh_token`
    refresh_token: Option<String>,
    /// Not with `authorization_code`; nothing: all that the client may have
    scope: Option<String>,
    /// The audience of the token (RFC 8707)
    resource: Option<String>,
    #[schema(inline)]
    #[serde(flatten)]
    client: ClientFields,
}

/// RFC 7662 section 2.1, RFC 7009 section 2.1.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description of what introspection and revocation read")]
pub(in crate::http) struct TokenForm {
    token: String,
    /// Not needed here
    token_type_hint: Option<String>,
    #[schema(inline)]
    #[serde(flatten)]
    client: ClientFields,
}

/// RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core section 3.1.2.1.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "a description of what `AuthorizationRequest` reads")]
pub(in crate::http) struct AuthorizeQuery {
    client_id: Option<String>,
    /// Letter by letter one of those that are registered
    redirect_uri: Option<String>,
    /// `code`
    response_type: Option<String>,
    code_challenge: Option<String>,
    /// `S256`
    code_challenge_method: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    resource: Option<String>,
    prompt: Option<String>,
    max_age: Option<String>,
    login_hint: Option<String>,
    id_token_hint: Option<String>,
    /// `query`
    response_mode: Option<String>,
}

/// OpenID Connect RP-Initiated Logout 1.0 section 2.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "a description of what `/oauth/logout` reads")]
pub(in crate::http) struct LogoutQuery {
    client_id: Option<String>,
    id_token_hint: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}
