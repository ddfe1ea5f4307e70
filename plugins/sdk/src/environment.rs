//! Variables that the plugin's entry grants by name: `grants.environment = ["REGION"]`. The environment has no others.
//!
//! Never the test's own process: there [`mock::Request::variable`](crate::mock::Request::variable) sets them.
use crate::host;

/// The value of a granted variable; `None` where it is not granted, not set, or no UTF-8.
///
/// ```
/// use witgate_plugin::{Selection, environment, mock};
///
/// fn select() -> Selection {
///     match environment::variable("REGION").as_deref() {
///         Some("eu") => Selection::to("orders-eu"),
///         _ => Selection::Default,
///     }
/// }
///
/// let request = mock::request("GET", "/");
/// assert_eq!(request.run(select), Selection::Default);
/// assert_eq!(request.variable("REGION", "eu").run(select), Selection::to("orders-eu"));
/// ```
pub fn variable(name: &str) -> Option<String> {
    host::variable(name)
}
