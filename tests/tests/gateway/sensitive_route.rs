//! The route that two rooms here try without a feed. Never used for anything but the trial header.

/// The same path as the plain route, for requests with one more header.
pub const SENSITIVE_ROUTE: &str = r#"
[[routes]]
name = "sensitive"
path = "/whoami"
methods = ["GET"]
headers = { x-trial = "sensitive" }
policies = ["jwt", "authz"]
upstream = "orders"
sensitive = true
"#;
