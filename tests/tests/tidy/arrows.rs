//! Which room may know which: read from the manifests and from the paths in the code. Never a second list of crates:
//! a new room without a rule is a fault.

use toml::{Table, Value};

use crate::source;
use crate::workspace::{Crate, Workspace};

/// The one crate that only services (the auth service is one) may know, whatever else a room may know.
const SERVICES_ONLY: &str = "chassis";

const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every dependency against the arrows.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    workspace.crates.iter().flat_map(|member| crate_faults(workspace, member)).collect()
}

/// The rooms that a room may know; nothing for a folder that has no rule.
fn allowed(folder: &str) -> Option<&'static [&'static str]> {
    match folder {
        "wire" | "settings" | "auth/token" | "plugins/cases" | "xtask" | "tests/ground" => Some(&[]),
        "auth/keyring" => Some(&["witgate-token"]),
        "gateway" => Some(&[
            "witgate-wire",
            "witgate-settings",
            "witgate-token",
            "witgate-keyring",
            "witgate-cases",
            "witgate-ground",
        ]),
        "plugins/sdk" => Some(&["witgate-cases"]),
        "tests" => Some(&["*"]),
        "bench" => Some(&["witgate-tests"]),
        "services/chassis" => Some(&["witgate-wire", "witgate-token", "witgate-keyring"]),
        "auth/service" => Some(&[
            "witgate-wire",
            "witgate-settings",
            "witgate-token",
            "witgate-keyring",
            "witgate-ground",
            SERVICES_ONLY,
        ]),
        _ if folder.starts_with("services/") => Some(&["witgate-token", "witgate-keyring", SERVICES_ONLY]),
        _ if folder.starts_with("plugins/") || folder.starts_with("tests/guests/") => Some(&["witgate-plugin"]),
        _ => None,
    }
}

fn crate_faults(workspace: &Workspace, member: &Crate) -> Vec<String> {
    let Some(allowed) = allowed(&member.folder) else {
        return vec![format!(
            "{}/Cargo.toml: this room has no arrows yet. Say in tests/tests/tidy/arrows.rs which rooms it may know.",
            member.folder
        )];
    };
    let forbidden = |other: &&Crate| {
        let any = allowed.contains(&"*") && other.name != SERVICES_ONLY;
        other.name != member.name && !any && !allowed.contains(&other.name.as_str())
    };
    let others: Vec<&Crate> = workspace.crates.iter().filter(forbidden).collect();
    others.iter().flat_map(|other| pair_faults(workspace, member, other, allowed)).collect()
}

fn pair_faults(workspace: &Workspace, member: &Crate, other: &Crate, allowed: &[&str]) -> Vec<String> {
    let remedy = match allowed {
        [] => "it depends on no other room".to_owned(),
        ["*"] => "only services may".to_owned(),
        rooms => format!("it may know only {}", rooms.join(" and ")),
    };
    let mut faults = Vec::new();
    if depends(&member.manifest, &other.name) {
        let folder = &member.folder;
        faults.push(format!("{folder}/Cargo.toml: depends on {}; {remedy}. Remove that line.", other.name));
    }
    let files = workspace.all_rust(member).into_iter();
    let users =
        files.filter(|file| !source::names_after(&source::code(&source::read(file)), &other.identifier()).is_empty());
    faults.extend(users.map(|file| {
        let shown = workspace.shown(&file);
        format!("{shown}: uses {}; {remedy}. Move what is needed to a room that both may know.", other.identifier())
    }));
    faults
}

fn depends(manifest: &Table, package: &str) -> bool {
    let own = TABLES.iter().filter_map(|name| manifest.get(*name));
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(|targets| targets.values());
    let of_targets = targets.flat_map(|target| TABLES.iter().filter_map(|name| target.get(*name)));
    let tables = own.chain(of_targets).filter_map(Value::as_table);
    tables.flatten().any(|(name, value)| package_of(name, value) == package)
}

/// A dependency may be renamed: `alias = { package = "witgate" }`.
fn package_of<'a>(name: &'a str, value: &'a Value) -> &'a str {
    value.get("package").and_then(Value::as_str).unwrap_or(name)
}
