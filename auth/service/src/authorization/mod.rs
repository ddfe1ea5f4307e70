//! What an authorization request asks for (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1) and what goes
//! back in the URL: text in, values out. Never touches the store, and never decides whether somebody gets a code.

mod parameters;
mod redirect_uri;
mod error;
mod id_token_hint;
mod request;
mod response;

pub use error::AuthorizeError;
pub use id_token_hint::IdTokenHint;
pub use parameters::{Parameters, Unreadable};
pub use redirect_uri::{form_source, is_of_client, is_registered, is_remembered, shown_host};
pub use request::{AuthorizationRequest, Target, after_sign_in};
pub use response::{code_response, error_response, with_parameters};
