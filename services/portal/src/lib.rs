//! The portal: the client of the demo, a small web app served through the gateway.
//! It serves the page, keeps the refresh token in a cookie that no script can read, and shows a verified token.
//! Never stores anything, never issues a token, and never decides what a user may do: the services behind it do.

pub mod settings;
pub mod fault;
pub mod deadline;
pub mod forwarded;
pub mod auth_client;
pub mod security_headers;
pub mod assets;
pub mod same_origin;
pub mod refresh_cookie;
pub mod app;
pub mod session;
pub mod token_view;
pub mod routes;
pub mod server;
