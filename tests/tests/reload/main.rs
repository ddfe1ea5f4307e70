//! Reloads of gateway.toml and of components while the gateway runs. Never at the cost of a request.

mod around;
mod broken;
mod in_flight;
