//! Host bindings of the contract in `wit/`, generated. All four worlds share one set of types and host interfaces.
//!
//! Never edited by hand, and never holds logic: `host` implements the imports.

#![allow(missing_docs, clippy::all, clippy::pedantic)]

/// The widest world: it imports every host interface, so the others borrow its types.
pub mod authenticator {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "authenticator-plugin",
        imports: { default: trappable },
    });
}

/// The world of authorizers.
pub mod authorizer {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "authorizer-plugin",
        imports: { default: trappable },
        with: {
            "witgate:policy/types": crate::policy::bindings::authenticator::witgate::policy::types,
            "witgate:policy/request": crate::policy::bindings::authenticator::witgate::policy::request,
            "witgate:policy/claims": crate::policy::bindings::authenticator::witgate::policy::claims,
            "witgate:policy/log": crate::policy::bindings::authenticator::witgate::policy::log,
        },
    });
}

/// The world of routers.
pub mod router {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "router-plugin",
        imports: { default: trappable },
        with: {
            "witgate:policy/types": crate::policy::bindings::authenticator::witgate::policy::types,
            "witgate:policy/request": crate::policy::bindings::authenticator::witgate::policy::request,
            "witgate:policy/claims": crate::policy::bindings::authenticator::witgate::policy::claims,
            "witgate:policy/log": crate::policy::bindings::authenticator::witgate::policy::log,
        },
    });
}

/// The world of filters.
pub mod filter {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "filter-plugin",
        imports: { default: trappable },
        with: {
            "witgate:policy/types": crate::policy::bindings::authenticator::witgate::policy::types,
            "witgate:policy/request": crate::policy::bindings::authenticator::witgate::policy::request,
            "witgate:policy/claims": crate::policy::bindings::authenticator::witgate::policy::claims,
            "witgate:policy/log": crate::policy::bindings::authenticator::witgate::policy::log,
        },
    });
}

/// What entries of gateway.toml grant beyond the worlds. `grants` links the functions; these are their types.
pub mod grants {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "grants",
        imports: { default: trappable },
    });
}

pub use authenticator::exports::witgate::policy::authenticator::Outcome;
pub use authenticator::witgate::policy::{claims, jwt, log, request, types};
pub use authorizer::exports::witgate::policy::authorizer::Decision;
pub use filter::exports::witgate::policy::filter::{Action, HeaderOp};
pub use grants::witgate::policy::{outbound, store};
pub use router::exports::witgate::policy::router::Selection;
