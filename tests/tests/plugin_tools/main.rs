//! What the author of a policy and of a gateway.toml is told: routes, the way of a route, the schema; a component looked at,
//! checked, asked and timed. Never with a running gateway.

mod asked;
mod built;
mod components;
mod overview;
mod printed;
mod timed;
