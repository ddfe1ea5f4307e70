//! The portal: the client of the demo, a small web app served through the gateway.
//! It serves the page, signs people in by way of the auth service's pages, keeps the refresh token in a cookie that no
//! script can read, and shows a verified token.
//! Never stores anything, never sees a password, never issues a token, and never decides what a user may do: the services behind it do.

pub mod settings;
pub mod fault;
pub mod deadline;
pub mod forwarded;
pub mod flow;
pub mod browser_cookie;
pub mod own_address;
pub mod sign_in_client;
pub mod auth_client;
pub mod auth_pages;
pub mod id_token;
pub mod security_headers;
pub mod assets;
pub mod same_origin;
pub mod app;
pub mod session;
pub mod sign_in_problem;
pub mod sign_in;
pub mod token_view;
pub mod routes;
pub mod server;
