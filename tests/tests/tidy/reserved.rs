//! The header names that the gateway keeps to itself, against those that the SDK tells plugin authors of. They cannot share a
//! list: a guest knows nothing of the gateway. Never reads more than the one function group of each.

use std::collections::BTreeSet;
use std::fs;

use witgate_plugin::contract;

use crate::workspace::Workspace;

const GATEWAYS: &str = "gateway/src/admission/headers.rs";
/// The functions that list names, each with what stands before them.
const LISTS: [(&str, &str); 3] = [("stops_here", ""), ("is_forwarding", ""), ("is_forwarding_extension", "x-")];

/// Names that the gateway refuses to a policy and the SDK does not.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let source = fs::read_to_string(workspace.root.join(GATEWAYS)).expect("the gateway's list");
    let names: BTreeSet<String> =
        LISTS.iter().flat_map(|(function, before)| listed(&source, function, before)).collect();
    assert!(names.len() > 20, "the list was not found: {names:?}");
    let unknown = names.into_iter().filter(|name| contract::header_name(name).is_ok());
    unknown
        .map(|name| {
            format!("plugins/sdk/src/contract/headers.rs: `{name}` is the gateway's: {GATEWAYS} says so. Add it.")
        })
        .collect()
}

fn listed(source: &str, function: &str, before: &str) -> Vec<String> {
    let start = source.find(&format!("fn {function}(")).unwrap_or_else(|| panic!("{function} is gone from {GATEWAYS}"));
    let body = source[start..].split("\n}\n").next().unwrap_or_default();
    let code = body.lines().map(|line| line.split("//").next().unwrap_or_default());
    let texts = code.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(|text| !text.ends_with('-'));
    texts.map(|text| format!("{before}{text}")).collect()
}
