//! The imports of a component against what its entry grants.
//!
//! Never fails what only a call would find: a policy may import a clock and never ask it.

use super::{Checking, Finding};
use crate::config::Grants;
use crate::policy::outline::Outline;
use crate::workbench::inspect::{Import, imports};

impl Checking<'_> {
    /// Whether it would load with these grants.
    pub(super) fn imports(&mut self, outline: &Outline) -> bool {
        let imports = imports(outline);
        let before = self.findings.len();
        match self.setup.entry().map(|entry| (entry.name.clone(), entry.grants.clone())) {
            Some((plugin, grants)) => {
                imports.iter().for_each(|import| self.against(import, &grants, &plugin));
                self.granted_in_vain(&imports, &grants);
            }
            None => imports.iter().for_each(|import| self.needs_grant(import)),
        }
        let failed = self.findings[before..].iter().any(|finding| finding.outcome == super::Outcome::Failed);
        if !failed {
            let names: Vec<&str> = imports.iter().filter_map(|import| short(&import.name)).collect();
            let says = if names.is_empty() { "nothing of the contract".to_owned() } else { names.join(", ") };
            self.findings.insert(before, Finding::passed("imports", says));
        }
        !failed
    }

    fn against(&mut self, import: &Import, grants: &Grants, plugin: &str) {
        if is_granted(import, grants) {
            return;
        }
        let name = &import.name;
        if let Some(line) = import.needs {
            let says = format!("it imports `{name}`, which the entry does not grant: it would not load");
            self.findings.push(Finding::failed("imports", says, add(plugin, line)));
        } else if let Some(line) = import.works_with.filter(|line| !is_linked_by_all(line)) {
            let says = format!("it imports `{name}`, which the entry does not grant: nothing comes of a call");
            self.findings.push(Finding::noted("imports", says, add(plugin, line)));
        }
    }

    fn needs_grant(&mut self, import: &Import) {
        if let Some(line) = import.needs.or(import.works_with).filter(|line| !is_linked_by_all(line)) {
            let says = format!("it imports `{}`", import.name);
            self.findings.push(Finding::noted("imports", says, add("NAME", line)));
        }
    }

    /// What is granted and not even imported is a permission that nobody needs.
    fn granted_in_vain(&mut self, imports: &[Import], grants: &Grants) {
        let lines = imports.iter().filter_map(|import| import.needs.or(import.works_with)).collect::<Vec<_>>();
        let uses = |word: &str| lines.iter().any(|line| line.starts_with(word));
        let granted = [
            ("clock", grants.clock),
            ("random", grants.random),
            ("environment", !grants.environment.is_empty()),
            ("store", grants.store.is_some()),
            ("http", grants.http.is_some()),
        ];
        for (word, _) in granted.into_iter().filter(|(word, granted)| *granted && !uses(word)) {
            let says = format!("it is granted `{word}` and does not import it");
            self.findings.push(Finding::noted("imports", says, format!("take `{word}` out of its grants")));
        }
    }
}

/// Rust links the environment into every component, whether the policy reads a variable or not.
fn is_linked_by_all(line: &str) -> bool {
    line.starts_with("environment")
}

fn add(plugin: &str, line: &str) -> String {
    format!("add below [plugins.{plugin}.grants]: {line}")
}

fn is_granted(import: &Import, grants: &Grants) -> bool {
    let Some(line) = import.needs.or(import.works_with) else { return true };
    match line.split(' ').next().unwrap_or(line) {
        "clock" => grants.clock,
        "random" => grants.random,
        "environment" => !grants.environment.is_empty(),
        "store" => grants.store.is_some(),
        _ => grants.http.is_some(),
    }
}

/// The short name of an interface of the contract.
fn short(name: &str) -> Option<&str> {
    name.strip_prefix("witgate:policy/")?.split('@').next()
}
