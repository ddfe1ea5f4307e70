//! A gateway.toml loaded as `run` would load it, and asked something.
//!
//! Never serves, and never binds an address.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::{ServerError, control};
use crate::explain::report::Report;
use crate::generation::Generation;
use crate::observe::metrics::Metrics;
use crate::offline::{self, Question};
use crate::overview::way;
use crate::reload::snapshot;

/// Checks a gateway.toml as `run` would load it: components are compiled, instantiated and configured, nothing serves.
///
/// # Errors
/// Every fault, or the engine's.
pub fn check(path: &Path) -> Result<(), ServerError> {
    dry(path, |_, _| ())
}

/// What a request goes through on a route of a gateway.toml, loaded as for [`check`]; nothing where it has no such route.
///
/// # Errors
/// Every fault, or the engine's.
pub fn explain_route(path: &Path, route: &str) -> Result<Option<String>, ServerError> {
    dry(path, |generation, _| way::told(generation, route))
}

/// Explains one made-up request against a gateway.toml, loaded as for [`check`].
///
/// # Errors
/// Every fault, or the engine's.
pub fn explain(path: &Path, question: Question) -> Result<Report, ServerError> {
    dry(path, |generation, runtime| runtime.block_on(offline::explain(generation, question)))
}

/// Does something with a generation that never serves.
fn dry<T>(path: &Path, then: impl FnOnce(&Generation, &Runtime) -> T) -> Result<T, ServerError> {
    let runtime = control::runtime()?;
    let builder = control::builder(runtime.handle(), &Arc::new(Metrics::default()))?;
    let snapshot = snapshot::take(path);
    let generation = builder.build(0, snapshot.draft?, &snapshot.material, None)?;
    Ok(then(&generation, &runtime))
}
