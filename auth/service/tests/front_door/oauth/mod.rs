//! The OAuth endpoints as clients see them, on both databases. Never lets a refusal pass without what it protects.

mod app;
mod signed;
mod code;
mod refresh;
mod client_credentials;
mod client_proof;
mod resource;
mod revoke;
mod userinfo;
mod registration;
