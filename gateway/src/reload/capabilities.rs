//! What a reload changes in what plugins may do: their grants, and what their components import of the contract.
//!
//! Never shows a value: names of variables, stores and hosts only.

use crate::config::Config;
use crate::generation::Generation;

/// One sentence for each plugin that may do more or less than before.
pub fn changes(before: &Generation, after: &Generation) -> Vec<String> {
    let (before, after) = (capabilities(before), capabilities(after));
    let names = before.iter().chain(&after).map(|(name, _)| name.as_str());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter_map(|name| change(name, of(&before, name), of(&after, name))).collect()
}

/// What a plugin of this configuration is granted, in phrases.
pub fn grants(config: &Config, plugin: &str) -> Vec<String> {
    let entry = config.plugins.iter().find(|entry| entry.name == plugin);
    entry.map(|entry| entry.grants.phrases()).unwrap_or_default()
}

type Capabilities = Vec<(String, Vec<String>)>;

fn capabilities(generation: &Generation) -> Capabilities {
    let of = |plugin: &std::sync::Arc<crate::policy::plugin::Plugin>| {
        let mut phrases = grants(&generation.config, plugin.name());
        phrases.extend(plugin.imports().into_iter().map(|interface| format!("import {interface}")));
        (plugin.name().to_owned(), phrases)
    };
    generation.plugins.iter().map(of).collect()
}

fn of<'c>(all: &'c Capabilities, name: &str) -> &'c [String] {
    all.iter().find(|(known, _)| known == name).map(|(_, phrases)| phrases.as_slice()).unwrap_or_default()
}

fn change(name: &str, before: &[String], after: &[String]) -> Option<String> {
    let only = |these: &[String], those: &[String]| {
        let these: Vec<&str> = these.iter().filter(|one| !those.contains(one)).map(String::as_str).collect();
        these.join(", ")
    };
    let (gained, lost) = (only(after, before), only(before, after));
    let told = [("gained", gained), ("lost", lost)];
    let told: Vec<String> =
        told.iter().filter(|(_, what)| !what.is_empty()).map(|(word, what)| format!("{word} {what}")).collect();
    (!told.is_empty()).then(|| format!("plugin `{name}`: {}", told.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &[&str], after: &[&str]) -> Option<String> {
        let owned = |phrases: &[&str]| phrases.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        change("authz", &owned(before), &owned(after))
    }

    #[test]
    fn only_what_changed_is_told() {
        assert_eq!(told(&["clock"], &["clock"]), None);
        assert_eq!(
            told(&["clock", "store a"], &["store a", "http x:443", "http y:443"]).as_deref(),
            Some("plugin `authz`: gained http x:443, http y:443; lost clock")
        );
        assert_eq!(told(&[], &["import claims"]).as_deref(), Some("plugin `authz`: gained import claims"));
        assert_eq!(told(&["random"], &[]).as_deref(), Some("plugin `authz`: lost random"));
    }
}
