//! The errors that go back to a client in the URL (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6). Never
//! carries a cause or a part of the request.

use thiserror::Error;

/// A refusal with its code.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
#[error("{error}: {description}")]
pub struct AuthorizeError {
    /// The `error`.
    pub error: &'static str,
    /// The `error_description`, for the client's developer.
    pub description: &'static str,
}

impl AuthorizeError {
    /// The client may not use this grant.
    pub const UNAUTHORIZED_CLIENT: Self =
        Self::new("unauthorized_client", "the client has no grant authorization_code");
    /// The user, or this service, said no.
    pub const ACCESS_DENIED: Self = Self::new("access_denied", "the user did not allow this");
    /// None of the scopes can be had.
    pub const INVALID_SCOPE: Self = Self::new("invalid_scope", "none of these scopes can be given");
    /// The resource is not one that this client may ask for (RFC 8707).
    pub const INVALID_TARGET: Self = Self::new("invalid_target", "the client may not ask for this resource");
    /// A token is for one resource.
    pub const SEVERAL_RESOURCES: Self = Self::new("invalid_target", "ask for one resource at a time");
    /// Nobody is signed in, and no page may be shown.
    pub const LOGIN_REQUIRED: Self = Self::new("login_required", "the user must sign in");
    /// The user must be asked, and no page may be shown.
    pub const CONSENT_REQUIRED: Self = Self::new("consent_required", "the user must allow this");
    /// Too much is waiting.
    pub const TEMPORARILY_UNAVAILABLE: Self = Self::new("temporarily_unavailable", "try again in a moment");
    /// The service cannot do its work.
    pub const SERVER_ERROR: Self = Self::new("server_error", "the service could not do this");

    /// An error of this code.
    pub const fn new(error: &'static str, description: &'static str) -> Self {
        AuthorizeError { error, description }
    }

    /// The request lacks something, or says it in a way that is not known here.
    pub const fn invalid_request(description: &'static str) -> Self {
        AuthorizeError::new("invalid_request", description)
    }
}
