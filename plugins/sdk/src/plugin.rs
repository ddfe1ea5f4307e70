//! What a plugin implements: its life, and one role.
//!
//! A role function takes `&self`, for a policy never learns from one request for the next.
use serde::de::DeserializeOwned;

use crate::types::{Action, Decision, HeaderOp, Outcome, Selection};

/// Every plugin's life, whatever its role.
///
/// ```
/// use witgate_plugin::{Plugin, mock};
///
/// #[derive(serde::Deserialize)]
/// #[serde(deny_unknown_fields, rename_all = "kebab-case")]
/// struct Config {
///     max_orders: u32,
/// }
///
/// struct Limit(u32);
///
/// impl Plugin for Limit {
///     type Config = Config;
///     const CODES: &'static [&'static str] = &["too_many_orders"];
///     witgate_plugin::metadata!();
///
///     fn configure(config: Config) -> Result<Self, String> {
///         if config.max_orders == 0 { Err("max-orders: 0 lets nobody order".into()) } else { Ok(Self(config.max_orders)) }
///     }
/// }
///
/// assert!(mock::configure::<Limit>(r#"{"max-orders": 3}"#).is_ok_and(|limit| limit.0 == 3));
/// assert_eq!(mock::configure::<Limit>(r#"{"max-orders": 0}"#).err().unwrap(), "max-orders: 0 lets nobody order");
/// assert!(mock::configure::<Limit>(r#"{"max_orders": 3}"#).err().unwrap().contains("unknown field"));
/// ```
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
///
/// ```
/// # use witgate_plugin::{Authenticator, Demands, Outcome, Plugin, Refusal, jwt, mock};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// impl Authenticator for Gate {
///     fn authenticate(&self) -> Outcome {
///         match jwt::profile().map(|profile| jwt::verify(&profile, &Demands::default())) {
///             Some(Ok(())) => Outcome::Authenticated(Vec::new()),
///             _ => Refusal::unauthorized("token_invalid", "Bring a token that is valid here.").into(),
///         }
///     }
/// }
///
/// let refused = mock::request("GET", "/").run(|| Gate.authenticate());
/// assert_eq!(refused, Outcome::refused(401, "token_invalid", "Bring a token that is valid here."));
/// ```
pub trait Authenticator: Plugin {
    /// Answers with an identity only after [`jwt::verify`](crate::jwt::verify) succeeded; the gateway checks.
    fn authenticate(&self) -> Outcome;
}

/// Says who may do what.
///
/// ```
/// # use witgate_plugin::{Authorizer, Decision, Plugin, claims, mock, request};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// impl Authorizer for Gate {
///     fn authorize(&self) -> Decision {
///         match request::method() == "GET" || claims::has_scope("orders:write") {
///             true => Decision::Allow,
///             false => Decision::deny(403, "scope_missing", "Your token lacks a scope."),
///         }
///     }
/// }
///
/// assert_eq!(mock::request("GET", "/orders").run(|| Gate.authorize()), Decision::Allow);
/// assert_ne!(mock::request("POST", "/orders").run(|| Gate.authorize()), Decision::Allow);
/// ```
pub trait Authorizer: Plugin {
    /// Allows, abstains or denies.
    fn authorize(&self) -> Decision;
}

/// Says where a request goes.
///
/// ```
/// # use witgate_plugin::{Plugin, Router, Selection, claims, mock};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// impl Router for Gate {
///     fn select(&self) -> Selection {
///         match claims::get::<String>("tenant").as_deref() {
///             Some("globex") => Selection::to("orders-globex"),
///             _ => Selection::Default,
///         }
///     }
/// }
///
/// let request = mock::request("GET", "/orders").claim("tenant", "globex");
/// assert_eq!(request.run(|| Gate.select()), Selection::to("orders-globex"));
/// ```
pub trait Router: Plugin {
    /// Chooses among the upstreams that the route allows.
    fn select(&self) -> Selection;
}

/// Changes headers on the way in and out.
///
/// ```
/// # use witgate_plugin::{Action, Filter, HeaderOp, Plugin, mock};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// impl Filter for Gate {
///     fn on_request(&self) -> Action {
///         Action::forward([HeaderOp::remove("cookie")])
///     }
///
///     fn on_response(&self, status: u16) -> Vec<HeaderOp> {
///         if status < 400 { Vec::new() } else { vec![HeaderOp::set("cache-control", "no-store")] }
///     }
/// }
///
/// let answered = mock::request("GET", "/").run(|| Gate.on_response(404));
/// assert_eq!(answered, [HeaderOp::set("cache-control", "no-store")]);
/// ```
pub trait Filter: Plugin {
    /// Before the upstream sees the request.
    fn on_request(&self) -> Action;

    /// Before the client sees the response. `status` is the upstream's.
    fn on_response(&self, status: u16) -> Vec<HeaderOp> {
        let _ = status;
        Vec::new()
    }
}

/// The metadata constants of [`Plugin`], from the plugin's own Cargo.toml. Needs a `description` there.
///
/// ```
/// # use witgate_plugin::{Plugin};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// // the crate of this very example
/// assert_eq!(Gate::NAME, "witgate-plugin");
/// ```
#[macro_export]
macro_rules! metadata {
    () => {
        const NAME: &'static str = ::core::env!("CARGO_PKG_NAME");
        const VERSION: &'static str = ::core::env!("CARGO_PKG_VERSION");
        const DESCRIPTION: &'static str = ::core::env!("CARGO_PKG_DESCRIPTION");
    };
}
