//! What a plugin implements: its life, and one role.
//!
//! A role function takes `&self`, for a policy never learns from one request for the next.
use serde::de::DeserializeOwned;

use crate::types::{Action, Decision, HeaderOp, Outcome, RequestHead, Selection};

/// Every plugin's life, whatever its role.
pub trait Plugin: Sized + 'static {
    /// The plugin's `config` table. Derive `serde::Deserialize` with `deny_unknown_fields`, so that a typing slip is refused.
    type Config: DeserializeOwned;
    /// Its name; [`metadata!`](crate::metadata) takes the crate's.
    const NAME: &'static str;
    /// Its version; [`metadata!`](crate::metadata) takes the crate's.
    const VERSION: &'static str;
    /// One sentence; [`metadata!`](crate::metadata) takes the crate's description.
    const DESCRIPTION: &'static str;
    /// Every code that a refusal of the policy's own can have. What an operator writes into the config is not of its own.
    /// `witgate plugin test` says which of them no case reached.
    const CODES: &'static [&'static str] = &[];

    /// A JSON Schema (2020-12) of the config, where there is one; [`schema!`](crate::schema!) makes it from the type.
    fn config_schema() -> Option<String> {
        None
    }

    /// Once per instance, before any role function.
    ///
    /// # Errors
    /// A sentence that starts with the key that is wrong: it rejects the load or the reload.
    fn configure(config: Self::Config) -> Result<Self, String>;
}

/// Says who is calling.
pub trait Authenticator: Plugin {
    /// Answers with an identity only after [`jwt::verify`](crate::jwt::verify) succeeded; the gateway checks.
    fn authenticate(&self, head: RequestHead) -> Outcome;
}

/// Says who may do what.
pub trait Authorizer: Plugin {
    /// Allows, abstains or denies.
    fn authorize(&self, head: RequestHead) -> Decision;
}

/// Says where a request goes.
pub trait Router: Plugin {
    /// Chooses among the upstreams that the route allows.
    fn select(&self, head: RequestHead) -> Selection;
}

/// Changes headers on the way in and out.
pub trait Filter: Plugin {
    /// Before the upstream sees the request.
    fn on_request(&self, head: RequestHead) -> Action;

    /// Before the client sees the response. `status` is the upstream's.
    fn on_response(&self, head: RequestHead, status: u16) -> Vec<HeaderOp> {
        let _ = (head, status);
        Vec::new()
    }
}

/// The metadata constants of [`Plugin`], from the plugin's own Cargo.toml. Needs a `description` there.
#[macro_export]
macro_rules! metadata {
    () => {
        const NAME: &'static str = ::core::env!("CARGO_PKG_NAME");
        const VERSION: &'static str = ::core::env!("CARGO_PKG_VERSION");
        const DESCRIPTION: &'static str = ::core::env!("CARGO_PKG_DESCRIPTION");
    };
}
