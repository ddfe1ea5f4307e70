//! One rule below plugins/cookbook: its entries, its cases, its policy. Never judged here: the gateway does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
use witgate_tests::programs;

/// What stands before each rule's entries.
pub const FRAME: &str = include_str!("../../../plugins/cookbook/frame.toml");
/// What the name of a file with cases ends with; before it stands the entry that they are of.
const CASES: &str = ".cases.toml";
/// Where the tests of a policy begin, which the page does not show.
const TESTS: &str = "\n#[cfg(test)]";

/// One folder.
pub struct Recipe {
    name: String,
    entries: String,
    /// by entry, what it must answer
    cases: BTreeMap<String, String>,
    policy: Option<String>,
}

impl Recipe {
    /// All of them, by name.
    pub fn all() -> Vec<Recipe> {
        let entries = fs::read_dir(folder()).expect("plugins/cookbook");
        let folders =
            entries.map(|entry| entry.expect("an entry")).filter(|entry| entry.path().join("gateway.toml").exists());
        let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names.iter().map(|name| Recipe::read(name)).collect()
    }

    /// The one of this name.
    pub fn read(name: &str) -> Recipe {
        let folder = folder().join(name);
        let files = fs::read_dir(&folder).expect("a rule's folder").map(|entry| entry.expect("an entry").path());
        let cases = files.filter_map(|file| Some((entry_of(&file)?, text(&file))));
        let policy = folder.join("policy.rs");
        Recipe {
            name: name.to_owned(),
            entries: text(&folder.join("gateway.toml")),
            cases: cases.collect(),
            policy: policy.exists().then(|| text(&policy)),
        }
    }

    /// Writes an entry otherwise.
    pub fn replace(&mut self, from: &str, to: &str) {
        assert!(self.entries.contains(from), "{}: nowhere {from}", self.name);
        self.entries = self.entries.replace(from, to);
    }

    /// What the page must show.
    pub fn blocks(&self) -> Vec<String> {
        let policy =
            self.policy.iter().map(|code| format!("{}\n", code.split(TESTS).next().unwrap_or(code).trim_end()));
        policy.chain([self.entries.clone()]).collect()
    }

    /// Has the gateway load the rule and answer its cases; the error is what it said.
    pub fn check(&self) -> Result<(), String> {
        if self.cases.is_empty() {
            return Err(format!("{}: no cases, so nothing is tried", self.name));
        }
        let folder = tempfile::tempdir().expect("a temp folder");
        fs::write(folder.path().join("gateway.toml"), self.whole(folder.path())).expect("a written gateway.toml");
        let mut command = programs::command("witgate");
        let output =
            command.args(["check", "--config", "gateway.toml"]).current_dir(folder.path()).output().expect("it runs");
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("{}: {}", self.name, String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Frame and entries, with the cases of each entry beside it, and components where they were built.
    fn whole(&self, folder: &Path) -> String {
        let mut table: Table = format!("{FRAME}\n{}", self.entries).parse().expect("TOML");
        let plugins = table["plugins"].as_table_mut().expect("entries");
        for (name, plugin) in plugins.iter_mut() {
            let file = self.component(plugin["file"].as_str().expect("a file"));
            plugin["file"] = Value::String(file.display().to_string());
            let Some(cases) = self.cases.get(name) else { continue };
            let mut cases: Table = cases.parse().expect("cases are TOML");
            cases.insert("config".into(), plugin["config"].clone());
            fs::write(folder.join(name).with_extension("toml"), cases.to_string()).expect("written cases");
            plugin.as_table_mut().expect("an entry").insert("cases".into(), format!("{name}.toml").into());
        }
        for entry in self.cases.keys() {
            assert!(plugins.contains_key(entry), "{}: cases of `{entry}`, which is no entry", self.name);
        }
        table.to_string()
    }

    /// A policy of the page is an example of its package, and lies where cargo puts those.
    fn component(&self, written: &str) -> PathBuf {
        let name = Path::new(written).file_stem().expect("a file's name").to_string_lossy().into_owned();
        match &self.policy {
            Some(_) if name == self.name.replace('-', "_") => programs::component(&format!("examples/{name}")),
            _ => programs::component(&name),
        }
    }
}

fn folder() -> PathBuf {
    programs::root().join("plugins/cookbook")
}

fn entry_of(file: &Path) -> Option<String> {
    Some(file.file_name()?.to_str()?.strip_suffix(CASES)?.to_owned())
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
