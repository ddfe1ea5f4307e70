//! One request whose answer changes, with what the component read of it.
//!
//! Never shows more than its line holds, which has no secret.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::alike::Part;
use crate::policy::tape::Line;
use crate::policy::trace::{Read, Step};

/// What stands where a value is not there.
const NOTHING: &str = "nothing";

/// A request whose answer changes.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// its id in the access log
    pub request_id: String,
    /// when it was made
    pub at: Timestamp,
    /// method and path
    pub request: String,
    /// the route's name
    pub route: String,
    /// what the component read of it
    pub read: Vec<String>,
    /// what differs, as `KEY: BEFORE -> AFTER`
    pub differences: Vec<String>,
}

impl Example {
    pub(super) fn of(line: &Line, step: &Step, parts: &[Part]) -> Self {
        let request = &line.case.request;
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| NOTHING.to_owned(), Value::to_string);
        let difference = |part: &Part| format!("{}: {} -> {}", part.key, shown(&part.before), shown(&part.after));
        Self {
            request_id: line.request_id.clone(),
            at: line.at,
            request: format!("{} {}", request.method, request.path),
            route: request.route.clone(),
            read: step.reads.iter().map(read).collect(),
            differences: parts.iter().map(difference).collect(),
        }
    }
}

/// One read, as a person would say it. The case it came from holds no secret.
fn read(read: &Read) -> String {
    let value = read.value.as_ref().map_or_else(|| NOTHING.to_owned(), |value| Value::from(value.as_str()).to_string());
    let name = if read.name.is_empty() { String::new() } else { format!(" {}", read.name) };
    format!("{}{name} = {value}", read.what)
}
