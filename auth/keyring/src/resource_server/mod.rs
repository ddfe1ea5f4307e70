//! The axum side of a resource server: who calls, and how to say no (RFC 6750, RFC 9457).
//!
//! Never lets a request through that was not verified, and never shows the caller more than a stable code.
//!
//! ```
//! use axum::{Json, Router, extract::FromRef, routing::get};
//! use witgate_keyring::Keyring;
//! use witgate_keyring::resource_server::{Authenticated, Problem, RequireToken, require_role, stamp_request_id};
//!
//! #[derive(Clone)]
//! struct App {
//!     keyring: Keyring,
//! }
//!
//! impl FromRef<App> for Keyring {
//!     fn from_ref(app: &App) -> Self {
//!         app.keyring.clone()
//!     }
//! }
//!
//! async fn orders(Authenticated { claims, .. }: Authenticated) -> Result<Json<String>, Problem> {
//!     require_role(&claims, "staff")?;
//!     Ok(Json(claims.subject().to_owned()))
//! }
//!
//! fn app(keyring: Keyring) -> Router {
//!     let stamp = axum::middleware::from_fn(stamp_request_id);
//!     let reads = RequireToken::new(keyring.clone()).scopes(["orders:read"]);
//!     Router::new().route("/orders", get(orders)).route_layer(reads).layer(stamp).with_state(App { keyring })
//! }
//! ```

mod bearer;
mod problem;
mod authority;
mod authenticated;
mod require;
mod stamp;

pub use authenticated::{Authenticated, FromClaims, Typed};
pub use authority::{require_role, require_scope};
pub use bearer::{BearerToken, bearer_token};
pub use problem::{Problem, request_id};
pub use require::{RequireToken, TokenRequired};
pub use stamp::stamp_request_id;
